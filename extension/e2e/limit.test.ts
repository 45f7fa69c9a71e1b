/** A page cannot open window after window until the person gives in. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { WINDOWS } from "../src/background/admission.js";
import { callModule, type Outcome } from "./harness/page-module.js";
import { PINS, Stack } from "./harness/stack.js";

it("a site opens ten windows in a row that nobody answers, and then has to wait", { timeout: 120_000 }, async (t) => {
  const stack = await Stack.start({ mode: "in-process" });
  try {
    const page = await stack.open("/login?lang=en");
    const authenticate = (): Promise<Outcome> => callModule(page, "authenticate", { challengeNonce: "n".repeat(44), lang: "en" });
    const begin = performance.now();
    const codes: (string | undefined)[] = [];
    let last: Outcome;
    do {
      last = await authenticate();
      codes.push(last.code);
    } while (last.code === "user_cancelled");
    // Some come back while the windows are opened and closed.
    const cameBack = Math.ceil((performance.now() - begin) / WINDOWS.refillMs);
    const windows = stack.asked().length;
    assert(windows >= WINDOWS.capacity && windows <= WINDOWS.capacity + cameBack, `${windows} windows, ${cameBack} came back`);
    assert.deepEqual(codes, [...Array<string>(windows).fill("user_cancelled"), "rate_limited"]);
    assert.notEqual(last.message, "");
    const { retryAfterSeconds = 0 } = last;
    assert(retryAfterSeconds >= 1 && retryAfterSeconds <= WINDOWS.refillMs / 1000, String(retryAfterSeconds));

    assert.equal((await callModule(page, "status", {})).readers?.length, 1);
    // Another tab of the same site is no way round it.
    const other = await stack.open("/login?lang=en");
    assert.equal((await callModule(other, "authenticate", { challengeNonce: "n".repeat(44) })).code, "rate_limited");

    await sleep(retryAfterSeconds * 1000);
    stack.willAnswer(...Array<{ cancel: true }>(windows).fill({ cancel: true }), { pin: PINS.authentication });
    assert.equal((await authenticate()).code, undefined);
    assert.equal(stack.asked().length, windows + 1);
  } finally {
    t.diagnostic(`see ${stack.saveLogs("limit")}`);
    await stack.stop();
  }
});
