/** The toolbar button's panel and the options page, with a card in the daemon. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { launch } from "../testing/src/browser.js";
import { VirtualCard } from "../testing/src/card.js";
import { Desk } from "../testing/src/desk.js";
import { programOf } from "../testing/src/parts.js";
import { shippedExtension } from "../testing/src/sites.js";
import { launchOptions, saveArtefact, screenshot } from "./harness/browser.js";
import { assertAccessible, NARROW_PX, openOwnPage, openPanel, runSelfTest } from "./harness/own-page.js";
import { PARTS } from "./harness/parts.js";

const SITE = "http://localhost:4071";
const NONCE = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";
const HASH = Buffer.alloc(32, 7).toString("base64");
const PATIENCE = { timeout: 120_000 };

// The daemon's log shows each command to the card, with the length of its data only.
process.env["RUST_LOG"] = "info,jpkid=trace";

const ALL_OK = Object.fromEntries(["extension", "native-host", "daemon", "service", "reader", "card", "applet", "certificate", "pin"].map((name) => [name, "ok"]));

/** Runs `body` with a card of this profile. */
async function withCard(profile: string, body: (card: VirtualCard, context: BrowserContext) => Promise<void>, lang = "en"): Promise<void> {
  const card = await VirtualCard.start({ profile }, PARTS);
  try {
    await body(card, await card.launchChromium(chromium, launchOptions(lang)));
  } catch (error) {
    saveArtefact("panel-failed.log", card.logs());
    throw error;
  } finally {
    await card.stop();
  }
}

