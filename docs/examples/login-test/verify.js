/**
 * The server's half of a log-in, and of a signature, with a My Number card. Needs Node 20 or later and nothing else.
 *
 * Not checked is whether the certificate was revoked: only operators certified under the law may ask.
 */
import { createHash, verify as verifySignature } from "node:crypto";
import { parseCertificate } from "./certificate.js";
/** The policies of the certificates on plastic cards. Without them a certificate of another kind would do. */
export const CARD_POLICIES = { authentication: ["1.2.392.200149.8.5.1.3.30"], signature: ["1.2.392.200149.8.5.1.1.20"] };
const NONCE_LIFETIME_MS = 5 * 60_000;
const MEMBERS = ["algorithm", "format", "signature", "unverifiedCertificate"];
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
/** Key usage, extended key usage, basic constraints, policies, alternative name of the subject. */
const UNDERSTOOD = ["2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.32", "2.5.29.17"];
/** Why an answer is not believed. */
export class Refusal extends Error {
  reason;
  /** @param reason a word for programs */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}
/**
 * Checks what `authenticate` answered; returns the person's authentication certificate.
 *
 * @throws Refusal
 */
export function verify(body, challenge, trust, now) {
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
export function verifySigned(body, statement, trust, now) {
  checkAge(statement.issued, now);
  const { signatures, certificate: base64, signatureAlgorithm } = parseObject(body);
  require(Array.isArray(signatures) && signatures.length === 1 && isText(base64), "token_malformed");
  const [signature] = signatures;
  require(isText(signature), "token_malformed");
  require(isRs256(signatureAlgorithm), "token_algorithm");
  const certificate = checkCertificate(decode(base64, 5464), "signature", trust, now);
  checkSignature(Buffer.from(statement.text), signature, certificate);
  return certificate;
}
function checkAge(issued, now) {
  require(now.getTime() <= issued.getTime() + NONCE_LIFETIME_MS, "challenge_expired");
}
function parseObject(body) {
  let value;
  try {
    value = JSON.parse(body);
  }
  catch {
    throw new Refusal("token_malformed");
  }
  require(typeof value === "object" && value !== null && !Array.isArray(value), "token_malformed");
  return value;
}
function isText(value) {
  return typeof value === "string";
}
function isRs256(algorithm) {
  const { cryptoAlgorithm, hashFunction, paddingScheme } = (algorithm ?? {});
  return cryptoAlgorithm === "RSA" && hashFunction === "SHA-256" && paddingScheme === "PKCS1.5";
}
/** PKCS #1 v1.5 with SHA-256. */
function checkSignature(signed, base64, certificate) {
  require(verifySignature("sha256", signed, certificate.publicKey, decode(base64, 684)), "signature_mismatch");
}
function decode(text, longest) {
  require(text.length <= longest && BASE64.test(text), "token_encoding");
  const decoded = Buffer.from(text, "base64");
  // Node takes text without padding, and bits after the end.
  require(decoded.toString("base64") === text, "token_encoding");
  return decoded;
}
function checkCertificate(der, kind, trust, now) {
  let certificate;
  try {
    certificate = parseCertificate(der);
  }
  catch {
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
  const extended = x509.keyUsage;
  require(kind === "signature" || extended?.includes(CLIENT_AUTHENTICATION) === true, "certificate_usage");
  require(certificate.policies.some((policy) => trust.policies.includes(policy)), "certificate_policy");
  const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  require(asymmetricKeyType === "rsa" && bits >= 2048 && bits <= 4096, "certificate_key");
  return x509;
}
/** All generations of JPKI's authority have one name: the key identifier chooses, the signature proves. */
function issuerOf(certificate, authorities) {
  for (const authority of authorities) {
    if (certificate.authorityKeyId !== undefined &&
      authority.subjectKeyId?.equals(certificate.authorityKeyId) === true &&
      certificate.issuer.equals(authority.subject) &&
      certificate.x509.verify(authority.x509.publicKey)) {
      return authority;
    }
  }
  throw new Refusal("certificate_issuer");
}
function sha256(text) {
  return createHash("sha256").update(text).digest();
}
function require(condition, reason) {
  if (!condition)
    throw new Refusal(reason);
}
