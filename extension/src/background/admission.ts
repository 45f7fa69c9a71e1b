/** How many requests of one tab may be open at a time; each is a process of its own. */
export const MAX_REQUESTS_PER_TAB = 4;

/**
 * Counts the open requests of each tab. The count may live in memory: when the browser stops the worker, the
 * ports that were counted are gone with it.
 */
export class Admission {
  readonly #open = new Map<number, number>();

  /** Counts a request in; false if the tab has too many, and then it must not be counted out. */
  enter(tabId: number): boolean {
    const open = this.#open.get(tabId) ?? 0;
    if (open >= MAX_REQUESTS_PER_TAB) return false;
    this.#open.set(tabId, open + 1);
    return true;
  }

  /** Counts a request out. */
  leave(tabId: number): void {
    const open = this.#open.get(tabId) ?? 0;
    if (open > 1) this.#open.set(tabId, open - 1);
    else this.#open.delete(tabId);
  }
}
