/** What people get: the same bytes for the same sources, small, and nothing that is not needed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { unzipSync } from "fflate";

const MAX_ZIP_BYTES = 200_000;
const MAX_CONTENT_SCRIPT_BYTES = 10_000;
const SOURCES = ["_locales", "chosen-locales", "icons", "page", "scripts", "src", "manifest.json", "manifest.chromium.json", "manifest.firefox.json", "package.json", "tsconfig.base.json"];
const ZIP = /^jpkid-(chromium|firefox)-\d+\.\d+\.\d+\.zip$/;

interface Build {
  /** The files that the scripts were bundled from. */
  inputs: string[];
  /** The zips by name. */
  zips: Map<string, Buffer>;
}

/** Builds a copy of the sources in `folder`, with their times, this time zone and these rights for new files. */
function buildIn(folder: string, { time, zone, umask }: { time: Date; zone: string; umask: string }): Build {
  for (const name of SOURCES) cpSync(name, join(folder, name), { recursive: true });
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) utimesSync(join(folder, name), time, time);
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const script = 'import { buildExtension } from "./scripts/extension.mjs"; console.log(JSON.stringify(await buildExtension()));';
  const output = execFileSync("sh", ["-c", `umask ${umask} && exec "$0" --input-type=module --eval "$1"`, process.execPath, script], {
    cwd: folder,
    env: { ...process.env, TZ: zone, SOURCE_DATE_EPOCH: "1700000000" },
    encoding: "utf8",
  });
  const zips = readdirSync(join(folder, "dist")).filter((name) => ZIP.test(name)).sort();
  return {
    inputs: JSON.parse(output) as string[],
    zips: new Map(zips.map((name) => [name, readFileSync(join(folder, "dist", name))])),
  };
}

/** The files of a zip by name. */
function filesOf(zip: Buffer): Map<string, Uint8Array> {
  return new Map(Object.entries(unzipSync(zip)));
}

/** The files that the extension can use, from what its manifest, pages and scripts name. */
function usedIn(files: ReadonlyMap<string, Uint8Array>): Set<string> {
  const used = new Set(["manifest.json"]);
  for (const name of used) {
    const text = name.endsWith(".png") ? "" : Buffer.from(files.get(name) ?? []).toString("utf8");
    for (const [, named] of text.matchAll(/"(?:\.\/)?([^"\s]+\.(?:js|html|css|png|svg))"/g)) if (named !== undefined && files.has(named)) used.add(named);
  }
  for (const name of files.keys()) if (/^(_|chosen-)locales\/\w+\/messages\.json$/.test(name)) used.add(name);
  return used;
}

describe("the built extension", () => {
  let outer: string;
  let first: Build;
  let second: Build;

  before(() => {
    outer = mkdtempSync(join(tmpdir(), "jpkid-build-"));
    const folders = [join(outer, "one"), join(outer, "another", "and deeper")] as const;
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    first = buildIn(folders[0], { time: new Date("2024-02-29T12:00:00Z"), zone: "Asia/Tokyo", umask: "022" });
    second = buildIn(folders[1], { time: new Date("2026-07-01T00:00:01Z"), zone: "America/St_Johns", umask: "077" });
  });

  after(() => { rmSync(outer, { recursive: true, force: true }); });

  it("is the same to the byte wherever and whenever it is built", () => {
    assert.deepEqual([...first.zips.keys()].map((name) => ZIP.exec(name)?.[1]), ["chromium", "firefox"]);
    for (const [name, bytes] of first.zips) assert(second.zips.get(name)?.equals(bytes), name);
  });

  it("says SOURCE_DATE_EPOCH of when its files were made", () => {
    // The time and date of a local header of a zip, in MS-DOS's format: 2023-11-14 22:13:20.
    for (const bytes of first.zips.values()) assert.deepEqual([bytes.readUInt16LE(10), bytes.readUInt16LE(12)], [(22 << 11) | (13 << 5) | 10, (43 << 9) | (11 << 5) | 14]);
  });

  it("is a zip of less than 200 kB, with a content script of less than 10 kB", () => {
    for (const [name, bytes] of first.zips) {
      assert(bytes.length < MAX_ZIP_BYTES, `${name}: ${bytes.length} bytes`);
      const script = filesOf(bytes).get("content.js");
      assert(script !== undefined && script.length < MAX_CONTENT_SCRIPT_BYTES, `content.js: ${script?.length ?? 0} bytes`);
    }
  });

  it("has no code of others, and no file that it does not use", () => {
    assert(first.inputs.length > 0);
    assert.deepEqual(first.inputs.filter((path) => !/^(src|page\/src|_locales|chosen-locales)\//.test(path)), []);
    assert(!("dependencies" in (JSON.parse(readFileSync("package.json", "utf8")) as object)));
    for (const bytes of first.zips.values()) {
      const files = filesOf(bytes);
      assert.deepEqual([...files.keys()].sort(), [...usedIn(files)].sort());
    }
  });

  it("differs between the browsers in the manifest only", () => {
    const [chromium, firefox] = [...first.zips.values()].map(filesOf);
    assert(chromium !== undefined && firefox !== undefined);
    assert.deepEqual([...chromium.keys()], [...firefox.keys()]);
    const different = [...chromium].filter(([name, bytes]) => !Buffer.from(bytes).equals(firefox.get(name) ?? Buffer.alloc(0)));
    assert.deepEqual(different.map(([name]) => name), ["manifest.json"]);
  });
});
