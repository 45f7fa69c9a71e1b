import { createHash, generateKeyPairSync } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";

/** An unpacked extension. */
export interface Extension {
  /** Its folder. */
  path: string;
  /** Its id in Chromium. */
  id: string;
}

interface Manifest {
  key: string;
  content_scripts: { matches: string[] }[];
  [field: string]: unknown;
}

/** An https site as a match pattern; a port is no part of it. */
const SITE = /^https:\/\/(\*\.)?[^*/:]+\/\*$/;

/** The id that Chromium gives an extension whose manifest has this key (base64 of its SubjectPublicKeyInfo). */
function idOf(key: string): string {
  const digest = createHash("sha256").update(Buffer.from(key, "base64")).digest("hex").slice(0, 32);
  return digest.replace(/[0-9a-f]/g, (digit) => "abcdefghijklmnop".charAt(parseInt(digit, 16)));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/manifest.json`, "utf8")) as Manifest;
}

/** The extension as people install it. */
export function shippedExtension(path: string): Extension {
  return { path, id: idOf(readManifest(path).key) };
}

/**
 * A copy of the extension in `folder` that also serves `sites` without being asked to. Its key, and so its id, is new,
 * so that no installed native host lets it in; its name says what it is.
 */
export function extensionForSites(path: string, folder: string, sites: readonly string[]): Extension {
  const wrong = sites.find((site) => !SITE.test(site));
  if (wrong !== undefined) throw new TypeError(`${wrong} is not like https://www.example.jp/*: http works for localhost only, without this option`);
  cpSync(path, folder, { recursive: true });
  const manifest = readManifest(folder);
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "der" }).toString("base64");
  for (const script of manifest.content_scripts) script.matches.push(...sites);
  writeFileSync(`${folder}/manifest.json`, JSON.stringify({ ...manifest, key, name: "jpkid TEST BUILD", short_name: "jpkid TEST" }));
  return { path: folder, id: idOf(key) };
}
