/** The log-in of issue 2, case by case; the same for every place that the card can be in. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { isAlive } from "../../testing/src/cleanup.js";
import type { Answer, Question } from "../../testing/src/person.js";
import { poll } from "../../testing/src/waiting.js";
import { screenshot } from "./browser.js";
import { PINS, Stack, type Mode, type StackSettings } from "./stack.js";

const SIGNATURE = { pin: PINS.signature };
const AUTHENTICATION = { pin: PINS.authentication };
const WRONG = { pin: "0000" };

/** Waits for a page of the web system by the name in its heading. */
async function arrive(page: Page, name: string): Promise<void> {
  await page.locator(`[data-page="${name}"]`).waitFor();
}

async function click(page: Page, testId: string): Promise<void> {
  await page.getByTestId(testId).click();
}

/** Waits for the panel that says what went wrong, and reads it. */
async function problem(page: Page): Promise<{ code: string; message: string; advice: string; tries: string }> {
  const panel = page.getByTestId("problem");
  await panel.waitFor({ state: "visible" });
  const read = async (testId: string): Promise<string> => (await panel.getByTestId(testId).textContent()) ?? "";
  const found = {
    code: await read("error-code"),
    message: await read("error-message"),
    advice: await read("error-advice"),
    tries: await read("tries-left"),
  };
  assert.notEqual(found.message, "", "the person is told nothing");
  assert.notEqual(found.advice, "", "the person is not told what to do");
  return found;
}

/** Registers the card's holder. */
async function register(stack: Stack, page: Page, answers: Answer[] = [SIGNATURE, AUTHENTICATION]): Promise<void> {
  stack.willAnswer(...answers);
  await page.goto(`${stack.origin}/register?lang=en`);
  await click(page, "register");
  await arrive(page, "confirm");
  await click(page, "confirm");
  await arrive(page, "registered");
}

async function logIn(stack: Stack, page: Page, how: "login-both" | "login-authentication"): Promise<void> {
  await page.goto(`${stack.origin}/login?lang=en`);
  await click(page, how);
  await arrive(page, "account");
}

/** Checks that a prompt names the site, and the PIN by the number on the municipality's slip. */
function assertAsksFor(question: Question | undefined, stack: Stack, slipNumber: "①" | "②"): void {
  const description = question?.description ?? "";
  assert(description.includes(stack.origin), `the prompt does not name ${stack.origin}: ${description}`);
  assert(description.includes(slipNumber), `the prompt does not name PIN ${slipNumber}: ${description}`);
}

