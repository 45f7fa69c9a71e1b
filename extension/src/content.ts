import { Activation } from "./content/activation.js";
import { serve } from "./content/bridge.js";
import { Exchanges } from "./content/exchanges.js";
import { REQUEST_PORT_NAME } from "./messages.js";
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
  const exchanges = new Exchanges({
    connect: () => chrome.runtime.connect({ name: REQUEST_PORT_NAME }),
    untilActive,
    activation: new Activation({ page: window, userActivation: navigator.userActivation, now: () => performance.now() }),
    // Read now: an extension that was updated no longer hands out texts to the scripts it left behind.
    errors: {
      reload: error("extension_unavailable", "errorReload"),
      interrupted: error("internal", "errorInterrupted"),
      cancelled: error("user_cancelled", "errorCancelled"),
    },
  });
  serve({ page: window, exchanges, malformed: error("invalid_request", "errorInvalidRequest") });
  window.addEventListener("pagehide", () => { exchanges.leave(); });
}
