/** Allowing a site: the person's own clicks on the toolbar, in the panel and on the browser's question. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { launch } from "../testing/src/browser.js";
import { Desk } from "../testing/src/desk.js";
import { shippedExtension } from "../testing/src/sites.js";
import { EXTENSION_ID, launchOptions } from "./harness/browser.js";
import { openOwnPage } from "./harness/own-page.js";
import { PARTS } from "./harness/parts.js";
import { Screen } from "./harness/screen.js";

const SITE = "https://www.example.jp";
const PUBLIC_OFFICE = "https://www.example.go.jp";

/** Where the browser draws its own buttons, with its window at 10, 10 and as wide as the screen. */
const EXTENSIONS_BUTTON = [878, 73] as const;
const OUR_ENTRY_IN_ITS_MENU = [700, 233] as const;
const RELOAD_IN_THE_OFFER = [798, 202] as const;
const ALLOW_IN_THE_QUESTION = [668, 266] as const;

/** What the panel says of the site, and where it has what can be clicked; another of the extension's pages sees it. */
async function lookIntoPanel(own: Page, what: "button" | "input" = "button"): Promise<{ said: string; place: readonly [number, number] }> {
  return own.evaluate((wanted) => {
    const [panel] = chrome.extension.getViews({ type: "popup" });
    const section = panel?.document.querySelector<HTMLElement>("section");
    const box = section?.querySelector(wanted)?.getBoundingClientRect();
    if (panel === undefined || section === undefined || section === null || box === undefined) throw new Error(`the panel offers no ${wanted}`);
    return { said: section.innerText, place: [panel.screenX + box.x + box.width / 2, panel.screenY + box.y + box.height / 2] as const };
  }, what);
}

/** Asks the page's module for the status; returns what is missing, or else the code of its error. */
async function statusOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const path = "/jpkid.js";
    const jpkid = (await import(path)) as { status(): Promise<unknown> };
    return jpkid.status().then(() => "nothing", (error: unknown) => {
      const { code, missing } = error as { code: string; missing?: string };
      return missing ?? code;
    });
  });
}

/** Whether a page that speaks Web eID is answered, within more than the second that its library waits. */
async function isWebEidAnswered(page: Page): Promise<boolean> {
  return page.evaluate(() => new Promise<boolean>((resolve) => {
    window.addEventListener("message", ({ data }: MessageEvent<{ action?: string }>) => {
      if (data.action === "web-eid:status-ack") resolve(true);
    });
    window.postMessage({ action: "web-eid:status", libraryVersion: "2.0.2" }, window.origin);
    setTimeout(() => { resolve(false); }, 2000);
  }));
}

