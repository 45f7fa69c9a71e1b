/** The computer of one person, as far as a log-in needs it: settings, programs, PIN windows and a browser. */
import { readdirSync, readFileSync } from "node:fs";
import type { BrowserContext, BrowserType } from "playwright-core";
import { launch, type LaunchOptions } from "./browser.js";
import { atExit, isAlive, processesWith, signalProcessesWith } from "./cleanup.js";
import { Folder } from "./folder.js";
import { accepts } from "./network.js";
import { programOf, type Parts } from "./parts.js";
import { Person, type Pins } from "./person.js";
import { Program } from "./program.js";
import { extensionForSites, shippedExtension, type Extension } from "./sites.js";
import { poll, watchFor } from "./waiting.js";

/** How a desk is furnished. */
export interface DeskSettings {
  /** Where the parts of jpkid are. */
  parts: Parts;
  /** The PINs that the person types without being told to, or "at the screen" to let a real window ask. */
  person: Pins | "at the screen";
  /** Whether the settings allow http://localhost; true by default. */
  developerOrigins?: boolean;
  /** Match patterns of further sites that the extension serves. */
  sites?: readonly string[];
  /** Whether this computer's pcscd is out of reach, so that a test does not depend on one. */
  withoutPcscd: boolean;
}

/** A desk. Nothing of it is shared with the user's own jpkid, browser or settings. */
export class Desk {
  /** Who answers the PIN windows. */
  readonly person: Person;
  /** The private folder. */
  readonly folder = new Folder();
  /** What each program that is started here has in its environment. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #extension: Extension;
  readonly #programs: Program[] = [];
  readonly #contexts: BrowserContext[] = [];
  readonly #forget: () => void;

  /** Furnishes it; nothing runs yet. */
  constructor(private readonly settings: DeskSettings) {
    const { parts, person, developerOrigins = true, sites = [], withoutPcscd } = settings;
    const { folder } = this;
    this.#extension = sites.length === 0 ? shippedExtension(parts.extension) : extensionForSites(parts.extension, folder.at("extension"), sites);
    const own = sites.length === 0 ? [] : [this.#extension.id];
    folder.file("config.toml", [
      `developer_origins = ${developerOrigins}`,
      `extension_ids = ${JSON.stringify(own)}`,
      // A test closes many windows, and wants the next at once.
      ...(person === "at the screen" ? [] : ["cancelled_wait_seconds = 0"]),
      "",
    ].join("\n"));
    this.person = new Person(folder, person === "at the screen" ? {} : person);
    this.environment = {
      ...process.env,
      JPKID_SOCKET: this.socket,
      JPKID_CONFIG: folder.at("config.toml"),
      ...(person === "at the screen" ? {} : { JPKID_PINENTRY: folder.program("pinentry", parts.pinentry, this.person.environment) }),
      XDG_RUNTIME_DIR: folder.folder("run"),
      XDG_CONFIG_HOME: folder.folder("config"),
      XDG_STATE_HOME: folder.folder("state"),
      ...(withoutPcscd ? { PCSCLITE_CSOCK_NAME: folder.at("no-pcscd") } : {}),
    };
    this.#forget = atExit(() => { signalProcessesWith("JPKID_SOCKET", this.socket, "SIGKILL"); });
  }

  /** The daemon's socket. */
  get socket(): string {
    return this.folder.at("run/jpkid/jpkid.sock");
  }

  /** What all programs that were started here wrote, and what the PIN windows showed; never a PIN. */
  logs(): string {
    const parts = this.#programs.map(({ name, output }) => `== ${name}\n${output}`);
    return [...parts, `== pinentry\n${this.person.log()}`].join("\n");
  }

  /** Starts one of jpkid's programs, to be ended with the desk. */
  run(name: string, args: readonly string[], environment = this.environment): Program {
    return this.watch(new Program(name, programOf(this.settings.parts, name), args, environment));
  }

  /** Ends this program with the desk. */
  watch(program: Program): Program {
    this.#programs.push(program);
    return program;
  }

  /** Starts the daemon; it is ready afterwards. */
  async startDaemon(args: readonly string[]): Promise<void> {
    this.folder.folder("run/jpkid");
    await this.run("jpkid", ["serve", ...args]).until(this.listens(this.socket));
  }

  /** Starts a browser that has the extension and the native host, to be closed with the desk at the latest. */
  async launch(chromium: BrowserType, options: LaunchOptions = {}): Promise<BrowserContext> {
    const installation = {
      userDataDir: this.folder.folder(`browser-${this.#contexts.length}`),
      extension: this.#extension,
      nativeHost: programOf(this.settings.parts, "jpkid-native-host"),
      environment: this.environment,
    };
    const context = await launch(chromium, installation, options);
    this.#contexts.push(context);
    return context;
  }

  /** Waits for a file. */
  async appears(path: string): Promise<void> {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const name = path.slice(folder.length + 1);
    await watchFor(folder, path, () => (readdirSync(folder).includes(name) ? true : undefined));
  }

  /** Waits for a listener: a socket's file is there a moment before, and nothing tells the moment between. */
  async listens(path: string): Promise<void> {
    await this.appears(path);
    await poll(`somebody to listen at ${path}`, () => accepts(path), 10);
  }

  /** Ends all parts, and checks that none is left. */
  async stop(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    for (const program of this.#programs.reverse()) await program.stop();
    // Whoever started a daemon, it ends cleanly when asked to.
    signalProcessesWith("JPKID_SOCKET", this.socket, "SIGTERM");
    try {
      await poll("the end of all processes", () => this.#others().every((pid) => !isAlive(pid)));
    } catch {
      const left = this.#others().map((pid) => `${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`);
      throw new Error(`left behind: ${left.join("; ")}`);
    } finally {
      this.#forget();
      signalProcessesWith("JPKID_SOCKET", this.socket, "SIGKILL");
      this.folder.remove();
    }
  }

  #others(): number[] {
    return processesWith("JPKID_SOCKET", this.socket);
  }
}
