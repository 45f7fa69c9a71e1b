import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import type { LaunchOptions } from "../../testing/src/browser.js";

/** The id that the manifest's key gives. */
export const EXTENSION_ID = "kmbhegncnoikamoigmjkjpoehgbenimi";

const ARTEFACTS = resolve("e2e/artefacts");

/** How the tests start a browser: in this language, and on this computer's screen if `window`. */
export function launchOptions(lang = "en", window = false): LaunchOptions {
  return {
    headless: !window,
    // Chromium's sandbox does not work for root.
    chromiumSandbox: process.getuid?.() !== 0,
    locale: lang,
    env: { LANGUAGE: lang },
    viewport: window ? null : { width: 1000, height: 800 },
    args: [`--lang=${lang}`],
  };
}

/** Keeps what pages and the extension's worker write to their consoles. */
export function listenToConsole(context: BrowserContext): string[] {
  const lines: string[] = [];
  const listen = (source: string) => (message: { type(): string; text(): string }): void => {
    lines.push(`${source} ${message.type()}: ${message.text()}`);
  };
  context.on("console", listen("page"));
  context.on("weberror", (error) => lines.push(`page error: ${error.error().message}`));
  context.on("serviceworker", (worker) => worker.on("console", listen("worker")));
  return lines;
}

/** Opens a page. */
export async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Saves a picture of the page among the artefacts. */
export async function screenshot(page: Page, name: string): Promise<string> {
  return savePicture(name, await page.screenshot({ fullPage: true }));
}

/** Saves a picture among the artefacts. */
export function savePicture(name: string, png: Buffer): string {
  mkdirSync(ARTEFACTS, { recursive: true });
  const path = `${ARTEFACTS}/${name}.png`;
  writeFileSync(path, png);
  return path;
}

/** Saves text among the artefacts. */
export function saveArtefact(name: string, text: string): string {
  mkdirSync(ARTEFACTS, { recursive: true });
  const path = `${ARTEFACTS}/${name}`;
  writeFileSync(path, text);
  return path;
}
