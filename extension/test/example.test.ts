/** docs/testing-your-login.md quotes what is run elsewhere; a quotation that has changed there is found here. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import ts from "typescript";

const DOCUMENT = "../docs/testing-your-login.md";
const EXAMPLE = "../docs/examples/login-test";
const text = readFileSync(DOCUMENT, "utf8");

function quoted(language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block ?? "");
}

/** Indentation may differ. */
const lines = (block: string): string => block.split("\n").map((line) => line.trim()).join("\n");

describe("the document for web developers", () => {
  it("shows the workflow as it is", () => {
    assert.deepEqual(quoted("yaml"), [readFileSync(`${EXAMPLE}/.github/workflows/login.yml`, "utf8")]);
  });

  it("shows the Rust that is tested", () => {
    const source = lines(readFileSync("../apdu-tests/tests/web_site.rs", "utf8"));
    const blocks = quoted("rust");
    assert.equal(blocks.length, 1);
    for (const block of blocks) assert(source.includes(lines(block)), block);
  });

  it("shows the first test as the example has it", () => {
    const [block] = quoted("js");
    const source = lines(readFileSync(`${EXAMPLE}/tests/first.spec.js`, "utf8"));
    assert.equal(lines(block ?? ""), source);
  });

  it("has the TypeScript verifier that is tested, without its types", () => {
    const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
    for (const name of ["verify", "certificate"]) {
      const source = readFileSync(`../docs/examples/verify/typescript/${name}.ts`, "utf8");
      const { outputText } = ts.transpileModule(source, { compilerOptions });
      assert.equal(lines(readFileSync(`${EXAMPLE}/${name}.js`, "utf8")), lines(outputText), name);
    }
  });

  it("names every step that the workflow runs", () => {
    for (const command of ["packaging/testing-package jpkid-packages", "packaging/debian-packages browser", "npm install --no-save"]) {
      assert(quoted("sh").some((block) => block.includes(command)), command);
    }
  });

  it("says what each built-in card shows", () => {
    const tests = readFileSync(`${EXAMPLE}/tests/every-card.spec.js`, "utf8");
    const rows = [...tests.matchAll(/^ {2}\["([\w-]+)", +(\w+|"\w+"), +(\w+|"\w+")\]/gm)];
    assert.equal(rows.length, 14);
    for (const [, name = "", login = "", sign = ""] of rows) {
      const row = text.split("\n").find((line) => line.startsWith("| ") && line.includes(name.startsWith("generation") ? "generation-1" : `\`${name}\``));
      const shown = [login, sign].map((code) => (code === "DONE" ? "done" : `\`${code.replaceAll('"', "")}\``));
      assert.deepEqual(row?.split(" | ").slice(1, 3), shown, name);
    }
  });
});
