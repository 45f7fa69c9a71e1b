/** The id of the content script that is registered for the sites that the person allowed. */
export const SITES_SCRIPT_ID = "allowed-sites";

/** The content script's file in the built extension. */
export const CONTENT_SCRIPT_FILE = "content.js";

/** The part of the browser's API that the list of sites needs. */
export interface SitesApi {
  permissions: {
    getAll(): Promise<{ origins?: string[] }>;
  };
  scripting: {
    getRegisteredContentScripts(filter: { ids: string[] }): Promise<{ id: string }[]>;
    registerContentScripts(scripts: chrome.scripting.RegisteredContentScript[]): Promise<void>;
    updateContentScripts(scripts: chrome.scripting.RegisteredContentScript[]): Promise<void>;
    unregisterContentScripts(filter: { ids: string[] }): Promise<void>;
    executeScript(injection: { target: { tabId: number; allFrames: boolean }; files: string[] }): Promise<unknown>;
  };
  tabs: {
    query(filter: { url: string[] }): Promise<{ id?: number | undefined }[]>;
  };
}

/** What the toolbar button can do for a page. */
export type SiteState =
  /** Served without the person's doing: public offices, and developers' own machine. */
  | { state: "built-in"; site: string }
  /** Served because the person allowed all sites, as Firefox lets people. */
  | { state: "all-allowed"; site: string }
  /** Served because the person allowed it. */
  | { state: "allowed"; site: string; pattern: string }
  /** Can be allowed. */
  | { state: "not-allowed"; site: string; pattern: string }
  /** Never served: not https, or a page of the browser. */
  | { state: "impossible" };

/** The match pattern of all sites that can be allowed. */
export const ALL_SITES = "https://*/*";

/** Whether a match pattern for one host, for `*.` and a host, or for `*` alone matches the address. */
export function matchesPattern(pattern: string, address: URL): boolean {
  const parts = /^(https?):\/\/(\*\.)?([^*/]+|\*)\/\*$/.exec(pattern);
  if (parts === null) return false;
  const [, scheme, wildcard, host] = parts;
  if (`${scheme}:` !== address.protocol || host === undefined) return false;
  if (host === "*" && wildcard === undefined) return true;
  return address.hostname === host || (wildcard !== undefined && address.hostname.endsWith(`.${host}`));
}

/**
 * The match patterns of all sites that are served now. The built-in ones are among them for as long as the person does
 * not take them back in the browser's own settings, which every browser has.
 */
export async function grantedSites(api: Pick<SitesApi, "permissions">): Promise<string[]> {
  const { origins = [] } = await api.permissions.getAll();
  return origins;
}

/** Decides what can be done for the page at `url`. */
export function siteState(url: string | undefined, builtIn: readonly string[], granted: readonly string[]): SiteState {
  if (url === undefined || !URL.canParse(url)) return { state: "impossible" };
  const address = new URL(url);
  const site = address.host;
  const given = granted.find((pattern) => matchesPattern(pattern, address));
  const isBuiltIn = builtIn.some((pattern) => matchesPattern(pattern, address));
  if (given !== undefined && !isBuiltIn && granted.includes(ALL_SITES)) return { state: "all-allowed", site };
  if (given !== undefined) return isBuiltIn ? { state: "built-in", site } : { state: "allowed", site, pattern: given };
  if (!isBuiltIn && address.protocol !== "https:") return { state: "impossible" };
  // Match patterns have no port: the permission is for all ports of the host. For what was taken back no more than that
  // is asked either: Chromium takes the manifest's `*.go.jp` for all sites, and says so.
  return { state: "not-allowed", site, pattern: `${address.protocol}//${address.hostname}/*` };
}

/** Whether pages of `origin` are served now. `permissions.contains` does not know the manifest's sites in Chromium. */
export async function isServed(api: Pick<SitesApi, "permissions">, origin: string): Promise<boolean> {
  const address = new URL(origin);
  return (await grantedSites(api)).some((pattern) => matchesPattern(pattern, address));
}

/** The match patterns of the sites that the person allowed beside the built-in ones, in alphabetical order. */
export async function allowedSites(api: Pick<SitesApi, "permissions">, builtIn: readonly string[]): Promise<string[]> {
  return (await grantedSites(api)).filter((pattern) => !isPartOf(pattern, builtIn)).sort();
}

/** Whether a pattern is one of `patterns` or narrower: a browser may leave people one site of those that they took back. */
function isPartOf(pattern: string, patterns: readonly string[]): boolean {
  return URL.canParse(pattern) && patterns.some((wide) => matchesPattern(wide, new URL(pattern)));
}

/** Makes the registered content script match the sites that are allowed now; safe to call at any time. */
export async function reconcileSites(api: SitesApi, builtIn: readonly string[]): Promise<void> {
  const matches = await allowedSites(api, builtIn);
  const registered = await api.scripting.getRegisteredContentScripts({ ids: [SITES_SCRIPT_ID] });
  if (matches.length === 0) {
    if (registered.length > 0) await api.scripting.unregisterContentScripts({ ids: [SITES_SCRIPT_ID] });
    return;
  }
  const script: chrome.scripting.RegisteredContentScript = {
    id: SITES_SCRIPT_ID,
    matches,
    js: [CONTENT_SCRIPT_FILE],
    runAt: "document_start",
    allFrames: true,
    persistAcrossSessions: true,
  };
  if (registered.length > 0) await api.scripting.updateContentScripts([script]);
  else await api.scripting.registerContentScripts([script]);
}

/** Starts the content script in the pages of newly allowed sites that are open already. */
export async function serveOpenPages(api: SitesApi, patterns: readonly string[]): Promise<void> {
  if (patterns.length === 0) return;
  for (const { id } of await api.tabs.query({ url: [...patterns] })) {
    if (id === undefined) continue;
    // A tab may have gone elsewhere in the meantime; the others are served all the same.
    await api.scripting.executeScript({ target: { tabId: id, allFrames: true }, files: [CONTENT_SCRIPT_FILE] }).catch(() => undefined);
  }
}

/** Runs one task after the other, so that two changes of the permissions cannot overtake each other. */
export function inOrder(task: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(task, task);
    return last;
  };
}
