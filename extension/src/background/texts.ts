import en from "../../_locales/en/messages.json";
import es from "../../_locales/es/messages.json";
import fil from "../../_locales/fil/messages.json";
import id from "../../_locales/id/messages.json";
import ja from "../../_locales/ja/messages.json";
import ko from "../../_locales/ko/messages.json";
import my from "../../_locales/my/messages.json";
import ne from "../../_locales/ne/messages.json";
import ptBr from "../../_locales/pt_BR/messages.json";
import th from "../../_locales/th/messages.json";
import vi from "../../_locales/vi/messages.json";
import zhCn from "../../_locales/zh_CN/messages.json";
import zhTw from "../../_locales/zh_TW/messages.json";
import jaSimple from "../../chosen-locales/ja_simple/messages.json";
import type { ErrorBody, ErrorFields, ErrorCode, MissingPart } from "../../page/src/errors.js";
import { languageFor } from "../language.js";
import type { Language } from "../settings.js";
import type { TextKey } from "../text.js";

type Texts = Record<TextKey, { message: string }>;

type ErrorTextName = TextKey extends infer Key ? (Key extends `${infer Name}Message` ? Name : never) : never;

/** By language; the compiler names a text that a language lacks. The build keeps of them what errors say. */
const TEXTS: Record<Language, Texts> = {
  en, ja, "ja-simple": jaSimple, "zh-CN": zhCn, "zh-TW": zhTw, ko,
  vi, ne, id, "pt-BR": ptBr, fil, my, th, es,
};

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
  /** The native host, or what is behind it, said nothing for too long. */
  silent: { code: "no_service", text: "errorSilent" },
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

/** The two texts of an error, by what they are called in `_locales` before `Message` and `Advice`. */
export function errorWords(text: ErrorTextName, language: Language): { message: string; advice: string } {
  const texts = TEXTS[language];
  return { message: texts[`${text}Message`].message, advice: texts[`${text}Advice`].message };
}

/** Writes one of the background's own errors in the language of the BCP 47 tag `lang`; in English where there are no texts for it. */
export function ownError(name: OwnErrorName, lang: string, fields: ErrorFields = {}): ErrorBody {
  const { code, text, ...own } = ERRORS[name];
  return { code, ...errorWords(text, languageFor(lang) ?? "en"), ...own, ...fields };
}
