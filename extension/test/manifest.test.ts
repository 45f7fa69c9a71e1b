import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { golden } from "./fakes.js";

const parse = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
const manifest = parse("manifest.json");
const chromium = parse("manifest.chromium.json");
const firefox = parse("manifest.firefox.json");

describe("the manifest", () => {
  it("gives the extension the id that the native host lets in", () => {
    const key = Buffer.from(chromium["key"] as string, "base64");
    const digest = createHash("sha256").update(key).digest("hex").slice(0, 32);
    const id = digest.replace(/[0-9a-f]/g, (digit) => "abcdefghijklmnop".charAt(parseInt(digit, 16)));
    assert.deepEqual(golden("introduce")["params"], { startedBy: `chrome-extension://${id}/` });
  });

  it("gives the add-on the id that the native host lets in", () => {
    const { gecko } = firefox["browser_specific_settings"] as { gecko: { id: string } };
    const trusted = /FIREFOX_EXTENSION_ID: &str = "(.*)";/.exec(readFileSync("../daemon/src/ipc/peer.rs", "utf8"));
    assert.equal(gecko.id, trusted?.[1]);
  });

  // A browser asks the person again, and disables the extension until then, when an update wants more than it had.
  it("wants what it always wanted, so that no update asks again", () => {
    assert.deepEqual(manifest["permissions"], ["activeTab", "nativeMessaging", "scripting", "storage"]);
    assert.deepEqual(manifest["optional_host_permissions"], ["https://*/*"]);
    const scripts = manifest["content_scripts"] as { matches: string[] }[];
    assert.deepEqual(scripts.map(({ matches }) => matches), [["https://*.go.jp/*", "https://*.lg.jp/*", "http://localhost/*", "http://127.0.0.1/*"]]);
    const { gecko } = firefox["browser_specific_settings"] as { gecko: Record<string, unknown> };
    assert.deepEqual(gecko["data_collection_permissions"], { required: ["browsingActivity", "personallyIdentifyingInfo"] });
    for (const key of ["host_permissions", "optional_permissions", "externally_connectable", "web_accessible_resources"]) assert(!(key in manifest), key);
  });

  it("is the same for all browsers but for their identity and how they start the background", () => {
    assert.deepEqual(Object.keys(chromium), ["key", "minimum_chrome_version", "background"]);
    assert.deepEqual(Object.keys(firefox), ["browser_specific_settings", "background"]);
    for (const key of [...Object.keys(chromium), ...Object.keys(firefox)]) assert(!(key in manifest), key);
  });

  it("has the version of the packages", () => {
    for (const file of ["package.json", "page/package.json", "testing/package.json"]) {
      assert.equal((JSON.parse(readFileSync(file, "utf8")) as { version: string }).version, manifest["version"]);
    }
  });
});

it("every golden message is JSON-RPC 2.0 and fits into one message", () => {
  for (const file of readdirSync("../docs/protocol").filter((name) => name.endsWith(".json"))) {
    const text = readFileSync(`../docs/protocol/${file}`, "utf8");
    assert.equal((JSON.parse(text) as Record<string, unknown>)["jsonrpc"], "2.0", file);
    assert(Buffer.byteLength(text) <= 65_536, file);
  }
});
