// Builds the unpacked extension into dist/chromium, and the page module and the testing module into their dist.
import { execFileSync } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("../", import.meta.url);
/** @param {string} name */
const path = (name) => fileURLToPath(new URL(name, root));
const SETTINGS = /** @type {const} */ ({ bundle: true, charset: "utf8", legalComments: "none", target: "es2022", logLevel: "warning" });

await rm(path("dist/chromium"), { recursive: true, force: true });
await rm(path("page/dist"), { recursive: true, force: true });
await rm(path("testing/dist"), { recursive: true, force: true });
await mkdir(path("dist/chromium/icons"), { recursive: true });

await Promise.all([
  // A content script cannot be a module.
  build({ ...SETTINGS, entryPoints: [path("src/content.ts")], outdir: path("dist/chromium"), format: "iife", minifySyntax: true }),
  build({
    ...SETTINGS,
    entryPoints: [
      { in: path("src/background.ts"), out: "background" },
      { in: path("src/popup/popup.ts"), out: "popup" },
      { in: path("src/options/options.ts"), out: "options" },
    ],
    outdir: path("dist/chromium"),
    format: "esm",
    minifySyntax: true,
  }),
  build({ ...SETTINGS, entryPoints: [path("page/src/jpkid.ts")], outdir: path("page/dist"), format: "esm" }),
  build({
    ...SETTINGS,
    entryPoints: [path("testing/src/index.ts"), path("testing/src/playwright.ts")],
    outdir: path("testing/dist"),
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    splitting: true,
  }),
  ...["manifest.json", "_locales"].map((name) => cp(path(name), path(`dist/chromium/${name}`), { recursive: true })),
  ...["own-pages.css", "popup/popup.html", "popup/popup.css", "options/options.html", "options/options.css"].map((name) =>
    cp(path(`src/${name}`), path(`dist/chromium/${basename(name)}`))),
  ...[16, 32, 48, 128].map((size) => cp(path(`icons/${size}.png`), path(`dist/chromium/icons/${size}.png`))),
]);
for (const name of ["page", "testing"]) {
  execFileSync(process.execPath, [path("node_modules/typescript/bin/tsc"), "-p", path(name)], { stdio: "inherit" });
}
