import type { ErrorBody } from "../../page/src/errors.js";
import type { UnknownRecord } from "../../page/src/guards.js";
import { opensWindow, parseBackgroundToContent, type ContentToBackground, type Stage } from "../messages.js";
import type { Port } from "../ports.js";
import type { Activation } from "./activation.js";

/**
 * - `reload`: this script belongs to a version of the extension that is gone.
 * - `interrupted`: the background went away in the middle of a request.
 * - `cancelled`: the page cancelled before the request was sent, or was left.
 */
export type ExchangeErrorName = "reload" | "interrupted" | "cancelled";

/** What joins the exchanges to the browser. */
export interface ExchangeEnvironment {
  /** Opens a port to the background. Throws once the extension was updated or removed. */
  connect: () => Port;
  /** Settles when the page is on screen: a page that the browser loads ahead of time must ask for nothing. */
  untilActive: () => Promise<void>;
  /** Whether a person touched the page. */
  activation: Pick<Activation, "isFresh" | "renew">;
  /** The errors that are made here, in the browser's language. */
  errors: Record<ExchangeErrorName, ErrorBody>;
}

/** Who asked. Hears `progress` any number of times, then one of the others once. */
export interface Asker {
  progress: (stage: Stage) => void;
  result: (result: unknown) => void;
  error: (error: ErrorBody) => void;
}

/** One request and its answer. */
interface Exchange {
  port?: Port;
  /** Undefined once it was answered; a port can stay open afterwards, for the background to see the page go. */
  asker: Asker | undefined;
}

/** All requests of a page to the background. Each has a port of its own, so that closing the page closes it. */
export class Exchanges {
  readonly #environment: ExchangeEnvironment;
  readonly #open = new Set<Exchange>();

  constructor(environment: ExchangeEnvironment) {
    this.#environment = environment;
  }

  /** Sends a request; returns what cancels it. */
  start(method: string, params: UnknownRecord, asker: Asker): () => void {
    const exchange: Exchange = { asker };
    this.#open.add(exchange);
    void this.#environment.untilActive().then(() => { if (exchange.asker !== undefined) this.#send(exchange, method, params); });
    return () => {
      if (exchange.asker === undefined) return;
      if (exchange.port === undefined) this.#end(exchange, this.#environment.errors.cancelled);
      else exchange.port.postMessage({ type: "cancel" } satisfies ContentToBackground);
    };
  }

  /** Ends everything because the page is left. The browser may keep it, and show it again later. */
  leave(): void {
    for (const exchange of [...this.#open]) this.#end(exchange, this.#environment.errors.cancelled);
  }

  #send(exchange: Exchange, method: string, params: UnknownRecord): void {
    const { connect, activation, errors } = this.#environment;
    let port: Port;
    try {
      port = connect();
    } catch {
      this.#end(exchange, errors.reload);
      return;
    }
    exchange.port = port;
    const touched = activation.isFresh;
    port.onMessage.addListener((message) => {
      if (exchange.asker === undefined) return;
      const answer = parseBackgroundToContent(message);
      if (answer === undefined) this.#end(exchange, errors.interrupted);
      else if (answer.type === "progress") exchange.asker.progress(answer.stage);
      else if (answer.type === "error") this.#end(exchange, answer.error);
      else {
        // Between two windows the person may well touch nothing but those.
        if (touched && opensWindow(method, params)) activation.renew();
        const { asker } = exchange;
        exchange.asker = undefined;
        if (!answer.held) this.#end(exchange, errors.interrupted);
        asker.result(answer.result);
      }
    });
    port.onDisconnect.addListener(() => { this.#end(exchange, errors.interrupted); });
    port.postMessage({ type: "request", method, params, touched } satisfies ContentToBackground);
  }

  /** Closes an exchange; `error` is for whoever still waits. */
  #end(exchange: Exchange, error: ErrorBody): void {
    if (!this.#open.delete(exchange)) return;
    const { asker } = exchange;
    exchange.asker = undefined;
    exchange.port?.disconnect();
    asker?.error(error);
  }
}
