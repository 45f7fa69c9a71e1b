/** The toolbar button's panel: says whether the page is served, allows a site, lists and revokes the allowed ones. */
import { allowedSites, siteState, type SiteState } from "../sites.js";

const builtIn = chrome.runtime.getManifest().content_scripts?.flatMap((script) => script.matches ?? []) ?? [];
const text = (key: string, ...substitutions: string[]): string => chrome.i18n.getMessage(key, substitutions);

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new TypeError(`popup.html has no #${id}`);
  return found;
}

function button(label: string, onClick: () => Promise<unknown>): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", () => void onClick().then(show));
  return made;
}

const allow = (pattern: string): Promise<boolean> => chrome.permissions.request({ origins: [pattern] });
const revoke = (pattern: string): Promise<boolean> => chrome.permissions.remove({ origins: [pattern] });
const hostOf = (pattern: string): string => pattern.replace(/^https:\/\//, "").replace(/\/\*$/, "");

function showSite(state: SiteState): void {
  const actions = element("site-actions");
  actions.replaceChildren();
  const say = (message: string): void => { element("site-state").textContent = message; };
  switch (state.state) {
    case "built-in":
      say(text("popupSiteBuiltIn", state.site));
      return;
    case "allowed":
      say(text("popupSiteAllowed", state.site));
      return;
    case "not-allowed":
      say(text("popupSiteNotAllowed", state.site));
      actions.append(button(text("popupAllow"), () => allow(state.pattern)));
      return;
    case "impossible":
      say(text("popupSiteImpossible"));
      return;
  }
}

function showList(patterns: readonly string[]): void {
  const rows = patterns.map((pattern) => {
    const host = hostOf(pattern);
    const name = document.createElement("span");
    name.textContent = host;
    const remove = button(text("popupRevoke"), () => revoke(pattern));
    remove.setAttribute("aria-label", text("popupRevokeSite", host));
    const row = document.createElement("li");
    row.append(name, remove);
    return row;
  });
  element("sites").replaceChildren(...rows);
  element("no-sites").hidden = patterns.length > 0;
}

async function show(): Promise<void> {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  const allowed = await allowedSites(chrome, builtIn);
  showSite(siteState(tab?.url, builtIn, allowed));
  showList(allowed);
}

document.documentElement.lang = chrome.i18n.getUILanguage();
document.title = text("extensionName");
for (const labelled of document.querySelectorAll<HTMLElement>("[data-text]")) {
  labelled.textContent = text(labelled.dataset["text"] ?? "");
}
element("version").textContent = text("popupVersion", chrome.runtime.getManifest().version);
void show();
