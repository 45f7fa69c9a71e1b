/** Pages made for Web eID, against the whole stack. */
import assert from "node:assert/strict";
import { createHash, verify, X509Certificate } from "node:crypto";
import { after, describe, it } from "node:test";
import { build } from "esbuild";
import { chromium, type BrowserContext, type Frame, type Page, type Worker } from "playwright-core";
import type { LaunchOptions } from "../testing/src/browser.js";
import { VirtualCard, type VirtualCardOptions } from "../testing/src/card.js";
import { Folder } from "../testing/src/folder.js";
import { EXTENSION_ID, launchOptions, saveArtefact } from "./harness/browser.js";
import { PARTS } from "./harness/parts.js";

const SITE = "http://localhost";
const NONCE = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";
const DOCUMENT = Buffer.from("an application");
const HASH = createHash("sha256").update(DOCUMENT).digest("base64");
const PKCS1 = { cryptoAlgorithm: "RSA", hashFunction: "SHA-256", paddingScheme: "PKCS1.5" };
const ENGLISH = { lang: "en" };

type Fields = Record<string, unknown>;

/** What a call came to. */
interface Outcome {
  result?: Fields;
  error?: Fields & { code: string; message: string };
}

const LIBRARY = (
  await build({
    entryPoints: [process.env["WEB_EID_LIBRARY"] ?? "e2e/harness/web-eid-page.ts"],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
  })
).outputFiles[0]?.text ?? "";

/** Calls the library inside the page. */
function call(frame: Page | Frame, method: string, ...args: unknown[]): Promise<Outcome> {
  return frame.evaluate(async ([name, given]) => {
    const path = "/web-eid.js";
    const library = (await import(path)) as Record<string, (...args: unknown[]) => Promise<Fields>>;
    try {
      const result = await library[name]?.(...given);
      return result === undefined ? {} : { result };
    } catch (thrown) {
      const { name: className, message, ...fields } = thrown as Error & { code: string };
      return { error: { ...fields, name: className, message } };
    }
  }, [method, args] as const);
}

interface Stage {
  card: VirtualCard;
  context: BrowserContext;
  page: Page;
}

async function workerOf(context: BrowserContext): Promise<Worker> {
  const isOurs = (worker: Worker): boolean => worker.url().startsWith(`chrome-extension://${EXTENSION_ID}/`);
  return context.serviceWorkers().find(isOurs) ?? context.waitForEvent("serviceworker", isOurs);
}

/** What the person chooses on the options page. */
async function choose(context: BrowserContext, settings: Fields): Promise<void> {
  await (await workerOf(context)).evaluate((chosen) => chrome.storage.local.set(chosen), settings);
}

