import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atExit } from "./cleanup.js";

/** A folder that only this user can enter and that is gone after the test. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "jpkid-test-"));
  readonly #keep: () => void;

  constructor() {
    this.#keep = atExit(() => { this.#remove(); });
  }

  /** The path of something in it. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** Makes a folder in it. */
  folder(name: string): string {
    const path = this.at(name);
    mkdirSync(path, { mode: 0o700, recursive: true });
    return path;
  }

  /** Writes a file in it. */
  file(name: string, content: string): string {
    const path = this.at(name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  /** Writes a program that runs one of this folder's node scripts with an environment of its own. */
  program(name: string, script: string, environment: Record<string, string>): string {
    const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
    const variables = Object.entries(environment).map(([variable, value]) => `${variable}=${quote(value)}`);
    const path = this.file(name, `#!/bin/sh\nexec env ${variables.join(" ")} ${quote(process.execPath)} ${quote(script)} "$@"\n`);
    chmodSync(path, 0o700);
    return path;
  }

  /** Removes it with all that is in it. */
  remove(): void {
    this.#keep();
    this.#remove();
  }

  #remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
