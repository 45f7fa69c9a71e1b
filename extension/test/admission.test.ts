import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Admission, LOOKS, MAX_REQUESTS_PER_TAB, WINDOWS, type Verdict } from "../src/background/admission.js";
import { Allowance } from "../src/background/allowance.js";

const SITE = "https://www.example.jp";

let now: number;
let admission: Admission;

function enter(opensWindow: boolean, tabId = 1, origin = SITE): Verdict {
  return admission.enter({ tabId, origin, opensWindow });
}

/** Lets a request in and out again. */
function ask(opensWindow: boolean, answered = false, origin = SITE): Verdict {
  const verdict = enter(opensWindow, 1, origin);
  if (verdict.admitted) verdict.leave(answered);
  return verdict;
}

beforeEach(() => {
  now = 1_000_000;
  admission = new Admission(() => now);
});

describe("the requests of a tab", () => {
  it("are bounded in number", () => {
    const verdicts = Array.from({ length: MAX_REQUESTS_PER_TAB + 1 }, () => enter(false));
    assert.deepEqual(verdicts.map(({ admitted }) => admitted), [true, true, true, true, false]);
    assert.deepEqual(verdicts.at(-1), { admitted: false, reason: "tooMany" });
    assert(enter(false, 2).admitted, "another tab is not hindered");
    assert(verdicts[0]?.admitted);
    verdicts[0].leave(false);
    assert(enter(false).admitted);
    assert(!enter(false).admitted);
  });

  it("open one window at a time", () => {
    const first = enter(true);
    assert.deepEqual(enter(true), { admitted: false, reason: "alreadyAsking" });
    assert(enter(false).admitted, "looking at the card goes on beside the window");
    assert(enter(true, 2).admitted);
    assert(first.admitted);
    first.leave(false);
    assert(enter(true).admitted);
  });
});

describe("a site", () => {
  it("may open only so many windows in a row that nobody answers, and is told when the next is allowed", () => {
    for (let count = 0; count < WINDOWS.capacity; count += 1) assert(ask(true).admitted);
    assert.deepEqual(ask(true), { admitted: false, reason: "tooOften", retryAfterSeconds: 6 });
    assert(ask(true, false, "https://other.example.jp").admitted, "another site is not hindered");
    assert(ask(false).admitted, "looking at the card is counted apart");
    now += 5999;
    assert.deepEqual(ask(true), { admitted: false, reason: "tooOften", retryAfterSeconds: 1 });
    now += 1;
    assert(ask(true).admitted);
    assert(!ask(true).admitted);
  });

  it("may open as many as the person answers", () => {
    for (let count = 0; count < 5 * WINDOWS.capacity; count += 1) assert(ask(true, true).admitted);
  });

  it("is not paid back for looking at the card", () => {
    for (let count = 0; count < LOOKS.capacity; count += 1) assert(ask(false, true).admitted);
    assert.deepEqual(ask(false, true), { admitted: false, reason: "tooOften", retryAfterSeconds: 1 });
  });

  it("gets everything back with time, and no more than that", () => {
    for (let count = 0; count < WINDOWS.capacity; count += 1) ask(true);
    now += 100 * WINDOWS.capacity * WINDOWS.refillMs;
    for (let count = 0; count < WINDOWS.capacity; count += 1) assert(ask(true).admitted);
    assert(!ask(true).admitted);
  });
});

it("a token given back after all have come back makes no credit", () => {
  const allowance = new Allowance({ capacity: 1, refillMs: 1000 }, () => now);
  assert.equal(allowance.take("a"), 0);
  now += 5000;
  allowance.giveBack("a");
  assert.equal(allowance.take("a"), 0);
  assert.equal(allowance.take("a"), 1);
});
