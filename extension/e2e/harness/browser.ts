import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";

/** The id that the manifest's key gives. */
export const EXTENSION_ID = "kmbhegncnoikamoigmjkjpoehgbenimi";

const EXTENSION = resolve("dist/chromium");
const ARTEFACTS = resolve("e2e/artefacts");

/** What a browser of a test is started with. */
export interface BrowserSettings {
  /** A folder that is removed with the test. */
  userDataDir: string;
  /** The native host, or undefined to have none registered. */
  nativeHost?: string | undefined;
  /** Its environment, and so the native host's. */
  environment: NodeJS.ProcessEnv;
  /** The browser's own language. */
  lang?: string | undefined;
  /** Whether it opens a window on this computer's screen. */
  window?: boolean;
}

/** A browser with the extension, in a profile of its own. */
export class Browser {
  /** What pages and the extension's worker wrote to their consoles. */
  readonly console: string[] = [];

  private constructor(readonly context: BrowserContext) {
    const listen = (source: string) => (message: { type(): string; text(): string }): void => {
      this.console.push(`${source} ${message.type()}: ${message.text()}`);
    };
    context.on("console", listen("page"));
    context.on("weberror", (error) => this.console.push(`page error: ${error.error().message}`));
    context.on("serviceworker", (worker) => worker.on("console", listen("worker")));
  }

  /** Starts Chromium. */
  static async start({ userDataDir, nativeHost, environment, lang = "en", window = false }: BrowserSettings): Promise<Browser> {
    if (nativeHost !== undefined) registerNativeHost(userDataDir, nativeHost);
    const variables = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const context = await chromium.launchPersistentContext(userDataDir, {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      headless: !window,
      // Chromium's sandbox does not work for root.
      chromiumSandbox: process.getuid?.() !== 0,
      ignoreDefaultArgs: ["--disable-extensions"],
      locale: lang,
      env: { ...Object.fromEntries(variables), LANGUAGE: lang },
      viewport: window ? null : { width: 1000, height: 800 },
      args: [
        `--load-extension=${EXTENSION}`,
        `--disable-extensions-except=${EXTENSION}`,
        "--disable-features=DisableLoadExtensionCommandLineSwitch",
        `--lang=${lang}`,
        "--no-first-run",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    const browser = new Browser(context);
    if (context.serviceWorkers().length === 0) await context.waitForEvent("serviceworker");
    assert(context.serviceWorkers().some((worker) => worker.url().startsWith(`chrome-extension://${EXTENSION_ID}/`)));
    return browser;
  }

  /** Opens a page. */
  async open(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  /** Waits until somebody has closed the browser. */
  async closed(): Promise<void> {
    await new Promise((resolved) => this.context.once("close", resolved));
  }

  /** Closes all pages and ends the browser. */
  async close(): Promise<void> {
    await this.context.close();
  }
}

function registerNativeHost(userDataDir: string, path: string): void {
  const folder = `${userDataDir}/NativeMessagingHosts`;
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "jpkid", description: "jpkid", path, type: "stdio", allowed_origins: [`chrome-extension://${EXTENSION_ID}/`] };
  writeFileSync(`${folder}/jpkid.json`, JSON.stringify(manifest));
}

/** Saves a picture of the page among the artefacts. */
export async function screenshot(page: Page, name: string): Promise<string> {
  mkdirSync(ARTEFACTS, { recursive: true });
  const path = `${ARTEFACTS}/${name}.png`;
  await page.screenshot({ path, fullPage: true });
  return path;
}

/** Saves text among the artefacts. */
export function saveArtefact(name: string, text: string): string {
  mkdirSync(ARTEFACTS, { recursive: true });
  const path = `${ARTEFACTS}/${name}`;
  writeFileSync(path, text);
  return path;
}
