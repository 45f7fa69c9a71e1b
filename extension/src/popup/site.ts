/** This site: whether it is served, and the buttons that change it. */
import { byId, button, line, say } from "../dom.js";
import { readSettings } from "../settings.js";
import { ALL_SITES, grantedSites, siteState, type SiteState } from "../sites.js";
import type { Text } from "../text.js";

/** Shows the site of the tab that the panel was opened over. */
export async function showSite(builtIn: readonly string[], text: Text): Promise<void> {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  const state = siteState(tab?.url, builtIn, await grantedSites(chrome));
  const { webEid } = await readSettings(chrome.storage);
  const isLeft = tab?.url !== undefined && URL.canParse(tab.url) && webEid.steppedAside.includes(new URL(tab.url).origin);
  say(byId("site-state"), sayState(state, text));
  const again = (): Promise<void> => showSite(builtIn, text);
  byId("site-actions").replaceChildren(
    ...(state.state !== "impossible" && isLeft ? [line("warning", text("popupSteppedAside", state.site))] : []),
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
