/** Which extension a test's browser gets. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { extensionForSites, shippedExtension } from "../testing/src/sites.js";

interface Manifest {
  name: string;
  content_scripts: { matches: string[] }[];
  permissions: string[];
}

const SHIPPED_ID = "kmbhegncnoikamoigmjkjpoehgbenimi";
const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(join(path, "manifest.json"), "utf8")) as Manifest;

describe("the extension of a test's browser", () => {
  let folder: string;
  let extension: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "jpkid-sites-"));
    extension = join(folder, "shipped");
    mkdirSync(extension);
    const [common, chromium] = ["manifest.json", "manifest.chromium.json"].map((name) => JSON.parse(readFileSync(name, "utf8")) as object);
    writeFileSync(join(extension, "manifest.json"), JSON.stringify({ ...common, ...chromium }));
  });
  after(() => { rmSync(folder, { recursive: true }); });

  it("is the shipped one where no site is named", () => {
    assert.deepEqual(shippedExtension(extension), { path: extension, id: SHIPPED_ID });
  });

  it("for further sites is another, which says so", () => {
    const { path, id } = extensionForSites(extension, join(folder, "built"), ["https://www.example.jp/*"]);
    const [shipped, built] = [manifestOf(extension), manifestOf(path)];
    assert.notEqual(id, SHIPPED_ID);
    assert.match(id, /^[a-p]{32}$/);
    assert.match(built.name, /TEST BUILD/);
    assert.deepEqual(built.permissions, shipped.permissions);
    assert.deepEqual(built.content_scripts[0]?.matches, [...(shipped.content_scripts[0]?.matches ?? []), "https://www.example.jp/*"]);
  });

  it("serves no site over http, and none that is not named", () => {
    for (const site of ["http://www.example.jp/*", "https://*/*", "<all_urls>", "https://www.example.jp", "https://www.example.jp:8443/*"]) {
      assert.throws(() => extensionForSites(extension, join(folder, "refused"), [site]), /is not like https:/, site);
    }
  });
});
