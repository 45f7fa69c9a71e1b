/** Shows the whole path: a browser registers at the demo web system with the software card, and logs in. */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { screenshot } from "./harness/browser.js";
import { PINS, Stack } from "./harness/stack.js";

const lang = (process.env["LC_ALL"] ?? process.env["LANG"] ?? "").startsWith("ja") ? "ja" : "en";
const hasScreen = [process.env["DISPLAY"], process.env["WAYLAND_DISPLAY"]].some((display) => display !== undefined && display !== "");

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Opens the browser for the person at the screen. */
async function showInWindow(): Promise<void> {
  const stack = await Stack.start({ mode: "in-process", person: "at the screen", seed: randomUUID(), lang });
  try {
    await stack.open("/");
    say(`The demo web system: ${stack.origin}`);
    say("The card is a software card of a made-up person. Its secrets:");
    say(`  ② user authentication PIN:      ${PINS.authentication}`);
    say(`  ① digital signature password:   ${PINS.signature}`);
    say("Register, log in, try a wrong PIN. Close the browser or press Ctrl-C to end; nothing is left behind.");
    await stack.closed();
  } finally {
    await stack.stop();
  }
}

/** Does without a screen what a person would do, and tells each step. */
async function showSteps(): Promise<void> {
  say("There is no display: the same log-in runs without a window.");
  const begin = performance.now();
  let number = 0;
  const step = async (text: string, page?: Page): Promise<void> => {
    number += 1;
    const seconds = ((performance.now() - begin) / 1000).toFixed(2).padStart(6);
    say(`${seconds} s  ${text}`);
    if (page !== undefined) say(`          ${await screenshot(page, `demo-${number}`)}`);
  };
  const stack = await Stack.start({ mode: "in-process", seed: randomUUID(), lang });
  try {
    await step("daemon with the software card, web system and browser run");
    const page = await stack.open(`/?lang=${lang}`);
    const arrive = (name: string): Promise<void> => page.locator(`[data-page="${name}"]`).waitFor();
    await step("the web system's first page", page);

    stack.willAnswer({ pin: PINS.signature }, { pin: PINS.authentication });
    await page.goto(`${stack.origin}/register?lang=${lang}`);
    await step("the person asks to register", page);
    await page.getByTestId("register").click();
    await arrive("confirm");
    await step("signature password and PIN were right; the form is filled from the signature certificate", page);
    await page.getByTestId("confirm").click();
    await arrive("registered");
    await step("registered", page);

    stack.willAnswer({ pin: "0000" }, { pin: PINS.authentication });
    await page.goto(`${stack.origin}/login?lang=${lang}`);
    await step("the person asks to log in with the PIN only, and types a wrong one first", page);
    await page.getByTestId("login-authentication").click();
    await arrive("account");
    await step("logged in", page);
    for (const { description = "" } of stack.asked()) say(`          the prompt said: ${description.replaceAll(/\s*\n\s*/g, " | ")}`);
    await page.getByTestId("logout").click();
    await arrive("logged-out");
    await step("logged out", page);
  } finally {
    await stack.stop();
  }
  await step("everything has ended");
}

await (hasScreen ? showInWindow() : showSteps());
