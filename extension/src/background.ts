/**
 * The service worker. The browser stops and starts it at will, so every listener is added at once, at top
 * level, and nothing that a later event needs is kept in memory.
 */
import { Admission } from "./background/admission.js";
import { storeContentWords } from "./background/content-words.js";
import { Holds } from "./background/holds.js";
import { Relay } from "./background/relay.js";
import { judgeSender } from "./background/sender.js";
import { noteReport } from "./background/stepped-aside.js";
import { ownError } from "./background/texts.js";
import { STATUS_MS, WebEidPort } from "./background/web-eid-port.js";
import { NATIVE_HOST_NAME, REQUEST_PORT_NAME } from "./messages.js";
import { ANSWER_MS, lastErrorOf, type Port } from "./ports.js";
import { onSettingsChanged, readSettings } from "./settings.js";
import { inOrder, isServed, reconcileSites, serveOpenPages } from "./sites.js";
import { browserText } from "./text.js";
import { WEB_EID_PORT_NAME } from "./web-eid-messages.js";

const manifest = chrome.runtime.getManifest();
const builtIn = manifest.content_scripts?.flatMap((script) => script.matches ?? []) ?? [];
const admission = new Admission(() => performance.now());
const holds = new Holds();
const relays = new Set<Relay>();
const reconcile = inOrder(() => reconcileSites(chrome, builtIn));

/** The port of a page's request; undefined for any other. */
function inOurWords(port: chrome.runtime.Port): Port | undefined {
  if (port.name === REQUEST_PORT_NAME) return port;
  if (port.name !== WEB_EID_PORT_NAME) return undefined;
  return new WebEidPort(port, {
    version: manifest.version,
    ownError: async (name, lang) => {
      const { language } = await readSettings(chrome.storage);
      return ownError(name, language ?? lang ?? chrome.i18n.getUILanguage());
    },
  });
}

chrome.runtime.onConnect.addListener((port) => {
  const page = inOurWords(port);
  if (page === undefined) return;
  const relay = new Relay(page, judgeSender(port.sender, chrome.runtime.id), {
    conditions: async (origin) => {
      const [served, { language }] = await Promise.all([isServed(chrome, origin), readSettings(chrome.storage)]);
      return { served, language: language ?? undefined };
    },
    enter: (asked) => admission.enter(asked),
    connectNative: (method, { tabId, origin }) => {
      const kept = method === "sign" ? holds.take(tabId, origin) : undefined;
      // Looking at the card does not get in the way of a signature; anything else is another matter.
      if (method !== "status") holds.drop(tabId);
      return kept ?? chrome.runtime.connectNative(NATIVE_HOST_NAME);
    },
    keep: (keep) => { holds.keep(keep); },
    lastError: lastErrorOf,
    answerMs: port.name === WEB_EID_PORT_NAME ? STATUS_MS : ANSWER_MS,
    uiLanguage: () => chrome.i18n.getUILanguage(),
    onEnd: () => relays.delete(relay),
  });
  relays.add(relay);
});

// Reports come in order, and each is noted after the one before.
let noted: Promise<void> = Promise.resolve();

chrome.runtime.onMessage.addListener((message: unknown, sender) => {
  const received = { message, sender: judgeSender(sender, chrome.runtime.id), isPrivate: sender.tab?.incognito === true };
  const titles = { plain: browserText("actionTitle"), steppedAside: browserText("actionTitleSteppedAside") };
  // One that cannot be noted is lost, and is no reason to lose the next.
  noted = noted.catch(() => undefined).then(() => noteReport(chrome, received, titles));
});

onSettingsChanged(chrome.storage, (settings) => void storeContentWords(chrome.storage, settings));
chrome.runtime.onInstalled.addListener(() => {
  void reconcile();
  // The texts of this version may be others.
  void readSettings(chrome.storage).then((settings) => storeContentWords(chrome.storage, settings));
});
chrome.runtime.onStartup.addListener(() => void reconcile());
chrome.permissions.onRemoved.addListener(() => {
  void reconcile();
  holds.dropAll();
  for (const relay of relays) void relay.reconsider();
});
chrome.permissions.onAdded.addListener(({ origins = [] }) => {
  void reconcile().then(() => serveOpenPages(chrome, origins));
});