/** Opens a site that holds the page module. */
async function openSite(context: BrowserContext, site: string): Promise<Page> {
  const pageModule = readFileSync("page/dist/jpkid.js", "utf8");
  await context.route(`${site}/**`, (route) =>
    route.request().url().endsWith(".js")
      ? route.fulfill({ contentType: "text/javascript", body: pageModule })
      : route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Example</title>" }));
  const page = await context.newPage();
  await page.goto(`${site}/`);
  return page;
}

/** Chooses "On click" for the extension, in the browser's own page of extensions: the built-in sites are taken back. */
async function takeBackAllSites(context: BrowserContext): Promise<void> {
  const page = await context.newPage();
  await page.goto("chrome://extensions/");
  await page.evaluate(async (extensionId) => {
    const { developerPrivate } = chrome as unknown as { developerPrivate: { updateExtensionConfiguration(update: object): Promise<void> } };
    await developerPrivate.updateExtensionConfiguration({ extensionId, hostAccess: "ON_CLICK" });
  }, EXTENSION_ID);
  await page.close();
}

/** Runs `body` in a browser on a screen; no native host is there, and a site that is served gets to know it. */
async function onScreen(body: (screen: Screen, context: BrowserContext, options: Page) => Promise<void>): Promise<void> {
  const desk = new Desk({ parts: PARTS, person: {}, withoutPcscd: true });
  const screen = await Screen.start(desk.folder);
  let context: BrowserContext | undefined;
  try {
    const installation = { userDataDir: desk.folder.folder("profile"), extension: shippedExtension(PARTS.extension), nativeHost: undefined, environment: { ...desk.environment, DISPLAY: screen.display } };
    context = await launch(chromium, installation, launchOptions("en", true));
    await body(screen, context, await openOwnPage(context, "options"));
  } finally {
    await context?.close();
    await screen.stop();
    await desk.stop();
  }
}

it("a site is served after one click in the panel and the browser's own question, until it is revoked", { timeout: 120_000 }, async () => {
  await onScreen(async (screen, context, options) => {
    await options.evaluate((origin) => chrome.storage.local.set({ webEidSteppedAside: [origin] }), SITE);
    const site = await openSite(context, SITE);
    assert.equal(await statusOf(site), "extension_unavailable");
    await screen.still();
    await screen.click(...EXTENSIONS_BUTTON);
    await screen.click(...OUR_ENTRY_IN_ITS_MENU);
    const { said, place } = await lookIntoPanel(options);
    assert.match(said, /^This site\s+www\.example\.jp cannot ask for your card\./);
    assert.match(said, /On www\.example\.jp another extension answered first/);
    await screen.click(...place);
    await screen.click(...ALLOW_IN_THE_QUESTION);

    // The page that is open is served at once. Its extension has no host here, and says so.
    assert.equal(await statusOf(site), "native-host");

    // The other extension is gone, or was never wanted: the panel's switch says who answers Web eID here.
    await screen.click(...EXTENSIONS_BUTTON);
    await screen.click(...OUR_ENTRY_IN_ITS_MENU);
    for (const answers of [true, false]) {
      const { said: before, place: webEid } = await lookIntoPanel(options, "input");
      assert.match(before, /Answer Web eID on this site/);
      await screen.click(...webEid);
      assert.deepEqual(await options.evaluate(() => chrome.storage.local.get(["webEidSites", "webEidSteppedAside"])), { webEidSites: { [SITE]: answers }, webEidSteppedAside: [] });
      assert.doesNotMatch((await lookIntoPanel(options, "input")).said, /another extension/);
      assert.equal(await isWebEidAnswered(site), answers);
    }
    await options.reload();
    await options.getByRole("button", { name: "Remove the permission of www.example.jp" }).click();
    await options.getByText("None yet. To allow a site").waitFor();
    await site.reload();
    assert.equal(await statusOf(site), "extension_unavailable");
  });
});

it("a built-in site that the person took back in the browser's settings is not served, open or new, and can be allowed again in the panel", { timeout: 120_000 }, async () => {
  await onScreen(async (screen, context, options) => {
    const site = await openSite(context, PUBLIC_OFFICE);
    assert.equal(await statusOf(site), "native-host");
    await takeBackAllSites(context);
    assert.equal(await statusOf(site), "permission");
    await site.reload();
    assert.equal(await statusOf(site), "extension_unavailable");
    await site.bringToFront();
    await screen.still();
    // At the first click Chromium offers to let the extension look at this tab alone: no reason to serve it.
    await screen.click(...EXTENSIONS_BUTTON);
    await screen.click(...OUR_ENTRY_IN_ITS_MENU);
    await screen.click(...RELOAD_IN_THE_OFFER);
    assert.equal(await statusOf(site), "permission");
    await screen.click(...EXTENSIONS_BUTTON);
    await screen.click(...OUR_ENTRY_IN_ITS_MENU);
    const { said, place } = await lookIntoPanel(options);
    assert.match(said, /^This site\s+www\.example\.go\.jp cannot ask for your card\./);
    await screen.click(...place);
    await screen.click(...ALLOW_IN_THE_QUESTION);
    assert.equal(await statusOf(site), "native-host");
  });
});
