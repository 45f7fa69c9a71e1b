/** The choice of the language. */
import { byId, make } from "../dom.js";
import { chooseLanguage, LANGUAGES, type Language } from "../settings.js";
import type { Text } from "../text.js";

/** Each language in its own words, so that whoever is lost finds it. */
const NAMES: Record<Language, string> = {
  ja: "日本語",
  "ja-simple": "やさしい日本語",
  en: "English",
  "zh-CN": "简体中文",
  "zh-TW": "繁體中文",
  ko: "한국어",
  vi: "Tiếng Việt",
  ne: "नेपाली",
  id: "Bahasa Indonesia",
  "pt-BR": "Português (Brasil)",
  fil: "Filipino",
  my: "မြန်မာ",
  th: "ไทย",
  es: "Español",
};

/** Shows the languages, and stores the one that is chosen; `changed` then shows the page anew. */
export function offerLanguages(chosen: Language | null, text: Text, changed: () => void): void {
  const select = byId("language") as HTMLSelectElement;
  const browser = new Option(text("optionsLanguageBrowser"), "");
  const named = LANGUAGES.map((language) => {
    const option = new Option(NAMES[language], language);
    option.lang = language === "ja-simple" ? "ja" : language;
    return option;
  });
  select.replaceChildren(browser, make("hr", ""), ...named);
  select.value = chosen ?? "";
  select.onchange = () => {
    const choice = LANGUAGES.find((language) => language === select.value) ?? null;
    void chooseLanguage(chrome.storage, choice).then(changed);
  };
}
