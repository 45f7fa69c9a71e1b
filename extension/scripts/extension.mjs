// Builds the extension from one source tree for each browser: dist/BROWSER, and the zip of it that the stores take.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { zipSync } from "fflate";

/** The browsers' kinds. Each has its own part of the manifest in manifest.BROWSER.json; all else is the same. */
const BROWSERS = ["chromium", "firefox"];

const SETTINGS = /** @type {const} */ ({
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minifySyntax: true,
  target: "es2022",
});

/**
 * Keeps of the texts that a script imports what errors say: whatever else a page shows it reads when it is opened, in
 * one language.
 * @type {import("esbuild").Plugin}
 */
const errorTextsOnly = {
  name: "error-texts-only",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]messages\.json$/ }, async ({ path }) => {
      const texts = Object.entries(JSON.parse(await readFile(path, "utf8"))).filter(([key]) => key.startsWith("error"));
      return { contents: JSON.stringify(Object.fromEntries(texts)), loader: "json" };
    });
  },
};

/** What the zips say of when a file was made, where SOURCE_DATE_EPOCH says nothing: the first day that a zip knows. */
const FIRST_DAY_OF_ZIP_S = 315_532_800;

/** The rights of a file in a zip: -rw-r--r--, in the half of the field that Unix uses. */
const FILE_ATTRIBUTES = 0o100644 << 16;
const UNIX = 3;

const root = fileURLToPath(new URL("../", import.meta.url));
/** @param {string[]} names */
const at = (...names) => join(root, ...names);

/** Builds all; returns the source files that the scripts were bundled from. */
export async function buildExtension() {
  const shared = at("build/extension");
  for (const folder of [shared, ...BROWSERS.map((browser) => at("dist", browser))]) await rm(folder, { recursive: true, force: true });
  await mkdir(join(shared, "icons"), { recursive: true });
  const bundles = await Promise.all([
    // A content script cannot be a module. It runs in every page of a served site, so it is made small.
    build({ ...SETTINGS, absWorkingDir: root, entryPoints: ["src/content.ts"], outdir: shared, format: "iife", minify: true }),
    build({
      ...SETTINGS,
      absWorkingDir: root,
      entryPoints: [
        { in: "src/background.ts", out: "background" },
        { in: "src/popup/popup.ts", out: "popup" },
        { in: "src/options/options.ts", out: "options" },
      ],
      outdir: shared,
      format: "esm",
      plugins: [errorTextsOnly],
      // The texts are large, and wanted by all three.
      splitting: true,
      chunkNames: "shared-[hash]",
    }),
  ]);
  await Promise.all([
    ...["_locales", "chosen-locales"].map((name) => cp(at(name), join(shared, name), { recursive: true })),
    ...["own-pages.css", "popup/popup.html", "popup/popup.css", "options/options.html", "options/options.css"].map((name) =>
      cp(at("src", name), join(shared, basename(name)))),
    ...[16, 32, 48, 128].map((size) => cp(at(`icons/${size}.png`), join(shared, `icons/${size}.png`))),
  ]);
  for (const browser of BROWSERS) {
    const folder = at("dist", browser);
    await cp(shared, folder, { recursive: true });
    const manifest = await manifestFor(browser);
    await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await writeFile(at("dist", `jpkid-${browser}-${manifest.version}.zip`), await zip(folder));
  }
  return bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)).sort();
}

/**
 * The manifest that all browsers share, with the browser's own part.
 * @param {string} browser
 * @returns {Promise<{version: string}>}
 */
async function manifestFor(browser) {
  const [common, own] = await Promise.all(
    ["manifest.json", `manifest.${browser}.json`].map(async (name) => JSON.parse(await readFile(at(name), "utf8"))),
  );
  return { ...common, ...own };
}

/**
 * Packs a folder so that the same content gives the same bytes, whenever, wherever and by whomever it is packed.
 * @param {string} folder
 */
async function zip(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const names = new Map(paths.map((path) => [relative(folder, path).split(sep).join("/"), path]));
  // A zip has local time; the zone must not be this machine's.
  process.env["TZ"] = "UTC";
  const mtime = Number(process.env["SOURCE_DATE_EPOCH"] ?? FIRST_DAY_OF_ZIP_S) * 1000;
  /** @type {import("fflate").Zippable} */
  const files = {};
  for (const name of [...names.keys()].sort()) files[name] = await readFile(/** @type {string} */ (names.get(name)));
  // fflate compresses by itself: zlib's bytes differ between versions of node.
  return zipSync(files, { level: 9, mtime, os: UNIX, attrs: FILE_ATTRIBUTES });
}
