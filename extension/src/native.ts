/**
 * The own pages' line to the native host: JSON-RPC 2.0 over one native port, opened by the first request and closed
 * when nobody needs it any more.
 */
import type { ErrorBody, ErrorFields } from "../page/src/errors.js";
import type { UnknownRecord } from "../page/src/guards.js";
import { ownError, type OwnErrorName } from "./background/texts.js";
import { parseNativeToBackground } from "./messages.js";
import { ANSWER_MS, hostWasThere, type Port } from "./ports.js";

/** How long a port without requests stays open for the next. */
export const IDLE_MS = 2000;

/** What joins the line to the browser. */
export interface NativeEnvironment {
  /** Starts the native host. */
  connectNative: () => Port;
  /** Why the port that just disconnected did so; meaningful only inside its `onDisconnect`. */
  lastError: (ended: Port) => string | undefined;
  /** The person's language, a BCP 47 tag. */
  lang: string;
}

/** Why a request failed: the daemon's word, or the extension's where none came. */
export class NativeFailure extends Error {
  override readonly name = "NativeFailure";

  constructor(
    readonly body: ErrorBody,
    /** Whether the native host was started and ended before it answered. */
    readonly hostEnded: boolean,
  ) {
    super(body.message);
  }
}

interface Pending {
  /** Takes the result; false if it is not what it must be. */
  take: (result: unknown) => boolean;
  reject: (failure: NativeFailure) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** A line to the native host. */
export class NativeClient {
  /** Called when readers or cards come and go, after {@link NativeClient.subscribe}. */
  onChange: () => void = () => undefined;
  readonly #environment: NativeEnvironment;
  readonly #pending = new Map<string | number, Pending>();
  #port: Port | undefined;
  #subscribed = false;
  /** Whether the port brought an answer: the daemon is there then, whatever else is not. */
  #heard = false;
  #lastId = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(environment: NativeEnvironment) {
    this.#environment = environment;
  }

  /** Asks for `method`, whose result `parse` reads; its params get the person's language. Rejects with a {@link NativeFailure}. */
  request<Result>(method: string, params: UnknownRecord, parse: (result: unknown) => Result | undefined): Promise<Result> {
    return this.#send(method, { ...params, lang: this.#environment.lang }, parse);
  }

  /** Has {@link NativeClient.onChange} called from now on, and keeps the port open. */
  async subscribe(): Promise<void> {
    if (this.#subscribed) return;
    await this.#send("subscribe", {}, () => true);
    this.#subscribed = true;
    clearTimeout(this.#idleTimer);
  }

  /** Closes the port; requests that are pending get no answer. */
  close(): void {
    clearTimeout(this.#idleTimer);
    this.#subscribed = false;
    this.#heard = false;
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
    this.#port?.disconnect();
    this.#port = undefined;
  }

  #send<Result>(method: string, params: UnknownRecord, parse: (result: unknown) => Result | undefined): Promise<Result> {
    clearTimeout(this.#idleTimer);
    return new Promise((resolve, reject) => {
      const take = (result: unknown): boolean => {
        const parsed = parse(result);
        if (parsed !== undefined) resolve(parsed);
        return parsed !== undefined;
      };
      this.#lastId += 1;
      const timer = setTimeout(() => {
        this.#fail("silent", { missing: this.#heard ? "service" : "daemon", detail: `no answer to ${method} within ${ANSWER_MS / 1000} s` });
      }, ANSWER_MS);
      this.#pending.set(this.#lastId, { take, reject, timer });
      try {
        this.#port ??= this.#connect();
        this.#port.postMessage({ jsonrpc: "2.0", id: this.#lastId, method, params });
      } catch (error) {
        this.#fail("notInstalled", { detail: error instanceof Error ? error.message : "the native host cannot be started" });
      }
    });
  }

  #connect(): Port {
    const port = this.#environment.connectNative();
    port.onMessage.addListener((message) => {
      if (port === this.#port) this.#receive(message);
    });
    port.onDisconnect.addListener(() => {
      const reason = this.#environment.lastError(port);
      if (port !== this.#port) return;
      this.#fail(hostWasThere(reason) ? "ended" : "notInstalled", { detail: reason ?? "the native host closed its output" });
    });
    return port;
  }

  #receive(message: unknown): void {
    const received = parseNativeToBackground(message);
    if (received === undefined) {
      this.#fail("notUnderstood", { detail: "not a JSON-RPC 2.0 answer" });
      return;
    }
    if (received.type === "notification") {
      if (received.method === "reader" || received.method === "card") this.onChange();
      return;
    }
    const pending = received.id === null ? undefined : this.#pending.get(received.id);
    if (pending === undefined || received.id === null) return;
    if (received.type === "result" && !pending.take(received.result)) {
      this.#fail("notUnderstood", { detail: "a result that is not of the protocol" });
      return;
    }
    this.#heard = true;
    clearTimeout(pending.timer);
    this.#pending.delete(received.id);
    if (received.type === "error") pending.reject(new NativeFailure(received.error, false));
    this.#rest();
  }

  /** Ends the port, and all that waits for it with the same error. */
  #fail(name: OwnErrorName, fields: ErrorFields): void {
    const failure = new NativeFailure(ownError(name, this.#environment.lang, fields), name === "ended");
    const waiting = [...this.#pending.values()];
    const wasSubscribed = this.#subscribed;
    this.close();
    for (const { reject } of waiting) reject(failure);
    // Whoever looks on and waits for no answer learns by asking again that nobody is there.
    if (wasSubscribed && waiting.length === 0) this.onChange();
  }

  #rest(): void {
    if (this.#subscribed || this.#pending.size > 0) return;
    this.#idleTimer = setTimeout(() => { this.close(); }, IDLE_MS);
  }
}
