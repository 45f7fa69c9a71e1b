/** The signature after its certificate takes the password once, and no longer than the page is there. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { PINS, Stack } from "./harness/stack.js";

const HASH = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";
const PASSWORD = { pin: PINS.signature };

interface Signed { certificate: string; heldSeconds?: number; signatures?: string[] }

/** Calls the page module inside the page. */
function call(page: Page, method: "certificate" | "sign" | "status", options: object): Promise<Signed> {
  return page.evaluate(async ([name, given]) => {
    const path = "/jpkid.js";
    const jpkid = (await import(path)) as Record<string, (options: object) => Promise<Signed>>;
    const asked = await jpkid[name]?.(given);
    if (asked === undefined) throw new TypeError(name);
    return asked;
  }, [method, options] as const);
}

/** Reads the certificate with the password, which is to be held. */
async function readCertificate(stack: Stack, page: Page): Promise<string> {
  stack.willAnswer(PASSWORD);
  const { certificate, heldSeconds } = await call(page, "certificate", { kind: "signature", hold: true, lang: "en" });
  assert.equal(heldSeconds, 30);
  return certificate;
}

function sign(page: Page, certificate: string): Promise<Signed> {
  return call(page, "sign", { hashes: [HASH], hashFunction: "SHA-256", certificate, lang: "en" });
}

describe("a page that reads the certificate and then signs", () => {
  function test(name: string, body: (stack: Stack, page: Page) => Promise<void>): void {
    it(name, { timeout: 120_000 }, async (t) => {
      const stack = await Stack.start({ mode: "in-process" });
      try {
        await body(stack, await stack.open("/login?lang=en"));
      } catch (error) {
        t.diagnostic(stack.saveLogs(`hold-${name.replaceAll(/[^a-z]+/g, "-")}-failed`));
        throw error;
      } finally {
        await stack.stop();
      }
    });
  }

  test("asks for the password once, and then for the person's word", async (stack, page) => {
    const certificate = await readCertificate(stack, page);
    await call(page, "status", {});
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
});
