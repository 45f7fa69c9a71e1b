import { readFileSync, watch, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** How long a test waits for something that should come soon. */
export const PATIENCE_MS = 15_000;

/** Waits until `look` finds something in a file or folder; looks again whenever the folder at `path` changes. */
export async function watchFor<Found>(path: string, what: string, look: () => Found | undefined): Promise<Found> {
  return new Promise((resolve, reject) => {
    const watcher = watch(path);
    const timer = setTimeout(() => {
      watcher.close();
      reject(new Error(`waited ${PATIENCE_MS} ms in vain for ${what}`));
    }, PATIENCE_MS);
    const check = (): void => {
      try {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        watcher.close();
        resolve(found);
      } catch (error) {
        clearTimeout(timer);
        watcher.close();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    watcher.on("change", check);
    check();
  });
}

/** Waits for what no event tells, such as another program's child that is killed. */
export async function poll(what: string, holds: () => boolean | Promise<boolean>, intervalMs = 50): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${PATIENCE_MS} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

/** A file to which a program of the test appends one JSON object a line. */
export class JsonLines<Entry> {
  constructor(readonly path: string) {
    writeFileSync(path, "");
  }

  /** All entries until now. */
  all(): Entry[] {
    const whole = readFileSync(this.path, "utf8").split("\n").slice(0, -1);
    return whole.map((line) => JSON.parse(line) as Entry);
  }

  /** The first entry that matches, now or later. */
  async first(what: string, matches: (entry: Entry) => boolean): Promise<Entry> {
    return watchFor(dirname(this.path), what, () => this.all().find(matches));
  }
}
