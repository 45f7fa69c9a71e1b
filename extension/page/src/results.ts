import type { ErrorFields, ServiceErrorCode } from "./errors.js";
import { isArrayOf, isCount, isErrorCode, isOneOf, isRecord, isString } from "./guards.js";

/** The certificates of a card and of the authorities that issued them. */
export const CERTIFICATE_KINDS = ["authentication", "signature", "authentication-ca", "signature-ca"] as const;

/**
 * - `authentication`: of the person, for log-in; says nothing but a serial number.
 * - `signature`: of the person, with name, address, birth date and sex. Reading it takes the signature password.
 * - `authentication-ca`, `signature-ca`: of the authorities, as stored on the card.
 */
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

/** The hash functions that a card's signature key signs for. */
export const HASH_FUNCTIONS = ["SHA-256", "SHA-384", "SHA-512"] as const;

/** A hash function by its name in FIPS 180-4. */
export type HashFunction = (typeof HASH_FUNCTIONS)[number];

/** How a signature is made, in the words of Web eID. */
export interface SignatureAlgorithm {
  /** The kind of the key. */
  cryptoAlgorithm: "RSA";
  /** The hash function. */
  hashFunction: HashFunction;
  /** RSASSA-PKCS1-v1_5 of RFC 8017. */
  paddingScheme: "PKCS1.5";
}

/** The state of one of the card's PINs. */
export interface PinState {
  /** `blocked`: only a municipal office, or for some a kiosk, can set a new one. */
  state: "unverified" | "verified" | "blocked";
  /** Tries left, 0 to 3 (authentication) or 5 (signature); absent where the card does not tell. */
  triesLeft?: number;
}

/** A card in a reader. */
export interface Card {
  /** What the card says it is. */
  kind: "my-number-card" | "android" | "iphone" | "juki-card" | "unknown";
  /** Which certificates of the person it has. */
  certificates: ("authentication" | "signature")[];
  /** The states of its PINs. */
  pins: {
    /** Of the 4-digit PIN for log-in. */
    authentication: PinState;
    /** Of the 6 to 16 character password for signatures; absent on a card without a signature certificate. */
    signature?: PinState;
  };
}

/** Why a card that is there cannot be read. */
export interface ReaderError extends ErrorFields {
  /** The cause. */
  code: ServiceErrorCode;
}

/** A card reader. */
export interface Reader {
  /** "Reader 1" and so on, in the order of the list: its real name can hold a serial number, and stays on the computer. */
  name: string;
  /** The card in it, null without one or with one that cannot be read. */
  card: Card | null;
  /** Why the card cannot be read; absent without a card. */
  error?: ReaderError;
}

/** What the service sees. */
export interface Status {
  /** Of the service, SemVer. */
  version: string;
  /** All readers, none if none is plugged in. */
  readers: Reader[];
}

/** A log-in token that any Web eID 1.0 validator understands. Hand it to your server as it is. */
export interface AuthenticationToken {
  /** The person's authentication certificate, standard base64 of DER. */
  unverifiedCertificate: string;
  /** RSASSA-PKCS1-v1_5 with SHA-256. */
  algorithm: "RS256";
  /** Over `SHA-256(origin) || SHA-256(challengeNonce)`, standard base64. */
  signature: string;
  /** The token's version. */
  format: "web-eid:1.0";
  /** Which program made it; informational. */
  appVersion: string;
}

/** Signatures over the hashes of one request, in their order. */
export interface Signatures {
  /** Standard base64, 256 bytes each. */
  signatures: string[];
  /** The person's signature certificate, standard base64 of DER. */
  certificate: string;
  /** How they were made. */
  signatureAlgorithm: SignatureAlgorithm;
}

/** A certificate from the card. */
export interface Certificate {
  /** Standard base64 of DER. */
  certificate: string;
  /** What its key can sign; empty for an authority's. */
  supportedSignatureAlgorithms: SignatureAlgorithm[];
  /** How long a signature with it takes no second entry of the password, in seconds; only where `hold` was granted. */
  heldSeconds?: number;
}

const isHashFunction = isOneOf(HASH_FUNCTIONS);
const isCardKind = isOneOf(["my-number-card", "android", "iphone", "juki-card", "unknown"]);
const isOwnCertificateKind = isOneOf(["authentication", "signature"]);
const isPinStateName = isOneOf(["unverified", "verified", "blocked"]);

function isSignatureAlgorithm(value: unknown): value is SignatureAlgorithm {
  return (
    isRecord(value) &&
    value["cryptoAlgorithm"] === "RSA" &&
    isHashFunction(value["hashFunction"]) &&
    value["paddingScheme"] === "PKCS1.5"
  );
}

function isPinState(value: unknown): value is PinState {
  return isRecord(value) && isPinStateName(value["state"]) && (value["triesLeft"] === undefined || isCount(value["triesLeft"]));
}

function isCard(value: unknown): value is Card {
  if (!isRecord(value) || !isCardKind(value["kind"]) || !isArrayOf(value["certificates"], isOwnCertificateKind)) return false;
  const pins = value["pins"];
  return isRecord(pins) && isPinState(pins["authentication"]) && (pins["signature"] === undefined || isPinState(pins["signature"]));
}

function isReader(value: unknown): value is Reader {
  if (!isRecord(value) || !isString(value["name"])) return false;
  if (value["card"] !== null && !isCard(value["card"])) return false;
  const error = value["error"];
  return error === undefined || (isRecord(error) && isErrorCode(error["code"]));
}

/** Whether `value` is the result of `status`. */
export function isStatus(value: unknown): value is Status {
  return isRecord(value) && isString(value["version"]) && isArrayOf(value["readers"], isReader);
}

/** Whether `value` is the result of `authenticate`. */
export function isAuthenticationToken(value: unknown): value is AuthenticationToken {
  return (
    isRecord(value) &&
    isString(value["unverifiedCertificate"]) &&
    value["algorithm"] === "RS256" &&
    isString(value["signature"]) &&
    value["format"] === "web-eid:1.0" &&
    isString(value["appVersion"])
  );
}

/** Whether `value` is the result of `sign`. */
export function isSignatures(value: unknown): value is Signatures {
  return (
    isRecord(value) &&
    isArrayOf(value["signatures"], isString) &&
    isString(value["certificate"]) &&
    isSignatureAlgorithm(value["signatureAlgorithm"])
  );
}

/** Whether `value` is the result of `certificate`. */
export function isCertificate(value: unknown): value is Certificate {
  if (!isRecord(value) || !isString(value["certificate"])) return false;
  const { supportedSignatureAlgorithms, heldSeconds } = value;
  return isArrayOf(supportedSignatureAlgorithms, isSignatureAlgorithm) && (heldSeconds === undefined || isCount(heldSeconds));
}
