import type { ErrorBody } from "../../page/src/errors.js";
import {
  parseBackgroundToContent,
  parsePageToContent,
  type ContentToBackground,
  type ContentToPage,
  type MalformedRequest,
  type PageToContent,
} from "../messages.js";
import type { Port } from "../ports.js";

/** The part of the page's window that the bridge needs. */
export type BridgeWindow = Pick<Window, "postMessage" | "addEventListener"> & {
  readonly location: Pick<Location, "origin">;
};

/** What joins the bridge to the browser. */
export interface BridgeEnvironment {
  /** The window of the page, seen from the content script's own world. */
  page: BridgeWindow;
  /** Opens a port to the background. Throws once the extension was updated or removed. */
  connect: () => Port;
  /** Settles when the page is on screen: a page that the browser loads ahead of time must ask for nothing. */
  untilActive: () => Promise<void>;
  /** The errors that are made here, in the browser's language. */
  errors: Record<BridgeErrorName, ErrorBody>;
}

/**
 * - `malformed`: the request is not an object of the protocol.
 * - `reload`: this script belongs to a version of the extension that is gone.
 * - `interrupted`: the background went away in the middle of a request.
 */
export type BridgeErrorName = "malformed" | "reload" | "interrupted";

/** Listens to the page and answers it. Each request has a port of its own, so that closing the page closes it. */
export function serve({ page, connect, untilActive, errors }: BridgeEnvironment): void {
  const pending = new Map<string, Port | "waiting">();

  const post = (message: ContentToPage): void => {
    page.postMessage(message, page.location.origin);
  };
  const fail = (id: string, error: ErrorBody): void => {
    pending.delete(id);
    post({ jpkid: "error", id, error });
  };

  const open = (id: string, request: ContentToBackground): void => {
    let port: Port;
    try {
      port = connect();
    } catch {
      fail(id, errors.reload);
      return;
    }
    pending.set(id, port);
    port.onMessage.addListener((message) => {
      if (pending.get(id) !== port) return;
      const answer = parseBackgroundToContent(message);
      pending.delete(id);
      if (answer === undefined) post({ jpkid: "error", id, error: errors.interrupted });
      else if (answer.type === "result") post({ jpkid: "result", id, result: answer.result });
      else post({ jpkid: "error", id, error: answer.error });
      port.disconnect();
    });
    port.onDisconnect.addListener(() => {
      if (pending.get(id) === port) fail(id, errors.interrupted);
    });
    port.postMessage(request);
  };

  const receive = (message: PageToContent | MalformedRequest): void => {
    const { id } = message;
    const known = pending.get(id);
    if (message.jpkid === "cancel") {
      if (known === "waiting") pending.delete(id);
      else known?.postMessage({ type: "cancel" } satisfies ContentToBackground);
      return;
    }
    // A second request of the same id cannot be answered without ending the first.
    if (known !== undefined) return;
    post({ jpkid: "accepted", id });
    if (message.jpkid === "malformed") {
      fail(id, { ...errors.malformed, field: message.field });
      return;
    }
    const { method, params } = message;
    pending.set(id, "waiting");
    void untilActive().then(() => {
      if (pending.get(id) === "waiting") open(id, { type: "request", method, params });
    });
  };

  page.addEventListener("message", (event: MessageEvent<unknown>) => {
    // Frames and openers can post to this window too; only the page itself is heard.
    if (event.source !== page || event.origin !== page.location.origin) return;
    const message = parsePageToContent(event.data);
    if (message !== undefined) receive(message);
  });
}
