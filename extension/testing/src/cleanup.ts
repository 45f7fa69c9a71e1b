/** Leaves nothing behind: whatever a test starts is undone when it ends, fails or is interrupted. */
import { readdirSync, readFileSync } from "node:fs";

const undo = new Set<() => void>();
let watching = false;

/** Runs `action` when the process ends, unless it was taken back with the function that this returns. */
export function atExit(action: () => void): () => void {
  watch();
  undo.add(action);
  return () => undo.delete(action);
}

function watch(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const action of [...undo].reverse()) {
      try {
        action();
      } catch {
        // The others have to run all the same.
      }
    }
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // A test runner has its own way to end; without one the signal would end this process with no "exit".
    if (process.listenerCount(signal) === 0) process.on(signal, () => process.exit(1));
  }
}

/** Whether a process of this id runs; one that is dead and not yet fetched by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * The processes that have the environment variable `name=value`: those that a test started, and those that were
 * started by them, such as a daemon that the native host started.
 */
export function processesWith(name: string, value: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${name}=${value}`);
      } catch {
        return false;
      }
    })
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** Sends those processes a signal. */
export function signalProcessesWith(name: string, value: string, signal: NodeJS.Signals): void {
  for (const pid of processesWith(name, value)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself.
    }
  }
}
