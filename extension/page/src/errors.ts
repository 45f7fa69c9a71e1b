/**
 * Every code that the service behind the extension may answer with. The list is closed: docs/protocol.md
 * says what each one means.
 */
export const SERVICE_ERROR_CODES = [
  "no_service",
  "access_denied",
  "no_reader",
  "no_card",
  "unsupported_card",
  "card_removed",
  "card_busy",
  "card_error",
  "pin_incorrect",
  "pin_blocked",
  "pin_last_try_refused",
  "prompt_unavailable",
  "certificate_missing",
  "certificate_expired",
  "certificate_mismatch",
  "user_cancelled",
  "user_timeout",
  "origin_refused",
  "rate_limited",
  "invalid_request",
  "message_too_large",
  "internal",
] as const;

/** A code that the service, or the extension on its behalf, answers with. */
export type ServiceErrorCode = (typeof SERVICE_ERROR_CODES)[number];

/** The codes that this module and the extension add to those of the service. */
export const PAGE_ERROR_CODES = ["extension_unavailable", "insecure_context", "interaction_required"] as const;

/**
 * Every code of a {@link JpkidError}.
 *
 * - `extension_unavailable`: the extension is not installed, not allowed on this site, or was just updated.
 * - `insecure_context`: the page came over plain http from another machine.
 * - `interaction_required`: nobody has touched the page in the last minute. Ask from a button's click.
 * - all others: see docs/protocol.md.
 */
export type ErrorCode = ServiceErrorCode | (typeof PAGE_ERROR_CODES)[number];

/**
 * What can be missing on the way to the card, as far as an error says it.
 *
 * - `permission`: the person took this site's permission back while the page was open.
 * - `native-host`: the browser finds no program jpkid on this computer, or may not start it.
 * - `daemon`: the program is there, but its daemon cannot be reached.
 * - `service`: the computer's smart card service does not run, or the system denies it to this person.
 */
export const MISSING_PARTS = ["permission", "native-host", "daemon", "service"] as const;

/** A part that an error says is missing. */
export type MissingPart = (typeof MISSING_PARTS)[number];

/** What an error says beside its code; each field is there only where it applies. */
export interface ErrorFields {
  /** What the person can do about it, in the language asked for. */
  advice?: string;
  /** Tries left before the PIN is blocked, 0 to 5. */
  triesLeft?: number;
  /** The parameter that was refused. */
  field?: string;
  /** English, for developers; never shown to a person. */
  detail?: string;
  /** When to try again, in seconds; with `rate_limited`. */
  retryAfterSeconds?: number;
  /** What is missing; with `no_service` and `extension_unavailable`, where it is known. */
  missing?: MissingPart;
}

/** An error as it crosses from the extension to the page. */
export interface ErrorBody extends ErrorFields {
  /** What went wrong, for programs. */
  code: ErrorCode;
  /** What went wrong, a sentence in the language asked for. */
  message: string;
}

/** Why a call of this module failed. `message` can be shown to the person as it is. */
export class JpkidError extends Error {
  override readonly name = "JpkidError";
  /** What went wrong, for programs. */
  readonly code: ErrorCode;
  /** What the person can do about it, in the language asked for. */
  readonly advice: string | undefined;
  /** Tries left before the PIN is blocked, 0 to 5; known after a wrong PIN. */
  readonly triesLeft: number | undefined;
  /** The parameter that was refused. */
  readonly field: string | undefined;
  /** English, for developers; not meant for the person. */
  readonly detail: string | undefined;
  /** When to try again, in seconds; with `rate_limited`. */
  readonly retryAfterSeconds: number | undefined;
  /** What is missing; with `no_service` and `extension_unavailable`, where it is known. */
  readonly missing: MissingPart | undefined;

  /** Makes the error out of what the extension sent. */
  constructor(body: ErrorBody) {
    super(body.message);
    this.code = body.code;
    this.advice = body.advice;
    this.triesLeft = body.triesLeft;
    this.field = body.field;
    this.detail = body.detail;
    this.retryAfterSeconds = body.retryAfterSeconds;
    this.missing = body.missing;
  }
}
