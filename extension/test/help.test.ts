/** The help that comes with the page module has something to say about each part that can be missing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Part } from "../page/src/capability.js";

const PARTS: Record<Part, true> = {
  extension: true, permission: true, "native-host": true, daemon: true, service: true, reader: true, card: true,
};
const help = readFileSync("page/help.html", "utf8");

describe("the page module's help", () => {
  for (const part of Object.keys(PARTS)) {
    it(`says what to do where ${part} is missing, in Japanese and English`, () => {
      const section = new RegExp(`<section id="${part}">(.*?)</section>`, "s").exec(help)?.[1] ?? "";
      assert.equal(section.match(/<p>[^<]*\p{Script=Hiragana}/gu)?.length, 1);
      assert.equal(section.match(/<p lang="en">/g)?.length, 1);
    });
  }

  it("asks for a reload of the page after the extension was installed, and for none after the site was allowed", () => {
    for (const [part, reloads] of [["extension", 1], ["permission", 0]] as const) {
      const section = new RegExp(`<section id="${part}">(.*?)</section>`, "s").exec(help)?.[1] ?? "";
      assert.equal(section.match(/reload the page/g)?.length ?? 0, reloads);
      assert.equal(section.match(/再読み込み/g)?.length ?? 0, reloads);
    }
  });

  it("needs nothing that a site's Content-Security-Policy could forbid", () => {
    assert.doesNotMatch(help, /<script|<style|<link|<img|style=|\son\w+=/);
  });
});
