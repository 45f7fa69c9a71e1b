import type { Port } from "../ports.js";

/** How long a native port waits for the signature at most, whatever the service says (docs/protocol.md). */
export const MAX_HOLD_SECONDS = 30;

/** A native port that waits, and the page that it waits for. */
interface Hold {
  origin: string;
  native: Port;
  page: Port;
  timer: ReturnType<typeof setTimeout>;
}

/** What is kept after a certificate that was read with the password. */
export interface Keep {
  tabId: number;
  origin: string;
  /** The port whose connection the service holds the password for. */
  native: Port;
  /** The port of the page; the browser closes it when the page goes. */
  page: Port;
  seconds: number;
}

/**
 * The native ports, one for each tab at most, that wait for the signature after its certificate. The service forgets
 * the password when such a port closes.
 */
export class Holds {
  readonly #byTab = new Map<number, Hold>();

  /** Keeps a native port open, until the page goes or asks for something else, or until the time is over. */
  keep({ tabId, origin, native, page, seconds }: Keep): void {
    this.drop(tabId);
    const timer = setTimeout(() => { this.drop(tabId); }, Math.min(seconds, MAX_HOLD_SECONDS) * 1000);
    const hold = { origin, native, page, timer };
    this.#byTab.set(tabId, hold);
    for (const port of [native, page]) {
      port.onDisconnect.addListener(() => { if (this.#byTab.get(tabId) === hold) this.drop(tabId); });
    }
  }

  /** Gives out the native port for a signature that `origin` asks for in the tab; it is the caller's to close. */
  take(tabId: number, origin: string): Port | undefined {
    const hold = this.#byTab.get(tabId);
    if (hold === undefined) return undefined;
    if (hold.origin !== origin) {
      this.drop(tabId);
      return undefined;
    }
    this.#forget(tabId, hold);
    return hold.native;
  }

  /** Closes what is kept for the tab. */
  drop(tabId: number): void {
    const hold = this.#byTab.get(tabId);
    if (hold === undefined) return;
    this.#forget(tabId, hold);
    hold.native.disconnect();
  }

  /** Closes everything that is kept. */
  dropAll(): void {
    for (const tabId of [...this.#byTab.keys()]) this.drop(tabId);
  }

  #forget(tabId: number, hold: Hold): void {
    this.#byTab.delete(tabId);
    clearTimeout(hold.timer);
    hold.page.disconnect();
  }
}
