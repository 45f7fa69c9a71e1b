import type { ErrorFields } from "../../page/src/errors.js";
import { isString, type UnknownRecord } from "../../page/src/guards.js";
import {
  CANCEL_ID,
  MAX_MESSAGE_BYTES,
  parseContentToBackground,
  parseNativeToBackground,
  REQUEST_ID,
  type BackgroundToContent,
  type BackgroundToNative,
} from "../messages.js";
import { hostWasThere, type Port } from "../ports.js";
import { checkRequest } from "./params.js";
import type { SenderVerdict } from "./sender.js";
import { ownError, type OwnErrorName } from "./texts.js";

/** How long a cancelled request waits for the service to confirm, before the native port is closed anyway. */
export const CANCEL_GRACE_MS = 1000;

/** What joins a relay to the browser. */
export interface RelayEnvironment {
  /** Starts the native host. */
  connectNative: () => Port;
  /** Why the port that just disconnected did so; meaningful only inside its `onDisconnect`. */
  lastError: () => string | undefined;
  /** The browser's language, for a request that names none. */
  uiLanguage: () => string;
  /** Whether the page's tab has no more requests open than it may. */
  admitted: boolean;
  /** Called once when the request is over, whatever way. */
  onEnd: () => void;
}

/**
 * Relays the one request of a content script's port to a native host of its own, and its answer back.
 *
 * Every way out closes the native port, so that no prompt outlives the page that wanted it.
 */
export class Relay {
  readonly #page: Port;
  readonly #sender: SenderVerdict;
  readonly #environment: RelayEnvironment;
  #native: Port | undefined;
  #lang: string;
  #state: "new" | "pending" | "cancelling" | "over" = "new";
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Port, sender: SenderVerdict, environment: RelayEnvironment) {
    this.#page = page;
    this.#sender = sender;
    this.#environment = environment;
    this.#lang = environment.uiLanguage();
    page.onMessage.addListener((message) => { this.#receiveFromPage(message); });
    page.onDisconnect.addListener(() => {
      // The browser logs an error that nobody looked at, for instance when it freezes the page.
      environment.lastError();
      this.#end();
    });
  }

  #receiveFromPage(message: unknown): void {
    const received = parseContentToBackground(message);
    switch (this.#state) {
      case "new":
        if (received?.type === "request") this.#start(received.method, received.params);
        else this.#fail("invalidRequest", { detail: "the first message of a port must be its request" });
        return;
      case "pending":
        if (received?.type === "cancel") this.#cancel();
        return;
      case "cancelling":
      case "over":
        return;
    }
  }

  #start(method: string, params: UnknownRecord): void {
    if (isString(params["lang"])) this.#lang = params["lang"];
    const sender = this.#sender;
    if (sender.verdict === "frame") { this.#fail("frame", { field: "origin", detail: sender.detail }); return; }
    if (sender.verdict === "stranger") { this.#fail("origin", { field: "origin", detail: sender.detail }); return; }
    if (!this.#environment.admitted) { this.#fail("tooMany"); return; }

    const checked = checkRequest(method, params, sender.origin);
    if (!checked.ok) { this.#fail("invalidRequest", { field: checked.field, detail: checked.detail }); return; }
    const request: BackgroundToNative = { jsonrpc: "2.0", id: REQUEST_ID, method: checked.method, params: checked.params };
    const bytes = new TextEncoder().encode(JSON.stringify(request)).byteLength;
    if (bytes > MAX_MESSAGE_BYTES) {
      this.#fail("tooLarge", { detail: `${bytes} bytes; at most ${MAX_MESSAGE_BYTES} are sent` });
      return;
    }

    this.#state = "pending";
    try {
      const native = this.#environment.connectNative();
      this.#native = native;
      native.onMessage.addListener((message) => { this.#receiveFromNative(message); });
      native.onDisconnect.addListener(() => { this.#nativeEnded(this.#environment.lastError()); });
      native.postMessage(request);
    } catch (error) {
      this.#fail("notInstalled", { detail: error instanceof Error ? error.message : "the native host cannot be started" });
    }
  }

  #receiveFromNative(message: unknown): void {
    if (this.#state === "over") return;
    const received = parseNativeToBackground(message);
    if (received === undefined) { this.#fail("notUnderstood", { detail: "not a JSON-RPC 2.0 answer" }); return; }
    if (received.type === "notification" || received.id === CANCEL_ID) return;
    if (received.type === "error") { this.#answer({ type: "error", error: received.error }); return; }
    if (received.id !== REQUEST_ID) { this.#fail("notUnderstood", { detail: "an answer to a request that was not made" }); return; }
    // A signature that was made while the page was cancelling is nobody's any more.
    if (this.#state === "cancelling") this.#fail("cancelled");
    else this.#answer({ type: "result", result: received.result });
  }

  #nativeEnded(reason: string | undefined): void {
    if (this.#state === "cancelling") { this.#fail("cancelled"); return; }
    this.#fail(hostWasThere(reason) ? "ended" : "notInstalled", { detail: reason ?? "the native host closed its output" });
  }

  #cancel(): void {
    this.#state = "cancelling";
    const cancel: BackgroundToNative = { jsonrpc: "2.0", id: CANCEL_ID, method: "cancel", params: { id: REQUEST_ID } };
    this.#native?.postMessage(cancel);
    this.#graceTimer = setTimeout(() => { this.#fail("cancelled"); }, CANCEL_GRACE_MS);
  }

  #fail(name: OwnErrorName, fields: ErrorFields = {}): void {
    this.#answer({ type: "error", error: ownError(name, this.#lang, fields) });
  }

  #answer(answer: BackgroundToContent): void {
    if (this.#state === "over") return;
    this.#page.postMessage(answer);
    this.#end();
  }

  #end(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    clearTimeout(this.#graceTimer);
    this.#native?.disconnect();
    this.#environment.onEnd();
  }
}
