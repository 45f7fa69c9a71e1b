/** The scripted pinentry of the testing package, spoken to as the daemon does. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, beforeEach, describe, it } from "node:test";

interface Conversation {
  lines: string[];
  ended: boolean;
}

let folder: string;
const log = (): Record<string, unknown>[] =>
  readFileSync(join(folder, "log"), "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>);

function script(answers: unknown[], pins?: { authentication?: string; signature?: string }): void {
  writeFileSync(join(folder, "script"), JSON.stringify({ answers, pins }));
  writeFileSync(join(folder, "log"), "");
}

/** Sends each command after the answer to the one before; stops at the first that is not answered. */
async function converse(...commands: string[]): Promise<Conversation> {
  const child = spawn(process.execPath, ["testing/pinentry.mjs"], {
    env: { ...process.env, JPKID_PINENTRY_SCRIPT: join(folder, "script"), JPKID_PINENTRY_LOG: join(folder, "log") },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const left = [...commands];
  const proceed = (): void => {
    const next = left.shift();
    if (next === undefined) child.stdin.end();
    else child.stdin.write(`${next}\n`);
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (line.startsWith("OK") || line.startsWith("ERR")) proceed();
  });
  await once(child, "exit");
  return { lines: lines.slice(1), ended: left.length === 0 };
}

describe("the scripted pinentry", () => {
  before(() => { folder = mkdtempSync(join(tmpdir(), "jpkid-pinentry-")); });
  after(() => { rmSync(folder, { recursive: true }); });
  beforeEach(() => { script([]); });

  it("types the PIN, and logs what it was shown but not the PIN", async () => {
    script([{ pin: "12%3" }]);
    const { lines } = await converse("OPTION lc-ctype=ja_JP.UTF-8", "SETDESC https://www.example.jp%0A②", "SETERROR あと 2 回", "SETOK _OK", "GETPIN", "BYE");
    assert.deepEqual(lines, ["OK", "OK", "OK", "OK", "D 12%253", "OK", "OK closing connection"]);
    const [asked, ended] = log();
    assert.deepEqual({ ...asked, pid: 0 }, {
      event: "asked", command: "GETPIN", description: "https://www.example.jp\n②", error: "あと 2 回", ok: "OK", answered: "pin", pid: 0,
    });
    assert.equal(ended?.["reason"], "bye");
    assert(!readFileSync(join(folder, "log"), "utf8").includes("12%3"));
  });

  it("gives the next answer to the next question, also of another process", async () => {
    script([{ pin: "1" }, { pin: "2" }, { pin: "3" }]);
    assert.deepEqual((await converse("GETPIN", "GETPIN")).lines, ["D 1", "OK", "D 2", "OK"]);
    assert.deepEqual((await converse("GETPIN")).lines, ["D 3", "OK"]);
  });

  it("agrees, refuses and cancels with the codes of libgpg-error", async () => {
    script([{ confirm: true }, { confirm: false }, { cancel: true }]);
    assert.deepEqual((await converse("CONFIRM", "CONFIRM", "GETPIN")).lines, ["OK", "ERR 83886194 Not confirmed", "ERR 83886179 Operation cancelled"]);
  });

  it("cancels a question that is not in the script, or of another kind than scripted", async () => {
    script([{ pin: "1234" }, { confirm: true }]);
    const cancelled = "ERR 83886179 Operation cancelled";
    assert.deepEqual((await converse("CONFIRM", "GETPIN", "GETPIN")).lines, [cancelled, cancelled, cancelled]);
    assert.equal(log().at(-2)?.["answered"], "nothing was scripted");
  });

  it("types the PIN that a question names where nothing is scripted, but not once it was wrong", async () => {
    script([{ pin: "0" }], { authentication: "1234", signature: "ABC123" });
    const cancelled = "ERR 83886179 Operation cancelled";
    const { lines } = await converse("SETDESC ②", "GETPIN", "GETPIN", "SETDESC ①", "GETPIN", "SETERROR wrong", "GETPIN", "SETDESC which?", "GETPIN", "CONFIRM");
    assert.deepEqual(lines, ["OK", "D 0", "OK", "D 1234", "OK", "OK", "D ABC123", "OK", "OK", cancelled, "OK", cancelled, cancelled]);
  });

  it("shows an error once", async () => {
    script([{ pin: "1" }, { pin: "2" }]);
    await converse("SETERROR wrong", "GETPIN", "GETPIN");
    assert.deepEqual(log().slice(0, 2).map((entry) => entry["error"]), ["wrong", undefined]);
  });

  it("refuses commands that Assuan does not have", async () => {
    assert.deepEqual((await converse("GETINFO flavor", "FORMAT C:")).lines, ["D scripted", "OK", "ERR 83886355 Unknown IPC command"]);
  });

  it("leaves the window open until it is ended", async () => {
    script([{ hang: true }]);
    const child = spawn(process.execPath, ["testing/pinentry.mjs"], {
      env: { ...process.env, JPKID_PINENTRY_SCRIPT: join(folder, "script"), JPKID_PINENTRY_LOG: join(folder, "log") },
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.stdin.write("GETPIN\n");
    child.stdin.end();
    await once(child, "exit");
    assert.deepEqual(log().map((entry) => entry["answered"] ?? entry["reason"]), ["hang", "end of input"]);
  });

  it("answers a window that was left open once the script says how", async () => {
    script([{ hang: true }]);
    const child = spawn(process.execPath, ["testing/pinentry.mjs"], {
      env: { ...process.env, JPKID_PINENTRY_SCRIPT: join(folder, "script"), JPKID_PINENTRY_LOG: join(folder, "log") },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await lines.next();
    child.stdin.write("GETPIN\n");
    while (log().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    writeFileSync(join(folder, "next"), JSON.stringify({ answers: [{ pin: "1234" }] }));
    renameSync(join(folder, "next"), join(folder, "script"));
    assert.equal((await lines.next()).value, "D 1234");
    child.stdin.end();
    await once(child, "exit");
  });
});
