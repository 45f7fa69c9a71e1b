/** A native host that is there and says nothing, as one does whose daemon or card service hangs. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { it } from "node:test";
import { chromium, type BrowserContext } from "playwright-core";
import { launch } from "../testing/src/browser.js";
import { processesWith } from "../testing/src/cleanup.js";
import { Folder } from "../testing/src/folder.js";
import { shippedExtension } from "../testing/src/sites.js";
import { poll } from "../testing/src/waiting.js";
import { launchOptions } from "./harness/browser.js";
import { openOwnPage, openPanel, runSelfTest } from "./harness/own-page.js";
import { PARTS } from "./harness/parts.js";

const SITE = "http://localhost:8000";
/** Web eID's library waits 6 s for `status`. */
const LIBRARY_MS = 6000;

it("a native host that says nothing keeps no page waiting for ever, and none of the extension's own", { timeout: 120_000 }, async () => {
  const folder = new Folder();
  const mark = folder.at("mark");
  const nativeHost = folder.file("silent-host", "#!/bin/sh\n# The shell keeps the output open.\ncat > /dev/null\n");
  chmodSync(nativeHost, 0o700);
  let browser: BrowserContext | undefined;
  try {
    const environment = { ...process.env, SILENT_HOST: mark };
    browser = await launch(chromium, { userDataDir: folder.folder("profile"), extension: shippedExtension(PARTS.extension), nativeHost, environment }, launchOptions());
    const pageModule = readFileSync("page/dist/jpkid.js", "utf8");
    await browser.route(`${SITE}/**`, (route) => route.request().url().endsWith(".js")
      ? route.fulfill({ contentType: "text/javascript", body: pageModule })
      : route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Example</title>" }));
    const page = await browser.newPage();
    await page.goto(`${SITE}/`);
    const found = page.evaluate(async () => {
      const path = "/jpkid.js";
      const jpkid = (await import(path)) as { capability(options: object): Promise<{ ready: boolean; missing?: string }> };
      return jpkid.capability({ lang: "en" });
    });
    const webEid = page.evaluate(() => new Promise<{ action: string; error: Record<string, unknown>; ms: number }>((resolve) => {
      const begin = performance.now();
      window.addEventListener("message", ({ data }: MessageEvent<{ action?: string; error?: Record<string, unknown> }>) => {
        const { action = "", error = {} } = data;
        if (/-(success|failure)$/.test(action)) resolve({ action, error, ms: performance.now() - begin });
      });
      window.postMessage({ action: "web-eid:status", libraryVersion: "2.0.2" }, window.origin);
    }));
    const tested = await openOwnPage(browser, "popup");
    const [{ action, error, ms }, { ready, missing }, steps, panel] = await Promise.all([webEid, found, runSelfTest(tested), openPanel(browser)]);
    assert.deepEqual([action, error["code"], error["missing"]], ["web-eid:status-failure", "ERR_WEBEID_NATIVE_UNAVAILABLE", "daemon"]);
    assert(ms < LIBRARY_MS - 1000, `the library hears it after ${ms.toFixed(0)} ms`);
    assert.deepEqual([ready, missing], [false, "daemon"]);
    assert.match(await panel.locator("#card-state").innerText(), /did not answer in time/);
    const { "native-host": host, daemon, service } = steps;
    assert.deepEqual([host, daemon, service], ["ok", "problem", "not-reached"]);
    const isHost = (pid: number): boolean => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("cat");
    await poll("the native hosts' end", () => !processesWith("SILENT_HOST", mark).some(isHost));
  } finally {
    await browser?.close();
    folder.remove();
  }
});
