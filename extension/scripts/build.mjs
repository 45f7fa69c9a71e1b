// Builds everything that is shipped: the extension for each browser, and the page module and the testing module.
import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildExtension } from "./extension.mjs";

const root = new URL("../", import.meta.url);
/** @param {string} name */
const path = (name) => fileURLToPath(new URL(name, root));

for (const folder of ["dist", "testing/dist"]) await rm(path(folder), { recursive: true, force: true });
await Promise.all([
  buildExtension(),
  import("./page.mjs"),
  build({
    entryPoints: [path("testing/src/index.ts"), path("testing/src/playwright.ts")],
    outdir: path("testing/dist"),
    bundle: true,
    charset: "utf8",
    format: "esm",
    legalComments: "none",
    logLevel: "warning",
    packages: "external",
    platform: "node",
    splitting: true,
    target: "node20",
  }),
]);
execFileSync(process.execPath, [path("node_modules/typescript/bin/tsc"), "-p", path("testing")], { stdio: "inherit" });
