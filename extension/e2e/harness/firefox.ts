/** Firefox, driven by geckodriver. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { By, until, type WebElement } from "selenium-webdriver";
import { Context, Driver, Options, ServiceBuilder } from "selenium-webdriver/firefox.js";
import type { Desk } from "../../testing/src/desk.js";
import { PATIENCE_MS } from "../../testing/src/waiting.js";
import { savePicture } from "./browser.js";
import type { BrowserSettings, RunningBrowser, SitePage } from "./site-page.js";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const ADD_ON_ID = "jpkid@extension.jpkid";

/** The add-on as people get it. */
const ADD_ON = resolve(`dist/jpkid-firefox-${version}.zip`);
const FIREFOX = process.env["FIREFOX"] ?? "/usr/bin/firefox-esr";
const GECKODRIVER = process.env["GECKODRIVER"] ?? resolve("../target/tools/bin/geckodriver");

/** How long the add-on's background rests before Firefox stops it; people have 30 s, and a PIN may take longer. */
export const BACKGROUND_IDLE_MS = 1000;

/** Starts Firefox in a home of its own, in which `jpki setup browsers` has told it of the native host. */
export async function inFirefox(desk: Desk, settings: BrowserSettings): Promise<RunningBrowser<FirefoxPage>> {
  const environment = environmentAt(desk);
  await desk.run("jpki", ["setup", "browsers", "--browser", "firefox"], environment).succeed();
  return withoutNativeHost(desk, settings);
}

/** Starts Firefox in a home of its own. */
export async function withoutNativeHost(desk: Desk, { lang = "en", window }: BrowserSettings): Promise<RunningBrowser<FirefoxPage>> {
  const environment = environmentAt(desk);
  const log = desk.folder.file("firefox.log", "");
  const file = openSync(log, "a");
  const service = new ServiceBuilder(GECKODRIVER)
    // To take a permission away, as about:addons does, needs the browser's own scripts.
    .addArguments("--allow-system-access")
    .setEnvironment(definedOf(environment))
    .setStdio(["ignore", file, file])
    .build();
  const options = new Options()
    .setBinary(FIREFOX)
    .setPreference("extensions.background.idle.timeout", BACKGROUND_IDLE_MS)
    .setPreference("intl.accept_languages", lang)
    .setPreference("devtools.console.stdout.content", true);
  if (!window) options.addArguments("-headless");
  const driver = Driver.createSession(options, service);
  const close = async (): Promise<void> => {
    await driver.quit();
    closeSync(file);
  };
  try {
    await driver.installAddon(ADD_ON, true);
  } catch (error) {
    await close();
    throw error;
  }
  const tabs = new Set<FirefoxPage>();
  return {
    get console(): string[] { return readFileSync(log, "utf8").split("\n"); },
    open: async (url) => {
      await driver.switchTo().newWindow("tab");
      const tab = new FirefoxPage(driver, await driver.getWindowHandle(), () => tabs.delete(tab));
      tabs.add(tab);
      await tab.goto(url);
      return tab;
    },
    pictures: async (name) => {
      const paths: string[] = [];
      // One after the other: the driver has one tab in its hands at a time.
      for (const tab of tabs) paths.push(await tab.picture(`${name}-${paths.length}`));
      return paths;
    },
    closed: () => Promise.reject(new Error("only the demo waits for the person, and it shows Chromium")),
    close,
  };
}

/** The desk's environment, with a home of its own: Firefox looks for native hosts there. */
function environmentAt(desk: Desk): NodeJS.ProcessEnv {
  return { ...desk.environment, HOME: desk.folder.folder("home") };
}

/** Takes the permission for a site away, as the switch in about:addons does. */
export async function takeBackSite(page: FirefoxPage, pattern: string): Promise<void> {
  const failure = await page.evaluateInBrowser(`
    const [id, pattern, done] = arguments;
    const { ExtensionPermissions } = ChromeUtils.importESModule("resource://gre/modules/ExtensionPermissions.sys.mjs");
    ExtensionPermissions.remove(id, { permissions: [], origins: [pattern], data_collection: [] }, WebExtensionPolicy.getByID(id).extension).then(() => done(""), (error) => done(String(error)));
  `, ADD_ON_ID, pattern);
  if (failure !== "") throw new Error(`Firefox did not take ${pattern} back: ${failure}`);
}

