/** The toolbar button's panel: this site, the card, its recent uses, and the self-test. */
import { byId, button, fillPage, line, say } from "../dom.js";
import { spokenLanguage } from "../language.js";
import { NATIVE_HOST_NAME } from "../messages.js";
import { NativeClient, NativeFailure } from "../native.js";
import { parseHistory, parseOwnStatus } from "../own-results.js";
import { lastErrorOf } from "../ports.js";
import { readSettings } from "../settings.js";
import { textIn } from "../text.js";
import { sayReaders, showReaders } from "./card.js";
import { showSite } from "./site.js";
import { offerSelfTest } from "./test.js";
import { showUses, SHOWN_USES } from "./uses.js";

const manifest = chrome.runtime.getManifest();
const builtIn = manifest.content_scripts?.flatMap((script) => script.matches ?? []) ?? [];
const { language: chosen } = await readSettings(chrome.storage);
const lang = chosen ?? chrome.i18n.getUILanguage();
const language = spokenLanguage(chosen, chrome.i18n.getUILanguage());
const text = await textIn(language);

const connect = (): NativeClient =>
  new NativeClient({
    connectNative: () => chrome.runtime.connectNative(NATIVE_HOST_NAME),
    lastError: lastErrorOf,
    lang,
  });

const client = connect();
let isLooking = false;
let isStale = false;

/** Asks for readers, card and uses; once more if something changed meanwhile. */
async function look(): Promise<void> {
  isStale = true;
  if (isLooking) return;
  isLooking = true;
  while (isStale) {
    isStale = false;
    try {
      await lookOnce();
    } catch (error) {
      if (!(error instanceof NativeFailure)) throw error;
      say(byId("card-state"), error.body.message);
      byId("readers").replaceChildren(line("plain", error.body.advice ?? ""), button(text("cardLookAgain"), look));
      byId("uses-section").hidden = true;
    }
  }
  isLooking = false;
}

async function lookOnce(): Promise<void> {
  // Before the first look, so that no change falls between.
  await client.subscribe();
  const status = await client.request("status", { validity: true }, parseOwnStatus);
  say(byId("card-state"), sayReaders(status, text));
  byId("readers").replaceChildren(...showReaders(status, new Date(), text, language));
  byId("uses").replaceChildren(...await lookAtUses());
  byId("uses-section").hidden = false;
}

/** The uses, or why they cannot be told: the card is there all the same. */
async function lookAtUses(): Promise<HTMLElement[]> {
  try {
    return showUses(await client.request("history", { limit: SHOWN_USES }, parseHistory), text, language);
  } catch (error) {
    if (!(error instanceof NativeFailure)) throw error;
    return [line("quiet", error.body.message)];
  }
}

fillPage(text, language);
say(byId("card-state"), text("cardLooking"));
say(byId("version"), text("popupVersion", manifest.version));
byId("settings").addEventListener("click", () => void chrome.runtime.openOptionsPage());
client.onChange = () => void look();
offerSelfTest({
  connect,
  programs: { extension: manifest.version, browser: navigator.userAgent, system: navigator.platform, language },
  text,
});
await Promise.all([showSite(builtIn, text), look()]);
