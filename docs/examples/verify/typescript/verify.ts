/**
 * The server's half of a log-in, and of a signature, with a My Number card. Needs Node 20 or later and nothing else.
 *
 * Not checked is whether the certificate was revoked: only operators certified under the law may ask.
 */
import { createHash, verify as verifySignature, type X509Certificate } from "node:crypto";
import { parseCertificate, type Certificate } from "./certificate.js";

/** The policies of the certificates on plastic cards. Without them a certificate of another kind would do. */
export const CARD_POLICIES = { authentication: ["1.2.392.200149.8.5.1.3.30"], signature: ["1.2.392.200149.8.5.1.1.20"] } as const;

const NONCE_LIFETIME_MS = 5 * 60_000;
const MEMBERS = ["algorithm", "format", "signature", "unverifiedCertificate"] as const;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
/** Key usage, extended key usage, basic constraints, policies, alternative name of the subject. */
const UNDERSTOOD = ["2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.32", "2.5.29.17"];

type Kind = keyof typeof CARD_POLICIES;

/** Why an answer is not believed. */
export class Refusal extends Error {
  /** @param reason a word for programs */
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** Whose certificates of one kind the server takes. Nothing of it comes from the browser. */
export interface Trust {
  /** JPKI's authorities for this kind, every generation. */
  readonly authorities: readonly Certificate[];
  /** Usually those of {@link CARD_POLICIES}. */
  readonly policies: readonly string[];
}

/** What the session was given, and by whom. Take it out of the session before you verify, so that it is used once. */
export interface Challenge {
  /** Your site's own, from its configuration, as browsers write it: https://www.example.jp */
  readonly origin: string;
  readonly nonce: string;
  readonly issued: Date;
}

/** A text that this server wrote, with a nonce in it, and kept; used once as well. */
export interface Statement {
  readonly text: string;
  readonly issued: Date;
}

/**
 * Checks what `authenticate` answered; returns the person's authentication certificate.
 *
 * @throws Refusal
 */
export function verify(body: string, challenge: Challenge, trust: Trust, now: Date): X509Certificate {
  checkAge(challenge.issued, now);
  const { appVersion = "", ...token } = parseObject(body);
  require(Object.keys(token).sort().join() === MEMBERS.join(), "token_malformed");
  const { format, algorithm, signature, unverifiedCertificate } = token;
  require(isText(format) && isText(algorithm) && isText(signature) && isText(unverifiedCertificate) && isText(appVersion), "token_malformed");
  require(format === "web-eid:1" || format === "web-eid:1.0", "token_format");
  require(algorithm === "RS256", "token_algorithm");
  const certificate = checkCertificate(decode(unverifiedCertificate, 5464), "authentication", trust, now);
  checkSignature(Buffer.concat([sha256(challenge.origin), sha256(challenge.nonce)]), signature, certificate);
  return certificate;
}

/**
 * Checks what `sign` answered to the SHA-256 of a statement; returns the person's signature certificate, which holds name
 * and address.
 *
 * @throws Refusal
 */
export function verifySigned(body: string, statement: Statement, trust: Trust, now: Date): X509Certificate {
  checkAge(statement.issued, now);
  const { signatures, certificate: base64, signatureAlgorithm } = parseObject(body);
  require(Array.isArray(signatures) && signatures.length === 1 && isText(base64), "token_malformed");
  const [signature] = signatures as unknown[];
  require(isText(signature), "token_malformed");
  require(isRs256(signatureAlgorithm), "token_algorithm");
  const certificate = checkCertificate(decode(base64, 5464), "signature", trust, now);
  checkSignature(Buffer.from(statement.text), signature, certificate);
  return certificate;
}

function checkAge(issued: Date, now: Date): void {
  require(now.getTime() <= issued.getTime() + NONCE_LIFETIME_MS, "challenge_expired");
}

function parseObject(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal("token_malformed");
  }
  require(typeof value === "object" && value !== null && !Array.isArray(value), "token_malformed");
  return value as Record<string, unknown>;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isRs256(algorithm: unknown): boolean {
  const { cryptoAlgorithm, hashFunction, paddingScheme } = (algorithm ?? {}) as Record<string, unknown>;
  return cryptoAlgorithm === "RSA" && hashFunction === "SHA-256" && paddingScheme === "PKCS1.5";
}

/** PKCS #1 v1.5 with SHA-256. */
function checkSignature(signed: Buffer, base64: string, certificate: X509Certificate): void {
  require(verifySignature("sha256", signed, certificate.publicKey, decode(base64, 684)), "signature_mismatch");
}

function decode(text: string, longest: number): Buffer {
  require(text.length <= longest && BASE64.test(text), "token_encoding");
  const decoded = Buffer.from(text, "base64");
  // Node takes text without padding, and bits after the end.
  require(decoded.toString("base64") === text, "token_encoding");
  return decoded;
}

function checkCertificate(der: Buffer, kind: Kind, trust: Trust, now: Date): X509Certificate {
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch {
    throw new Refusal("certificate_malformed");
  }
  const { x509 } = certificate;
  require(!certificate.isAuthority, "certificate_usage");
  const issuer = issuerOf(certificate, trust.authorities);
  require(now >= new Date(issuer.x509.validFrom) && now <= new Date(issuer.x509.validTo), "issuer_dates");
  require(now >= new Date(x509.validFrom), "certificate_not_yet");
  require(now <= new Date(x509.validTo), "certificate_expired");
  require(certificate.critical.every((oid) => UNDERSTOOD.includes(oid)), "certificate_extension");
  const { digitalSignature, nonRepudiation, ofAuthority } = certificate.keyUsage;
  require(digitalSignature && nonRepudiation === (kind === "signature") && !ofAuthority, "certificate_usage");
  // The extended key usage, which node:crypto calls so; undefined where there is none, whatever @types/node says.
  const extended = x509.keyUsage as string[] | undefined;
  require(kind === "signature" || extended?.includes(CLIENT_AUTHENTICATION) === true, "certificate_usage");
  require(certificate.policies.some((policy) => trust.policies.includes(policy)), "certificate_policy");
  const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  require(asymmetricKeyType === "rsa" && bits >= 2048 && bits <= 4096, "certificate_key");
  return x509;
}

/** All generations of JPKI's authority have one name: the key identifier chooses, the signature proves. */
function issuerOf(certificate: Certificate, authorities: readonly Certificate[]): Certificate {
  for (const authority of authorities) {
    if (
      certificate.authorityKeyId !== undefined &&
      authority.subjectKeyId?.equals(certificate.authorityKeyId) === true &&
      certificate.issuer.equals(authority.subject) &&
      certificate.x509.verify(authority.x509.publicKey)
    ) {
      return authority;
    }
  }
  throw new Refusal("certificate_issuer");
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function require(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Refusal(reason);
}
