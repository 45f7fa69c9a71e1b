import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Holds, MAX_HOLD_SECONDS } from "../src/background/holds.js";
import { FakePort } from "./fakes.js";

const ORIGIN = "https://www.example.jp";
const TAB = 7;

let holds: Holds;
let native: FakePort;
let page: FakePort;

function keep(seconds = 30): void {
  native = new FakePort();
  page = new FakePort();
  holds.keep({ tabId: TAB, origin: ORIGIN, native, page, seconds });
}

function assertClosed(): void {
  assert(native.disconnected, "the service would go on holding the password");
  assert(page.disconnected);
  assert.equal(holds.take(TAB, ORIGIN), undefined);
}

beforeEach(() => {
  holds = new Holds();
  keep();
});

afterEach(() => { holds.dropAll(); });

describe("a native port that waits for a signature", () => {
  it("is given out once, to the page that it waits for", () => {
    assert.equal(holds.take(8, ORIGIN), undefined);
    assert.equal(holds.take(TAB, ORIGIN), native);
    assert(!native.disconnected);
    assert(page.disconnected, "nobody watches for the page's end any more: the signature's own port does");
    assert.equal(holds.take(TAB, ORIGIN), undefined);
  });

  it("is closed, not given out, when another site in its tab asks", () => {
    assert.equal(holds.take(TAB, "https://other.example.jp"), undefined);
    assertClosed();
  });

  it("is closed when the page goes", () => {
    page.lose();
    assertClosed();
  });

  it("is closed when the native host ends", () => {
    native.lose();
    assertClosed();
  });

  it("is closed for another request, and by the next certificate", () => {
    holds.drop(8);
    assert(!native.disconnected);
    holds.drop(TAB);
    assertClosed();
    keep();
    const former = native;
    keep();
    assert(former.disconnected);
    assert(!native.disconnected);
    former.lose();
    assert(!native.disconnected, "the end of a former hold ends this one");
  });

  it("is closed when its time is over, and after 30 seconds whatever the service says", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    for (const [says, lasts] of [[5, 5], [30, 30], [3600, MAX_HOLD_SECONDS]] as const) {
      keep(says);
      t.mock.timers.tick(lasts * 1000 - 1);
      assert(!native.disconnected);
      t.mock.timers.tick(1);
      assertClosed();
    }
  });

  it("is left alone once it was given out", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    keep();
    holds.take(TAB, ORIGIN);
    t.mock.timers.tick(60_000);
    page.lose();
    holds.dropAll();
    assert(!native.disconnected);
  });
});
