/** The person's choice of a language, from the options page to the PIN window; and texts twice as long as English. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { LANGUAGES, type Language } from "../src/settings.js";
import { fileOf, textOf, type Messages, type Text } from "../src/text.js";
import { VirtualCard } from "../testing/src/card.js";
import { launchOptions, screenshot } from "./harness/browser.js";
import { NARROW_PX, openOwnPage, openPanel, runSelfTest } from "./harness/own-page.js";
import { PARTS } from "./harness/parts.js";

const NONCE = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";
/** A day in English words, as a browser writes it in a language that it does not know; Filipino has the same order. */
const DAY_IN_ENGLISH = /[A-Z][a-z]+ \d{1,2}, 20\d\d/;
const PATIENCE = { timeout: 240_000 };

const messagesOf = (language: Language): Messages => JSON.parse(readFileSync(fileOf(language), "utf8")) as Messages;
const textsOf = (language: Language): Text => textOf(messagesOf(language));

/** What the daemon calls its window in this language. */
function windowTitle(language: Language): string {
  const texts = readFileSync(`../daemon/locales/${language}/prompt.ftl`, "utf8");
  return /^prompt-title = (.*)$/m.exec(texts)?.[1] ?? "";
}

/** Opens a site that holds the page module; one of its own for each language, since a site may not ask too often. */
async function openSite(context: BrowserContext, language: Language): Promise<Page> {
  const site = `http://localhost:${4100 + LANGUAGES.indexOf(language)}`;
  const pageModule = readFileSync("page/dist/jpkid.js", "utf8");
  await context.route(`${site}/**`, (route) =>
    route.request().url().endsWith(".js")
      ? route.fulfill({ contentType: "text/javascript", body: pageModule })
      : route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Example</title><button>Go</button>" }));
  const page = await context.newPage();
  await page.goto(`${site}/`);
  return page;
}

/** Has the page ask for a log-in, in French; returns what the page got to show. */
async function logIn(page: Page): Promise<{ code: string; message: string }> {
  await page.getByRole("button").click();
  return page.evaluate(async (nonce) => {
    const path = "/jpkid.js";
    const jpkid = (await import(path)) as { authenticate: (options: object) => Promise<unknown> };
    try {
      await jpkid.authenticate({ challengeNonce: nonce, lang: "fr" });
      return { code: "none", message: "" };
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return { code, message };
    }
  }, NONCE);
}

/** The elements that hold more than they show, or stand out of the page. */
function clipped(page: Page): Promise<string[]> {
  return page.evaluate((width) =>
    [...document.body.querySelectorAll<HTMLElement>("*")].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      // An element of a line, and one that is not shown, has no width of its own.
      const holdsMore = element.clientWidth > 0 && element.scrollWidth > element.clientWidth;
      return element.checkVisibility() && (holdsMore || left < 0 || right > width);
    }).map((element) => element.outerHTML.slice(0, 200)), NARROW_PX);
}

it("the person's choice reaches panel, options, page and PIN window, before the page's and the browser's", PATIENCE, async () => {
  const card = await VirtualCard.start({ profile: "adult" }, PARTS);
  try {
    const context = await card.launchChromium(chromium, launchOptions("fr"));
    const options = await openOwnPage(context, "options");
    assert.equal(await options.locator("h1").innerText(), textsOf("en")("optionsHeading"), "there is no French");
    for (const language of LANGUAGES) {
      const text = textsOf(language);
      await options.locator("#language").selectOption(language);
      await options.locator("h1").filter({ hasText: text("optionsHeading") }).waitFor();
      assert.equal(await options.evaluate(() => document.documentElement.lang), language);
      const panel = await openPanel(context);
      assert.equal(await panel.locator("h1").innerText(), text("popupHeading"), language);
      assert.equal(await panel.locator("#card-state").innerText(), text("cardKindMyNumberCard"), language);
      const readers = await panel.locator("#readers").innerText();
      assert.match(readers, /20\d\d/, language);
      assert.doesNotMatch(readers, /25\d\d/, "no year of another calendar");
      if (language !== "en" && language !== "fil") assert.doesNotMatch(readers, DAY_IN_ENGLISH, language);
      assert.deepEqual(await clipped(panel), [], language);
      assert.deepEqual(await clipped(options), [], language);
      await panel.close();
      card.will({ cancel: true });
      const before = card.asked().length;
      const site = await openSite(context, language);
      const refused = await logIn(site);
      assert.equal(refused.code, "user_cancelled");
      const errors = readFileSync(`../daemon/locales/${language}/errors.ftl`, "utf8");
      assert.equal(refused.message, /^error-user_cancelled = (.*)$/m.exec(errors)?.[1], language);
      assert.equal(card.asked()[before]?.title, windowTitle(language), language);
      await site.close();
    }
    await options.locator("#language").selectOption("");
    await options.locator("h1").filter({ hasText: textsOf("en")("optionsHeading") }).waitFor();
  } finally {
    await card.stop();
  }
});

it("a page's script that an update left behind says so in the language that was chosen", PATIENCE, async () => {
  const card = await VirtualCard.start({ profile: "adult" }, PARTS);
  try {
    const context = await card.launchChromium(chromium, launchOptions("en"));
    const options = await openOwnPage(context, "options");
    await options.locator("#language").selectOption("ne");
    await options.locator("h1").filter({ hasText: textsOf("ne")("optionsHeading") }).waitFor();
    await options.waitForFunction(async () => "contentErrorWords" in (await chrome.storage.local.get("contentErrorWords")));
    const site = await openSite(context, "ne");
    const [worker] = context.serviceWorkers();
    assert(worker !== undefined);
    const gone = options.waitForEvent("close");
    await worker.evaluate(() => { chrome.runtime.reload(); }).catch(() => undefined);
    await gone;
    const refused = await logIn(site);
    assert.deepEqual(refused, { code: "extension_unavailable", message: textsOf("ne")("errorReloadMessage") });
  } finally {
    await card.stop();
  }
});

describe("texts twice as long as English", () => {
  it("fit into panel and options: nothing is cut off, nothing is wider than the page", PATIENCE, async () => {
    const extension = mkdtempSync(join(tmpdir(), "jpkid-double-"));
    cpSync(PARTS.extension, extension, { recursive: true });
    const doubled = Object.entries(messagesOf("en")).map(([key, text]) => [key, { ...text, message: `${text.message} ${text.message}` }]);
    writeFileSync(join(extension, fileOf("en")), JSON.stringify(Object.fromEntries(doubled)));
    const card = await VirtualCard.start({ profile: "signature-blocked-authentication-last-try" }, { ...PARTS, extension });
    try {
      const context = await card.launchChromium(chromium, launchOptions("en"));
      const panel = await openPanel(context);
      const { message } = messagesOf("en").popupHeading;
      assert.equal(await panel.locator("h1").innerText(), `${message} ${message}`);
      await runSelfTest(panel);
      assert.deepEqual(await clipped(panel), []);
      await screenshot(panel, "panel-double");
      await card.remove();
      await panel.locator("#readers dl").waitFor({ state: "detached" });
      assert.deepEqual(await clipped(panel), []);
      const options = await openOwnPage(context, "options");
      await options.evaluate(() => chrome.storage.local.set({ webEidSteppedAside: ["https://a-very-long-name-of-a-site.department.example.lg.jp"] }));
      await options.reload();
      await options.locator("#web-eid-sites li").waitFor();
      assert.deepEqual(await clipped(options), []);
      await screenshot(options, "options-double");
    } finally {
      await card.stop();
      rmSync(extension, { recursive: true, force: true });
    }
  });
});
