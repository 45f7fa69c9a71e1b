/** How much of something each may have. */
export interface Limits {
  /** How many may be taken in a row. */
  capacity: number;
  /** After how long one that was taken may be taken again. */
  refillMs: number;
}

/** A number of tokens for each key, which come back with time. */
export class Allowance {
  /** When the last token of a key will be back; a key that has all of them is not here. */
  readonly #fullAt = new Map<string, number>();

  /** Every key has all its tokens; `now` tells milliseconds since any moment. */
  constructor(private readonly limits: Limits, private readonly now: () => number) {}

  /** Takes a token; returns 0, or after how many seconds there is one. */
  take(key: string): number {
    const { capacity, refillMs } = this.limits;
    const now = this.now();
    for (const [other, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(other);
    const fullAt = (this.#fullAt.get(key) ?? now) + refillMs;
    const excessMs = fullAt - now - capacity * refillMs;
    if (excessMs > 0) return Math.ceil(excessMs / 1000);
    this.#fullAt.set(key, fullAt);
    return 0;
  }

  /** Gives a token back. */
  giveBack(key: string): void {
    const fullAt = this.#fullAt.get(key);
    if (fullAt !== undefined) this.#fullAt.set(key, fullAt - this.limits.refillMs);
  }
}
