import type { ErrorBody } from "../../page/src/errors.js";
import { parsePageToContent, type ContentToPage, type MalformedRequest, type PageToContent } from "../messages.js";
import type { Exchanges } from "./exchanges.js";

/** The part of the page's window that the bridge needs. */
export type BridgeWindow = Pick<Window, "postMessage" | "addEventListener"> & {
  readonly location: Pick<Location, "origin">;
};

/** What joins the bridge to the browser. */
export interface BridgeEnvironment {
  /** The window of the page, seen from the content script's own world. */
  page: BridgeWindow;
  /** Where the page's requests go. */
  exchanges: Pick<Exchanges, "start">;
  /** For a request that is not of the protocol, in the browser's language. */
  malformed: ErrorBody;
}

/** Listens to the page and answers it. */
export function serve({ page, exchanges, malformed }: BridgeEnvironment): void {
  /** What cancels each request that is not yet answered, by its id. */
  const pending = new Map<string, () => void>();

  const post = (message: ContentToPage): void => {
    page.postMessage(message, page.location.origin);
  };

  const receive = (message: PageToContent | MalformedRequest): void => {
    const { id } = message;
    const cancel = pending.get(id);
    if (message.jpkid === "cancel") {
      cancel?.();
      return;
    }
    // A second request of the same id cannot be answered without ending the first.
    if (cancel !== undefined) return;
    post({ jpkid: "accepted", id });
    if (message.jpkid === "malformed") {
      post({ jpkid: "error", id, error: { ...malformed, field: message.field } });
      return;
    }
    pending.set(id, exchanges.start(message.method, message.params, {
      progress: (stage) => { post({ jpkid: "progress", id, stage }); },
      result: (result) => {
        pending.delete(id);
        post({ jpkid: "result", id, result });
      },
      error: (error) => {
        pending.delete(id);
        post({ jpkid: "error", id, error });
      },
    }));
  };

  page.addEventListener("message", (event: MessageEvent<unknown>) => {
    // Frames and openers can post to this window too; only the page itself is heard.
    if (event.source !== page || event.origin !== page.location.origin) return;
    const message = parsePageToContent(event.data);
    if (message !== undefined) receive(message);
  });
}
