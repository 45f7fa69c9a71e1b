import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { golden } from "./fakes.js";

type Messages = Record<string, { message: string; placeholders?: Record<string, { content: string }> }>;

const manifest = JSON.parse(readFileSync("manifest.json", "utf8")) as Record<string, unknown>;
const locales = readdirSync("_locales");
const messagesOf = (locale: string): Messages => JSON.parse(readFileSync(`_locales/${locale}/messages.json`, "utf8")) as Messages;

function filesBelow(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name)).flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}

describe("the manifest", () => {
  it("gives the extension the id that the native host lets in", () => {
    const key = Buffer.from(manifest["key"] as string, "base64");
    const digest = createHash("sha256").update(key).digest("hex").slice(0, 32);
    const id = digest.replace(/[0-9a-f]/g, (digit) => "abcdefghijklmnop".charAt(parseInt(digit, 16)));
    assert.deepEqual(golden("introduce")["params"], { startedBy: `chrome-extension://${id}/` });
  });

  it("asks for no permission that is not needed", () => {
    assert.deepEqual(manifest["permissions"], ["activeTab", "nativeMessaging", "scripting", "storage"]);
    assert.deepEqual(manifest["optional_host_permissions"], ["https://*/*"]);
    for (const key of ["host_permissions", "optional_permissions", "externally_connectable", "web_accessible_resources"]) assert(!(key in manifest), key);
  });

  it("has the version of the packages", () => {
    for (const file of ["package.json", "page/package.json", "testing/package.json"]) {
      assert.equal((JSON.parse(readFileSync(file, "utf8")) as { version: string }).version, manifest["version"]);
    }
  });
});

describe("the texts", () => {
  const english = messagesOf("en");

  it("exist in English and Japanese", () => {
    for (const locale of ["en", "ja"]) assert(locales.includes(locale));
  });

  it("are the same in every language, with the same placeholders", () => {
    for (const locale of locales) {
      const messages = messagesOf(locale);
      assert.deepEqual(Object.keys(messages).sort(), Object.keys(english).sort(), locale);
      for (const [key, { message, placeholders }] of Object.entries(messages)) {
        assert.notEqual(message.trim(), "", `${locale} ${key}`);
        assert.deepEqual(placeholders, english[key]?.placeholders, `${locale} ${key}`);
        for (const name of Object.keys(placeholders ?? {})) assert(message.includes(`$${name.toUpperCase()}$`), `${locale} ${key}`);
      }
    }
  });

  it("are all used, and none is missing", () => {
    const sources = filesBelow("src").map((path) => readFileSync(path, "utf8")).join("\n");
    const used = new Set<string>();
    for (const [, key] of JSON.stringify(manifest).matchAll(/__MSG_(\w+)__/g)) used.add(key ?? "");
    for (const [, key] of sources.matchAll(/(?:data-text=|\btext\()"(\w+)"/g)) used.add(key ?? "");
    for (const [, stem] of sources.matchAll(/"(error[A-Z]\w+)"/g)) {
      used.add(`${stem}Message`);
      used.add(`${stem}Advice`);
    }
    assert.deepEqual([...used].sort(), Object.keys(english).sort());
  });
});

it("every golden message is JSON-RPC 2.0 and fits into one message", () => {
  for (const file of readdirSync("../docs/protocol").filter((name) => name.endsWith(".json"))) {
    const text = readFileSync(`../docs/protocol/${file}`, "utf8");
    assert.equal((JSON.parse(text) as Record<string, unknown>)["jsonrpc"], "2.0", file);
    assert(Buffer.byteLength(text) <= 65_536, file);
  }
});
