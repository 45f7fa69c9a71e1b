/** The extension in a real browser, with a native host that needs no card. No Rust is built for these tests. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { launch, type LaunchOptions } from "../testing/src/browser.js";
import { isAlive } from "../testing/src/cleanup.js";
import { Folder } from "../testing/src/folder.js";
import { shippedExtension } from "../testing/src/sites.js";
import { JsonLines, poll } from "../testing/src/waiting.js";
import { EXTENSION_ID, launchOptions, openPage, screenshot } from "./harness/browser.js";
import { PARTS } from "./harness/parts.js";

interface HostEvent {
  event: "started" | "frame" | "end of input";
  pid: number;
  arguments?: string[];
  request?: { id: number; method: string; params: Record<string, unknown> };
}

const NONCE = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";
const PAGE_MODULE = readFileSync("page/dist/jpkid.js");

/** Longer than the browser itself remembers a click as the cause of something. */
const SLOW_NONCE_MS = 6000;

/** Serves a page that calls the page module as the tests tell it, one that does so by itself, and one that holds it in a frame. */
function serveSite(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === "/jpkid.js") {
      response.setHeader("content-type", "text/javascript");
      response.end(PAGE_MODULE);
      return;
    }
    response.setHeader("content-type", "text/html; charset=utf-8");
    const frame = new URL(request.url ?? "/", "http://localhost").searchParams.get("frame");
    response.end(`<!doctype html><title>Test</title>
      <script type="module">import * as jpkid from "/jpkid.js"; window.jpkid = jpkid; document.title = "ready";
        const ask = () => jpkid.authenticate({ challengeNonce: "${NONCE}", lang: "en" }).catch((error) => { document.title = error.code; });
        document.querySelector("button").onclick = () => setTimeout(ask, ${SLOW_NONCE_MS});
        if (location.search === "?by-itself") ask();</script>
      <button>Log in</button>
      ${frame === null ? "" : `<iframe name="inner" src="${frame}"></iframe>`}`);
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => { ready(server); }));
}

/** What a call of the page module came to. */
interface Outcome {
  result?: unknown;
  error?: { name: string; code?: string; message: string; advice?: string; field?: string; detail?: string };
}

/** Calls the page module inside the page. */
function call(frame: Pick<Page, "evaluate">, method: string, options: Record<string, unknown> = {}): Promise<Outcome> {
  return frame.evaluate(async ([name, given]) => {
    const { jpkid } = window as unknown as { jpkid: Record<string, (options: unknown) => Promise<unknown>> };
    try {
      return { result: await jpkid[name]?.(given) };
    } catch (thrown) {
      const error = thrown as NonNullable<Outcome["error"]>;
      return { error: { ...error, name: error.name, message: error.message } };
    }
  }, [method, options] as const);
}

