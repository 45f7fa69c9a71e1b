// Bundles every *.test.ts of a folder and runs the results with node's own test runner.
// Usage: node scripts/test.mjs FOLDER [options of node --test ...]
// What the end-to-end tests said is kept beside their pictures, in e2e/artefacts.
import { spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { bundle, root } from "./bundle.mjs";

const [folder = "test", ...given] = process.argv.slice(2);
const only = given.filter((argument) => !argument.startsWith("--"));
const options = given.filter((argument) => argument.startsWith("--"));
const names = (await readdir(new URL(folder, root)))
  .filter((name) => name.endsWith(".test.ts") && (only.length === 0 || only.includes(name.replace(".test.ts", ""))))
  .sort();
if (names.length === 0) throw new Error(`no tests in ${folder}`);

const files = await bundle(folder, names);
/** @type {string[]} */
const reporters = [];
if (folder === "e2e") {
  const artefacts = new URL("e2e/artefacts/", root);
  await mkdir(artefacts, { recursive: true });
  const log = fileURLToPath(new URL(`tests-${only.length === 0 ? "all" : only.join("-")}.log`, artefacts));
  for (const to of ["stdout", log]) reporters.push("--test-reporter=spec", `--test-reporter-destination=${to}`);
}
const runner = spawn(process.execPath, ["--enable-source-maps", "--test", ...reporters, ...options, ...files], {
  cwd: fileURLToPath(root),
  stdio: "inherit",
});
// The tests clean up after themselves: wait for them on Ctrl-C, which the terminal sends to them too.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => runner.kill("SIGTERM"));
runner.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
});
