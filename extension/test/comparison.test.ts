/** docs/comparison.md: each feature of Web eID has its row, and whatever it says jpkid can, it names a test that is run. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

/** The features that were looked for in Web eID, one row each; its "reproducible zip, SBOM" are two here. */
const FEATURES = {
  "Browser integration": [
    "Chrome, Manifest V3", "Edge, with an id of its store", "Firefox", "Safari", "Registration with Brave, Vivaldi, Chromium",
    "Browsers in Flatpak or Snap", "Wire compatible with web-eid.js", "Request ids, requests at the same time",
    "The page library looks who answers", "Cancel from the page, progress", "The window closes with the tab",
    "A person must have touched the page", "Permission for each site, remembered, revocable", "Frames", "Host permissions limited",
    "No script put into pages", "A worker that is killed", "Inspector of messages for developers", "Detection of what is missing or old",
    "Onboarding, guided installation",
  ],
  "PIN": [
    "PIN only outside the browser", "Counter read before the window", "Warning when tries are fewer", "Last try guarded",
    "Asked again after a wrong PIN", "Blocked PIN explained", "The page learns that it is blocked", "Readers with a PIN pad",
    "Letters in the PIN", "PIN change, unblocking", "Certificate's end shown", "Warning before the end", "Choice of certificate or card",
    "Languages", "Dark colours, screen readers",
  ],
  "Card": [
    "Discovery by answer to reset", "Discovery by applet", "Readers and cards that come and go", "Several readers",
    "A card that was swapped", "Shared mode, transactions", "Card closed after the PIN", "The smart card service stops and comes back",
    "Virtual readers left out", "Certificate kept while the card stays",
  ],
  "Interfaces": [
    "The four calls", "Token 1.0, 1.1", "Command line", "Local socket", "PKCS#11, SSH agent", "Verifiers for servers",
    "Reading My Number, address and so on",
  ],
  "Security": [
    "Signature bound to the origin", "ASCII origin always", "https only", "Caller checked", "PIN memory locked and wiped",
    "Authentication key signs no caller's hash", "Limit on how often", "Record of uses without personal data",
    "Reproducible zip of the extension", "List of parts (SBOM)", "Memory-safe language", "Review by others", "Formal model",
  ],
  "Packages": [
    "deb, rpm", "MSI", "macOS", "Installed for one person, without rights", "Browser policies left alone", "Clean removal",
    "Self-diagnosis", "Reproducible programs",
  ],
  "Testing": [
    "Scripted APDUs", "Virtual card with counters and faults", "Virtual card behind the real pcscd", "Real browsers",
    "Fuzzing of frames, JSON and APDUs", "Tokens against validators", "CodeQL, Coverity",
  ],
};

const rows = readFileSync("../docs/comparison.md", "utf8").split("\n").filter((line) => line.startsWith("| ")).slice(1)
  .map((line) => line.slice("| ".length, -" |".length).split(" | "));
const named = rows.flatMap(([, , ours = ""]) => [...ours.matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, path = "", name = ""]) => ({ path, name })));

/** Fails if `source` has no test of this name that a run of all tests runs. */
function assertRun(path: string, name: string): void {
  const source = readFileSync(`../${path}`, "utf8");
  if (path.endsWith(".rs")) {
    const attributes = new RegExp(`((?:^ *#\\[[^\\n]*\\n)+) *(?:async )?fn ${name}\\(`, "m").exec(source)?.[1] ?? "";
    assert.match(attributes, /#\[(tokio::)?test\b/, `${path} has no test ${name}`);
    assert.doesNotMatch(attributes, /ignore/, `${path} leaves ${name} out`);
  } else {
    const written = source.split("\n").filter((line) => line.includes(name));
    assert(written.some((line) => /^\s*\w+\(["`]/.test(line)), `${path} has no test "${name}"`);
    assert.doesNotMatch(source, /\.(skip|todo|only)\b|\b(skip|todo|only): /, `${path} leaves tests out`);
  }
}

describe("the comparison with Web eID", () => {
  it("has a row for each feature, and says of each what Web eID has and what jpkid has", () => {
    assert.deepEqual(rows.map(([feature]) => feature), Object.entries(FEATURES).flatMap(([group, features]) => [`**${group}**`, ...features]));
    for (const [feature = "", ...cells] of rows) {
      if (!feature.startsWith("**")) assert(cells.length === 2 && cells.every((cell) => cell.trim() !== ""), feature);
    }
  });

  it("names a test for each yes of ours", () => {
    for (const [feature, , ours = ""] of rows) if (/\byes\b/.test(ours)) assert.match(ours, /`[^`]+` "[^"]+"/, feature);
  });

  for (const { path, name } of named) it(`names a test that is run: ${path} ${name}`, () => { assertRun(path, name); });
});
