/** The signature after its certificate takes the password once, and no longer than the page is there. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { callModule, type Outcome } from "./harness/page-module.js";
import { PINS, Stack } from "./harness/stack.js";

const HASH = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";
const HELD_S = 30;
const PASSWORD = { pin: PINS.signature };

/** Reads the certificate with the password, which is to be held. */
async function readCertificate(stack: Stack, page: Page): Promise<string> {
  stack.willAnswer(PASSWORD);
  const { certificate, heldSeconds } = await callModule(page, "certificate", { kind: "signature", hold: true, lang: "en" });
  assert(certificate !== undefined);
  assert.equal(heldSeconds, HELD_S);
  return certificate;
}

function sign(page: Page, certificate: string): Promise<Outcome> {
  return callModule(page, "sign", { hashes: [HASH], hashFunction: "SHA-256", certificate, lang: "en" });
}

describe("a page that reads the certificate and then signs", () => {
  function test(name: string, body: (stack: Stack, page: Page) => Promise<void>): void {
    it(name, { timeout: 120_000 }, async (t) => {
      const stack = await Stack.start({ mode: "in-process" });
      try {
        await body(stack, await stack.open("/login?lang=en"));
      } finally {
        t.diagnostic(`see ${stack.saveLogs(`hold-${name.replaceAll(/[^a-z]+/g, "-")}`)}`);
        await stack.stop();
      }
    });
  }

  test("asks for the password once, and then for the person's word", async (stack, page) => {
    const certificate = await readCertificate(stack, page);
    await callModule(page, "status", {});
    stack.willAnswer({ confirm: true });
    const { signatures } = await sign(page, certificate);
    assert.equal(signatures?.length, 1);
    assert.deepEqual(stack.asked().map(({ command }) => command), ["GETPIN", "CONFIRM"]);
    assert(stack.asked()[1]?.description?.includes(stack.origin), "the person is not told who asks");
    // Once used, it is gone.
    stack.willAnswer(PASSWORD);
    await sign(page, certificate);
    assert.equal(stack.asked()[2]?.command, "GETPIN");
  });

  test("is asked for the password again when it was left in between", async (stack, page) => {
    const certificate = await readCertificate(stack, page);
    await page.reload();
    stack.willAnswer(PASSWORD);
    await sign(page, certificate);
    assert.deepEqual(stack.asked().map(({ command }) => command), ["GETPIN", "GETPIN"]);
  });

  test("shares the password with no other tab", async (stack, page) => {
    const certificate = await readCertificate(stack, page);
    const other = await stack.open("/login?lang=en");
    stack.willAnswer(PASSWORD);
    await sign(other, certificate);
    assert.deepEqual(stack.asked().map(({ command }) => command), ["GETPIN", "GETPIN"]);
    stack.willAnswer({ confirm: true });
    await sign(page, certificate);
    assert.equal(stack.asked()[2]?.command, "CONFIRM");
  });

  for (const [what, until] of [
    ["its time is over", () => sleep((HELD_S + 1) * 1000)],
    ["the card was taken out and put back", async (stack: Stack) => {
      await stack.card("remove");
      await stack.card({ insert: {} });
    }],
  ] as const) {
    test(`is asked for the password again when ${what}`, async (stack, page) => {
      const certificate = await readCertificate(stack, page);
      await until(stack);
      stack.willAnswer(PASSWORD);
      const { signatures } = await sign(page, certificate);
      assert.equal(signatures?.length, 1);
      assert.deepEqual(stack.asked().map(({ command }) => command), ["GETPIN", "GETPIN"]);
    });
  }
});