/** Opens a site that holds the page module. */
async function openSite(context: BrowserContext): Promise<Page> {
  const pageModule = readFileSync("page/dist/jpkid.js", "utf8");
  await context.route(`${SITE}/**`, (route) =>
    route.request().url().endsWith(".js")
      ? route.fulfill({ contentType: "text/javascript", body: pageModule })
      : route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Example</title><button>Go</button>" }));
  const page = await context.newPage();
  await page.goto(`${SITE}/`);
  await page.getByRole("button").click();
  return page;
}

/** Calls the page module; returns the result or the error's code. */
async function call(page: Page, method: string, options: object): Promise<unknown> {
  return page.evaluate(async ([name, given]) => {
    const path = "/jpkid.js";
    const jpkid = (await import(path)) as Record<string, (options: object) => Promise<unknown>>;
    return jpkid[name]?.(given).catch((error: unknown) => (error as { code: string }).code);
  }, [method, options] as const);
}

const words = async (page: Page, selector: string): Promise<string> => (await page.locator(selector).innerText()).replaceAll(/\s+/g, " ");

describe("the panel", () => {
  it("shows reader, card, tries left and dates, and follows the card out and in", PATIENCE, async () => {
    await withCard("adult", async (card, context) => {
      const page = await openPanel(context);
      assert.equal(await words(page, "#card-state"), "My Number card");
      const said = await words(page, "#readers");
      assert.match(said, /Tries left: 5 of 5/);
      assert.match(said, /Tries left: 3 of 3/);
      assert.match(said, /Certificate for signatures Its dates are not known yet/);
      assert.match(said, /Certificate for logging in Until \w+ \d+, 20\d\d/);
      assert.match(said, /Moved house/);
      assert.match(said, /revoked is not checked/);
      await screenshot(page, "panel-adult");

      const state = page.locator("#card-state");
      await card.remove();
      await state.filter({ hasText: "There is no card in this reader." }).waitFor();
      await screenshot(page, "panel-no-card");
      await card.insert();
      await state.filter({ hasText: "My Number card" }).waitFor();
      await card.swap("child");
      await page.locator("#readers").filter({ hasText: "This card has none." }).waitFor();
      assert.equal(card.asked().length, 0);
    });
  });

  for (const [profile, expected] of [
    ["expiring-in-7-days", [/logging in It ends within a week, on .* \(days left: [67]\)/]],
    ["expired", [/logging in It expired on/]],
    ["signature-blocked-authentication-last-try", [/signatures .*Blocked after too many wrong tries\. It must be set anew at the counter/, /Tries left: 1 of 3 Only one try is left/]],
    ["no-usable-pins", [/logging in .*Blocked after too many wrong tries/]],
    ["android", [/Android phone/, /logging in Its dates cannot be read without the PIN/]],
    ["juki-card", [/Resident register card/]],
  ] as const) {
    it(`says what to mind with the card ${profile}`, PATIENCE, async () => {
      await withCard(profile, async (card, context) => {
        const page = await openPanel(context);
        const said = await words(page, "section[aria-labelledby=card]");
        for (const pattern of expected) assert.match(said, pattern);
        await screenshot(page, `panel-${profile}`);
        assert.equal(card.asked().length, 0);
      });
    });
  }

  for (const [days, expected] of [
    [80, /logging in It ends on .* \(days left: (79|80)\)\. You can renew it/],
    [20, /logging in It ends soon, on .* \(days left: (19|20)\)/],
  ] as const) {
    it(`warns of a certificate that ends in ${days} days`, PATIENCE, async () => {
      const folder = mkdtempSync(join(tmpdir(), "jpkid-days-"));
      const profile = join(folder, "profile.toml");
      writeFileSync(profile, `[validity]\ndays = ${days}\n`);
      try {
        await withCard(profile, async (_card, context) => {
          assert.match(await words(await openPanel(context), "#readers"), expected);
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  it("says that a card that is there cannot be read", PATIENCE, async () => {
    await withCard("adult", async (card, context) => {
      await card.arm({ mute: { nth: 1 } });
      const page = await openPanel(context);
      assert.equal(await words(page, "#card-state"), "The card cannot be read.");
      assert.equal((await runSelfTest(page))["card"], "ok", "the card was mute only once");
    });
  });

  it("lists recent uses, and knows the signature certificate's dates after it was read", PATIENCE, async () => {
    await withCard("adult", async (card, context) => {
      const before = await openPanel(context);
      assert.equal(await words(before, "#uses"), "The card was not used yet.");
      const site = await openSite(context);
      card.will({ pin: "ABC123" }, { cancel: true });
      await call(site, "certificate", { kind: "signature" });
      assert.equal(await call(site, "authenticate", { challengeNonce: NONCE }), "user_cancelled");
      const page = await openPanel(context);
      const uses = await page.locator("#uses li").allInnerTexts();
      assert.equal(uses.length, 2);
      assert.match(uses[0] ?? "", /localhost:4071\s+Log-in\s+You cancelled/);
      assert.match(uses[1] ?? "", /localhost:4071\s+Certificate with name and address\s+Done/);
      assert.match(await words(page, "#readers"), /Certificate for signatures Until/);
      await screenshot(page, "panel-uses");
    });
  });
});

describe("the self-test", () => {
  it("walks to the certificate, and costs no try: no VERIFY has data", PATIENCE, async () => {
    await withCard("adult", async (card, context) => {
      const page = await openPanel(context);
      const before = await words(page, "#readers");
      assert.deepEqual(await runSelfTest(page), ALL_OK);
      assert.match(await words(page, "#test-state"), /^Everything works/);
      await screenshot(page, "self-test-ok");
      const after = await openPanel(context);
      assert.equal(await words(after, "#readers"), before);
      const verifies = card.logs().split("\n").filter((line) => /VERIFY|command=\S* ?20 00/.test(line));
      assert(verifies.length > 0, "the log shows no command that asks for the tries");
      for (const line of verifies) assert.doesNotMatch(line, /Lc=/);
      assert.equal(card.asked().length, 0);
    });
  });

  it("stops at the card that is not there, and at the PIN that is blocked", PATIENCE, async () => {
    await withCard("no-usable-pins", async (card, context) => {
      const page = await openPanel(context);
      assert.deepEqual(await runSelfTest(page), { ...ALL_OK, pin: "problem" });
      assert.match(await words(page, "#test-steps .problem"), /counter of the municipality/);
      await card.remove();
      assert.equal((await runSelfTest(await openPanel(context)))["card"], "problem");
      await card.insert("expired");
      const expired = await openPanel(context);
      assert.equal((await runSelfTest(expired))["certificate"], "problem");
      assert.equal(await words(expired, "#test-state"), "It stops at: Certificate for logging in");
    });
  });

  for (const { part, step, command } of [
    { part: "native host", step: "native-host", command: "jpki setup browsers" },
    { part: "daemon", step: "daemon", command: "jpki doctor" },
    { part: "service", step: "service", command: "sudo systemctl restart pcscd" },
  ]) {
    it(`stops at a ${part} that is not there, with a command that can be copied`, PATIENCE, async () => {
      const desk = new Desk({ parts: PARTS, person: {}, withoutPcscd: true });
      let context: BrowserContext | undefined;
      try {
        // A host without the daemon beside it can start none.
        const alone = `${desk.folder.folder("alone")}/jpkid-native-host`;
        copyFileSync(programOf(PARTS, "jpkid-native-host"), alone);
        const nativeHost = { "native-host": undefined, daemon: alone, service: programOf(PARTS, "jpkid-native-host") }[step];
        context = await launch(chromium, { userDataDir: desk.folder.folder("profile"), extension: shippedExtension(PARTS.extension), nativeHost, environment: desk.environment }, launchOptions());
        const page = await openPanel(context);
        await page.getByRole("button", { name: "Look again" }).waitFor();
        const steps = await runSelfTest(page);
        assert.equal(steps[step], "problem");
        assert.equal(Object.values(steps).filter((verdict) => verdict === "problem").length, 1);
        await screenshot(page, `self-test-${step}`);
        await context.grantPermissions(["clipboard-read", "clipboard-write"]);
        await page.getByRole("button", { name: `Copy the command: ${command}` }).click();
        await page.getByText("Copied.").waitFor();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
      } finally {
        await context?.close();
        await desk.stop();
      }
    });
  }

  it("saves a diagnosis that tells nothing of the person or of sites", PATIENCE, async () => {
    await withCard("expiring-in-7-days", async (card, context) => {
      const site = await openSite(context);
      const signed = await call(site, "sign", { hashes: [HASH], hashFunction: "SHA-256" }) as { certificate: string; signatures: string[] };
      const token = await call(site, "authenticate", { challengeNonce: NONCE }) as { unverifiedCertificate: string; signature: string };
      const page = await openPanel(context);
      const readerName = await words(page, "#readers h3");
      await runSelfTest(page);
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save the diagnosis" }).click()]);
      assert.equal(download.suggestedFilename(), "jpkid-diagnosis.json");
      const text = readFileSync(await download.path(), "utf8");
      saveArtefact("jpkid-diagnosis.json", text);
      const diagnosis = JSON.parse(text) as { format: string; readers: unknown[]; steps: { result: string }[] };
      assert.equal(diagnosis.format, "jpkid-diagnosis:1");
      assert.equal(diagnosis.readers.length, 1);
      assert(diagnosis.steps.every(({ result }) => result === "ok"));

      const profile = readFileSync("../apdu-tests/virtual-card/profiles/expiring-in-7-days.toml", "utf8");
      const holder = [...profile.matchAll(/= "?([^"\n]+)"?$/gm)].map(([, value]) => value ?? "").filter((value) => value.length > 4 && !value.startsWith("built-in"));
      assert(holder.includes("見本　二郎") && holder.includes("1969-10-10"));
      const year = new Date().getFullYear();
      for (const secret of [...holder, "見本県", readerName, NONCE, HASH, "localhost", "4071", signed.certificate, signed.signatures[0] ?? "", token.unverifiedCertificate, token.signature, `${year}-`]) {
        assert(secret !== "" && !text.includes(secret), `the diagnosis tells ${secret}`);
      }
      assert.doesNotMatch(text, /MII|[A-Za-z0-9+/=]{40}/);
      assert.equal(card.asked().length, 2);
    });
  });
});

describe("the options page", () => {
  it("lists allowed sites and revokes, shows built-in ones, and keeps the choices", PATIENCE, async () => {
    await withCard("adult", async (_card, context) => {
      const page = await openOwnPage(context, "options");
      assert.match(await words(page, "#built-in-sites"), /\*\.go\.jp \*\.lg\.jp/);
      await page.getByText("None yet. To allow a site").waitFor();
      await page.getByRole("checkbox", { name: "Answer sites that are made for Web eID" }).uncheck();
      await page.getByText("Saved.").waitFor();
      await page.evaluate(() => chrome.storage.local.set({ webEidSteppedAside: ["https://www.example.jp"] }));
      await page.reload();
      await page.getByText("Another extension answered first on this site.").waitFor();
      assert.equal(await page.getByRole("checkbox").isChecked(), false);
      const choice = page.getByRole("combobox", { name: "Web eID on https://www.example.jp" });
      await choice.selectOption("Answer");
      await page.getByText("Another extension answered first on this site.").waitFor({ state: "detached" });
      await page.reload();
      assert.equal(await choice.inputValue(), "on");
      await screenshot(page, "options");
    });
  });
});

const SHOWN_LANGUAGES = ["en", "ja", "ja-simple", "vi", "my"];

it("the panel is shown in the language that the person chose, whatever the browser's is", PATIENCE, async () => {
  await withCard("expiring-in-7-days", async (_card, context) => {
    const said = new Set<string>();
    for (const lang of SHOWN_LANGUAGES) {
      const options = await openOwnPage(context, "options");
      await options.locator("#language").selectOption(lang);
      await options.locator(`html[lang="${lang}"] #said:not(:empty)`).waitFor();
      const panel = await openPanel(context);
      said.add(await words(panel, "#readers"));
      await panel.setViewportSize({ width: NARROW_PX, height: 600 });
      await screenshot(panel, `panel-${lang}`);
    }
    assert.equal(said.size, SHOWN_LANGUAGES.length);
  });
});

for (const lang of SHOWN_LANGUAGES) {
  describe(`panel and options in ${lang}`, () => {
    it("have nothing that axe objects to, in light and dark, and fit into 320 px", PATIENCE, async () => {
      await withCard("signature-blocked-authentication-last-try", async (card, context) => {
        const options = await openOwnPage(context, "options");
        const select = options.locator("#language");
        await select.selectOption(lang);
        await options.locator(`html[lang="${lang}"] #said:not(:empty)`).waitFor();
        await options.reload();
        assert.equal(await select.inputValue(), lang);
        const panel = await openPanel(context);
        assert.equal(await panel.evaluate(() => document.documentElement.lang), lang);
        await runSelfTest(panel);
        await assertAccessible(panel, "the panel");
        await card.remove();
        await panel.locator("#readers dl").waitFor({ state: "detached" });
        await assertAccessible(panel, "the panel without a card");
        await options.evaluate(() => chrome.storage.local.set({ webEidSteppedAside: ["https://www.example.jp"] }));
        await options.reload();
        await options.locator("#web-eid-sites li").waitFor();
        await assertAccessible(options, "the options page");
        await screenshot(options, `options-${lang}`);
      });
    });
  });
}

it("panel and options can be used with the keyboard alone", PATIENCE, async () => {
  await withCard("adult", async (_card, context) => {
    const panel = await openPanel(context);
    const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.id ?? "");
    await panel.keyboard.press("Tab");
    assert.equal(await focused(panel), "test-start");
    await panel.keyboard.press("Enter");
    await panel.locator("#test-save button").waitFor();
    await panel.keyboard.press("Tab");
    assert.equal(await panel.evaluate(() => document.activeElement?.textContent), "Save the diagnosis");
    await panel.keyboard.press("Tab");
    assert.equal(await focused(panel), "settings");
    const [options] = await Promise.all([context.waitForEvent("page"), panel.keyboard.press("Enter")]);
    await options.locator("h1:not(:empty)").waitFor();
    assert.match(options.url(), /options\.html$/);
    await options.keyboard.press("Tab");
    assert.equal(await focused(options), "language");
    await options.keyboard.press("Tab");
    assert.equal(await focused(options), "web-eid-on");
    await options.keyboard.press("Space");
    await options.getByText("Saved.").waitFor();
    assert.equal(await options.locator("#web-eid-on").isChecked(), false);
  });
});