/** Opens the add-on's own panel in the tab and has it ask for a site at a click, and the person agree to what Firefox asks. */
export async function allowSiteAgain(page: FirefoxPage, pattern: string): Promise<void> {
  const host = await page.evaluateInBrowser(`
    const [id, done] = arguments;
    // Firefox's question is a window of the browser, out of the driver's reach.
    Services.prefs.setBoolPref("extensions.webextOptionalPermissionPrompts", false);
    done(WebExtensionPolicy.getByID(id).mozExtensionHostname);
  `, ADD_ON_ID);
  await page.goto(`moz-extension://${host}/popup.html`);
  const answer = await page.clickOwnButton(`chrome.permissions.request({ origins: ["${pattern}"] })`);
  if (answer !== "true") throw new Error(`Firefox does not let ${pattern} be allowed again: ${answer}`);
}

function definedOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** A tab of Firefox. */
export class FirefoxPage implements SitePage {
  constructor(private readonly driver: Driver, private readonly handle: string, private readonly forget: () => void) {}

  async goto(url: string): Promise<void> {
    await this.#enter();
    await this.driver.get(url);
  }

  async arrive(name: string): Promise<void> {
    await this.#enter();
    await this.driver.wait(until.elementLocated(By.css(`[data-page="${name}"]`)), PATIENCE_MS);
  }

  async click(testId: string): Promise<void> {
    const element = await this.#visible(testId);
    await this.driver.wait(until.elementIsEnabled(element), PATIENCE_MS);
    await element.click();
  }

  async appears(testId: string): Promise<void> {
    await this.#visible(testId);
  }

  async isVisible(testId: string): Promise<boolean> {
    return (await this.#find(testId)).isDisplayed();
  }

  async text(testId: string): Promise<string> {
    return (await (await this.#find(testId)).getAttribute("textContent")) ?? "";
  }

  async value(testId: string): Promise<string> {
    return (await (await this.#find(testId)).getAttribute("value")) ?? "";
  }

  async close(): Promise<void> {
    await this.#enter();
    this.forget();
    await this.driver.close();
  }

  /** Runs a function's body among the browser's own scripts; the last of its `arguments` takes the result, a text. */
  async evaluateInBrowser(body: string, ...values: string[]): Promise<string> {
    await this.#enter();
    await this.driver.setContext(Context.CHROME);
    try {
      return await this.driver.executeAsyncScript<string>(body, ...values);
    } finally {
      await this.driver.setContext(Context.CONTENT);
    }
  }

  /** Adds a button to the add-on's page that does this at a click, clicks it, and waits for what comes of it. */
  async clickOwnButton(action: string): Promise<string> {
    await this.#enter();
    await this.driver.executeScript(`
      const button = document.createElement("button");
      button.dataset.testid = "own-button";
      button.textContent = "…";
      button.addEventListener("click", () => ${action}.then(String, String).then((text) => { button.textContent = text; }));
      document.body.prepend(button);
    `);
    const button = await this.#visible("own-button");
    await button.click();
    await this.driver.wait(async () => (await button.getText()) !== "…", PATIENCE_MS);
    return button.getText();
  }

  async picture(name: string): Promise<string> {
    await this.#enter();
    return savePicture(name, Buffer.from(await this.driver.takeFullPageScreenshot(), "base64"));
  }

  async #enter(): Promise<void> {
    await this.driver.switchTo().window(this.handle);
  }

  async #find(testId: string): Promise<WebElement> {
    await this.#enter();
    return this.driver.wait(until.elementLocated(By.css(`[data-testid="${testId}"]`)), PATIENCE_MS);
  }

  async #visible(testId: string): Promise<WebElement> {
    return this.driver.wait(until.elementIsVisible(await this.#find(testId)), PATIENCE_MS);
  }
}
