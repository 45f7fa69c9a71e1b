import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { accepts } from "../../testing/src/network.js";
import { Program } from "../../testing/src/program.js";
import { poll } from "../../testing/src/waiting.js";

const SOCKET = "/run/pcscd/pcscd.comm";
/** Where vsmartcard's virtual reader waits for a card. */
const VPCD_PORT = 35_963;

/** Makes sure that pcscd runs with the virtual reader; undefined if it ran before and is not ours to stop. */
export async function ensurePcscd(): Promise<Program | undefined> {
  let own: Program | undefined;
  if (!(await accepts(SOCKET))) {
    mkdirSync("/run/pcscd", { recursive: true });
    own = new Program("pcscd", "/usr/sbin/pcscd", ["--foreground"], process.env);
    await own.until(poll("pcscd's socket", () => accepts(SOCKET)));
  }
  // Knocking on the port would count as a card, so it is only looked for.
  await poll(`the virtual reader at port ${VPCD_PORT} (Debian: vsmartcard-vpcd)`, () => isListening(VPCD_PORT));
  return own;
}

async function isListening(port: number): Promise<boolean> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const rows = (await readFile(table, "utf8").catch(() => "")).split("\n").map((row) => row.trim().split(/\s+/));
    if (rows.some((columns) => columns[1]?.endsWith(suffix) === true && columns[3] === "0A")) return true;
  }
  return false;
}
