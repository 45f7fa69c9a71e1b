import { Allowance } from "./allowance.js";

/** How many requests of one tab may be open at a time; each is a process of its own. */
export const MAX_REQUESTS_PER_TAB = 4;

/** How many windows in a row a site may open that the person does not answer, and how fast that number comes back. */
export const WINDOWS = { capacity: 10, refillMs: 6000 };

/** How many other requests a site may make in a row, and how fast that number comes back. */
export const LOOKS = { capacity: 60, refillMs: 1000 };

/** What the gate needs to know of a request. */
export interface Asked {
  tabId: number;
  origin: string;
  /** Whether it can open a window. */
  opensWindow: boolean;
}

/** A request that was let in, or why it was not. */
export type Verdict =
  | {
      admitted: true;
      /** To be called once, when the request is over; `answered` says whether the person did what was asked. */
      leave: (answered: boolean) => void;
    }
  /** The tab has too many requests open. */
  | { admitted: false; reason: "tooMany" }
  /** The tab has a request open that can open a window: a second window would hide the first. */
  | { admitted: false; reason: "alreadyAsking" }
  /** The site asks too often. */
  | { admitted: false; reason: "tooOften"; retryAfterSeconds: number };

/**
 * Decides which requests are let in, by what is open and what was asked before. All of it may live in memory: when the
 * browser stops the worker, the open ports are gone with it, and it stops none that has had work in the last 30 s.
 */
export class Admission {
  /** Of each tab, one element for each open request: whether it can open a window. */
  readonly #open = new Map<number, boolean[]>();
  readonly #windows: Allowance;
  readonly #looks: Allowance;

  /** Starts with everything allowed; `now` tells milliseconds since any moment. */
  constructor(now: () => number) {
    this.#windows = new Allowance(WINDOWS, now);
    this.#looks = new Allowance(LOOKS, now);
  }

  /** Lets a request in, or says why not. */
  enter({ tabId, origin, opensWindow }: Asked): Verdict {
    const open = this.#open.get(tabId) ?? [];
    if (opensWindow && open.includes(true)) return { admitted: false, reason: "alreadyAsking" };
    if (open.length >= MAX_REQUESTS_PER_TAB) return { admitted: false, reason: "tooMany" };
    const allowance = opensWindow ? this.#windows : this.#looks;
    const retryAfterSeconds = allowance.take(origin);
    if (retryAfterSeconds > 0) return { admitted: false, reason: "tooOften", retryAfterSeconds };
    this.#open.set(tabId, [...open, opensWindow]);
    return {
      admitted: true,
      leave: (answered) => {
        this.#leave(tabId, opensWindow);
        // A site that the person works with may ask as often as the person answers.
        if (opensWindow && answered) allowance.giveBack(origin);
      },
    };
  }

  #leave(tabId: number, opensWindow: boolean): void {
    const left = [...(this.#open.get(tabId) ?? [])];
    left.splice(left.indexOf(opensWindow), 1);
    if (left.length > 0) this.#open.set(tabId, left);
    else this.#open.delete(tabId);
  }
}
