/**
 * How long after a person touched a page it may open a window. A page fetches its nonce first, and may have a document
 * to prepare or a slow line; but one that lies in the background must not ask all of a sudden.
 */
export const TOUCH_VALID_MS = 60_000;

/** What comes of a mouse, a finger, a key or an assistive technology. */
const TOUCHES = ["click", "mousedown", "pointerup", "touchend", "keydown"] as const;

/** What the browser knows of the person's touch. */
export interface ActivationEnvironment {
  page: Pick<Window, "addEventListener">;
  userActivation: Pick<UserActivation, "hasBeenActive" | "isActive">;
  /** Milliseconds since any moment. */
  now: () => number;
}

/** Whether a person has to do with the page now. */
export class Activation {
  readonly #environment: ActivationEnvironment;
  #touchedAt: number | undefined;

  constructor(environment: ActivationEnvironment) {
    this.#environment = environment;
    for (const type of TOUCHES) {
      // Before any listener of the page, which could keep the event to itself; what a script makes up is not trusted.
      environment.page.addEventListener(type, (event) => { if (event.isTrusted) this.renew(); }, { capture: true, passive: true });
    }
  }

  /** The person did something for the page: touched it, or entered a PIN that it asked for. */
  renew(): void {
    this.#touchedAt = this.#environment.now();
  }

  /** Whether a person touched the page a short time ago, or one of its frames just now. */
  get isFresh(): boolean {
    const { userActivation, now } = this.#environment;
    if (userActivation.isActive) return true;
    return userActivation.hasBeenActive && this.#touchedAt !== undefined && now() - this.#touchedAt <= TOUCH_VALID_MS;
  }
}
