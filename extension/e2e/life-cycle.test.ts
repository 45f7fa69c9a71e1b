/**
 * A page, the extension or its worker goes away while a window is open: the window closes and the request ends within a
 * second, and a page that is still there gets an error. Measured from outside, by the processes of the window and of the
 * native host.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { isAlive, processesWith } from "../testing/src/cleanup.js";
import { EXTENSION_ID, saveArtefact } from "./harness/browser.js";
import { PINS, Stack } from "./harness/stack.js";

/** How long a window may outlive what asked for it. */
const END_WITHIN_MS = 1000;
const LOOK_INTERVAL_MS = 5;

/** A window that is open, and what stands between it and the page. */
interface OpenWindow {
  page: Page;
  stack: Stack;
  window: number;
  hosts: number[];
}

/** The native hosts of this stack. */
function nativeHosts(stack: Stack): number[] {
  return processesWith("JPKID_SOCKET", stack.socket).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]?.endsWith("jpkid-native-host") === true;
    } catch {
      return false;
    }
  });
}

/** Presses the button that logs in, and waits for the window. */
async function openWindow(stack: Stack): Promise<OpenWindow> {
  stack.willAnswer({ hang: true });
  const page = await stack.open("/login?lang=en");
  await page.getByTestId("login-authentication").click();
  const { pid } = await stack.question(1);
  const hosts = nativeHosts(stack);
  assert.equal(hosts.length, 1, "not one native host for one request");
  return { page, stack, window: pid, hosts };
}

/** Does what ends the request; returns after how many milliseconds the window and the native host were gone. */
async function timeOfEnd({ window, hosts }: OpenWindow, leave: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  const left = leave();
  let endMs: number | undefined;
  while (endMs === undefined && performance.now() - begin < 10 * END_WITHIN_MS) {
    if (![window, ...hosts].some(isAlive)) endMs = performance.now() - begin;
    else await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
  }
  await left;
  if (endMs === undefined) throw new Error(`left open: window ${isAlive(window)}, native host ${hosts.some(isAlive)}`);
  return endMs;
}

/** Stops the extension's worker, as the browser does it to a worker that hangs. */
async function stopWorker(context: BrowserContext): Promise<() => Promise<unknown>> {
  const internals = await context.newPage();
  await internals.goto("chrome://serviceworker-internals/");
  const stop = internals.locator(".serviceworker-registration", { hasText: EXTENSION_ID }).locator('[data-command="stop"]');
  await stop.waitFor();
  return () => stop.click();
}

/** What the page tells the person. */
async function problemOf(page: Page): Promise<string | null> {
  await page.getByTestId("problem").waitFor({ state: "visible" });
  return page.getByTestId("error-code").textContent();
}

describe("while a window is open", () => {
  const measured: string[] = [];

  function test(name: string, body: (open: OpenWindow) => Promise<number>, extensionComesBack = true): void {
    it(name, { timeout: 120_000 }, async (t) => {
      const stack = await Stack.start({ mode: "in-process" });
      try {
        const endMs = await body(await openWindow(stack));
        measured.push(`${name}: ${endMs.toFixed(0)} ms`);
        t.diagnostic(measured.at(-1) ?? "");
        saveArtefact("life-cycle.txt", `${measured.join("\n")}\n`);
        assert(endMs < END_WITHIN_MS, `the window was open for ${endMs.toFixed(0)} ms more`);
        if (!extensionComesBack) return;
        // Nothing of it is left that could disturb the next.
        stack.willAnswer({ pin: PINS.authentication });
        const next = await stack.open("/login?lang=en");
        const token = await next.evaluate(async (challengeNonce) => {
          const path = "/jpkid.js";
          const jpkid = (await import(path)) as { authenticate(options: object): Promise<{ format: string }> };
          return (await jpkid.authenticate({ challengeNonce })).format;
        }, "n".repeat(44));
        assert.equal(token, "web-eid:1.0");
        assert.equal(stack.asked().length, 2);
        assert.deepEqual(nativeHosts(stack), [], "a native host was left after an answer");
      } finally {
        t.diagnostic(`see ${stack.saveLogs(`life-cycle-${name.replaceAll(/[^a-z]+/g, "-")}`)}`);
        await stack.stop();
      }
    });
  }

  test("the tab is closed", async (open) => {
    // The last page would take the browser with it.
    await open.stack.open("/");
    return timeOfEnd(open, () => open.page.close());
  });

  test("the person follows a link", async (open) =>
    timeOfEnd(open, () => open.page.locator('a[href^="/register"]').first().click()));

  test("the page is reloaded", async (open) => timeOfEnd(open, () => open.page.reload()));

  test("the extension is reloaded, as an update does it", async (open) => {
    const context = open.page.context();
    const worker = context.serviceWorkers().find((candidate) => candidate.url().includes(EXTENSION_ID));
    assert(worker !== undefined);
    const endMs = await timeOfEnd(open, () => worker.evaluate("chrome.runtime.reload()").catch(() => undefined));
    assert.equal(await problemOf(open.page), "internal");
    await open.page.getByTestId("login-authentication").click();
    assert.equal(await problemOf(open.page), "extension_unavailable");
    assert.match((await open.page.getByTestId("error-advice").textContent()) ?? "", /Reload this page/);
    return endMs;
    // Chromium does not start an extension again that came by the command line.
  }, false);

  test("the extension's worker is killed", async (open) => {
    const stop = await stopWorker(open.page.context());
    const endMs = await timeOfEnd(open, stop);
    assert.equal(await problemOf(open.page), "internal");
    return endMs;
  });
});
