import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import type { BrowserContext, BrowserType, Worker } from "playwright-core";
import type { Extension } from "./sites.js";

/** What Playwright starts a browser with. */
export type LaunchOptions = NonNullable<Parameters<BrowserType["launchPersistentContext"]>[1]>;

const DEBIAN_CHROMIUM = "/usr/bin/chromium";

/** What a browser needs beside Playwright's own options. */
export interface Installation {
  /** A folder that only this browser uses. */
  userDataDir: string;
  /** What to load. */
  extension: Extension;
  /** The native host, or undefined to have none registered. */
  nativeHost: string | undefined;
  /** The browser's environment, and so the native host's. */
  environment: NodeJS.ProcessEnv;
}

/** Starts Chromium with the extension in a profile of its own. */
export async function launch(chromium: BrowserType, installation: Installation, options: LaunchOptions): Promise<BrowserContext> {
  const { userDataDir, extension, nativeHost, environment } = installation;
  if (nativeHost !== undefined) registerNativeHost(userDataDir, nativeHost, extension.id);
  const variables = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // Google Chrome loads no unpacked extensions any more, and Playwright's headless shell has none at all.
  const executable = process.env["CHROMIUM"] ?? DEBIAN_CHROMIUM;
  const browser = existsSync(executable) ? { executablePath: executable } : { channel: "chromium" };
  const context = await chromium.launchPersistentContext(userDataDir, {
    ...(options.executablePath === undefined && options.channel === undefined ? browser : {}),
    ...options,
    env: { ...Object.fromEntries(variables), ...options.env },
    ignoreDefaultArgs: options.ignoreDefaultArgs ?? ["--disable-extensions"],
    args: [
      `--load-extension=${extension.path}`,
      `--disable-extensions-except=${extension.path}`,
      "--disable-features=DisableLoadExtensionCommandLineSwitch",
      "--no-first-run",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...(options.args ?? []),
    ],
  });
  const isOurs = (worker: Worker): boolean => worker.url().startsWith(`chrome-extension://${extension.id}/`);
  if (!context.serviceWorkers().some(isOurs)) await context.waitForEvent("serviceworker", isOurs);
  return context;
}

function registerNativeHost(userDataDir: string, path: string, extensionId: string): void {
  const folder = `${userDataDir}/NativeMessagingHosts`;
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "jpkid", description: "jpkid", path, type: "stdio", allowed_origins: [`chrome-extension://${extensionId}/`] };
  writeFileSync(`${folder}/jpkid.json`, JSON.stringify(manifest));
}
