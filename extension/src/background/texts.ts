import en from "../../_locales/en/messages.json";
import ja from "../../_locales/ja/messages.json";
import type { ErrorBody, ErrorFields, ErrorCode, MissingPart } from "../../page/src/errors.js";

type Texts = Record<keyof typeof en, { message: string }>;

/** By language; `satisfies` makes the compiler name a text that a language lacks. */
const TEXTS = { en, ja } satisfies Record<string, Texts>;

/** The errors that the background makes by itself; each has a message and an advice in `_locales`. */
const ERRORS = {
  /** A page inside another page asked. */
  frame: { code: "origin_refused", text: "errorFrame" },
  /** Whoever asked has no origin that could be shown. */
  origin: { code: "origin_refused", text: "errorOrigin" },
  /** A method or parameter is not of the protocol. */
  invalidRequest: { code: "invalid_request", text: "errorInvalidRequest" },
  /** The request does not fit into one message. */
  tooLarge: { code: "message_too_large", text: "errorTooLarge" },
  /** The person took the site's permission back. */
  notServed: { code: "extension_unavailable", text: "errorNotServed", missing: "permission" },
  /** Nobody touched the page, or not for a while. */
  untouched: { code: "interaction_required", text: "errorUntouched" },
  /** One tab has too many requests open. */
  tooMany: { code: "rate_limited", text: "errorTooMany" },
  /** One tab wants a second window. */
  alreadyAsking: { code: "rate_limited", text: "errorAlreadyAsking" },
  /** One site asks again and again. */
  tooOften: { code: "rate_limited", text: "errorTooOften" },
  /** The browser found no native host, or may not start it. */
  notInstalled: { code: "no_service", text: "errorNotInstalled", missing: "native-host" },
  /** The native host ended before it answered. */
  ended: { code: "no_service", text: "errorEnded" },
  /** The native host's answer is not of the protocol. */
  notUnderstood: { code: "internal", text: "errorNotUnderstood" },
  /** The browser failed the background. */
  interrupted: { code: "internal", text: "errorInterrupted" },
  /** The page cancelled and the service did not confirm it in time. */
  cancelled: { code: "user_cancelled", text: "errorCancelled" },
  /** The time that the page gave the person is over. */
  timedOut: { code: "user_timeout", text: "errorTimedOut" },
} as const satisfies Record<string, { code: ErrorCode; text: string; missing?: MissingPart }>;

/** The name of an error that the background makes by itself. */
export type OwnErrorName = keyof typeof ERRORS;

/** Picks the language for a BCP 47 tag; English for one that there are no texts for. */
export function languageOf(lang: string): keyof typeof TEXTS {
  return lang.toLowerCase().split("-")[0] === "ja" ? "ja" : "en";
}

/** Writes one of the background's own errors in the language of the BCP 47 tag `lang`. */
export function ownError(name: OwnErrorName, lang: string, fields: ErrorFields = {}): ErrorBody {
  const { code, text, ...own } = ERRORS[name];
  const texts = TEXTS[languageOf(lang)];
  return { code, message: texts[`${text}Message`].message, advice: texts[`${text}Advice`].message, ...own, ...fields };
}
