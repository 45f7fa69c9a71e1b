/** Debian's Firefox: the cases of every browser, and what is different in it. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "node:test";
import { defineCases } from "./harness/cases.js";
import { allowSiteAgain, BACKGROUND_IDLE_MS, inFirefox, takeBackSite, withoutNativeHost, type FirefoxPage } from "./harness/firefox.js";
import { PINS, Stack } from "./harness/stack.js";
import type { BrowserStarter } from "./harness/site-page.js";

defineCases("in-process", { name: "firefox", start: inFirefox });

describe("in firefox", () => {
  /** Runs `body` at the page for logging in. */
  async function atLogin(body: (stack: Stack<FirefoxPage>, page: FirefoxPage) => Promise<void>, start: BrowserStarter<FirefoxPage> = inFirefox): Promise<void> {
    const stack = await Stack.startWith(start, { mode: "in-process" });
    try {
      await body(stack, await stack.open("/login?lang=en"));
    } catch (error) {
      stack.saveLogs("firefox-failed");
      throw error;
    } finally {
      await stack.stop();
    }
  }

  it("the window names the browser, and waits longer than Firefox lets an idle background live", { timeout: 120_000 }, async () => {
    await atLogin(async (stack, page) => {
      stack.willAnswer({ hang: true });
      await page.click("login-authentication");
      const { description = "" } = await stack.question(1);
      assert.match(description, /^Browser: .*\/firefox-esr$/m);
      await sleep(3 * BACKGROUND_IDLE_MS);
      stack.nowAnswer({ pin: PINS.authentication });
      // The card is good and its holder is not registered: the site's own word, so the token came through.
      await page.appears("problem");
      assert.equal(await page.text("error-code"), "not_registered");
    });
  });

  it("a page of a site that the person took back in about:addons is told that nobody answers, until the person allows it again", { timeout: 120_000 }, async () => {
    await atLogin(async (stack, page) => {
      await takeBackSite(page, "http://localhost/*");
      await page.goto(`${stack.origin}/login?lang=en`);
      await page.click("login-authentication");
      await page.appears("problem");
      assert.equal(await page.text("error-code"), "extension_unavailable");
      assert.notEqual(await page.text("error-advice"), "");
      await page.picture("firefox-site-taken-back");
      assert.equal(stack.asked().length, 0);

      await allowSiteAgain(page, "http://localhost/*");
      await page.goto(`${stack.origin}/login?lang=en`);
      await page.click("login-authentication");
      await stack.question(1);
    });
  });

  it("a page is told how to install a native host that is missing", { timeout: 120_000 }, async () => {
    await atLogin(async (_stack, page) => {
      await page.click("login-authentication");
      await page.appears("problem");
      assert.equal(await page.text("error-code"), "no_service");
      assert.match(await page.text("error-advice"), /jpki setup browsers/);
    }, withoutNativeHost);
  });
});
