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

/**
 * Every code of a {@link JpkidError}.
 *
 * - `extension_unavailable`: the extension is not installed, not allowed on this site, or was just updated.
 * - `insecure_context`: the page came over plain http from another machine.
 * - all others: see docs/protocol.md.
 */
export type ErrorCode = ServiceErrorCode | "extension_unavailable" | "insecure_context";

/**
 * The parts between the extension and the card that may not be there: the program that the browser starts, the
 * daemon, and the system's smart card service.
 */
export const MISSING_PARTS = ["native-host", "daemon", "service"] as const;

/** A part that does not run, or is not installed. */
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
  /** Which part does not run; with `no_service`. */
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
  /** Which part does not run; with `no_service`. */
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

/** The codes that only this module and the content script make. */
type PageErrorCode = Exclude<ErrorCode, ServiceErrorCode>;

/** The texts of the errors that are made before any other part can speak. */
const PAGE_ERROR_TEXTS: Record<"en" | "ja", Record<PageErrorCode, { message: string; advice: string }>> = {
  en: {
    extension_unavailable: {
      message: "The jpkid browser extension did not answer.",
      advice: "Install or enable the extension, allow it on this site with its toolbar button, then reload the page.",
    },
    insecure_context: {
      message: "This page was not loaded over a secure connection.",
      advice: "Open the site with an address that starts with https://.",
    },
  },
  ja: {
    extension_unavailable: {
      message: "ブラウザー拡張機能 jpkid から応答がありません。",
      advice: "拡張機能をインストールまたは有効にし、ツールバーのボタンでこのサイトでの利用を許可してから、ページを再読み込みしてください。",
    },
    insecure_context: {
      message: "このページは安全な接続で読み込まれていません。",
      advice: "https:// で始まるアドレスでサイトを開いてください。",
    },
  },
};

/** Makes the error for a page that the extension cannot serve; `lang` is a BCP 47 tag. */
export function pageError(code: PageErrorCode, lang: string | undefined): JpkidError {
  const language = lang?.toLowerCase().split("-")[0] === "ja" ? "ja" : "en";
  return new JpkidError({ code, ...PAGE_ERROR_TEXTS[language][code] });
}
