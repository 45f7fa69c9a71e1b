/** This site: whether it is served, whether in the words of Web eID too, and what changes that. */
import { byId, button, line, make, say } from "../dom.js";
import { answersWebEid, chooseWebEidForSite, readSettings, type WebEidSettings } from "../settings.js";
import { ALL_SITES, grantedSites, siteState, type SiteState } from "../sites.js";
import type { Text } from "../text.js";

/** Shows the site of the tab that the panel was opened over. */
export async function showSite(builtIn: readonly string[], text: Text): Promise<void> {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  const state = siteState(tab?.url, builtIn, await grantedSites(chrome));
  const { webEid } = await readSettings(chrome.storage);
  say(byId("site-state"), sayState(state, text));
  const again = (): Promise<void> => showSite(builtIn, text);
  byId("site-actions").replaceChildren(
    ...(tab?.url === undefined || state.state === "impossible" ? [] : webEidHere(state, new URL(tab.url).origin, webEid, text, again)),
    ...actions(state, text, again),
  );
}

function sayState(state: SiteState, text: Text): string {
  switch (state.state) {
    case "built-in":
      return text("popupSiteBuiltIn", state.site);
    case "allowed":
      return text("popupSiteAllowed", state.site);
    case "all-allowed":
      return text("popupSiteAllAllowed", state.site);
    case "not-allowed":
      return text("popupSiteNotAllowed", state.site);
    case "impossible":
      return text("popupSiteImpossible");
  }
}

/** The switch for Web eID on this site; it is off too where another extension is left to answer. */
function webEidHere({ state, site }: Exclude<SiteState, { state: "impossible" }>, origin: string, webEid: WebEidSettings, text: Text, again: () => Promise<void>): HTMLElement[] {
  const isLeft = webEid.steppedAside.includes(origin);
  const said = isLeft ? [line("warning", text("popupSteppedAside", site))] : [];
  if (state === "not-allowed") return said;
  const answers = make("input", "");
  answers.type = "checkbox";
  answers.checked = answersWebEid(webEid, origin) && !isLeft;
  answers.addEventListener("change", () => void chooseWebEidForSite(chrome.storage, origin, answers.checked).then(again));
  return [...said, make("label", "choice", answers, " ", text("popupWebEid"))];
}

function actions(state: SiteState, text: Text, again: () => Promise<void>): HTMLButtonElement[] {
  switch (state.state) {
    case "not-allowed":
      // The browser asks the person; it may close the panel meanwhile.
      return [button(text("popupAllow"), () => chrome.permissions.request({ origins: [state.pattern] }).then(again))];
    case "allowed":
      return [button(text("popupRevokeSite", state.site), () => chrome.permissions.remove({ origins: [state.pattern] }).then(again))];
    case "all-allowed":
      return [button(text("popupRevokeAll"), () => chrome.permissions.remove({ origins: [ALL_SITES] }).then(again))];
    case "built-in":
    case "impossible":
      return [];
  }
}
