import { spawn, type ChildProcess } from "node:child_process";
import { atExit } from "./cleanup.js";

const STOP_PATIENCE_MS = 5000;

/** A program that runs in the background of a test. */
export class Program {
  /** What it wrote to stdout and stderr. */
  output = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  readonly #forget: () => void;

  constructor(readonly name: string, path: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#child = spawn(path, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    const keep = (chunk: Buffer): void => { this.output += chunk.toString(); };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#ended = new Promise((resolveEnd) => {
      this.#child.once("error", (error) => { resolveEnd(error.message); });
      this.#child.once("exit", (code, signal) => { resolveEnd(signal ?? `exit status ${code ?? "unknown"}`); });
    });
    this.#forget = atExit(() => { this.#child.kill("SIGKILL"); });
  }

  /** Waits for `ready`; fails at once if the program ends before. */
  async until<Ready>(ready: Promise<Ready>): Promise<Ready> {
    const ended = this.#ended.then((how) => {
      throw new Error(`${this.name} ended (${how}) before it was ready:\n${this.output}`);
    });
    return Promise.race([ready, ended]);
  }

  /** Waits until it ends by itself; fails if it does not succeed. */
  async succeed(): Promise<void> {
    const how = await this.#ended;
    this.#forget();
    if (how !== "exit status 0") throw new Error(`${this.name} failed (${how}):\n${this.output}`);
  }

  /** Asks it to end, then makes it. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_PATIENCE_MS);
    await this.#ended;
    clearTimeout(timer);
    this.#forget();
  }
}
