/**
 * What the person chose, in `chrome.storage.local`. Whatever is stored is parsed as if a stranger had written it:
 * another version of the extension may have, and content scripts run beside pages.
 */
import { isOneOf, isRecord, type UnknownRecord } from "../page/src/guards.js";

/** The languages that can be chosen, as BCP 47 tags; `ja-simple` is やさしい日本語. */
export const LANGUAGES = [
  "ja", "ja-simple", "en", "zh-CN", "zh-TW", "ko", "vi", "ne", "id", "pt-BR", "fil", "my", "th", "es",
] as const;

/** A language that can be chosen. */
export type Language = (typeof LANGUAGES)[number];

/** How many origins each list may hold; a longer one was not written by a person. */
export const MAX_ORIGINS = 1000;

/** Whether pages that speak Web eID are answered. */
export interface WebEidSettings {
  /** On sites for which the person chose nothing else. */
  enabled: boolean;
  /** What the person chose for single sites, by origin. */
  sites: Readonly<Record<string, boolean>>;
  /** Where another extension was seen to answer, so that this one let it; origins, the oldest first. */
  steppedAside: readonly string[];
}

/** All that the person chose. */
export interface Settings {
  /** The language of windows and messages; null for the browser's. */
  language: Language | null;
  /** The page protocol of Web eID. */
  webEid: WebEidSettings;
}

/** What holds until the person chooses. */
export const DEFAULTS: Settings = { language: null, webEid: { enabled: true, sites: {}, steppedAside: [] } };

/** The part of `chrome.storage` that the settings need. */
export interface SettingsStorage {
  readonly local: {
    get(keys: string[]): Promise<UnknownRecord>;
    set(items: UnknownRecord): Promise<void>;
  };
  readonly onChanged: {
    addListener(listener: StorageListener): void;
    removeListener(listener: StorageListener): void;
  };
}

type StorageListener = (changes: Record<string, unknown>, area: string) => void;

// A key for each value, so that whoever changes one never writes back an old copy of another.
const LANGUAGE = "language";
const WEB_EID_ENABLED = "webEidEnabled";
const WEB_EID_SITES = "webEidSites";
const WEB_EID_STEPPED_ASIDE = "webEidSteppedAside";
const KEYS = [LANGUAGE, WEB_EID_ENABLED, WEB_EID_SITES, WEB_EID_STEPPED_ASIDE];

const isLanguage = isOneOf(LANGUAGES);

/** Whether `value` is an origin as a browser writes it. */
function isOrigin(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value) && value.startsWith("http") && new URL(value).origin === value;
}

/** Reads settings out of what was stored: a value that is not what it must be counts as not chosen. */
export function parseSettings(stored: UnknownRecord): Settings {
  const language = stored[LANGUAGE];
  const enabled = stored[WEB_EID_ENABLED];
  const sites = stored[WEB_EID_SITES];
  const steppedAside = stored[WEB_EID_STEPPED_ASIDE];
  const choices = isRecord(sites) ? Object.entries(sites) : [];
  return {
    language: isLanguage(language) ? language : DEFAULTS.language,
    webEid: {
      enabled: typeof enabled === "boolean" ? enabled : DEFAULTS.webEid.enabled,
      sites: Object.fromEntries(
        choices.filter((choice): choice is [string, boolean] => isOrigin(choice[0]) && typeof choice[1] === "boolean").slice(0, MAX_ORIGINS),
      ),
      steppedAside: Array.isArray(steppedAside) ? [...new Set(steppedAside.filter(isOrigin))].slice(-MAX_ORIGINS) : [],
    },
  };
}

/** The settings as they are now. */
export async function readSettings(storage: SettingsStorage): Promise<Settings> {
  return parseSettings(await storage.local.get(KEYS));
}

/** Calls `listener` with the new settings after each change; returns what ends that. */
export function onSettingsChanged(storage: SettingsStorage, listener: (settings: Settings) => void): () => void {
  const changed = (changes: Record<string, unknown>, area: string): void => {
    if (area === "local" && KEYS.some((key) => key in changes)) void readSettings(storage).then(listener);
  };
  storage.onChanged.addListener(changed);
  return () => { storage.onChanged.removeListener(changed); };
}

/** Chooses the language; null for the browser's. */
export async function chooseLanguage(storage: SettingsStorage, language: Language | null): Promise<void> {
  await storage.local.set({ [LANGUAGE]: language });
}

/** Switches Web eID on or off for all sites without a choice of their own. */
export async function chooseWebEid(storage: SettingsStorage, enabled: boolean): Promise<void> {
  await storage.local.set({ [WEB_EID_ENABLED]: enabled });
}

/** Switches Web eID on or off for one site; null takes the choice back. Which extension is first is then seen anew. */
export async function chooseWebEidForSite(storage: SettingsStorage, origin: string, choice: boolean | null): Promise<void> {
  const { sites, steppedAside } = (await readSettings(storage)).webEid;
  const others = Object.entries(sites).filter(([site]) => site !== origin);
  await storage.local.set({
    [WEB_EID_SITES]: Object.fromEntries(choice === null ? others : [...others, [origin, choice]]),
    [WEB_EID_STEPPED_ASIDE]: steppedAside.filter((site) => site !== origin),
  });
}

/** Notes that another extension answers a site, or that it does so no more. */
export async function noteSteppedAside(storage: SettingsStorage, origin: string, steppedAside: boolean): Promise<void> {
  const { webEid } = await readSettings(storage);
  if (webEid.steppedAside.includes(origin) === steppedAside) return;
  const others = webEid.steppedAside.filter((site) => site !== origin);
  await storage.local.set({ [WEB_EID_STEPPED_ASIDE]: steppedAside ? [...others, origin].slice(-MAX_ORIGINS) : others });
}

/** Whether a page of `origin` that speaks Web eID is answered, unless another extension does it. */
export function answersWebEid({ enabled, sites }: WebEidSettings, origin: string): boolean {
  return Object.hasOwn(sites, origin) ? sites[origin] === true : enabled;
}
