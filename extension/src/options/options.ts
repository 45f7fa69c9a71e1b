/** The options page: language, sites, Web eID, and where the daemon's settings are. */
import { byId, fillPage, say } from "../dom.js";
import { readSettings } from "../settings.js";
import { text } from "../text.js";
import { offerLanguages } from "./language.js";
import { showSites } from "./sites.js";
import { showWebEid } from "./web-eid.js";

const builtIn = chrome.runtime.getManifest().content_scripts?.flatMap((script) => script.matches ?? []) ?? [];

async function show(): Promise<void> {
  const { language, webEid } = await readSettings(chrome.storage);
  const lang = language ?? chrome.i18n.getUILanguage();
  fillPage(text, lang);
  document.title = text("optionsHeading");
  const changed = (): void => void show().then(() => { say(byId("said"), text("optionsSaved")); });
  offerLanguages(language, text, changed);
  showWebEid(webEid, text, changed);
  await showSites(builtIn, text, changed);
}

await show();
