import { JpkidError } from "./errors.js";
import type { UnknownRecord } from "./guards.js";
import { parseContentToPage, type Method, type PageToContent, type Stage } from "./messages.js";
import { pageError } from "./texts.js";

/** How long a page waits for the extension's first word. */
export const ACCEPT_TIMEOUT_MS = 1000;

/** What every call takes. */
export interface CallOptions {
  /**
   * The language of prompts and errors, a BCP 47 tag such as `ja` or `en`; otherwise that of the computer or the browser.
   * What the person chose in the extension goes before it, but for what this module says by itself, in Japanese or
   * English: `extension_unavailable`, `insecure_context`, and that reader or card is missing.
   */
  lang?: string;
  /** Ends the request and closes its prompt; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What the calls take that need the card. */
export interface CardOptions extends CallOptions {
  /** Waits for a reader and a card, as long as a window would wait for a PIN, instead of failing at once. */
  waitForCard?: boolean;
  /** Hears how far the request has come, so that the page can say what to do: insert the card, look for the window. */
  onProgress?: (stage: Stage) => void;
}

/** The part of a window that a call needs. */
export type ClientWindow = Pick<Window, "isSecureContext" | "postMessage" | "addEventListener" | "removeEventListener"> & {
  readonly location: Pick<Location, "origin">;
};

/** One request to send. */
export interface Call<Result> {
  method: Method;
  params: UnknownRecord;
  options: CardOptions;
  isResult: (value: unknown) => value is Result;
}

/**
 * Sends one request to the extension and waits for its answer.
 *
 * @throws JpkidError, or the signal's reason once it is aborted.
 */
export async function call<Result>(page: ClientWindow, { method, params, options, isResult }: Call<Result>): Promise<Result> {
  const { lang, signal, waitForCard, onProgress } = options;
  signal?.throwIfAborted();
  if (!page.isSecureContext) throw pageError("insecure_context", lang);

  const id = crypto.randomUUID();
  const origin = page.location.origin;
  const post = (message: PageToContent): void => {
    page.postMessage(message, origin);
  };

  return new Promise<Result>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      page.removeEventListener("message", receive);
      signal?.removeEventListener("abort", abort);
    };
    const abort = (): void => {
      end();
      post({ jpkid: "cancel", id });
      // The reason is the caller's own value, whatever its type.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal?.reason);
    };
    const receive = (event: MessageEvent<unknown>): void => {
      // Any frame with a handle to this window can post to it; only the window itself is the content script.
      if (event.source !== page || event.origin !== origin) return;
      const answer = parseContentToPage(event.data);
      if (answer?.id !== id) return;
      switch (answer.jpkid) {
        case "accepted":
          clearTimeout(timer);
          return;
        case "progress":
          onProgress?.(answer.stage);
          return;
        case "result":
          end();
          if (isResult(answer.result)) resolve(answer.result);
          else reject(new JpkidError({ code: "internal", message: `The answer to ${method} could not be understood.` }));
          return;
        case "error":
          end();
          reject(new JpkidError(answer.error));
          return;
      }
    };
    const timer = setTimeout(() => {
      end();
      // If the extension wakes up late, nobody waits for its prompt any more.
      post({ jpkid: "cancel", id });
      reject(pageError("extension_unavailable", lang));
    }, ACCEPT_TIMEOUT_MS);
    page.addEventListener("message", receive);
    signal?.addEventListener("abort", abort, { once: true });
    post({
      jpkid: "request",
      id,
      method,
      params: {
        ...params,
        ...(lang === undefined ? {} : { lang }),
        ...(waitForCard === undefined ? {} : { waitForCard }),
        ...(onProgress === undefined ? {} : { progress: true }),
      },
    });
  });
}
