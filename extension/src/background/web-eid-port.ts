import type { ErrorBody } from "../../page/src/errors.js";
import { parseBackgroundToContent, parseContentToBackground, type BackgroundToContent } from "../messages.js";
import type { Port } from "../ports.js";
import { isAction } from "../web-eid-messages.js";
import type { OwnErrorName } from "./texts.js";
import { interactionTime, lang, ourRequest, statusWithoutCards, success, type WebEidRequest } from "./web-eid-words.js";

/** How long the answer to `status` may take: a page's library gives up after 6 s, and says that no extension is there. */
export const STATUS_MS = 4000;

/** What a {@link WebEidPort} takes from the extension. */
export interface WebEidPortEnvironment {
  /** The extension's own version. */
  version: string;
  /** Writes an error in the person's language, else in that of the tag, else in the browser's. */
  ownError: (name: OwnErrorName, lang: string | undefined) => Promise<ErrorBody>;
}

/**
 * A content script's port whose page speaks Web eID, seen as one whose page speaks our own words: whoever relays for it
 * needs to know of no other.
 */
export class WebEidPort implements Port {
  readonly onMessage = { addListener: (listener: (message: unknown) => void): void => { this.#listeners.push(listener); } };
  readonly onDisconnect: Port["onDisconnect"];
  readonly #page: Port;
  readonly #environment: WebEidPortEnvironment;
  readonly #listeners: ((message: unknown) => void)[] = [];
  #request: WebEidRequest | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #late = false;

  constructor(page: Port, environment: WebEidPortEnvironment) {
    this.#page = page;
    this.#environment = environment;
    this.onDisconnect = page.onDisconnect;
    page.onDisconnect.addListener(() => { clearTimeout(this.#timer); });
    page.onMessage.addListener((message) => { this.#receive(message); });
  }

  /** Hands an answer to the content script; Web eID has no words for progress. */
  postMessage(message: unknown): void {
    const answer = parseBackgroundToContent(message);
    const request = this.#request;
    switch (answer?.type) {
      case "result": {
        const result = request && success(request, answer.result, this.#environment.version);
        if (result === undefined) this.#fail("notUnderstood");
        else this.#answer({ ...answer, result });
        return;
      }
      case "error":
        if (this.#late && answer.error.code === "user_cancelled") this.#fail("timedOut");
        else {
          const result = request && statusWithoutCards(request, answer.error, this.#environment.version);
          this.#answer(result === undefined ? answer : { type: "result", result, held: false });
        }
        return;
      case "progress":
      case undefined:
        return;
    }
  }

  disconnect(): void {
    clearTimeout(this.#timer);
    this.#page.disconnect();
  }

  #receive(message: unknown): void {
    const received = parseContentToBackground(message);
    if (received?.type === "request" && isAction(received.method) && this.#request === undefined) {
      const request = { action: received.method, message: received.params };
      this.#request = request;
      this.#timer = setTimeout(() => {
        this.#late = true;
        this.#hear({ type: "cancel" });
      }, interactionTime(request.message));
      this.#hear({ ...received, ...ourRequest(request) });
    } else {
      this.#hear(message);
    }
  }

  #hear(message: unknown): void {
    for (const listener of this.#listeners) listener(message);
  }

  #answer(answer: BackgroundToContent): void {
    clearTimeout(this.#timer);
    this.#page.postMessage(answer);
  }

  #fail(name: OwnErrorName): void {
    void this.#environment.ownError(name, lang(this.#request?.message ?? {})).then((error) => { this.#answer({ type: "error", error }); });
  }
}
