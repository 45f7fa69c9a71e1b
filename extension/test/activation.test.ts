import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Activation, TOUCH_VALID_MS } from "../src/content/activation.js";

class Touch extends Event {
  constructor(type: string, override readonly isTrusted: boolean) {
    super(type, { bubbles: true });
  }
}

let page: EventTarget;
let userActivation: { hasBeenActive: boolean; isActive: boolean };
let now: number;
let activation: Activation;

beforeEach(() => {
  page = new EventTarget();
  userActivation = { hasBeenActive: false, isActive: false };
  now = 5000;
  activation = new Activation({ page: page as Window, userActivation, now: () => now });
});

/** The person does something, and the browser takes note of it. */
function touch(type = "click"): void {
  userActivation.hasBeenActive = true;
  page.dispatchEvent(new Touch(type, true));
}

describe("a page", () => {
  it("that nobody touched may not ask", () => {
    assert(!activation.isFresh);
    page.dispatchEvent(new Touch("mousemove", true));
    assert(!activation.isFresh);
  });

  it("may ask for a while after a mouse, a finger, a key or an assistive technology", () => {
    for (const type of ["click", "mousedown", "pointerup", "touchend", "keydown"]) {
      touch(type);
      now += TOUCH_VALID_MS;
      assert(activation.isFresh, type);
      now += 1;
      assert(!activation.isFresh, type);
    }
  });

  it("cannot touch itself", () => {
    userActivation.hasBeenActive = true;
    page.dispatchEvent(new Touch("click", false));
    assert(!activation.isFresh);
  });

  it("may not ask after a key that the browser does not count, such as Escape", () => {
    page.dispatchEvent(new Touch("keydown", true));
    assert(!activation.isFresh);
  });

  it("may ask when one of its frames was touched just now", () => {
    userActivation.isActive = true;
    assert(activation.isFresh);
  });

  it("may ask again after a window that the person answered", () => {
    touch();
    now += 10 * TOUCH_VALID_MS;
    assert(!activation.isFresh);
    activation.renew();
    assert(activation.isFresh);
  });
});
