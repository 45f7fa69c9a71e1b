/** The sites that may ask for the card: those that the person allowed, and those that need no permission. */
import { byId, button, make } from "../dom.js";
import { ALL_SITES, allowedSites } from "../sites.js";
import type { Text } from "../text.js";

const hostOf = (pattern: string): string => pattern.replace(/^https:\/\//, "").replace(/\/\*$/, "");

/** Lists the sites; `changed` is called after one was revoked. */
export async function showSites(builtIn: readonly string[], text: Text, changed: () => void): Promise<void> {
  const allowed = await allowedSites(chrome, builtIn);
  byId("no-sites").hidden = allowed.length > 0;
  byId("sites").replaceChildren(...allowed.map((pattern) => showAllowed(pattern, text, changed)));
  byId("built-in-sites").replaceChildren(...builtIn.map((pattern) => make("li", "", hostOf(pattern))));
}

function showAllowed(pattern: string, text: Text, changed: () => void): HTMLLIElement {
  const host = pattern === ALL_SITES ? text("optionsAllSites") : hostOf(pattern);
  const revoke = button(text("popupRevoke"), () => chrome.permissions.remove({ origins: [pattern] }).then(changed));
  revoke.setAttribute("aria-label", pattern === ALL_SITES ? text("popupRevokeAll") : text("popupRevokeSite", host));
  return make("li", "", make("span", "", host), revoke);
}
