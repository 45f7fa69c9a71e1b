/**
 * How long a page waits for the PIN window: from its call until the window is there, beside what the window's program takes
 * by itself in the same run. All parts are real, warm and on this computer: Chromium, extension, native host, daemon, and
 * the software card.
 * Usage: npm run bench [-- PINENTRY]   PINENTRY opens real windows, which are awaited at the X server of DISPLAY (Debian: x11-utils)
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium, type Page } from "playwright-core";
import { launch } from "../testing/src/browser.js";
import { Desk } from "../testing/src/desk.js";
import { programOf } from "../testing/src/parts.js";
import { shippedExtension } from "../testing/src/sites.js";
import { launchOptions } from "./harness/browser.js";
import { PARTS } from "./harness/parts.js";

const ROUNDS = 50;
const WARM_UP_ROUNDS = 5;
/** A site may not open more windows in a row that nobody answers. */
const ROUNDS_PER_SITE = 8;
const FIRST_PORT = 8080;

const PAGE = `<!doctype html><title>Bench</title><button>Log in</button><script type="module">
  import { authenticate } from "/jpkid.js";
  document.querySelector("button").addEventListener("click", () => {
    const controller = new AbortController();
    const challengeNonce = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";
    const called = performance.timeOrigin + performance.now();
    const outcome = authenticate({ challengeNonce, signal: controller.signal }).catch((error) => (error instanceof DOMException ? error.name : error.code));
    Object.assign(window, { called, outcome, stop: () => { controller.abort(); } });
  });
  document.title = "ready";
</script>`;

/** What the page keeps for the bench. */
interface BenchWindow { called: number; outcome: Promise<unknown>; stop: () => void }

/** Milliseconds since 1970, as the page and the programs tell them. */
const now = (): number => performance.timeOrigin + performance.now();

/** Tells when the next window is there. */
type Watch = () => Promise<number>;

function watchScreen(): { next: Watch; stop: () => void } {
  const xev = spawn("xev", ["-root", "-event", "substructure"], { stdio: ["ignore", "pipe", "inherit"] });
  const waiting: ((at: number) => void)[] = [];
  createInterface({ input: xev.stdout }).on("line", (line) => {
    if (line.startsWith("MapNotify")) waiting.shift()?.(now());
  });
  return { next: () => new Promise((shown) => waiting.push(shown)), stop: () => xev.kill() };
}

function watchPerson(desk: Desk): { next: Watch; stop: () => void } {
  let seen = 0;
  const next = async (): Promise<number> => {
    seen += 1;
    desk.person.will({ hang: true });
    await desk.person.question(seen);
    return now();
  };
  return { next, stop: () => undefined };
}

/** Makes a program that notes when it begins, and then becomes `program`, so that the daemon sees who it is. */
function noted(desk: Desk, name: string, program: string): { path: string; lastStart: () => number } {
  const log = desk.folder.file(`${name}.starts`, "");
  const path = desk.folder.file(name, `#!/bin/sh\ndate +%s%N >> '${log}'\nexec '${program}' "$@"\n`);
  chmodSync(path, 0o700);
  return { path, lastStart: () => Number(readFileSync(log, "utf8").trimEnd().split("\n").at(-1)) / 1e6 };
}

/** Has the window's program ask one question with nobody in between; returns how long its window took. */
async function measureAlone(pinentry: string, environment: NodeJS.ProcessEnv, next: Watch): Promise<number> {
  const shown = next();
  const begin = now();
  const child = spawn(pinentry, [], { env: environment, stdio: ["pipe", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.write("SETDESC bench\nSETPROMPT PIN:\nGETPIN\n");
  const took = (await shown) - begin;
  child.kill();
  await ended;
  return took;
}

/** Prints the median and the 95th percentile; returns the median. */
function tell(name: string, values: number[]): number {
  values.sort((left, right) => left - right);
  const at = (share: number): number => values[Math.floor(share * (values.length - 1))] ?? Number.NaN;
  process.stdout.write(`${name.padEnd(56)} median ${at(0.5).toFixed(1).padStart(6)} ms   p95 ${at(0.95).toFixed(1).padStart(6)} ms\n`);
  return at(0.5);
}

/** Opens the bench's page under the origin of this round. */
async function openSite(page: Page, round: number): Promise<void> {
  await page.goto(`http://localhost:${FIRST_PORT + Math.floor(round / ROUNDS_PER_SITE)}/`);
  await page.waitForFunction(() => document.title === "ready");
}

const real = process.argv[2];
const desk = new Desk({ parts: PARTS, person: {}, withoutPcscd: true });
const { next, stop } = real === undefined ? watchPerson(desk) : watchScreen();
try {
  const pinentry = real ?? desk.environment["JPKID_PINENTRY"];
  assert(pinentry !== undefined);
  const prompt = noted(desk, "noted-pinentry", pinentry);
  const host = noted(desk, "noted-host", programOf(PARTS, "jpkid-native-host"));
  desk.environment["JPKID_PINENTRY"] = prompt.path;
  await desk.startDaemon(["--virtual-card", "adult"]);
  const installation = {
    userDataDir: desk.folder.folder("browser"),
    extension: shippedExtension(PARTS.extension),
    nativeHost: host.path,
    environment: desk.environment,
  };
  const context = await launch(chromium, installation, launchOptions());
  try {
    const pageModule = readFileSync("page/dist/jpkid.js", "utf8");
    await context.route("http://localhost:*/**", (route) =>
      route.request().url().endsWith(".js")
        ? route.fulfill({ contentType: "text/javascript", body: pageModule })
        : route.fulfill({ contentType: "text/html", body: PAGE }));
    const page = await context.newPage();
    const measured = { whole: [] as number[], alone: [] as number[], toHost: [] as number[], toPrompt: [] as number[], toWindow: [] as number[] };
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
      await openSite(page, round);
      const shown = next();
      await page.getByRole("button").click();
      const refused = page.evaluate(() => (window as unknown as BenchWindow).outcome).then((outcome) => { throw new Error(`no window: ${String(outcome)}`); });
      refused.catch(() => undefined);
      const at = await Promise.race([shown, refused]);
      const called = await page.evaluate(() => (window as unknown as BenchWindow).called);
      const outcome = await page.evaluate(() => {
        const { stop, outcome } = window as unknown as BenchWindow;
        stop();
        return outcome;
      });
      assert.equal(outcome, "AbortError");
      const alone = await measureAlone(pinentry, desk.environment, next);
      if (round < WARM_UP_ROUNDS) continue;
      measured.whole.push(at - called);
      measured.alone.push(alone);
      measured.toHost.push(host.lastStart() - called);
      measured.toPrompt.push(prompt.lastStart() - host.lastStart());
      measured.toWindow.push(at - prompt.lastStart());
    }
    process.stdout.write(`${ROUNDS} log-ins, window of ${real ?? "the scripted pinentry"}\n`);
    const whole = tell("page's call -> window", measured.whole);
    const alone = tell("the window's program by itself", measured.alone);
    tell("  page -> content script -> background -> host's start", measured.toHost);
    tell("  host's start -> daemon -> card -> pinentry's start", measured.toPrompt);
    tell("  pinentry's start -> window", measured.toWindow);
    process.stdout.write(`jpkid's share: ${(whole - alone).toFixed(1)} ms\n`);
  } finally {
    await context.close();
  }
} finally {
  stop();
  await desk.stop();
}
