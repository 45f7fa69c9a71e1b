/**
 * `test` of @playwright/test with a card in the reader: `page` is in a browser that has the extension, `card` is the
 * card, and `test.use({ profile: "child" })` chooses another.
 *
 * @packageDocumentation
 */
import { test as base, type TestType, type PlaywrightTestArgs, type PlaywrightTestOptions, type PlaywrightWorkerArgs, type PlaywrightWorkerOptions } from "@playwright/test";
import { startVirtualCard, type VirtualCard, type VirtualCardOptions } from "./card.js";

export { expect } from "@playwright/test";

/** What a test can use, beside Playwright's own. */
export interface CardFixtures {
  /** The card in the reader. */
  card: VirtualCard;
}

/** What `test.use` and a project's `use` can set, beside Playwright's own. */
export interface CardOptions {
  /** As {@link VirtualCardOptions.profile}. */
  profile: string;
  /** As {@link VirtualCardOptions.pins}; undefined means those of the built-in profiles. */
  pins: VirtualCardOptions["pins"] | undefined;
  /** As {@link VirtualCardOptions.sites}. */
  sites: readonly string[];
}

/** Playwright's `test` with a card. */
export const test: TestType<PlaywrightTestArgs & PlaywrightTestOptions & CardFixtures & CardOptions, PlaywrightWorkerArgs & PlaywrightWorkerOptions> =
  base.extend<CardFixtures & CardOptions>({
    profile: ["adult", { option: true }],
    pins: [undefined, { option: true }],
    sites: [[], { option: true }],
    card: async ({ profile, pins, sites }, use, info) => {
      const card = await startVirtualCard({ profile, sites, ...(pins === undefined ? {} : { pins }) });
      await use(card);
      if (info.status !== info.expectedStatus) await info.attach("card", { body: card.logs(), contentType: "text/plain" });
      await card.stop();
    },
    context: async ({ card, playwright }, use) => {
      const context = await card.launchChromium(playwright.chromium);
      await use(context);
      await context.close();
    },
  });