describe("a page made for Web eID", () => {
  function test(name: string, options: VirtualCardOptions, body: (stage: Stage) => Promise<void>, browser: LaunchOptions = {}): void {
    it(name, { timeout: 120_000 }, async (t) => {
      const card = await VirtualCard.start(options, PARTS);
      try {
        const context = await card.launchChromium(chromium, { ...launchOptions(), ...browser });
        await context.route(/^http:\/\/(localhost|127\.0\.0\.1)\//, (route) =>
          route.request().url().endsWith(".js")
            ? route.fulfill({ contentType: "text/javascript", body: LIBRARY })
            : route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Example</title>" }));
        const page = await context.newPage();
        await page.goto(`${SITE}/`);
        await body({ card, context, page });
      } finally {
        t.diagnostic(`see ${saveArtefact(`web-eid-${name.replaceAll(/[^a-z0-9]+/gi, "-")}.log`, card.logs())}`);
        await card.stop();
      }
    });
  }

  test("sees versions that its library takes, and logs in", {}, async ({ card, page }) => {
    const { result: versions } = await call(page, "status");
    assert.match(String(versions?.["extension"]), /^2\.\d+\.\d+\+jpkid\.\d+\.\d+\.\d+$/);
    assert.match(String(versions?.["nativeApp"]), /^2\.\d+\.\d+\+jpkid\.\d+\.\d+\.\d+$/);

    const { result: token } = await call(page, "authenticate", NONCE, ENGLISH);
    assert.deepEqual(Object.keys(token ?? {}).sort(), ["algorithm", "appVersion", "format", "signature", "unverifiedCertificate"]);
    assert.deepEqual([token?.["format"], token?.["algorithm"]], ["web-eid:1.0", "RS256"]);
    const { publicKey } = new X509Certificate(Buffer.from(String(token?.["unverifiedCertificate"]), "base64"));
    const signed = Buffer.concat([SITE, NONCE].map((text) => createHash("sha256").update(text).digest()));
    assert(verify("sha256", signed, publicKey, Buffer.from(String(token?.["signature"]), "base64")), "the token is not signed for this site and nonce");
    assert.equal(card.asked().length, 1);
    assert(card.asked()[0]?.description?.includes(SITE));
  });

  test("reads the certificate and signs, with the password entered once", {}, async ({ card, page }) => {
    card.will({ pin: "ABC123" }, { confirm: true });
    const { result: read } = await call(page, "getSigningCertificate", ENGLISH);
    assert.deepEqual((read?.["supportedSignatureAlgorithms"] as unknown[])[0], PKCS1);
    const { result: signed } = await call(page, "sign", read?.["certificate"], HASH, "SHA-256", ENGLISH);
    assert.deepEqual(signed?.["signatureAlgorithm"], PKCS1);
    const { publicKey } = new X509Certificate(Buffer.from(String(read?.["certificate"]), "base64"));
    assert(verify("sha256", DOCUMENT, publicKey, Buffer.from(String(signed["signature"]), "base64")), "not a signature of the document");
    assert.deepEqual(card.asked().map(({ command }) => command), ["GETPIN", "CONFIRM"]);
  });

  test("is told that the person cancelled", {}, async ({ card, page }) => {
    card.will({ cancel: true });
    const { error } = await call(page, "authenticate", NONCE, ENGLISH);
    assert.deepEqual([error?.code, error?.["name"], error?.["reason"]], ["ERR_WEBEID_USER_CANCELLED", "UserCancelledError", "user_cancelled"]);
  });

  test("is told that the person gave up after a wrong PIN, and how many tries are left", {}, async ({ card, page }) => {
    card.will({ pin: "0000" }, { cancel: true });
    const { error } = await call(page, "authenticate", NONCE, ENGLISH);
    assert.deepEqual([error?.code, error?.["reason"], error?.["triesLeft"]], ["ERR_WEBEID_USER_CANCELLED", "pin_incorrect", 2]);
    assert.match(error?.message ?? "", /Tries left: 2/);
  });

  test("is told of a PIN that was blocked under its eyes, and then before a window opens", {}, async ({ card, page }) => {
    card.will({ pin: "0000" }, { pin: "0000" }, { confirm: true }, { pin: "0000" });
    const blocked = ["ERR_WEBEID_NATIVE_FATAL", "pin_blocked", 0];
    for (const lang of ["en", "ja"]) {
      const { error } = await call(page, "authenticate", NONCE, { lang });
      assert.deepEqual([error?.code, error?.["reason"], error?.["triesLeft"]], blocked);
      assert.match(error?.message ?? "", lang === "ja" ? /市区町村/ : /municipality/);
    }
    assert.equal(card.asked().length, 4);
  });

  test("is told that there is no card", {}, async ({ card, page }) => {
    await card.remove();
    const { error } = await call(page, "authenticate", NONCE, ENGLISH);
    assert.deepEqual([error?.code, error?.["reason"]], ["ERR_WEBEID_NATIVE_FATAL", "no_card"]);
    assert.equal(card.asked().length, 0);
  });

  test("is told that an argument is wrong, and opens no window with it", {}, async ({ card, page }) => {
    for (const [method, args, field] of [
      ["authenticate", ["too short", ENGLISH], "challengeNonce"],
      ["sign", ["AAAA", HASH, "SHA3-256", ENGLISH], "hashFunction"],
      ["sign", ["AAAA", "AAAA", "SHA-256", ENGLISH], "hash"],
    ] as const) {
      const { error } = await call(page, method, ...args);
      assert.deepEqual([error?.code, error?.["reason"]], ["ERR_WEBEID_NATIVE_INVALID_ARGUMENT", "invalid_request"]);
      assert(String(error?.["field"]).startsWith(field), `${String(error?.["field"])} instead of ${field}`);
    }
    assert.equal(card.asked().length, 0);
  });

  test("is told when the time is over that it gives the person, and the window closes", {}, async ({ card, page }) => {
    card.will({ hang: true });
    const { error } = await call(page, "authenticate", NONCE, { lang: "en", userInteractionTimeout: 1500 });
    assert.deepEqual([error?.code, error?.["reason"]], ["ERR_WEBEID_USER_TIMEOUT", "user_timeout"]);
    assert.match(error?.message ?? "", /time that the site gives/);
    // What closed it has left the card as it was.
    assert.equal((await call(page, "authenticate", NONCE, ENGLISH)).result?.["format"], "web-eid:1.0");
  });

  test("is refused in a frame, and told why", {}, async ({ card, page }) => {
    await page.setContent(`<iframe name="inner" src="http://127.0.0.1/"></iframe>`);
    const inner = page.frame({ name: "inner" });
    assert(inner !== null);
    await inner.waitForLoadState();
    const { error } = await call(inner, "authenticate", NONCE, ENGLISH);
    assert.deepEqual([error?.code, error?.["reason"]], ["ERR_WEBEID_CONTEXT_INSECURE", "origin_refused"]);
    assert.match(error?.message ?? "", /embedded/);
    assert.equal(card.asked().length, 0);
  });

  test("finds no extension where the person switched Web eID off, for all sites or for this one", {}, async ({ card, context, page }) => {
    for (const [settings, code] of [
      [{ webEidEnabled: false }, "ERR_WEBEID_EXTENSION_UNAVAILABLE"],
      [{ webEidSites: { [SITE]: true } }, undefined],
      [{ webEidEnabled: true, webEidSites: { [SITE]: false } }, "ERR_WEBEID_EXTENSION_UNAVAILABLE"],
      [{ webEidSites: {} }, undefined],
    ] as const) {
      await choose(context, settings);
      assert.equal((await call(page, "status")).error?.code, code, JSON.stringify(settings));
    }
    assert.equal(card.asked().length, 0);
  });

  test("is acknowledged well within the library's second", {}, async ({ page }) => {
    const times: number[] = [];
    for (let round = 0; round < 20; round += 1) times.push(await timeOfAck(page));
    const sorted = times.sort((one, other) => one - other);
    saveArtefact("web-eid-ack.txt", `own acknowledgement, 20 times: median ${sorted[10]?.toFixed(1)} ms, most ${sorted[19]?.toFixed(1)} ms\n`);
    assert((sorted[19] ?? Infinity) < 500);
  });

  const other = new Folder();
  const rival = other.folder("rival");
  other.file("rival/manifest.json", JSON.stringify({
    manifest_version: 3, name: "Rival", version: "1.0",
    content_scripts: [{ matches: ["http://localhost/*"], js: ["content.js"] }],
  }));
  other.file("rival/content.js", `addEventListener("message", ({ source, data }) => {
    const name = data?.action;
    if (source !== window || !["web-eid:status", "web-eid:authenticate"].includes(name)) return;
    postMessage({ action: name + "-ack" }, origin);
    setTimeout(() => postMessage({ action: name + "-success", library: "2.0.2", extension: "2.5.0", nativeApp: "2.9.0", format: "rival" }, origin), 200);
  });`);
  const both = `${PARTS.extension},${rival}`;

  test("is left to another extension that answers it: no second answer, no window, and the person is told", {}, async ({ card, context, page }) => {
    const acks = await page.evaluate(() => {
      const heard: { action: string; afterMs: number }[] = [];
      const begin = performance.now();
      window.addEventListener("message", ({ data }) => {
        const { action } = data as { action: string };
        if (/-(ack|success|failure)$/.test(action)) heard.push({ action, afterMs: performance.now() - begin });
      });
      window.postMessage({ action: "web-eid:authenticate", libraryVersion: "2.0.2", challengeNonce: "x".repeat(44) }, "*");
      return new Promise<typeof heard>((resolve) => { setTimeout(() => { resolve(heard); }, 2000); });
    });
    assert.deepEqual(acks.map(({ action }) => action), ["web-eid:authenticate-ack", "web-eid:authenticate-success"]);
    saveArtefact("web-eid-foreign-ack.txt", `another extension's acknowledgement after ${acks[0]?.afterMs.toFixed(1)} ms\n`);
    assert.equal((await call(page, "authenticate", NONCE)).result?.["format"], "rival");
    assert.equal(card.asked().length, 0);

    const worker = await workerOf(context);
    const told = await worker.evaluate(async () => {
      const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
      const tabId = tab?.id ?? -1;
      return {
        stored: await chrome.storage.local.get("webEidSteppedAside"),
        badge: await chrome.action.getBadgeText({ tabId }),
        title: await chrome.action.getTitle({ tabId }),
      };
    });
    assert.deepEqual(told.stored, { webEidSteppedAside: [SITE] });
    assert.equal(told.badge, "!");
    assert.match(told.title, /another extension/);
    // What the other does not answer is not its site's.
    card.will({ cancel: true });
    assert.equal((await call(page, "getSigningCertificate", ENGLISH)).error?.["reason"], "user_cancelled");
  }, { args: ["--lang=en", `--load-extension=${both}`, `--disable-extensions-except=${both}`] });

  after(() => { other.remove(); });
});

/** After how many milliseconds the page is told that its request was heard. */
function timeOfAck(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((resolve) => {
    const begin = performance.now();
    let afterMs = 0;
    const listen = ({ data }: MessageEvent<{ action: string }>): void => {
      if (data.action === "web-eid:status-ack") afterMs = performance.now() - begin;
      if (!/-(success|failure)$/.test(data.action)) return;
      window.removeEventListener("message", listen);
      resolve(afterMs);
    };
    window.addEventListener("message", listen);
    window.postMessage({ action: "web-eid:status", libraryVersion: "2.0.2" }, "*");
  }));
}
