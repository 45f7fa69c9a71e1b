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

/** The part of the browser's API that tells whether a site is served. */
export interface ServedApi {
  permissions: {
    contains(permissions: { origins: string[] }): Promise<boolean>;
  };
}

/** What the toolbar button can do for a page. */
export type SiteState =
  /** Always served: public offices, and developers' own machine. */
  | { state: "built-in"; site: string }
  /** Served because the person allowed it. */
  | { state: "allowed"; site: string; pattern: string }
  /** Can be allowed. */
  | { state: "not-allowed"; site: string; pattern: string }
  /** Never served: not https, or a page of the browser. */
  | { state: "impossible" };

/** Whether a match pattern of the form `scheme://host/*` or `scheme://*.host/*` matches the address. */
export function matchesPattern(pattern: string, address: URL): boolean {
  const parts = /^(https?):\/\/(\*\.)?([^*/]+)\/\*$/.exec(pattern);
  if (parts === null) return false;
  const [, scheme, wildcard, host] = parts;
  if (`${scheme}:` !== address.protocol || host === undefined) return false;
  return address.hostname === host || (wildcard !== undefined && address.hostname.endsWith(`.${host}`));
}

/** Whether the browser lets people take back the manifest's sites. Firefox alone does, and has a part of its own in the manifest. */
export function canTakeBack(manifest: object): boolean {
  return "browser_specific_settings" in manifest;
}

/** The built-in sites that the person took back in the browser's own settings, where it {@link canTakeBack}. */
export async function takenBackSites(api: Pick<SitesApi, "permissions">, builtIn: readonly string[]): Promise<string[]> {
  const { origins = [] } = await api.permissions.getAll();
  return builtIn.filter((pattern) => !origins.includes(pattern));
}

/** Decides what can be done for the page at `url`. */
export function siteState(url: string | undefined, builtIn: readonly string[], allowed: readonly string[], takenBack: readonly string[] = []): SiteState {
  if (url === undefined || !URL.canParse(url)) return { state: "impossible" };
  const address = new URL(url);
  const site = address.host;
  const lost = takenBack.find((pattern) => matchesPattern(pattern, address));
  if (lost !== undefined) return { state: "not-allowed", site, pattern: lost };
  if (builtIn.some((pattern) => matchesPattern(pattern, address))) return { state: "built-in", site };
  if (address.protocol !== "https:") return { state: "impossible" };
  // Match patterns have no port: the permission is for all ports of the host.
  const pattern = `https://${address.hostname}/*`;
  const known = allowed.find((candidate) => matchesPattern(candidate, address));
  return known === undefined ? { state: "not-allowed", site, pattern } : { state: "allowed", site, pattern: known };
}

/**
 * Whether pages of `origin` are served now: by the manifest, or because the person allowed it and still does. `builtIn` is
 * empty where the browser {@link canTakeBack}: it then knows the manifest's sites as permissions too.
 */
export async function isServed(api: ServedApi, origin: string, builtIn: readonly string[]): Promise<boolean> {
  const address = new URL(origin);
  if (builtIn.some((pattern) => matchesPattern(pattern, address))) return true;
  return api.permissions.contains({ origins: [`${address.protocol}//${address.hostname}/*`] });
}

/** The match patterns of the sites that the person allowed, in alphabetical order. */
export async function allowedSites(api: Pick<SitesApi, "permissions">, builtIn: readonly string[]): Promise<string[]> {
  const { origins = [] } = await api.permissions.getAll();
  return origins.filter((origin) => !builtIn.includes(origin)).sort();
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
