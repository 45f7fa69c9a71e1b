// Builds everything that is shipped: the extension for each browser, and the page module and the testing module.
import { execFileSync } from "node:child_process";
import { copyFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildExtension } from "./extension.mjs";

const root = new URL("../", import.meta.url);
/** @param {string} name */
const path = (name) => fileURLToPath(new URL(name, root));
const SETTINGS = /** @type {const} */ ({ bundle: true, charset: "utf8", legalComments: "none", target: "es2022", logLevel: "warning", format: "esm" });

for (const folder of ["dist", "page/dist", "testing/dist"]) await rm(path(folder), { recursive: true, force: true });
await Promise.all([
  buildExtension(),
  build({ ...SETTINGS, entryPoints: [path("page/src/jpkid.ts")], outdir: path("page/dist") }),
  build({
    ...SETTINGS,
    entryPoints: [path("testing/src/index.ts"), path("testing/src/playwright.ts")],
    outdir: path("testing/dist"),
    platform: "node",
    target: "node20",
    packages: "external",
    splitting: true,
  }),
]);
// capability() looks for it beside the module.
await copyFile(path("page/help.html"), path("page/dist/help.html"));
for (const name of ["page", "testing"]) {
  execFileSync(process.execPath, [path("node_modules/typescript/bin/tsc"), "-p", path(name)], { stdio: "inherit" });
}