/** Defines the tests for a card that is in `mode`. */
export function defineCases(mode: Mode): void {
  /** Runs a test on a stack of its own, and keeps what happened if it fails. */
  function test(name: string, settings: Omit<StackSettings, "mode">, body: (stack: Stack, picture: (page: Page, step: string) => Promise<string>) => Promise<void>): void {
    const fileName = `${mode}-${name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`;
    it(name, { timeout: 120_000 }, async (t) => {
      const stack = await Stack.start({ mode, ...settings });
      try {
        await body(stack, (page, step) => screenshot(page, `${fileName}-${step}`));
      } catch (error) {
        const pictures = await stack.savePictures(`${fileName}-failed`).catch(() => []);
        for (const path of [stack.saveLogs(`${fileName}-failed`), ...pictures]) t.diagnostic(`see ${path}`);
        throw error;
      } finally {
        await stack.stop();
      }
    });
  }

  describe(`a card that is ${mode === "vpcd" ? "behind pcscd" : "inside the daemon"}`, () => {
    test("registers its holder, with what the signature certificate says", {}, async (stack, picture) => {
      stack.willAnswer(SIGNATURE, AUTHENTICATION);
      const page = await stack.open("/?lang=ja");
      await picture(page, "1-home");
      await click(page, "go-register");
      await arrive(page, "register");
      await click(page, "register");
      await arrive(page, "confirm");
      await picture(page, "2-confirm");
      assert.equal(await page.getByTestId("person-name").inputValue(), "見本　花子");
      assert.equal(await page.getByTestId("person-address").inputValue(), "見本県架空市例示町一丁目２番３号");
      assert.match(await page.getByTestId("person-birth-date").inputValue(), /1990|平成/);
      assert.notEqual(await page.getByTestId("person-sex").inputValue(), "");
      assert(await page.getByTestId("revocation-note").isVisible());
      await click(page, "confirm");
      await arrive(page, "registered");
      await picture(page, "3-registered");

      const [first, second, ...more] = stack.asked();
      assertAsksFor(first, stack, "①");
      assert.match(first?.description ?? "", /住所/, "the person is not told which data is sent");
      assertAsksFor(second, stack, "②");
      assert.equal(more.length, 0);
    });

    test("logs its holder in with both PINs, and out again", {}, async (stack, picture) => {
      const page = await stack.open("/?lang=en");
      await register(stack, page);
      stack.willAnswer(SIGNATURE, AUTHENTICATION);
      await logIn(stack, page, "login-both");
      await picture(page, "account");
      assert.notEqual(await page.getByTestId("last-login").textContent(), "");
      assert.equal(stack.asked().length, 4);
      await click(page, "logout");
      await arrive(page, "logged-out");
      await page.goto(`${stack.origin}/account`);
      await arrive(page, "login");
    });

    test("logs its holder in with the authentication PIN only", {}, async (stack, picture) => {
      const page = await stack.open("/?lang=en");
      await register(stack, page);
      stack.willAnswer(AUTHENTICATION);
      await logIn(stack, page, "login-authentication");
      await picture(page, "account");
      const [, , question, ...more] = stack.asked();
      assertAsksFor(question, stack, "②");
      assert.equal(more.length, 0);
    });

    test("asks again after a wrong PIN and tells the tries left", {}, async (stack) => {
      const page = await stack.open("/?lang=en");
      await register(stack, page);
      stack.willAnswer(WRONG, AUTHENTICATION);
      await logIn(stack, page, "login-authentication");
      const [wrong, right, ...more] = stack.asked().slice(2);
      assert.equal(wrong?.error, undefined);
      assert.match(right?.error ?? "", /\b2\b/, "the second prompt does not tell the tries left");
      assertAsksFor(right, stack, "②");
      assert.equal(more.length, 0);
    });

    test("does not spend the last try unless the person confirms just that", { tries: { authentication: 1 } }, async (stack, picture) => {
      stack.willAnswer({ confirm: false });
      const page = await stack.open("/login?lang=en");
      await click(page, "login-authentication");
      assert.equal((await problem(page)).code, "pin_last_try_refused");
      await picture(page, "refused");
      assert.deepEqual(stack.asked().map(({ command }) => command), ["CONFIRM"]);
      await register(stack, page, [SIGNATURE, { confirm: true }, AUTHENTICATION]);
    });

    test("is left alone when the person cancels at the prompt", {}, async (stack, picture) => {
      stack.willAnswer({ cancel: true });
      const page = await stack.open("/login?lang=en");
      await click(page, "login-authentication");
      assert.equal((await problem(page)).code, "user_cancelled");
      await picture(page, "cancelled");
      // The next request finds everything as it was.
      await register(stack, page);
    });

    test("is left alone when the person cancels on the page, which closes the prompt", {}, async (stack, picture) => {
      stack.willAnswer({ hang: true });
      const page = await stack.open("/login?lang=en");
      await click(page, "login-authentication");
      const { pid } = await stack.question(1);
      await picture(page, "waiting");
      await click(page, "cancel");
      await problem(page);
      await poll("the prompt's end", () => !isAlive(pid));
      await register(stack, page);
    });

    test("is left alone when the page is closed while the prompt is open, which closes the prompt", {}, async (stack) => {
      stack.willAnswer({ hang: true });
      const page = await stack.open("/login?lang=en");
      await click(page, "login-authentication");
      const { pid } = await stack.question(1);
      const next = await stack.open("/");
      await page.close();
      await poll("the prompt's end", () => !isAlive(pid));
      await register(stack, next);
    });

    test("with a blocked PIN opens no prompt, and the page says where to go", { tries: { authentication: 0 } }, async (stack, picture) => {
      const page = await stack.open("/login?lang=en");
      await click(page, "login-authentication");
      const { code, advice } = await problem(page);
      assert.equal(code, "pin_blocked");
      assert.match(advice, /municipal/i);
      await picture(page, "blocked");
      assert.equal(stack.asked().length, 0);
    });

    test("that is not there is asked for", { card: "absent" }, async (stack, picture) => {
      const page = await stack.open("/login?lang=ja");
      await click(page, "login-authentication");
      assert.equal((await problem(page)).code, "no_card");
      await picture(page, "no-card");
      assert.equal(stack.asked().length, 0);
    });

    if (mode === "vpcd") {
      test("logs its holder in although no daemon was running", { daemon: "not running" }, async (stack) => {
        const page = await stack.open("/?lang=en");
        await register(stack, page);
        stack.willAnswer(AUTHENTICATION);
        await logIn(stack, page, "login-authentication");
      });
    } else {
      test("is out of reach while the daemon does not run and there is no pcscd", { daemon: "not running" }, async (stack, picture) => {
        const page = await stack.open("/login?lang=en");
        await click(page, "login-authentication");
        assert.equal((await problem(page)).code, "no_service");
        await picture(page, "no-service");
      });

      test("is not used for a developer's site unless the settings allow it", { developerOrigins: false }, async (stack, picture) => {
        const page = await stack.open("/login?lang=en");
        await click(page, "login-authentication");
        const { code, message, advice } = await problem(page);
        assert.equal(code, "origin_refused");
        assert.match(`${message} ${advice}`, /developer_origins/);
        await picture(page, "refused");
        assert.equal(stack.asked().length, 0);
      });
    }
  });
}
