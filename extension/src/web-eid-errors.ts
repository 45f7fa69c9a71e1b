import type { ErrorBody, ErrorCode } from "../page/src/errors.js";
import type { UnknownRecord } from "../page/src/guards.js";
import type { Action, WebEidAnswer } from "./web-eid-messages.js";

/** The codes that Web eID's library knows; any other would become `ERR_WEBEID_UNKNOWN_ERROR` there. */
export const WEB_EID_CODES = [
  "ERR_WEBEID_ACTION_PENDING",
  "ERR_WEBEID_ACTION_TIMEOUT",
  "ERR_WEBEID_CONTEXT_INSECURE",
  "ERR_WEBEID_EXTENSION_UNAVAILABLE",
  "ERR_WEBEID_MISSING_PARAMETER",
  "ERR_WEBEID_NATIVE_FATAL",
  "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
  "ERR_WEBEID_NATIVE_UNAVAILABLE",
  "ERR_WEBEID_UNKNOWN_ERROR",
  "ERR_WEBEID_USER_CANCELLED",
  "ERR_WEBEID_USER_TIMEOUT",
  "ERR_WEBEID_VERSION_INVALID",
  "ERR_WEBEID_VERSION_MISMATCH",
] as const;

/** A code of Web eID. */
export type WebEidCode = (typeof WEB_EID_CODES)[number];

// Written out short: the table is part of the script that runs in every page of a served site.
const FATAL = "ERR_WEBEID_NATIVE_FATAL";
const CANCELLED = "ERR_WEBEID_USER_CANCELLED";
const INVALID = "ERR_WEBEID_NATIVE_INVALID_ARGUMENT";
const INSECURE = "ERR_WEBEID_CONTEXT_INSECURE";
const UNKNOWN = "ERR_WEBEID_UNKNOWN_ERROR";

/**
 * Each of our codes in the words of Web eID. `USER_CANCELLED` is for what the person decided in a window: sites say
 * nothing more about it then. What the person still has to be told is a failure.
 */
export const WEB_EID_CODE_OF: Record<ErrorCode, WebEidCode> = {
  no_service: "ERR_WEBEID_NATIVE_UNAVAILABLE",
  no_reader: FATAL,
  no_card: FATAL,
  unsupported_card: FATAL,
  card_removed: FATAL,
  card_busy: FATAL,
  card_error: FATAL,
  access_denied: FATAL,
  pin_incorrect: CANCELLED,
  pin_blocked: FATAL,
  pin_last_try_refused: CANCELLED,
  prompt_unavailable: FATAL,
  certificate_missing: FATAL,
  certificate_expired: FATAL,
  certificate_mismatch: FATAL,
  user_cancelled: CANCELLED,
  user_timeout: "ERR_WEBEID_USER_TIMEOUT",
  origin_refused: INSECURE,
  rate_limited: "ERR_WEBEID_ACTION_PENDING",
  invalid_request: INVALID,
  message_too_large: INVALID,
  internal: UNKNOWN,
  extension_unavailable: "ERR_WEBEID_EXTENSION_UNAVAILABLE",
  insecure_context: INSECURE,
  interaction_required: UNKNOWN,
};

/** What a failure says beside its code. */
export type FailureFields = UnknownRecord & {
  message: string;
  /** Our own code. */
  reason: ErrorCode;
};

/** The answer to the page for an error. A site of Web eID shows `message` at most, so it holds the advice as well. */
export function failure(action: Action, { code, message, advice, ...fields }: ErrorBody, more: UnknownRecord = {}): WebEidAnswer {
  // Sites tell people to install the native application where that is unavailable: not where only the card's service is.
  return failed(action, fields.missing === "service" ? FATAL : WEB_EID_CODE_OF[code], {
    ...fields,
    ...more,
    ...(fields.field === "hashes" ? { field: "hash" } : {}),
    message: advice === undefined ? message : `${message} ${advice}`,
    reason: code,
  });
}

/** A failure with this code of Web eID. Its library copies all fields to the error that the page gets. */
export function failed(action: Action, code: WebEidCode, fields: FailureFields): WebEidAnswer {
  return { action: `${action}-failure`, error: { ...fields, code, name: className(code) } };
}

/** The name of the class that Web eID's library has for a code. */
export function className(code: WebEidCode): string {
  const words = code.toLowerCase().split("_").slice(2);
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("").replace(/Error$/, "")}Error`;
}
