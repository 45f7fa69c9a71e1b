// Runs the job of a GitHub Actions workflow on this machine: its `run` steps as they stand, in order, in a copy of the
// site in a folder of its own. What `uses` would fetch is here already: the site, this checkout, node; no cache is filled.
// Usage: node scripts/workflow.mjs SITE
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** @typedef {{name?: string, uses?: string, run?: string, with?: Record<string, string>}} Step */
/** @typedef {{env?: Record<string, string>, container?: string, steps: Step[]}} Job */

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));
const site = resolve(process.argv[2] ?? "../docs/examples/login-test");

/**
 * Copies what git knows below a folder, with what is new, to another.
 * @param {string} from
 * @param {string} to
 */
function copyTree(from, to) {
  const names = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: from, encoding: "utf8" });
  for (const name of new Set(names.split("\0").filter((text) => text !== ""))) {
    cpSync(join(from, name), join(to, name), { recursive: true, force: true });
  }
}

/**
 * Does a step; returns whether it succeeded.
 * @param {Step} step
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} environment
 */
function perform(step, folder, environment) {
  const action = step.uses?.replace(/@.*$/, "");
  if (action === "actions/checkout") {
    const path = step.with?.["path"];
    copyTree(path === undefined ? site : CHECKOUT, join(folder, path ?? "."));
  } else if (action !== undefined && !["actions/setup-node", "actions/cache"].includes(action)) {
    throw new Error(`nothing here stands for ${action}`);
  }
  if (step.run === undefined) return true;
  const script = join(dirname(folder), "step.sh");
  writeFileSync(script, step.run);
  // As GitHub's runner starts it where a step names no shell.
  const { status } = spawnSync("bash", ["-e", script], { cwd: folder, env: environment, stdio: ["ignore", "inherit", "inherit"] });
  return status === 0;
}

const workflows = join(site, ".github/workflows");
const [name, ...others] = readdirSync(workflows);
if (name === undefined || others.length > 0) throw new Error(`there is not one workflow in ${workflows}`);
/** @type {{env?: Record<string, string>, jobs: Record<string, Job>}} */
const workflow = parse(readFileSync(join(workflows, name), "utf8"));
const outer = mkdtempSync(join(tmpdir(), "jpkid-workflow-"));
process.on("exit", () => { rmSync(outer, { recursive: true, force: true }); });
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => process.exit(1));

for (const [title, job] of Object.entries(workflow.jobs)) {
  const folder = join(outer, title);
  const environment = { ...process.env, ...workflow.env, ...job.env, CI: "true" };
  const begin = globalThis.performance.now();
  for (const step of job.steps) {
    const stepBegin = globalThis.performance.now();
    const what = step.name ?? step.uses ?? step.run;
    console.log(`\n-- ${title}: ${what}`);
    if (!perform(step, folder, environment)) {
      console.error(`-- ${title}: FAILED in "${what}"`);
      process.exit(1);
    }
    console.log(`-- ${((globalThis.performance.now() - stepBegin) / 1000).toFixed(1)} s`);
  }
  console.log(`\n-- ${title}: green in ${((globalThis.performance.now() - begin) / 1000).toFixed(1)} s`);
}
