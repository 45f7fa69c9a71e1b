import { resolve } from "node:path";
import type { Parts } from "../../testing/src/parts.js";

/** The parts as built in this checkout; `E2E_BIN_DIR` names another folder of the programs. */
export const PARTS: Parts = {
  programs: resolve(process.env["E2E_BIN_DIR"] ?? "../target/debug"),
  extension: resolve("dist/chromium"),
  pinentry: resolve("testing/pinentry.mjs"),
};
