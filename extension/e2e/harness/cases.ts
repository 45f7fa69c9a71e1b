/** The log-in of issue 2, case by case; the same for every place that the card can be in. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isAlive } from "../../testing/src/cleanup.js";
import type { Answer, Question } from "../../testing/src/person.js";
import { poll } from "../../testing/src/waiting.js";
import type { BrowserStarter, SitePage } from "./site-page.js";
import { PINS, Stack, type Mode, type StackSettings } from "./stack.js";

/** A stack with any browser. */
type CaseStack = Stack<SitePage>;

/** A browser to run the cases in. */
export interface CaseBrowser {
  /** Its name, for files. */
  name: string;
  start: BrowserStarter<SitePage>;
}

const SIGNATURE = { pin: PINS.signature };
const AUTHENTICATION = { pin: PINS.authentication };
const WRONG = { pin: "0000" };

/** Waits for the panel that says what went wrong, and reads it. */
async function problem(page: SitePage): Promise<{ code: string; message: string; advice: string; tries: string }> {
  await page.appears("problem");
  const found = {
    code: await page.text("error-code"),
    message: await page.text("error-message"),
    advice: await page.text("error-advice"),
    tries: await page.text("tries-left"),
  };
  assert.notEqual(found.message, "", "the person is told nothing");
  assert.notEqual(found.advice, "", "the person is not told what to do");
  return found;
}

/** Registers the card's holder. */
async function register(stack: CaseStack, page: SitePage, answers: Answer[] = [SIGNATURE, AUTHENTICATION]): Promise<void> {
  stack.willAnswer(...answers);
  await page.goto(`${stack.origin}/register?lang=en`);
  await page.click("register");
  await page.arrive("confirm");
  await page.click("confirm");
  await page.arrive("registered");
}

async function logIn(stack: CaseStack, page: SitePage, how: "login-both" | "login-authentication"): Promise<void> {
  await page.goto(`${stack.origin}/login?lang=en`);
  await page.click(how);
  await page.arrive("account");
}

/** Checks that a prompt names the site, and the PIN by the number on the municipality's slip. */
function assertAsksFor(question: Question | undefined, stack: CaseStack, slipNumber: "①" | "②"): void {
  const description = question?.description ?? "";
  assert(description.includes(stack.origin), `the prompt does not name ${stack.origin}: ${description}`);
  assert(description.includes(slipNumber), `the prompt does not name PIN ${slipNumber}: ${description}`);
}

