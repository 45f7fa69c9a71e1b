// The server's half of a log-in: whether to believe what the card answered. Only node:crypto is needed.
//
// What a real site adds:
// * It pins the production authorities of JPKI in place of those of the virtual card, and never trusts both.
// * It asks whether the certificate was revoked. Only operators certified under the law on public personal authentication
//   may ask; without them a lost card logs in until its certificate ends.
// * That law also limits who may keep these certificates' serial numbers. This site keeps a hash of the whole certificate.
import { createHash, verify, X509Certificate } from "node:crypto";

// The policies under which certificates are issued to plastic cards. Pinning them keeps one kind out where the other is
// meant. Phones have policies of their own.
const POLICIES = {
  authentication: "06 0b 2a 83 08 8c 9b 55 08 05 01 03 1e", // 1.2.392.200149.8.5.1.3.30
  signature: "06 0b 2a 83 08 8c 9b 55 08 05 01 01 14", // 1.2.392.200149.8.5.1.1.20
};
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Why an answer is not believed; `code` is for the page. */
export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The certificates in a PEM file. */
export function readAuthorities(pem) {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g).map((text) => new X509Certificate(text));
}

/** Checks a Web eID token against this site's own origin and the nonce that this session was given; returns the certificate. */
export function checkLogin(token, { origin, nonce, authorities }) {
  if (token?.format !== "web-eid:1.0" || token.algorithm !== "RS256") throw new Refusal("token_unknown");
  const certificate = checkCertificate(token.unverifiedCertificate, "authentication", authorities);
  if (!certificate.keyUsage?.includes(CLIENT_AUTHENTICATION)) throw new Refusal("certificate_wrong");
  const signed = Buffer.concat([sha256(origin), sha256(nonce)]);
  checkSignature(certificate, signed, token.signature);
  return certificate;
}

/** Checks the signature over a text that this server wrote; returns the certificate, which holds name and address. */
export function checkSigned(answer, { text, authorities }) {
  const certificate = checkCertificate(answer?.certificate, "signature", authorities);
  checkSignature(certificate, Buffer.from(text), answer.signatures?.[0]);
  return certificate;
}

function checkCertificate(base64, kind, authorities) {
  const certificate = parse(decode(base64));
  // Several generations of the authority share one name: checkIssued compares key identifiers too, verify the signature.
  const issuer = authorities.find((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
  if (issuer === undefined) throw new Refusal("certificate_unknown");
  const now = Date.now();
  for (const { validFrom, validTo } of [certificate, issuer]) {
    if (now < Date.parse(validFrom) || now > Date.parse(validTo)) throw new Refusal("certificate_expired");
  }
  // node:crypto does not read policies. The authority signed these bytes, so finding them is enough here; a library that
  // reads the extension is better.
  const isOfKind = certificate.raw.includes(Buffer.from(POLICIES[kind].replaceAll(" ", ""), "hex"));
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const isRsa = asymmetricKeyType === "rsa" && asymmetricKeyDetails.modulusLength >= 2048;
  if (!isOfKind || !isRsa || certificate.ca) throw new Refusal("certificate_wrong");
  return certificate;
}

function checkSignature(certificate, signed, base64) {
  if (!verify("sha256", signed, certificate.publicKey, decode(base64))) throw new Refusal("signature_wrong");
}

function parse(der) {
  try {
    return new X509Certificate(der);
  } catch {
    throw new Refusal("certificate_unknown");
  }
}

function decode(base64) {
  if (typeof base64 !== "string" || !BASE64.test(base64)) throw new Refusal("token_unknown");
  return Buffer.from(base64, "base64");
}

function sha256(text) {
  return createHash("sha256").update(text).digest();
}
