/** The extension's own pages in a tab of their own, and what judges them. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { EXTENSION_ID } from "./browser.js";

/** As narrow as the panel is shown. */
export const NARROW_PX = 320;

/** Opens one of the extension's own pages as narrow as the panel. */
export async function openOwnPage(context: BrowserContext, name: "popup" | "options"): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize({ width: NARROW_PX, height: 900 });
  await page.goto(`chrome-extension://${EXTENSION_ID}/${name}.html`);
  await page.locator("h1:not(:empty)").waitFor();
  return page;
}

/** Opens the panel, and waits until it has looked at the reader. */
export async function openPanel(context: BrowserContext): Promise<Page> {
  const page = await openOwnPage(context, "popup");
  await page.locator("#uses-section, #readers > button").first().waitFor();
  return page;
}

/** Runs the self-test of the panel; returns each step with its verdict. */
export async function runSelfTest(page: Page): Promise<Record<string, string>> {
  await page.locator("#test-start").click();
  await page.locator("#test-save button").waitFor();
  return Object.fromEntries(await page.locator("#test-steps > li").evaluateAll((steps) =>
    steps.map((step) => [(step as HTMLElement).dataset["step"] ?? "", step.getAttribute("class") ?? ""])));
}

/** Fails if axe finds anything to object to, in light or in dark, or if the page is wider than it is shown. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // As an expression, which the page's Content Security Policy lets pass.
    await page.evaluate(`${axe.source}; undefined`);
    const violations = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> } };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`).join("\n")}`);
    });
    assert.deepEqual(violations, [], `${what}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(width <= NARROW_PX, `${what} is ${width} px wide`);
}
