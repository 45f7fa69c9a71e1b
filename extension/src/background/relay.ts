import type { ErrorFields } from "../../page/src/errors.js";
import { isCount, isRecord, isString, type UnknownRecord } from "../../page/src/guards.js";
import type { Method } from "../../page/src/messages.js";
import {
  CANCEL_ID,
  MAX_MESSAGE_BYTES,
  opensWindow,
  parseContentToBackground,
  parseNativeToBackground,
  REQUEST_ID,
  type BackgroundToContent,
  type BackgroundToNative,
} from "../messages.js";
import { hostWasThere, type Port } from "../ports.js";
import type { Asked, Verdict } from "./admission.js";
import type { Keep } from "./holds.js";
import { checkRequest } from "./params.js";
import type { SenderVerdict } from "./sender.js";
import { ownError, type OwnErrorName } from "./texts.js";

/** How long a cancelled request waits for the service to confirm, before the native port is closed anyway. */
export const CANCEL_GRACE_MS = 1000;

/** What the browser knows now and a request depends on. */
export interface Conditions {
  /** Whether the page's site may use the extension: the person can have taken that back since the page was opened. */
  served: boolean;
  /** The language that the person chose for everything; undefined where the page's counts. */
  language: string | undefined;
}

/** What joins a relay to the browser and to the other requests. */
export interface RelayEnvironment {
  /** Looks up what the request of a page of `origin` depends on. */
  conditions: (origin: string) => Promise<Conditions>;
  /** Lets the request in, or says why not. */
  enter: (asked: Asked) => Verdict;
  /** The native port that the request goes through: a new one, or one that was kept for it. */
  connectNative: (method: Method, page: { tabId: number; origin: string }) => Port;
  /** Keeps a native port for the signature that follows, instead of closing it. */
  keep: (keep: Keep) => void;
  /** Why the port that just disconnected did so; meaningful only inside its `onDisconnect`. */
  lastError: (ended: Port) => string | undefined;
  /** How long the answer to a request may take that no person is asked about, in milliseconds. */
  answerMs: number;
  /** The browser's language, for a request that names none. */
  uiLanguage: () => string;
  /** Called once when the request is over, whatever way. */
  onEnd: () => void;
}

/** A request that was sent on. */
interface Pending {
  native: Port;
  method: Method;
  leave: (answered: boolean) => void;
  page: { tabId: number; origin: string };
  /** Whether the native port is to be kept for a signature afterwards. */
  hold: boolean;
}

/**
 * Relays the one request of a content script's port to a native host, and its answer back.
 *
 * Every way out closes the native port, so that no prompt outlives the page that wanted it; all but one: the service
 * holds the signature password for a connection, and where it says so the port is handed on to be kept.
 */