/** Defines the tests for a card that is in `mode`, and a browser. */
export function defineCases(mode: Mode, browser: CaseBrowser): void {
  /** Runs a test on a stack of its own, and keeps what all parts said. */
  function test(name: string, settings: Omit<StackSettings, "mode">, body: (stack: CaseStack, picture: (page: SitePage, step: string) => Promise<string>) => Promise<void>): void {
    const fileName = `${browser.name}-${mode}-${name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`;
    it(name, { timeout: 120_000 }, async (t) => {
      const stack = await Stack.startWith(browser.start, { mode, ...settings });
      try {
        await body(stack, (page, step) => page.picture(`${fileName}-${step}`));
      } catch (error) {
        const pictures = await stack.savePictures(`${fileName}-failed`).catch(() => []);
        for (const path of pictures) t.diagnostic(`see ${path}`);
        throw error;
      } finally {
        t.diagnostic(`see ${stack.saveLogs(fileName)}`);
        await stack.stop();
      }
    });
  }

  describe(`in ${browser.name}, a card that is ${mode === "vpcd" ? "behind pcscd" : "inside the daemon"}`, () => {
    test("registers its holder, with what the signature certificate says", {}, async (stack, picture) => {
      stack.willAnswer(SIGNATURE, AUTHENTICATION);
      const page = await stack.open("/?lang=ja");
      await picture(page, "1-home");
      await page.click("go-register");
      await page.arrive("register");
      await page.click("register");
      await page.arrive("confirm");
      await picture(page, "2-confirm");
      assert.equal(await page.value("person-name"), "見本　花子");
      assert.equal(await page.value("person-address"), "見本県架空市例示町一丁目２番３号");
      assert.match(await page.value("person-birth-date"), /1990|平成/);
      assert.notEqual(await page.value("person-sex"), "");
      assert(await page.isVisible("revocation-note"));
      await page.click("confirm");
      await page.arrive("registered");
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
      assert.notEqual(await page.text("last-login"), "");
      assert.equal(stack.asked().length, 4);
      await page.click("logout");
      await page.arrive("logged-out");
      await page.goto(`${stack.origin}/account`);
      await page.arrive("login");
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

    test("says in its window that the site uses it for the first time, and afterwards does not", {}, async (stack) => {
      const page = await stack.open("/login?lang=en");
      stack.willAnswer(AUTHENTICATION, AUTHENTICATION);
      for (const isFirst of [true, false]) {
        await page.goto(`${stack.origin}/login?lang=en`);
        await page.click("login-authentication");
        assert.equal((await problem(page)).code, "not_registered");
        assert.equal(stack.asked().at(-1)?.description?.includes("This site uses your card for the first time."), isFirst);
      }
      assert.equal(stack.asked().length, 2);
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
      await page.click("login-authentication");
      assert.equal((await problem(page)).code, "pin_last_try_refused");
      await picture(page, "refused");
      assert.deepEqual(stack.asked().map(({ command }) => command), ["CONFIRM"]);
      await register(stack, page, [SIGNATURE, { confirm: true }, AUTHENTICATION]);
    });

    test("is left alone when the person cancels at the prompt", {}, async (stack, picture) => {
      stack.willAnswer({ cancel: true });
      const page = await stack.open("/login?lang=en");
      await page.click("login-authentication");
      assert.equal((await problem(page)).code, "user_cancelled");
      await picture(page, "cancelled");
      // The next request finds everything as it was.
      await register(stack, page);
    });

    test("is left alone when the person cancels on the page, which closes the prompt", {}, async (stack, picture) => {
      stack.willAnswer({ hang: true });
      const page = await stack.open("/login?lang=en");
      await page.click("login-authentication");
      const { pid } = await stack.question(1);
      await picture(page, "waiting");
      await page.click("cancel");
      await problem(page);
      await poll("the prompt's end", () => !isAlive(pid));
      await register(stack, page);
    });

    test("is left alone when the page is closed while the prompt is open, which closes the prompt", {}, async (stack) => {
      stack.willAnswer({ hang: true });
      const page = await stack.open("/login?lang=en");
      await page.click("login-authentication");
      const { pid } = await stack.question(1);
      const next = await stack.open("/");
      await page.close();
      await poll("the prompt's end", () => !isAlive(pid));
      await register(stack, next);
    });

    test("with a blocked PIN opens no prompt, and the page says where to go", { tries: { authentication: 0 } }, async (stack, picture) => {
      const page = await stack.open("/login?lang=en");
      await page.click("login-authentication");
      const { code, advice } = await problem(page);
      assert.equal(code, "pin_blocked");
      assert.match(advice, /municipal/i);
      await picture(page, "blocked");
      assert.equal(stack.asked().length, 0);
    });

    test("that is not there is asked for", { card: "absent" }, async (stack, picture) => {
      const page = await stack.open("/login?lang=ja");
      await page.click("login-authentication");
      await poll("the page to ask for the card", async () => (await page.text("status")).includes("カードをカードリーダーに"));
      await picture(page, "no-card");
      await page.click("cancel");
      assert.equal((await problem(page)).code, "aborted");
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
        await page.click("login-authentication");
        assert.equal((await problem(page)).code, "no_service");
        await picture(page, "no-service");
      });

      test("is not used for a developer's site unless the settings allow it", { developerOrigins: false }, async (stack, picture) => {
        const page = await stack.open("/login?lang=en");
        await page.click("login-authentication");
        const { code, message, advice } = await problem(page);
        assert.equal(code, "origin_refused");
        assert.match(`${message} ${advice}`, /developer_origins/);
        await picture(page, "refused");
        assert.equal(stack.asked().length, 0);
      });
    }
  });
}
