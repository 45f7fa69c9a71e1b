import type en from "../_locales/en/messages.json";

/** The name of a text in `_locales`. */
export type TextKey = keyof typeof en;

/** Writes a text in the person's language, with these substitutions for its placeholders. */
export type Text = (key: TextKey, ...substitutions: string[]) => string;

/** The texts in the browser's language. */
export const text: Text = (key, ...substitutions) => chrome.i18n.getMessage(key, substitutions);
