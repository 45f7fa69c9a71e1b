/** docs/integrating.md: its client works, its table names the verifiers there are, and its numbers are right. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { parseCertificate } from "../../docs/examples/verify/typescript/certificate.js";
import { CARD_POLICIES, Refusal, verifySigned } from "../../docs/examples/verify/typescript/verify.js";

const text = readFileSync("../docs/integrating.md", "utf8");
const japanese = readFileSync("../docs/integrating.ja.md", "utf8");

class JpkidError extends Error {
  readonly advice = "Try again.";
}

interface Client {
  /** What the page did, in order. */
  done: string[];
  click: () => Promise<void>;
}

/** Runs the document's client in a page that is as little as it needs. */
function client(authenticate: (options: unknown) => Promise<unknown>): Client {
  const code = /^```js\n(.*?)^```$/ms.exec(text)?.[1] ?? "";
  const [importLine = "", ...lines] = code.split("\n");
  assert.equal(importLine, 'import { authenticate, JpkidError } from "/jpkid.js";');
  const done: string[] = [];
  let click: (() => Promise<void>) | undefined;
  const page = {
    authenticate,
    JpkidError,
    document: {
      documentElement: { lang: "ja" },
      querySelector: () => ({ addEventListener: (_type: string, listener: () => Promise<void>) => { click = listener; } }),
    },
    post: (path: string, body?: unknown) => {
      done.push(`post ${path} ${JSON.stringify(body)}`);
      return Promise.resolve({ nonce: "the nonce" });
    },
    show: (message: string, advice: string) => { done.push(`show ${message} ${advice}`); },
    location: { assign: (path: string) => { done.push(`go to ${path}`); } },
  };
  runInNewContext(lines.join("\n"), page);
  assert(click !== undefined);
  return { done, click };
}

describe("the integration guide", () => {
  it("has a client that hands the nonce to the card and the token to the server", async () => {
    const { done, click } = client((options) => Promise.resolve({ tokenFor: options }));
    await click();
    assert.deepEqual(done, [
      "post /challenge undefined",
      'post /login {"tokenFor":{"challengeNonce":"the nonce","lang":"ja"}}',
      "go to /account",
    ]);
  });

  it("has a client that shows the person what went wrong", async () => {
    const { done, click } = client(() => Promise.reject(new JpkidError("No card.")));
    await click();
    assert.deepEqual(done, ["post /challenge undefined", "show No card. Try again."]);
  });

  it("goes with a README of the page module that names its functions, and no other", () => {
    const functions = [...readFileSync("page/src/jpkid.ts", "utf8").matchAll(/^export (?:async )?function (\w+)|^export \{ (capability),/gm)];
    const told = [...readFileSync("page/README.md", "utf8").matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name);
    assert.deepEqual(told.sort(), functions.map(([, declared, exported]) => declared ?? exported).sort());
  });

  it("names every verifier that is tested", () => {
    const languages = readdirSync("../docs/examples/verify", { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of languages) assert(text.includes(`](examples/verify/${name}/`), name);
  });

  it("counts the tokens rightly", () => {
    const { vectors } = JSON.parse(readFileSync("../apdu-tests/vectors/tokens.json", "utf8")) as { vectors: unknown[] };
    for (const document of [text, japanese]) assert(document.includes(`[${vectors.length.toString()} `), "number of tokens");
  });

  it("has a verifier that takes no log-in for a signature", () => {
    const { authorities, vectors } = JSON.parse(readFileSync("../apdu-tests/vectors/tokens.json", "utf8")) as {
      authorities: Record<string, string>;
      vectors: { now: string; token: string }[];
    };
    const [good] = vectors;
    assert(good !== undefined);
    const { unverifiedCertificate, signature } = JSON.parse(good.token) as Record<string, string>;
    const answer = (algorithm: object): string =>
      JSON.stringify({ signatures: [signature], certificate: unverifiedCertificate, signatureAlgorithm: algorithm });
    const now = new Date(good.now);
    const trust = {
      authorities: [parseCertificate(Buffer.from(authorities["authentication-3"] ?? "", "base64"))],
      policies: [...CARD_POLICIES.authentication, ...CARD_POLICIES.signature],
    };
    const rs256 = { cryptoAlgorithm: "RSA", hashFunction: "SHA-256", paddingScheme: "PKCS1.5" };
    const judge = (body: string, age = 0): void => {
      verifySigned(body, { text: "I agree.", issued: new Date(now.getTime() - age) }, trust, now);
    };
    assert.throws(() => { judge(answer(rs256)); }, new Refusal("certificate_usage"));
    assert.throws(() => { judge(answer({ ...rs256, paddingScheme: "NONE" })); }, new Refusal("token_algorithm"));
    assert.throws(() => { judge(answer(rs256), 301_000); }, new Refusal("challenge_expired"));
    assert.throws(() => { judge("[]"); }, new Refusal("token_malformed"));
  });

  it("names the same authorities and policies in both languages", () => {
    const facts = (document: string): string[] => [...new Set(document.match(/[0-9a-f]{64}|1\.2\.392\.[0-9.]*[0-9]/g))].sort();
    assert.equal(facts(text).length, 6);
    assert.deepEqual(facts(japanese), facts(text));
  });
});
