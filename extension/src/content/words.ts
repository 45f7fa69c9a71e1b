/**
 * What a content script says by itself. It reads it when it starts: a page must not wait for it, and a script that an
 * update left behind can ask nobody any more.
 */
import { isRecord, isString, type UnknownRecord } from "../../page/src/guards.js";
import type { ErrorBody, ErrorCode } from "../../page/src/errors.js";

/** The errors that content scripts make, and what their texts are called in `_locales`. */
export const CONTENT_ERRORS = {
  /** The script belongs to a version of the extension that is gone. */
  reload: { code: "extension_unavailable", text: "errorReload" },
  /** The background went away in the middle of a request. */
  interrupted: { code: "internal", text: "errorInterrupted" },
  /** The page cancelled before the request was sent, or was left. */
  cancelled: { code: "user_cancelled", text: "errorCancelled" },
  /** The request is not an object of the protocol. */
  malformed: { code: "invalid_request", text: "errorInvalidRequest" },
} as const satisfies Record<string, { code: ErrorCode; text: string }>;

/** The name of an error that content scripts make. */
export type ContentErrorName = keyof typeof CONTENT_ERRORS;

/** The errors of content scripts, each with its words. */
export type ContentErrors = Record<ContentErrorName, ErrorBody>;

/** Where the background stores their words in the language that the person chose; null where none was chosen. */
export const CHOSEN_WORDS_KEY = "contentErrorWords";

/** The names of all of them. */
export const CONTENT_ERROR_NAMES = Object.keys(CONTENT_ERRORS) as ContentErrorName[];

/** The errors in the browser's language. */
export function contentErrors(browserText: (key: string) => string): ContentErrors {
  const made = CONTENT_ERROR_NAMES.map((name) => {
    const { code, text } = CONTENT_ERRORS[name];
    return [name, { code, message: browserText(`${text}Message`), advice: browserText(`${text}Advice`) }];
  });
  return Object.fromEntries(made) as ContentErrors;
}

/** Puts the words that were stored in the place of those of the browser's language. */
export function adoptWords(errors: ContentErrors, stored: UnknownRecord): void {
  const chosen = stored[CHOSEN_WORDS_KEY];
  if (!isRecord(chosen)) return;
  for (const name of CONTENT_ERROR_NAMES) {
    const words = chosen[name];
    if (!isRecord(words) || !isString(words["message"]) || !isString(words["advice"])) continue;
    errors[name].message = words["message"];
    errors[name].advice = words["advice"];
  }
}