export class Relay {
  readonly #page: Port;
  readonly #sender: SenderVerdict;
  readonly #environment: RelayEnvironment;
  #lang: string;
  #state: "new" | "checking" | "pending" | "cancelling" | "over" = "new";
  #pending: Pending | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Port, sender: SenderVerdict, environment: RelayEnvironment) {
    this.#page = page;
    this.#sender = sender;
    this.#environment = environment;
    this.#lang = environment.uiLanguage();
    page.onMessage.addListener((message) => { this.#receiveFromPage(message); });
    page.onDisconnect.addListener(() => {
      // The browser logs an error that nobody looked at, for instance when it freezes the page.
      environment.lastError(page);
      this.#end(false);
    });
  }

  /** Ends the request if its site may use the extension no longer. */
  async reconsider(): Promise<void> {
    if (this.#pending === undefined) return;
    const { served } = await this.#environment.conditions(this.#pending.page.origin);
    if (!served) this.#fail("notServed");
  }

  #receiveFromPage(message: unknown): void {
    const received = parseContentToBackground(message);
    switch (this.#state) {
      case "new":
        if (received?.type === "request") this.#check(received);
        else this.#fail("invalidRequest", { detail: "the first message of a port must be its request" });
        return;
      case "checking":
        if (received?.type === "cancel") this.#fail("cancelled");
        return;
      case "pending":
        if (received?.type === "cancel") this.#cancel();
        return;
      case "cancelling":
      case "over":
        return;
    }
  }

  #check(request: { method: string; params: UnknownRecord; touched: boolean }): void {
    if (isString(request.params["lang"])) this.#lang = request.params["lang"];
    const sender = this.#sender;
    if (sender.verdict !== "page") {
      this.#fail(sender.verdict === "frame" ? "frame" : "origin", { field: "origin", detail: sender.detail });
      return;
    }
    this.#state = "checking";
    this.#environment.conditions(sender.origin).then(
      ({ served, language }) => {
        if (this.#state !== "checking") return;
        if (language !== undefined) this.#lang = language;
        if (served) this.#start(request, { tabId: sender.tabId, origin: sender.origin }, language);
        else this.#fail("notServed");
      },
      (reason: unknown) => { this.#fail("interrupted", { detail: String(reason) }); },
    );
  }

  #start({ method, params, touched }: { method: string; params: UnknownRecord; touched: boolean }, page: Pending["page"], language: string | undefined): void {
    const checked = checkRequest(method, language === undefined ? params : { ...params, lang: language }, page.origin);
    if (!checked.ok) { this.#fail("invalidRequest", { field: checked.field, detail: checked.detail }); return; }
    const request: BackgroundToNative = { jsonrpc: "2.0", id: REQUEST_ID, method: checked.method, params: checked.params };
    const bytes = new TextEncoder().encode(JSON.stringify(request)).byteLength;
    if (bytes > MAX_MESSAGE_BYTES) {
      this.#fail("tooLarge", { detail: `${bytes} bytes; at most ${MAX_MESSAGE_BYTES} are sent` });
      return;
    }
    const asks = opensWindow(checked.method, checked.params);
    if (asks && !touched) { this.#fail("untouched"); return; }
    const verdict = this.#environment.enter({ ...page, opensWindow: asks });
    if (!verdict.admitted) {
      const { reason, ...fields } = verdict;
      this.#fail(reason, "retryAfterSeconds" in fields ? { retryAfterSeconds: fields.retryAfterSeconds } : {});
      return;
    }

    this.#state = "pending";
    try {
      const native = this.#environment.connectNative(checked.method, page);
      this.#pending = { native, method: checked.method, leave: verdict.leave, page, hold: checked.params["hold"] === true };
      native.onMessage.addListener((message) => { this.#receiveFromNative(message); });
      native.onDisconnect.addListener(() => { this.#nativeEnded(this.#environment.lastError(native)); });
      native.postMessage(request);
      if (!asks && checked.params["waitForCard"] !== true) {
        const { answerMs } = this.#environment;
        this.#timer = setTimeout(() => {
          this.#fail("silent", { missing: "daemon", detail: `no answer within ${answerMs / 1000} s` });
        }, answerMs);
      }
    } catch (error) {
      if (this.#pending === undefined) verdict.leave(false);
      this.#fail("notInstalled", { detail: error instanceof Error ? error.message : "the native host cannot be started" });
    }
  }

  #receiveFromNative(message: unknown): void {
    if (this.#state === "over") return;
    const received = parseNativeToBackground(message);
    if (received === undefined) { this.#fail("notUnderstood", { detail: "not a JSON-RPC 2.0 answer" }); return; }
    if (received.type === "progress") {
      if (received.id === REQUEST_ID && this.#state === "pending") this.#tell({ type: "progress", stage: received.stage });
      return;
    }
    if (received.type === "notification" || received.id === CANCEL_ID) return;
    if (received.type === "error") { this.#answer({ type: "error", error: received.error }); return; }
    if (received.id !== REQUEST_ID) { this.#fail("notUnderstood", { detail: "an answer to a request that was not made" }); return; }
    // A signature that was made while the page was cancelling is nobody's any more.
    if (this.#state === "cancelling") this.#fail("cancelled");
    else {
      const result = this.#pending?.method === "status" ? withoutReaderNames(received.result) : received.result;
      this.#answer({ type: "result", result, held: this.#keep(result) });
    }
  }

  /** Hands the native port on where the service holds the password for it; returns whether it did. */
  #keep(result: unknown): boolean {
    const seconds = isRecord(result) ? result["heldSeconds"] : undefined;
    if (this.#pending?.hold !== true || !isCount(seconds) || seconds === 0) return false;
    const { native, page } = this.#pending;
    this.#environment.keep({ ...page, native, page: this.#page, seconds });
    return true;
  }

  #nativeEnded(reason: string | undefined): void {
    if (this.#state === "cancelling") { this.#fail("cancelled"); return; }
    this.#fail(hostWasThere(reason) ? "ended" : "notInstalled", { detail: reason ?? "the native host closed its output" });
  }

  #cancel(): void {
    this.#state = "cancelling";
    const cancel: BackgroundToNative = { jsonrpc: "2.0", id: CANCEL_ID, method: "cancel", params: { id: REQUEST_ID } };
    this.#pending?.native.postMessage(cancel);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#fail("cancelled"); }, CANCEL_GRACE_MS);
  }

  #fail(name: OwnErrorName, fields: ErrorFields = {}): void {
    this.#answer({ type: "error", error: ownError(name, this.#lang, fields) });
  }

  #tell(message: BackgroundToContent): void {
    this.#page.postMessage(message);
  }

  #answer(answer: BackgroundToContent): void {
    if (this.#state === "over") return;
    this.#tell(answer);
    this.#end(answer.type === "result", answer.type === "result" && answer.held);
  }

  #end(answered: boolean, kept = false): void {
    if (this.#state === "over") return;
    this.#state = "over";
    clearTimeout(this.#timer);
    if (!kept) this.#pending?.native.disconnect();
    this.#pending?.leave(answered);
    this.#environment.onEnd();
  }
}

/** A status with the readers numbered: a reader's name can hold a serial number, by which pages would know a person again. */
function withoutReaderNames(status: unknown): unknown {
  if (!isRecord(status) || !Array.isArray(status["readers"])) return status;
  const readers: unknown[] = status["readers"];
  return { ...status, readers: readers.map((reader, index) => (isRecord(reader) ? { ...reader, name: `Reader ${index + 1}` } : reader)) };
}
