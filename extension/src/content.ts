import { serve, type BridgeErrorName } from "./content/bridge.js";
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
  // Read now: an extension that was updated no longer hands out texts to the scripts it left behind.
  const errors: Record<BridgeErrorName, ErrorBody> = {
    malformed: error("invalid_request", "errorInvalidRequest"),
    reload: error("extension_unavailable", "errorReload"),
    interrupted: error("internal", "errorInterrupted"),
  };
  serve({ page: window, connect: () => chrome.runtime.connect({ name: REQUEST_PORT_NAME }), untilActive, errors });
}
