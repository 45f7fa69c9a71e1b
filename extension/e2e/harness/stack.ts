/** All parts of one log-in, every one real but the card, and the person who types the PIN. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { Browser, saveArtefact, screenshot } from "./browser.js";
import { atExit, isAlive, processesWith, signalProcessesWith } from "./cleanup.js";
import { Folder } from "./folder.js";
import { accepts, freePort, seesCard } from "./network.js";
import { ensurePcscd } from "./pcscd.js";
import { builtProgram, Program } from "./program.js";
import { JsonLines, poll, watchFor } from "./waiting.js";

/** Where the card is: inside the daemon, or behind pcscd in vsmartcard's virtual reader. */
export type Mode = "in-process" | "vpcd";

/** What the person at the prompt does; see pinentry.mjs. */
export type PinentryAnswer = { pin: string } | { confirm: boolean } | { cancel: true } | { hang: true };

/** One line of the scripted pinentry's log. */
export interface PinentryEvent {
  event: "asked" | "ended";
  pid: number;
  command?: "GETPIN" | "CONFIRM";
  description?: string;
  error?: string;
  title?: string;
}

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

/** A running stack. */
export class Stack {
  readonly pinentry: JsonLines<PinentryEvent>;
  readonly origin: string;
  readonly #folder: Folder;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #programs: Program[] = [];
  readonly #answers: PinentryAnswer[] = [];
  readonly #forget: () => void;
  #browser: Browser | undefined;

