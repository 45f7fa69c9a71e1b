/** docs/comparison.md: whatever it says jpkid can, it names a test that is there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";

it("each yes of the comparison names a test that is there", () => {
  const rows = readFileSync("../docs/comparison.md", "utf8").split("\n").filter((line) => line.startsWith("| ")).slice(1).map((line) => line.split(" | "));
  assert(rows.length > 70);
  for (const [feature = "", , ours = ""] of rows) {
    const named = [...ours.matchAll(/`([^`]+)` "([^"]+)"/g)];
    if (/\byes\b/.test(ours)) assert(named.length > 0, feature);
    for (const [, path = "", name = ""] of named) assert(readFileSync(`../${path}`, "utf8").includes(name), `${path} has no "${name}"`);
  }
});
