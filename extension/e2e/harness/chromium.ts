/** Chromium, driven by Playwright. */
import { chromium, type BrowserContext, type Page } from "playwright-core";
import type { Desk } from "../../testing/src/desk.js";
import { launchOptions, listenToConsole, openPage, screenshot } from "./browser.js";
import type { BrowserSettings, RunningBrowser, SitePage } from "./site-page.js";

/** Starts Chromium; its tabs are Playwright's pages. */
export async function inChromium(desk: Desk, settings: BrowserSettings): Promise<RunningBrowser<Page>> {
  return running(await desk.launch(chromium, launchOptions(settings.lang, settings.window)), (page) => page);
}

/** Starts Chromium for the cases that every browser has to pass. */
export async function casesInChromium(desk: Desk, settings: BrowserSettings): Promise<RunningBrowser<SitePage>> {
  return running(await desk.launch(chromium, launchOptions(settings.lang, settings.window)), (page) => new ChromiumPage(page));
}

function running<Tab>(context: BrowserContext, tabOf: (page: Page) => Tab): RunningBrowser<Tab> {
  return {
    console: listenToConsole(context),
    open: async (url) => tabOf(await openPage(context, url)),
    pictures: (name) => {
      const pages = context.pages().filter((page) => page.url().startsWith("http"));
      return Promise.all(pages.map((page, index) => screenshot(page, `${name}-${index}`)));
    },
    closed: () => new Promise((resolve) => context.once("close", () => { resolve(); })),
    close: () => context.close(),
  };
}

class ChromiumPage implements SitePage {
  constructor(private readonly page: Page) {}

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async arrive(name: string): Promise<void> {
    await this.page.locator(`[data-page="${name}"]`).waitFor();
  }

  async click(testId: string): Promise<void> {
    await this.page.getByTestId(testId).click();
  }

  async appears(testId: string): Promise<void> {
    await this.page.getByTestId(testId).waitFor({ state: "visible" });
  }

  async isVisible(testId: string): Promise<boolean> {
    return this.page.getByTestId(testId).isVisible();
  }

  async text(testId: string): Promise<string> {
    return (await this.page.getByTestId(testId).textContent()) ?? "";
  }

  async value(testId: string): Promise<string> {
    return this.page.getByTestId(testId).inputValue();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  async picture(name: string): Promise<string> {
    return screenshot(this.page, name);
  }
}
