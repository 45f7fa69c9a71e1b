import type en from "../_locales/en/messages.json";
import type { Language } from "./settings.js";

/** The name of a text in `_locales`. */
export type TextKey = keyof typeof en;

/** Writes a text in the person's language, with these substitutions for its placeholders. */
export type Text = (key: TextKey, ...substitutions: string[]) => string;

/** The texts in the browser's language, for what stands among the browser's own words. */
export const browserText: Text = (key, ...substitutions) => chrome.i18n.getMessage(key, substitutions);

/** The texts of one language, in the form that browsers give them. */
export type Messages = Record<TextKey, { message: string; placeholders?: Record<string, { content: string }> }>;

/**
 * The texts in `language`. The browser's own function for that knows the browser's language alone, and none at all
 * that the person chose.
 */
export async function textIn(language: Language): Promise<Text> {
  const file = await fetch(chrome.runtime.getURL(fileOf(language)));
  return textOf((await file.json()) as Messages);
}

/** Where the texts of a language are. What the browser must not choose by itself stands where it does not look. */
export function fileOf(language: Language): string {
  const folder = language === "ja-simple" ? "chosen-locales" : "_locales";
  return `${folder}/${language.replace("-", "_")}/messages.json`;
}

/** The texts of one file. A placeholder's content is `$1` or `$2`: the number of its substitution. */
export function textOf(messages: Messages): Text {
  return (key, ...substitutions) => {
    const { message, placeholders = {} } = messages[key];
    return message.replace(/\$(\w+)\$/g, (whole, name: string) => {
      const content = placeholders[name.toLowerCase()]?.content;
      return (content && substitutions[Number(content.slice(1)) - 1]) ?? whole;
    });
  };
}
