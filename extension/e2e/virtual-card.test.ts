/** The testing module, at a site that the shipped extension does not serve. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { chromium, type Page } from "playwright-core";
import { VirtualCard, type VirtualCardOptions } from "../testing/src/card.js";
import { launchOptions } from "./harness/browser.js";
import { PARTS } from "./harness/parts.js";

const SITE = "https://www.example.jp";
const NONCE = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";

/** Runs `body` with a card, and a page of a site that only the browser knows. */
async function withCard(options: VirtualCardOptions, body: (card: VirtualCard, page: Page) => Promise<void>): Promise<void> {
  const card = await VirtualCard.start(options, PARTS);
  try {
    const context = await card.launchChromium(chromium, launchOptions());
    const pageModule = readFileSync("page/dist/jpkid.js", "utf8");
    await context.route(`${SITE}/**`, (route) =>
      route.request().url().endsWith(".js")
        ? route.fulfill({ contentType: "text/javascript", body: pageModule })
        : route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Example</title>" }));
    const page = await context.newPage();
    await page.goto(`${SITE}/`);
    await body(card, page);
  } finally {
    await card.stop();
  }
}

/** Logs in; returns the token's format or the error's code. */
async function logIn(page: Page): Promise<string> {
  return page.evaluate(async (challengeNonce) => {
    const path = "/jpkid.js";
    const jpkid = (await import(path)) as { authenticate(options: object): Promise<{ format: string }> };
    return jpkid.authenticate({ challengeNonce }).then(({ format }) => format, (error: unknown) => (error as { code: string }).code);
  }, NONCE);
}

describe("a virtual card for another site's tests", () => {
  it("logs in at an https site that the test names, in the site's own name", { timeout: 120_000 }, async () => {
    await withCard({ sites: [`${SITE}/*`] }, async (card, page) => {
      assert.equal(await logIn(page), "web-eid:1.0");
      assert.deepEqual(card.asked().map(({ answered }) => answered), ["pin"]);
      assert.match(card.asked()[0]?.description ?? "", /https:\/\/www\.example\.jp/);
    });
  });

  it("is out of reach of a site that the test does not name", { timeout: 120_000 }, async () => {
    await withCard({}, async (card, page) => {
      assert.equal(await logIn(page), "extension_unavailable");
      assert.equal(card.asked().length, 0);
    });
  });

  it("knows its authorities, and says why a profile cannot be", { timeout: 120_000 }, async () => {
    await withCard({ profile: "generation-1" }, async (card) => {
      const { authentication, signature } = await card.authorities();
      assert.match(authentication, /^-----BEGIN CERTIFICATE-----/);
      assert.notEqual(authentication, signature);
      await assert.rejects(card.swap("nobody"), /nobody/);
    });
    await assert.rejects(VirtualCard.start({ profile: "nobody" }, PARTS), /nobody/);
  });
});
