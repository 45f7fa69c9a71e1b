import type { SteppedAsideReport } from "./background/stepped-aside.js";
import { Activation } from "./content/activation.js";
import { serve } from "./content/bridge.js";
import { Exchanges } from "./content/exchanges.js";
import { serveWebEid } from "./content/web-eid.js";
import { REQUEST_PORT_NAME } from "./messages.js";
import { answersWebEid, readSettings } from "./settings.js";
import { WEB_EID_PORT_NAME } from "./web-eid-messages.js";
import type { ErrorBody, ErrorCode } from "../page/src/errors.js";

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

function error(code: ErrorCode, name: string): ErrorBody {
  return { code, message: chrome.i18n.getMessage(`${name}Message`), advice: chrome.i18n.getMessage(`${name}Advice`) };
}

// The script can be injected a second time when the person allows a site whose page is already open.
if (globalThis.jpkidServes === undefined) {
  globalThis.jpkidServes = true;
  const activation = new Activation({ page: window, userActivation: navigator.userActivation, now: () => performance.now() });
  // Read now: an extension that was updated no longer hands out texts to the scripts it left behind.
  const errors = {
    reload: error("extension_unavailable", "errorReload"),
    interrupted: error("internal", "errorInterrupted"),
    cancelled: error("user_cancelled", "errorCancelled"),
  };
  const exchangesBy = (name: string): Exchanges =>
    new Exchanges({ connect: () => chrome.runtime.connect({ name }), untilActive, activation, errors });
  const exchanges = exchangesBy(REQUEST_PORT_NAME);
  const webEidExchanges = exchangesBy(WEB_EID_PORT_NAME);
  serve({ page: window, exchanges, malformed: error("invalid_request", "errorInvalidRequest") });
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
