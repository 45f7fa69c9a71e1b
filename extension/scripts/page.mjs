// Builds the page module: what the npm package `jpkid` holds. Run by `npm pack` in page/ and by the build of everything.
import { execFileSync } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("../", import.meta.url);
/** @param {string} name */
const path = (name) => fileURLToPath(new URL(name, root));

const dist = path("page/dist");
await rm(dist, { recursive: true, force: true });
await mkdir(`${dist}/licences`, { recursive: true });
await Promise.all([
  build({
    entryPoints: [path("page/src/jpkid.ts")],
    outdir: dist,
    bundle: true,
    charset: "utf8",
    format: "esm",
    legalComments: "none",
    logLevel: "warning",
    target: "es2022",
  }),
  // capability() looks for it beside the module.
  cp(path("page/help.html"), `${dist}/help.html`),
  ...["MIT.txt", "Apache-2.0.txt"].map((name) => cp(path(`../docs/licences/${name}`), `${dist}/licences/${name}`)),
]);
execFileSync(process.execPath, [path("node_modules/typescript/bin/tsc"), "-p", path("page")], { stdio: "inherit" });
