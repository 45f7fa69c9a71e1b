import type { SteppedAsideReport } from "./background/stepped-aside.js";
import { Activation } from "./content/activation.js";
import { serve } from "./content/bridge.js";
import { Exchanges } from "./content/exchanges.js";
import { serveWebEid } from "./content/web-eid.js";
import { adoptWords, CHOSEN_WORDS_KEY, contentErrors } from "./content/words.js";
import { REQUEST_PORT_NAME } from "./messages.js";
import { answersWebEid, readSettings } from "./settings.js";
import { WEB_EID_PORT_NAME } from "./web-eid-messages.js";

declare global {
  // In the content script's own world; pages do not see it.
  var jpkidServes: true | undefined;
}

function untilActive(): Promise<void> {
  if (!("prerendering" in document) || document.prerendering !== true) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("prerenderingchange", () => { resolve(); }, { once: true });
  });
}

// The script can be injected a second time when the person allows a site whose page is already open.
if (globalThis.jpkidServes === undefined) {
  globalThis.jpkidServes = true;
  const activation = new Activation({ page: window, userActivation: navigator.userActivation, now: () => performance.now() });
  const errors = contentErrors((key) => chrome.i18n.getMessage(key));
  void chrome.storage.local.get([CHOSEN_WORDS_KEY]).then((stored) => { adoptWords(errors, stored); });
  const exchangesBy = (name: string): Exchanges =>
    new Exchanges({ connect: () => chrome.runtime.connect({ name }), untilActive, activation, errors });
  const exchanges = exchangesBy(REQUEST_PORT_NAME);
  const webEidExchanges = exchangesBy(WEB_EID_PORT_NAME);
  serve({ page: window, exchanges, malformed: errors.malformed });
  serveWebEid({
    page: window,
    exchanges: webEidExchanges,
    version: chrome.runtime.getManifest().version,
    settings: async () => {
      const { webEid } = await readSettings(chrome.storage);
      const { origin } = window.location;
      return { answers: answersWebEid(webEid, origin), steppedAside: webEid.steppedAside.includes(origin) };
    },
    report: (answers) => {
      // Nobody answers it, and an extension that was updated does not even hear it.
      chrome.runtime.sendMessage({ type: "web-eid-other", answers } satisfies SteppedAsideReport).catch(() => undefined);
    },
  });
  window.addEventListener("pagehide", () => {
    exchanges.leave();
    webEidExchanges.leave();
  });
}
