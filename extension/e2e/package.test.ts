/** The npm package as a web developer gets it: packed, installed, checked by a strict compiler, and run in a browser. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { VirtualCard } from "../testing/src/card.js";
import { Folder } from "../testing/src/folder.js";
import { launchOptions } from "./harness/browser.js";
import { PARTS } from "./harness/parts.js";

const SITE = "https://www.example.jp";

/** What a careful developer writes; every type is used. */
const CONSUMER = `
import {
  authenticate, capability, certificate, JpkidError, sign, status,
  type AuthenticationToken, type Capability, type ErrorCode, type Part, type Signatures, type Stage, type Status,
} from "jpkid";

const seen: Stage[] = [];
export async function logIn(challengeNonce: string): Promise<{ token: AuthenticationToken; stages: Stage[] }> {
  const { signal } = new AbortController();
  const token = await authenticate({ challengeNonce, lang: "ja", signal, waitForCard: true, onProgress: (stage) => { seen.push(stage); } });
  return { token, stages: seen };
}
export async function signWith(hash: string): Promise<Signatures> {
  const { certificate: signer, heldSeconds } = await certificate({ kind: "signature", hold: true });
  const seconds: number | undefined = heldSeconds;
  if (seconds === 0) throw new TypeError();
  return sign({ hashes: [hash], hashFunction: "SHA-256", certificate: signer });
}
export async function look(): Promise<string> {
  const found: Capability = await capability({ helpUrl: "/help" });
  if (found.ready) { const seenByService: Status = found.status; return seenByService.version; }
  const part: Part = found.missing;
  return part + found.message + found.advice + found.helpUrl;
}
export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof JpkidError ? error.code : undefined;
}
// @ts-expect-error the certificate's kind is one of a list
void certificate({ kind: "my-number" });
// @ts-expect-error a log-in needs a nonce
void authenticate({});
void status;
Object.assign(window, { logIn, look });
`;

describe("the npm package", () => {
  let folder: Folder;
  let packed: { filename: string; files: { path: string }[] };
  const npm = (args: string[], cwd: string): string => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

  before(() => {
    folder = new Folder();
    const [answer] = JSON.parse(npm(["pack", "--json", "--silent", "--pack-destination", folder.path], resolve("page"))) as (typeof packed)[];
    assert(answer !== undefined);
    packed = answer;
    folder.file("package.json", JSON.stringify({ name: "site", private: true, type: "module" }));
    npm(["install", "--offline", "--no-audit", "--no-fund", "--silent", folder.at(packed.filename)], folder.path);
  });

  after(() => { folder.remove(); });

  it("holds the module, its types, its help and the licences, and nothing of the sources", () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of ["README.md", "dist/jpkid.js", "dist/jpkid.d.ts", "dist/help.html", "dist/licences/MIT.txt", "dist/licences/Apache-2.0.txt"]) {
      assert(paths.includes(path), `${path} is not in the package`);
    }
    assert.deepEqual(paths.filter((path) => !/^(README\.md|package\.json|dist\/[^/]+\.(js|d\.ts|html)|dist\/licences\/[^/]+)$/.test(path)), []);
  });

  it("has help for every part that can be missing", () => {
    const help = readFileSync(folder.at("node_modules/jpkid/dist/help.html"), "utf8");
    for (const part of ["extension", "permission", "native-host", "daemon", "service", "reader", "card"]) assert(help.includes(`id="${part}"`), part);
  });

  for (const moduleResolution of ["Bundler", "NodeNext"]) {
    it(`satisfies a strict compiler that resolves modules as ${moduleResolution}`, () => {
      folder.file("site.ts", CONSUMER);
      folder.file("tsconfig.json", JSON.stringify({
        compilerOptions: {
          strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false, types: [],
          target: "ES2022", lib: ["ES2023", "DOM"], module: moduleResolution === "Bundler" ? "ESNext" : "NodeNext", moduleResolution,
        },
        files: ["site.ts"],
      }));
      try {
        execFileSync(process.execPath, [resolve("node_modules/typescript/bin/tsc"), "-p", folder.path], { encoding: "utf8" });
      } catch (error) {
        assert.fail((error as { stdout: string }).stdout);
      }
    });
  }

  it("logs in from a real page that was bundled with it", { timeout: 120_000 }, async () => {
    folder.file("site.ts", CONSUMER.replaceAll(/^(\/\/ @ts-expect-error|void ).*$/gm, ""));
    await build({ entryPoints: [folder.at("site.ts")], outfile: folder.at("site.js"), bundle: true, format: "esm", absWorkingDir: folder.path, logLevel: "error" });
    const card = await VirtualCard.start({ sites: [`${SITE}/*`] }, PARTS);
    try {
      const context = await card.launchChromium(chromium, launchOptions());
      await context.route(`${SITE}/**`, (route) =>
        route.request().url().endsWith(".js")
          ? route.fulfill({ contentType: "text/javascript", path: join(folder.path, "site.js") })
          : route.fulfill({ contentType: "text/html", body: '<!doctype html><title>Example</title><script type="module" src="/site.js"></script>' }));
      const page = await context.newPage();
      await page.goto(`${SITE}/`);
      const { token, stages, version } = await page.evaluate(async (nonce) => {
        const site = window as unknown as { logIn(nonce: string): Promise<{ token: { format: string }; stages: string[] }>; look(): Promise<string> };
        const version = await site.look();
        return { ...(await site.logIn(nonce)), version };
      }, "n".repeat(44));
      assert.match(version, /^\d+\.\d+\.\d+/);
      assert.equal(token.format, "web-eid:1.0");
      assert.deepEqual(stages, ["waiting-for-card", "waiting-for-pin", "signing"]);
    } finally {
      await card.stop();
    }
  });
});
