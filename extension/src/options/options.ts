/** The options page: language, sites, Web eID, and where the daemon's settings are. */
import { byId, fillPage, say } from "../dom.js";
import { spokenLanguage } from "../language.js";
import { readSettings } from "../settings.js";
import { textIn } from "../text.js";
import { offerLanguages } from "./language.js";
import { showSites } from "./sites.js";
import { showWebEid } from "./web-eid.js";

const builtIn = chrome.runtime.getManifest().content_scripts?.flatMap((script) => script.matches ?? []) ?? [];

async function show(): Promise<void> {
  const { language: chosen, webEid } = await readSettings(chrome.storage);
  const language = spokenLanguage(chosen, chrome.i18n.getUILanguage());
  const text = await textIn(language);
  fillPage(text, language);
  document.title = text("optionsHeading");
  const changed = (): void => void show().then(() => { say(byId("said"), text("optionsSaved")); });
  offerLanguages(chosen, text, changed);
  showWebEid(webEid, text, changed);
  await showSites(builtIn, text, changed);
}

await show();
