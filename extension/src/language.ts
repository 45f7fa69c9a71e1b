import { LANGUAGES, type Language } from "./settings.js";

/** Finds the language of a BCP 47 tag; undefined for one without texts. The daemon's `Language::parse` finds the same. */
export function languageFor(tag: string): Language | undefined {
  const locale = likely(tag);
  if (locale === undefined) return undefined;
  switch (locale.language) {
    case "ja":
      return locale.baseName.split("-").includes("simple") ? "ja-simple" : "ja";
    case "zh":
      return locale.script === "Hant" ? "zh-TW" : "zh-CN";
    case "pt":
      return "pt-BR";
    default:
      return LANGUAGES.find((language) => language === locale.language);
  }
}

/** The language of the extension's own pages and words: what the person chose, else the browser's, else English. */
export function spokenLanguage(chosen: Language | null, browsers: string): Language {
  return chosen ?? languageFor(browsers) ?? "en";
}

/** The locale with what a person who names so much of it most likely means. */
function likely(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    return undefined;
  }
}
