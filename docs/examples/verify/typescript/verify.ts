/**
 * The server's half of a log-in with a My Number card. Needs Node 20 or later and nothing else.
 *
 * Not checked is whether the certificate was revoked: only operators certified under the law may ask.
 */
import { createHash, verify as verifySignature, type X509Certificate } from "node:crypto";
import { parseCertificate, type Certificate } from "./certificate.js";

/** The policy of the authentication certificates on plastic cards. Without it a certificate of another kind would do. */
export const CARD_POLICY = "1.2.392.200149.8.5.1.3.30";

const NONCE_LIFETIME_MS = 5 * 60_000;
const MEMBERS = ["algorithm", "format", "signature", "unverifiedCertificate"] as const;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
/** Key usage, extended key usage, basic constraints, policies, alternative name of the subject. */
const UNDERSTOOD = ["2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.32", "2.5.29.17"];

/** Why a token is not believed. */
export class Refusal extends Error {
  /** @param reason a word for programs */
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** What the server is configured with. Nothing of it comes from the browser. */
export interface Settings {
  /** As browsers write it: https://www.example.jp */
  readonly origin: string;
  /** JPKI's authorities for user authentication, every generation. */
  readonly authorities: readonly Certificate[];
  /** Usually {@link CARD_POLICY} alone. */
  readonly policies: readonly string[];
}

/** What the session was given. Take it out of the session before you verify, so that it is used once. */
export interface Challenge {
  readonly nonce: string;
  readonly issued: Date;
}

/**
 * Returns the person's certificate.
 *
 * @throws Refusal
 */
export function verify(body: string, challenge: Challenge, settings: Settings, now: Date): X509Certificate {
  require(now.getTime() <= challenge.issued.getTime() + NONCE_LIFETIME_MS, "challenge_expired");
  const token = parse(body);
  require(token.format === "web-eid:1" || token.format === "web-eid:1.0", "token_format");
  require(token.algorithm === "RS256", "token_algorithm");
  const der = decode(token.unverifiedCertificate, 5464);
  const signature = decode(token.signature, 684);
  const certificate = checkCertificate(der, settings, now);
  const signed = Buffer.concat([sha256(settings.origin), sha256(challenge.nonce)]);
  require(verifySignature("sha256", signed, certificate.publicKey, signature), "signature_mismatch");
  return certificate;
}

function parse(body: string): Record<(typeof MEMBERS)[number], string> {
  let token: unknown;
  try {
    token = JSON.parse(body);
  } catch {
    throw new Refusal("token_malformed");
  }
  require(typeof token === "object" && token !== null && !Array.isArray(token), "token_malformed");
  const { appVersion = "", ...rest } = token as Record<string, unknown>;
  require(Object.keys(rest).sort().join() === MEMBERS.join(), "token_malformed");
  require([appVersion, ...Object.values(rest)].every((member) => typeof member === "string"), "token_malformed");
  return rest as Record<(typeof MEMBERS)[number], string>;
}

function decode(text: string, longest: number): Buffer {
  require(text.length <= longest && BASE64.test(text), "token_encoding");
  const decoded = Buffer.from(text, "base64");
  // Node takes text without padding, and bits after the end.
  require(decoded.toString("base64") === text, "token_encoding");
  return decoded;
}

function checkCertificate(der: Buffer, settings: Settings, now: Date): X509Certificate {
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch {
    throw new Refusal("certificate_malformed");
  }
  const { x509 } = certificate;
  require(!certificate.isAuthority, "certificate_usage");
  const issuer = issuerOf(certificate, settings.authorities);
  require(now >= new Date(issuer.x509.validFrom) && now <= new Date(issuer.x509.validTo), "issuer_dates");
  require(now >= new Date(x509.validFrom), "certificate_not_yet");
  require(now <= new Date(x509.validTo), "certificate_expired");
  require(certificate.critical.every((oid) => UNDERSTOOD.includes(oid)), "certificate_extension");
  const { digitalSignature, others } = certificate.keyUsage;
  // A signature certificate has nonRepudiation as well, and no extended key usage (which node:crypto calls keyUsage).
  require(digitalSignature && !others, "certificate_usage");
  // Undefined where there is none, whatever @types/node says.
  const extended = x509.keyUsage as string[] | undefined;
  require(extended?.includes(CLIENT_AUTHENTICATION) === true, "certificate_usage");
  require(certificate.policies.some((policy) => settings.policies.includes(policy)), "certificate_policy");
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