describe("the extension in Chromium", () => {
  let folder: Folder;
  let log: JsonLines<HostEvent>;
  let browser: BrowserContext;
  let server: Server;
  let site: string;

  async function startBrowser(withHost = true, lang = "en", options: LaunchOptions = {}): Promise<void> {
    folder = new Folder();
    log = new JsonLines(folder.at("host.log"));
    const nativeHost = withHost ? folder.program("fake-host", resolve("e2e/fake-host.mjs"), { FAKE_HOST_LOG: log.path }) : undefined;
    const extension = shippedExtension(PARTS.extension);
    assert.equal(extension.id, EXTENSION_ID);
    browser = await launch(chromium, { userDataDir: folder.folder("profile"), extension, nativeHost, environment: process.env }, { ...launchOptions(lang), ...options });
  }

  async function openSite(query = "", host = "localhost"): Promise<Page> {
    const page = await openPage(browser, `${site.replace("localhost", host)}/${query}`);
    await page.waitForFunction(() => document.title === "ready");
    return page;
  }

  before(async () => {
    server = await serveSite();
    site = `http://localhost:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  afterEach(async () => {
    await browser.close();
    folder.remove();
  });

  it("relays a page's request to the native host, which is told who started it", async () => {
    await startBrowser();
    const page = await openSite();
    assert.deepEqual(await call(page, "status"), { result: { version: "0.0.0", readers: [] } });
    assert.deepEqual(log.all()[0]?.arguments, [`chrome-extension://${EXTENSION_ID}/`]);
  });

  it("names the origin that the browser knows, and the host ends with the request", async () => {
    await startBrowser();
    const page = await openSite("", "127.0.0.1");
    const { error } = await call(page, "certificate", { kind: "signature", lang: "en" });
    assert.equal(error?.code, "no_card");
    assert.equal(error.advice, "Insert a card.");
    const { request, pid } = await log.first("the frame", ({ event }) => event === "frame");
    assert.deepEqual(request?.params, { kind: "signature", lang: "en", origin: site.replace("localhost", "127.0.0.1") });
    await poll("the native host's end", () => !isAlive(pid));
  });

  it("refuses a page in a frame, and says why", async () => {
    await startBrowser();
    const page = await openSite(`?frame=${encodeURIComponent("/")}`);
    const inner = page.frame({ name: "inner" });
    assert(inner !== null);
    await inner.waitForFunction(() => document.title === "ready");
    const { error } = await call(inner, "authenticate", { challengeNonce: NONCE, lang: "en" });
    assert.equal(error?.code, "origin_refused");
    assert.match(error.message, /embedded/);
    assert.equal(log.all().length, 0, "the native host was started for a frame");
  });

  it("cancels when the page's signal is aborted", async () => {
    await startBrowser();
    const page = await openSite();
    await page.evaluate((challengeNonce) => {
      const controller = new AbortController();
      const { jpkid } = window as unknown as { jpkid: { authenticate(options: object): Promise<unknown> } };
      Object.assign(window, { controller, call: jpkid.authenticate({ challengeNonce, signal: controller.signal }) });
    }, NONCE);
    const { pid } = await log.first("the request", ({ request }) => request?.method === "authenticate");
    const reason = await page.evaluate(async () => {
      const { controller, call } = window as unknown as { controller: AbortController; call: Promise<unknown> };
      controller.abort();
      return call.catch((error: unknown) => (error as Error).name);
    });
    assert.equal(reason, "AbortError");
    await log.first("the cancel", ({ request }) => request?.method === "cancel");
    await poll("the native host's end", () => !isAlive(pid));
  });

  it("opens no window for a page that nobody touched", async () => {
    await startBrowser();
    const page = await openPage(browser, `${site}/?by-itself`);
    await page.waitForFunction(() => document.title === "interaction_required");
    assert.equal(log.all().length, 0, "the native host was started");
  });

  it("lets a page fetch its nonce between the person's click and the window", async () => {
    await startBrowser();
    const page = await openSite();
    await page.getByRole("button").click();
    await log.first("the request", ({ request }) => request?.method === "authenticate");
  });

  it("opens one window for a tab at a time, and looks at the card beside it", async () => {
    await startBrowser();
    const page = await openSite();
    void call(page, "authenticate", { challengeNonce: NONCE }).catch(() => undefined);
    const first = await log.first("the request", ({ request }) => request?.method === "authenticate");
    const { error } = await call(page, "certificate", { kind: "signature", lang: "en" });
    assert.equal(error?.code, "rate_limited");
    assert.match(error.message, /already/);
    assert.deepEqual((await call(page, "status")).result, { version: "0.0.0", readers: [] });
    assert(isAlive(first.pid));
    assert.equal(log.all().filter(({ request }) => request?.method === "certificate").length, 0);
  });

  it("tells the page how far its request has come", async () => {
    await startBrowser();
    const page = await openSite();
    await page.evaluate((challengeNonce) => {
      const stages: string[] = [];
      const { jpkid } = window as unknown as { jpkid: { authenticate(options: object): Promise<unknown> } };
      Object.assign(window, { stages });
      void jpkid.authenticate({ challengeNonce, waitForCard: true, onProgress: (stage: string) => stages.push(stage) });
    }, NONCE);
    await page.waitForFunction(() => (window as unknown as { stages: string[] }).stages.join() === "waiting-for-card,waiting-for-pin");
    const { request } = await log.first("the request", ({ request }) => request?.method === "authenticate");
    assert.deepEqual(request?.params, { challengeNonce: NONCE, waitForCard: true, progress: true, origin: site });
  });

  it("says what is missing on the way to the card, in the language asked for", async () => {
    await startBrowser();
    const helpUrl = "/help";
    const missing = async (host: string, lang: string): Promise<unknown> => {
      const page = await openSite("", host);
      return (await call(page, "capability", { lang, helpUrl })).result;
    };
    const reader = (await missing("localhost", "ja")) as Record<string, unknown>;
    assert.deepEqual([reader["ready"], reader["missing"], reader["helpUrl"]], [false, "reader", "/help#reader"]);
    assert.match(String(reader["message"]), /カードリーダー/);
    const extension = (await missing("app.localhost", "en")) as Record<string, unknown>;
    assert.deepEqual([extension["missing"], extension["helpUrl"]], ["extension", "/help#extension"]);
  });

  it("ends the request of a page that the browser keeps while the person is elsewhere, and tells it so", async () => {
    await startBrowser(true, "en", { ignoreDefaultArgs: ["--disable-extensions", "--disable-back-forward-cache"] });
    const page = await openSite();
    const asked = page.evaluate((challengeNonce) => {
      const { jpkid } = window as unknown as { jpkid: { authenticate(options: object): Promise<unknown> } };
      Object.assign(window, { kept: true });
      jpkid.authenticate({ challengeNonce }).catch((error: unknown) => { document.title = (error as { code: string }).code; });
    }, NONCE);
    await asked;
    const { pid } = await log.first("the request", ({ request }) => request?.method === "authenticate");
    const begin = performance.now();
    await page.goto(`${site.replace("localhost", "127.0.0.1")}/`);
    await poll("the native host's end", () => !isAlive(pid), 5);
    assert(performance.now() - begin < 1000);
    await page.goBack({ waitUntil: "commit" });
    assert(await page.evaluate(() => "kept" in window), "the browser loaded the page anew");
    await page.waitForFunction(() => document.title === "user_cancelled");
  });

  for (const [way, leave] of [
    ["is closed", (page: Page): Promise<unknown> => page.close()],
    ["goes elsewhere", (page: Page): Promise<unknown> => page.goto("about:blank")],
    ["is reloaded", (page: Page): Promise<unknown> => page.reload()],
  ] as const) {
    it(`closes the native host's input when the page ${way}`, async () => {
      await startBrowser();
      const page = await openSite();
      void call(page, "authenticate", { challengeNonce: NONCE }).catch(() => undefined);
      const { pid } = await log.first("the request", ({ request }) => request?.method === "authenticate");
      await leave(page);
      await log.first("the end of its input", ({ event, pid: ended }) => event === "end of input" && ended === pid);
    });
  }

  it("tells the page when the native host crashes", async () => {
    await startBrowser();
    const page = await openSite();
    const { error } = await call(page, "sign", { hashes: ["YQ=="], hashFunction: "SHA-256", lang: "ja" });
    assert.equal(error?.code, "no_service");
    assert.match(error.advice ?? "", /jpki doctor/);
  });

  it("tells the page how to install a native host that is missing", async () => {
    await startBrowser(false);
    const page = await openSite();
    const { error } = await call(page, "status", { lang: "ja" });
    assert.equal(error?.code, "no_service");
    assert.match(error.message, /見つかりません/);
    assert.match(error.advice ?? "", /jpki setup browsers/);
  });

  it("is not there for a site that nobody allowed", async () => {
    await startBrowser();
    // The server's address under a name that no content script is for.
    const page = await openSite("", "app.localhost");
    assert.equal((await call(page, "status", { lang: "en" })).error?.code, "extension_unavailable");
    assert.equal(log.all().length, 0);
  });

  for (const lang of ["en", "ja"]) {
    it(`shows the toolbar button's panel in ${lang}`, async () => {
      await startBrowser(false, lang);
      const page = await browser.newPage();
      await page.setViewportSize({ width: 352, height: 900 });
      await page.goto(`chrome-extension://${EXTENSION_ID}/popup.html`);
      await page.waitForFunction(() => (document.querySelector("#site-state")?.textContent ?? "") !== "");
      assert.equal(await page.evaluate(() => document.documentElement.lang.split("-")[0]), lang);
      for (const label of await page.locator("[data-text]").allTextContents()) assert.notEqual(label.trim(), "");
      await screenshot(page, `panel-${lang}`);
    });
  }
});
