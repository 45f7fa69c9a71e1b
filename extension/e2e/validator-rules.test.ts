/**
 * What the Web eID validators for Java (3.2) and Go ask of a token, rule by rule, over one that the whole stack made. The
 * rules are written down here after what both do; neither runs here.
 */
import assert from "node:assert/strict";
import { createHash, verify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { chromium } from "playwright-core";
import { parseCertificate, type Certificate } from "../../docs/examples/verify/typescript/certificate.js";
import { VirtualCard } from "../testing/src/card.js";
import { launchOptions, saveArtefact } from "./harness/browser.js";
import { PARTS } from "./harness/parts.js";

const SITE = "http://localhost";
const NONCE = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";
const STRICT_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const ALGORITHMS = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
/** The policies of Mobile-ID, which both refuse. */
const MOBILE_ID = "1.3.6.1.4.1.10015.1.3";
const GO_REFUSED = [MOBILE_ID, "1.3.6.1.4.1.10015.11.1"];
/** The object identifier of the CPS qualifier, in DER. */
const CPS_QUALIFIER = Buffer.from("06082b06010505070201", "hex");
/** Key usage, extended key usage, basic constraints, policies, alternative name: those that a path check knows. */
const KNOWN_EXTENSIONS = ["2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.32", "2.5.29.17"];

interface Token {
  unverifiedCertificate: string;
  algorithm: string;
  signature: string;
  format: string;
  appVersion: string;
}

interface Made {
  token: Token;
  json: string;
  certificate: Certificate;
  authority: X509Certificate;
}

type Verdict = "accepts" | "refuses" | `accepts if configured: ${string}`;

interface Rule {
  name: string;
  /** What the token must be for the verdicts to be what they say. */
  holds: (made: Made) => boolean;
  java: Verdict;
  go: Verdict;
}

/** The rows in which both accept. */
const both = (name: string, holds: Rule["holds"]): Rule => ({ name, holds, java: "accepts", go: "accepts" });
const signs = ({ token, certificate }: Made, origin: string, nonce: string): boolean => {
  const signed = Buffer.concat([origin, nonce].map((text) => createHash("sha256").update(text).digest()));
  return verify("sha256", signed, certificate.x509.publicKey, Buffer.from(token.signature, "base64"));
};
const noOcsp = "accepts if configured: without OCSP, or with a client of its own";
const trust = "accepts if configured: the authority for user authentication is trusted";

const RULES: readonly Rule[] = [
  both("the token has 100 to 10,000 characters", ({ json }) => json.length >= 100 && json.length <= 10_000),
  both("it has the five fields and no other", ({ token }) => Object.keys(token).length === 5),
  both("its format begins with web-eid:1 (Java), has the major version 1 exactly (Go)", ({ token }) => /^web-eid:1(\.\d+)?$/.test(token.format)),
  both("its certificate is strict base64 of one line", ({ token }) => STRICT_BASE64.test(token.unverifiedCertificate)),
  both("its signature is strict base64 of one line, not of URLs", ({ token }) => STRICT_BASE64.test(token.signature)),
  both("the key usage is there and has digitalSignature", ({ certificate }) => certificate.keyUsage.digitalSignature),
  both("the extended key usage is absent or has clientAuth (Java), is there and has it (Go)", ({ certificate }) => certificate.x509.keyUsage.includes(CLIENT_AUTH)),
  both("it has policies, without which Java's fails in itself", ({ certificate }) => certificate.policies.length > 0),
  both("none of its policies is refused", ({ certificate: { policies } }) =>
    !policies.some((policy) => policy === MOBILE_ID || policy.startsWith(`${MOBILE_ID}.`) || GO_REFUSED.includes(policy))),
  {
    name: "its policies are critical and have a qualifier",
    holds: ({ certificate }) => certificate.critical.includes("2.5.29.32") && certificate.x509.raw.includes(CPS_QUALIFIER),
    java: "accepts if configured: setPolicyQualifiersRejected(false), in a copy",
    go: "accepts",
  },
  both("no other extension is critical that a path check does not know", ({ certificate }) => certificate.critical.every((oid) => KNOWN_EXTENSIONS.includes(oid))),
  both("it is within its dates", ({ certificate: { x509 } }) => new Date(x509.validFrom) <= new Date() && new Date() < new Date(x509.validTo)),
  both("its authority is within its dates", ({ authority }) => new Date(authority.validFrom) <= new Date() && new Date() < new Date(authority.validTo)),
  {
    name: "its authority made it, and is an authority",
    holds: ({ certificate: { x509 }, authority }) => x509.checkIssued(authority) && x509.verify(authority.publicKey) && authority.ca,
    java: trust,
    go: trust,
  },
  {
    name: "it names a responder, which answers certified operators only",
    holds: ({ certificate }) => certificate.x509.infoAccess?.includes("OCSP") === true,
    java: noOcsp,
    go: noOcsp,
  },
  both("its subject has a common name, as Go's asks", ({ certificate }) => /^CN=/m.test(certificate.x509.subject)),
  both("its algorithm is one of the nine, to the letter", ({ token }) => ALGORITHMS.includes(token.algorithm)),
  both("its key is of the algorithm's kind, and RSA of 2048 bits at least", ({ certificate: { x509 } }) =>
    x509.publicKey.asymmetricKeyType === "rsa" && (x509.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048),
  both("it signs H(origin) || H(nonce)", (made) => signs(made, SITE, NONCE)),
  ...[`${SITE}/`, `${SITE}:80`, SITE.toUpperCase(), SITE.replace("http:", "https:")].map((origin): Rule => ({
    name: `where the site is configured as ${origin}`, holds: (made) => !signs(made, origin, NONCE), java: "refuses", go: "refuses",
  })),
  { name: "where another nonce was given", holds: (made) => !signs(made, SITE, `${NONCE.slice(0, -2)}w=`), java: "refuses", go: "refuses" },
];

describe("a token of the whole stack, for each rule of the validators", () => {
  let card: VirtualCard;
  let made: Made;

  before(async () => {
    card = await VirtualCard.start({}, PARTS);
    const context = await card.launchChromium(chromium, launchOptions());
    const pageModule = readFileSync("page/dist/jpkid.js", "utf8");
    await context.route(/^http:\/\/localhost\//, (route) =>
      route.request().url().endsWith(".js")
        ? route.fulfill({ contentType: "text/javascript", body: pageModule })
        : route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Example</title>" }));
    const page = await context.newPage();
    await page.goto(`${SITE}/`);
    const token = await page.evaluate(async (challengeNonce) => {
      const path = "/jpkid.js";
      const jpkid = (await import(path)) as { authenticate(options: object): Promise<Token> };
      return jpkid.authenticate({ challengeNonce });
    }, NONCE);
    const { authentication } = await card.authorities();
    const certificate = parseCertificate(Buffer.from(token.unverifiedCertificate, "base64"));
    made = { token, json: JSON.stringify(token), certificate, authority: new X509Certificate(authentication) };
  }, { timeout: 120_000 });

  after(async () => {
    await card.stop();
    saveArtefact("validator-rules.txt", RULES.map(({ name, java, go }) => `${name}\n  Java ${java}\n  Go   ${go}\n`).join(""));
  });

  for (const rule of RULES) {
    it(`${rule.name}: Java ${rule.java}; Go ${rule.go}`, () => {
      assert(rule.holds(made));
    });
  }
});
