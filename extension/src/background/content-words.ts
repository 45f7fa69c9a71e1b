/** Keeps what content scripts say at hand for them, in the language that the person chose. */
import { CHOSEN_WORDS_KEY, CONTENT_ERRORS, CONTENT_ERROR_NAMES } from "../content/words.js";
import type { Settings, SettingsStorage } from "../settings.js";
import { errorWords } from "./texts.js";

/** Stores the words, or that the browser's language counts. */
export async function storeContentWords(storage: SettingsStorage, { language }: Settings): Promise<void> {
  const words = language && Object.fromEntries(CONTENT_ERROR_NAMES.map((name) => [name, errorWords(CONTENT_ERRORS[name].text, language)]));
  await storage.local.set({ [CHOSEN_WORDS_KEY]: words });
}
