/**
 * Answers pages that speak Web eID (`@web-eid/web-eid-library`), as its own extension would, where the person has not
 * switched that off and no other extension does it.
 */
import type { UnknownRecord } from "../../page/src/guards.js";
import { failed, failure } from "../web-eid-errors.js";
import { isAnswerTo, parseHeard, versionAs, type Action, type WebEidAnswer } from "../web-eid-messages.js";
import type { BridgeWindow } from "./bridge.js";
import type { Exchanges } from "./exchanges.js";

/**
 * How long another extension has to answer first. Those that are known answer while the page's message is being
 * delivered, within a few milliseconds (measured: docs/web-eid.md). The page's library waits 1000 ms.
 */
export const LOOK_MS = 50;

/** The same at a site where another extension was seen to answer before, and may still do so. */
export const LOOK_AGAIN_MS = 600;

/** What joins this to the browser. */
export interface WebEidEnvironment {
  /** The window of the page, seen from the content script's own world. */
  page: BridgeWindow;
  /** Where the page's requests go: to the background's port for Web eID. */
  exchanges: Pick<Exchanges, "start">;
  /** Whether the page is to be answered, and whether another extension was seen to answer it. */
  settings: () => Promise<{ answers: boolean; steppedAside: boolean }>;
  /** Tells the background whether another extension answers this page. */
  report: (otherAnswers: boolean) => void;
  /** The extension's own version. */
  version: string;
}

/** A request that this extension may answer, or is answering. */
interface Pending {
  /** Whether another extension was heard to answer it. */
  foreign: boolean;
  /** What cancels it; undefined until the page was told that it is answered. */
  cancel: (() => void) | undefined;
}

/** Listens to the page and answers it. */
export function serveWebEid({ page, exchanges, settings, report, version }: WebEidEnvironment): void {
  // Answers carry no id: there is one request of each name at a time.
  const pending = new Map<Action, Pending>();
  // This script hears its own answers as well.
  const unheard: string[] = [];

  const post = (answer: WebEidAnswer): void => {
    unheard.push(answer.action);
    page.postMessage(answer, page.location.origin);
  };

  const stepAside = (action: Action): void => {
    const cancel = pending.get(action)?.cancel;
    pending.delete(action);
    cancel?.();
    report(true);
  };

  const serve = async (action: Action, message: UnknownRecord): Promise<void> => {
    const own: Pending = { foreign: false, cancel: undefined };
    pending.set(action, own);
    const looked = wait(LOOK_MS);
    // Without its settings the script is one that an update left behind: as good as none.
    const { answers, steppedAside } = await settings().catch(() => ({ answers: false, steppedAside: false }));
    if (!answers) { pending.delete(action); return; }
    await looked;
    if (steppedAside && !own.foreign) await wait(LOOK_AGAIN_MS - LOOK_MS);
    if (own.foreign) { stepAside(action); return; }

    post({ action: `${action}-ack` });
    if (steppedAside) report(false);
    const answer = (given: WebEidAnswer): void => {
      if (pending.get(action) !== own) return;
      pending.delete(action);
      post(given);
    };
    own.cancel = exchanges.start(action, message, {
      progress: () => undefined,
      result: (result) => {
        answer(isAnswerTo(action, result) ? result : failed(action, "ERR_WEBEID_UNKNOWN_ERROR", { message: "The answer could not be understood.", reason: "internal" }));
      },
      error: (error) => {
        // A site that asks what is installed is told this much at least.
        answer(failure(action, error, action === "web-eid:status" ? { extension: versionAs("extension", version) } : {}));
      },
    });
  };

  page.addEventListener("message", (event: MessageEvent<unknown>) => {
    // Frames and openers can post to this window too; only the page itself is heard.
    if (event.source !== page || event.origin !== page.location.origin) return;
    const heard = parseHeard(event.data);
    if (heard === undefined) return;
    const { action } = heard;
    const known = pending.get(action);
    if (heard.kind === "request") {
      if (known === undefined) void serve(action, heard.message);
      return;
    }
    const echo = unheard.indexOf(heard.name);
    if (echo >= 0) { unheard.splice(echo, 1); return; }
    if (known === undefined) return;
    known.foreign = true;
    // Whoever answers so late left no chance to step aside; one window is still better than two.
    if (known.cancel !== undefined) stepAside(action);
  });
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
