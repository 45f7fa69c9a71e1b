/** The documents: links lead somewhere, and what they show is so. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "node:test";
import { PAGE_ERROR_CODES, SERVICE_ERROR_CODES } from "../page/src/errors.js";

const ROOT = "..";
/** Folders that hold what others wrote, or what was built. */
const NOT_OURS = ["node_modules", "target", "build", "dist", ".git"];

function documentsIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : documentsIn(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const read = (path: string): string => readFileSync(`${ROOT}/${path}`, "utf8");
const withoutCode = (text: string): string => text.replaceAll(/^```.*?^```$/gms, "").replaceAll(/`[^`\n]*`/g, "");

/** As GitHub makes them of headings. */
function anchorsOf(path: string): string[] {
  const headings = [...read(path).replaceAll(/^```.*?^```$/gms, "").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-"));
}

describe("the documents", () => {
  for (const document of documentsIn("")) {
    it(`${document} names what is there`, () => {
      // Not those with a pattern or a placeholder in them.
      const paths = read(document).matchAll(/`((?:apdu-tests|daemon|docs|extension|packaging)\/[a-z0-9_./-]+)`/g);
      for (const [, path = ""] of paths) assert(existsSync(`${ROOT}/${path}`), path);
    });

    it(`${document} links to what is there`, () => {
      const links = [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
      for (const link of links.filter((link) => !/^[a-z]+:/.test(link))) {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? document : normalize(`${dirname(document)}/${path}`);
        assert(existsSync(`${ROOT}/${target}`), `${link}: no such file`);
        if (anchor !== undefined && target.endsWith(".md")) assert(anchorsOf(target).includes(anchor), `${link}: no such heading`);
      }
    });
  }

  it("README.md tells every setting of the daemon", () => {
    const keys = /^struct File \{(.*?)^\}/ms.exec(read("daemon/src/settings.rs"))?.[1]?.match(/^ {4}\w+(?=:)/gm) ?? [];
    assert(keys.length >= 8);
    const told = [...read("README.md").matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, key]) => key);
    assert.deepEqual(told.sort(), keys.map((key) => key.trim()).sort());
  });

  it("docs/protocol.md tells every error code, and no other", () => {
    const text = read("docs/protocol.md");
    const told = [...text.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code = ""]) => code);
    for (const code of SERVICE_ERROR_CODES) assert(told.includes(code), code);
    const ofPage = /^The page module adds (.*?)\.$/ms.exec(text)?.[1] ?? "";
    for (const code of PAGE_ERROR_CODES) assert(ofPage.includes(`\`${code}\``), code);
    const codes: readonly string[] = SERVICE_ERROR_CODES;
    const methods = ["status", "authenticate", "certificate", "sign", "cancel", "subscribe", "history"];
    assert.deepEqual(told.filter((code) => !codes.includes(code) && !methods.includes(code)), []);
  });
});