  private constructor(readonly settings: StackSettings, port: number) {
    this.origin = `http://localhost:${port}`;
    const folder = new Folder();
    this.#folder = folder;
    this.pinentry = new JsonLines(folder.at("pinentry.log"));
    folder.file("config.toml", `developer_origins = ${settings.developerOrigins ?? true}\n`);
    folder.file("profile.toml", profile(settings));
    this.#environment = {
      ...process.env,
      JPKID_SOCKET: this.#socket,
      JPKID_CONFIG: folder.at("config.toml"),
      ...(settings.person === "at the screen"
        ? {}
        : {
            JPKID_PINENTRY: folder.program("pinentry", resolve("e2e/pinentry.mjs"), {
              JPKID_PINENTRY_SCRIPT: folder.file("answers.json", "[]"),
              JPKID_PINENTRY_LOG: this.pinentry.path,
            }),
          }),
      XDG_RUNTIME_DIR: folder.folder("run"),
      XDG_CONFIG_HOME: folder.folder("config"),
      // A test with the card in the daemon must not depend on whether this machine has a pcscd.
      ...(settings.mode === "in-process" ? { PCSCLITE_CSOCK_NAME: folder.at("no-pcscd") } : {}),
    };
    this.#forget = atExit(() => { signalProcessesWith("JPKID_SOCKET", this.#socket, "SIGKILL"); });
  }

  get #socket(): string {
    return `${this.#folder.path}/run/jpkid/jpkid.sock`;
  }

  /** Starts all parts. */
  static async start(settings: StackSettings): Promise<Stack> {
    const port = await freePort();
    const stack = new Stack(settings, port);
    try {
      await stack.#startSite(port);
      if (settings.mode === "vpcd") await stack.#insertCard();
      if (settings.daemon !== "not running") await stack.#startDaemon();
      stack.#browser = await Browser.start({
        userDataDir: stack.#folder.folder("profile"),
        nativeHost: builtProgram("jpkid-native-host"),
        environment: stack.#environment,
        window: settings.person === "at the screen",
        lang: settings.lang,
      });
      return stack;
    } catch (error) {
      stack.saveLogs("start");
      await stack.stop();
      throw error;
    }
  }

  /** What the person will do at the next prompts. */
  willAnswer(...answers: PinentryAnswer[]): void {
    this.#answers.push(...answers);
    writeFileSync(this.#folder.at("answers.json"), JSON.stringify(this.#answers));
  }

  /** The questions asked until now, in their order. */
  asked(): PinentryEvent[] {
    return this.pinentry.all().filter(({ event }) => event === "asked");
  }

  /** Waits until so many questions were asked; returns the last of them. */
  async question(number: number): Promise<PinentryEvent> {
    await this.pinentry.first(`question ${number}`, () => this.asked().length >= number);
    const question = this.asked()[number - 1];
    if (question === undefined) throw new Error(`there is no question ${number}`);
    return question;
  }

  /** Opens a page of the web system. */
  async open(path: string): Promise<Page> {
    if (this.#browser === undefined) throw new Error("the browser does not run");
    return this.#browser.open(`${this.origin}${path}`);
  }

  /** Waits until the person has closed the browser. */
  async closed(): Promise<void> {
    await this.#browser?.closed();
  }

  /** Ends all parts, and checks that none is left. */
  async stop(): Promise<void> {
    await this.#browser?.close();
    for (const program of this.#programs.reverse()) await program.stop();
    // Whoever started the daemon, it ends cleanly when asked to.
    signalProcessesWith("JPKID_SOCKET", this.#socket, "SIGTERM");
    try {
      await poll("the end of all processes", () => this.#others().every((pid) => !isAlive(pid)));
    } catch {
      const left = this.#others().map((pid) => `${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`);
      throw new Error(`left behind: ${left.join("; ")}`);
    } finally {
      this.#forget();
      signalProcessesWith("JPKID_SOCKET", this.#socket, "SIGKILL");
      this.#folder.remove();
    }
  }

  /** Saves what all parts said, for whoever looks into a failure; returns the paths. */
  saveLogs(name: string): string {
    const parts = this.#programs.map((program) => `== ${program.name}\n${program.output}`);
    const text = [...parts, `== pinentry\n${readFileSync(this.pinentry.path, "utf8")}`, `== browser\n${(this.#browser?.console ?? []).join("\n")}\n`];
    return saveArtefact(`${name}.log`, text.join("\n"));
  }

  /** Saves a picture of every open page. */
  async savePictures(name: string): Promise<string[]> {
    const pages = this.#browser?.context.pages().filter((page) => page.url().startsWith("http")) ?? [];
    return Promise.all(pages.map((page, index) => screenshot(page, `${name}-${index}`)));
  }

  async #startSite(port: number): Promise<void> {
    const authorities = this.#folder.folder("authorities");
    await this.#run("jpki-virtual-card", ["mint", "--profile", this.#folder.at("profile.toml"), "--out", authorities]).succeed();
    const ready = this.#folder.at("site-is-ready");
    const site = this.#run("relying-party", [
      "--listen", `127.0.0.1:${port}`,
      "--origin", this.origin,
      "--authentication-ca", `${authorities}/authentication-ca.pem`,
      "--signature-ca", `${authorities}/signature-ca.pem`,
      "--page-module", resolve("page/dist/jpkid.js"),
      "--ready-file", ready,
    ]);
    await site.until(this.#appears(ready));
  }

  async #insertCard(): Promise<void> {
    const pcscd = await ensurePcscd();
    if (pcscd !== undefined) this.#programs.push(pcscd);
    if (this.settings.card === "absent") return;
    this.#run("jpki-virtual-card", ["--profile", this.#folder.at("profile.toml")]);
    // pcscd takes a moment to notice. A daemon of its own looks on, so that the test's may be the one not running.
    const socket = `${this.#folder.folder("look-on")}/jpkid.sock`;
    const onlooker = this.#run("jpkid", ["serve"], { ...this.#environment, JPKID_SOCKET: socket });
    await onlooker.until(this.#listens(socket));
    await poll("pcscd to notice the card", () => seesCard(socket));
    await onlooker.stop();
  }

  async #startDaemon(): Promise<void> {
    const card = this.settings.mode === "in-process" ? ["--virtual-card", this.#folder.at("profile.toml")] : [];
    this.#folder.folder("run/jpkid");
    await this.#run("jpkid", ["serve", ...card]).until(this.#listens(this.#socket));
  }

  #run(name: string, args: readonly string[], environment = this.#environment): Program {
    const program = new Program(name, builtProgram(name), args, environment);
    this.#programs.push(program);
    return program;
  }

  async #appears(path: string): Promise<void> {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const name = path.slice(folder.length + 1);
    await watchFor(folder, path, () => (readdirSync(folder).includes(name) ? true : undefined));
  }

  /** A socket's file is there a moment before its program listens, and nothing tells the moment between. */
  async #listens(path: string): Promise<void> {
    await this.#appears(path);
    await poll(`somebody to listen at ${path}`, () => accepts(path), 10);
  }

  #others(): number[] {
    return processesWith("JPKID_SOCKET", this.#socket);
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
