// Bundles TypeScript entries for node, with packages left outside; returns the results' paths.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const root = new URL("../", import.meta.url);

/**
 * Bundles `names` (files of `folder`) into build/`into`, which is emptied first.
 * @param {string} folder
 * @param {string[]} names
 * @param {string} [into]
 */
export async function bundle(folder, names, into = folder) {
  const outdir = fileURLToPath(new URL(`build/${into}`, root));
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: names.map((name) => fileURLToPath(new URL(`${folder}/${name}`, root))),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
  });
  return names.map((name) => `${outdir}/${name.replace(/\.ts$/, ".mjs")}`);
}
