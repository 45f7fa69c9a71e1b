/** All parts of one log-in, every one real but the card, and the person who types the PIN. */
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { control, type Action } from "../../testing/src/control.js";
import { Desk } from "../../testing/src/desk.js";
import type { Answer, Question } from "../../testing/src/person.js";
import { poll } from "../../testing/src/waiting.js";
import { saveArtefact } from "./browser.js";
import { inChromium } from "./chromium.js";
import { freePort, seesCard } from "./network.js";
import { PARTS } from "./parts.js";
import { ensurePcscd } from "./pcscd.js";
import type { BrowserStarter, RunningBrowser } from "./site-page.js";

/** Where the card is: inside the daemon, or behind pcscd in vsmartcard's virtual reader. */
export type Mode = "in-process" | "vpcd";

/** The PINs of the test's card; nobody's. */
export const PINS = { authentication: "4071", signature: "TEST4071" };

/** How a test's stack differs from the plain one. */
export interface StackSettings {
  mode: Mode;
  /** Tries left of the card's PINs. */
  tries?: { authentication?: number; signature?: number };
  card?: "inserted" | "absent";
  daemon?: "running" | "not running";
  developerOrigins?: boolean;
  /** Who answers the prompt: this program, or the person at this computer's screen, in real windows. */
  person?: "scripted" | "at the screen";
  /** What the card's keys derive from; others than the tests' own keys cannot be known beforehand. */
  seed?: string;
  /** The browser's language. */
  lang?: string;
}

/** A running stack. `Tab` is how its browser's driver shows a page. */
export class Stack<Tab = Page> {
  readonly origin: string;
  readonly #desk: Desk;
  #browser: RunningBrowser<Tab> | undefined;

  private constructor(readonly settings: StackSettings, port: number) {
    this.origin = `http://localhost:${port}`;
    this.#desk = new Desk({
      parts: PARTS,
      // A question that no test expects is cancelled.
      person: settings.person === "at the screen" ? "at the screen" : {},
      developerOrigins: settings.developerOrigins ?? true,
      withoutPcscd: settings.mode === "in-process",
    });
    this.#desk.folder.file("profile.toml", profile(settings));
    // Keys of a seed that is used once are not to be left in the user's cache.
    if (settings.seed !== undefined) this.#desk.environment["JPKI_VIRTUAL_CARD_CACHE"] = this.#desk.folder.folder("keys");
  }

  /** Starts all parts, with Chromium. */
  static async start(settings: StackSettings): Promise<Stack> {
    return Stack.startWith(inChromium, settings);
  }

  /** Starts all parts. */
  static async startWith<Tab>(startBrowser: BrowserStarter<Tab>, settings: StackSettings): Promise<Stack<Tab>> {
    const port = await freePort();
    const stack = new Stack<Tab>(settings, port);
    try {
      await stack.#startSite(port);
      if (settings.mode === "vpcd") await stack.#insertCard();
      if (settings.daemon !== "not running") await stack.#startDaemon();
      stack.#browser = await startBrowser(stack.#desk, { lang: settings.lang, window: settings.person === "at the screen" });
      return stack;
    } catch (error) {
      stack.saveLogs("start");
      await stack.stop();
      throw error;
    }
  }

  /** What the person will do at the next prompts. */
  willAnswer(...answers: Answer[]): void {
    this.#desk.person.will(...answers);
  }

  /** Has the person answer the prompt that was left open. */
  nowAnswer(answer: Answer): void {
    this.#desk.person.now(answer);
  }

  /** The questions asked until now, in their order. */
  asked(): Question[] {
    return this.#desk.person.asked();
  }

  /** Waits until so many questions were asked; returns the last of them. */
  async question(number: number): Promise<Question> {
    return this.#desk.person.question(number);
  }

  /** Has the card that is inside the daemon do something. */
  async card(action: Action): Promise<void> {
    await control(this.#cardControl, action);
  }

  /** Opens a page of the web system. */
  async open(path: string): Promise<Tab> {
    if (this.#browser === undefined) throw new Error("the browser does not run");
    return this.#browser.open(`${this.origin}${path}`);
  }

  /** The daemon's socket, by which all processes of this stack are known. */
  get socket(): string {
    return this.#desk.socket;
  }

  /** Waits until the person has closed the browser. */
  async closed(): Promise<void> {
    await this.#browser?.closed();
  }

  /** Ends all parts, and checks that none is left. */
  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#desk.stop();
  }

  /** Saves what all parts said; returns the path. */
  saveLogs(name: string): string {
    return saveArtefact(`${name}.log`, `${this.#desk.logs()}\n== browser\n${(this.#browser?.console ?? []).join("\n")}\n`);
  }

  /** Saves a picture of every open page. */
  async savePictures(name: string): Promise<string[]> {
    return this.#browser?.pictures(name) ?? [];
  }

  async #startSite(port: number): Promise<void> {
    const { folder } = this.#desk;
    const authorities = folder.folder("authorities");
    await this.#desk.run("jpki-virtual-card", ["mint", "--profile", folder.at("profile.toml"), "--out", authorities]).succeed();
    const ready = folder.at("site-is-ready");
    const site = this.#desk.run("relying-party", [
      "--listen", `127.0.0.1:${port}`,
      "--origin", this.origin,
      "--authentication-ca", `${authorities}/authentication-ca.pem`,
      "--signature-ca", `${authorities}/signature-ca.pem`,
      "--page-module", resolve("page/dist/jpkid.js"),
      "--ready-file", ready,
    ]);
    await site.until(this.#desk.appears(ready));
  }

  async #insertCard(): Promise<void> {
    const desk = this.#desk;
    const pcscd = await ensurePcscd();
    if (pcscd !== undefined) desk.watch(pcscd);
    if (this.settings.card === "absent") return;
    desk.run("jpki-virtual-card", ["--profile", desk.folder.at("profile.toml")]);
    // pcscd takes a moment to notice. A daemon of its own looks on, so that the test's may be the one not running.
    const socket = `${desk.folder.folder("look-on")}/jpkid.sock`;
    const onlooker = desk.run("jpkid", ["serve"], { ...desk.environment, JPKID_SOCKET: socket });
    await onlooker.until(desk.listens(socket));
    await poll("pcscd to notice the card", () => seesCard(socket));
    await onlooker.stop();
  }

  get #cardControl(): string {
    return this.#desk.folder.at("card.sock");
  }

  async #startDaemon(): Promise<void> {
    const card = ["--virtual-card", this.#desk.folder.at("profile.toml"), "--virtual-card-control", this.#cardControl];
    await this.#desk.startDaemon(this.settings.mode === "in-process" ? card : []);
  }
}

function profile({ tries = {}, card, mode, seed = "end-to-end" }: StackSettings): string {
  return [
    `seed = "${seed}"`,
    `inserted = ${card !== "absent" || mode === "vpcd"}`,
    "[pins]",
    `authentication = "${PINS.authentication}"`,
    `signature = "${PINS.signature}"`,
    "[tries]",
    `authentication = ${tries.authentication ?? 3}`,
    `signature = ${tries.signature ?? 5}`,
    "",
  ].join("\n");
}
