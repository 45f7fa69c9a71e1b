/**
 * Log a person in, or let a person sign, with a My Number card.
 *
 * The PIN is asked for by a program on the person's machine, which names your site; the page never sees it.
 *
 * ```js
 * import { authenticate, JpkidError } from "./jpkid.js";
 * try {
 *   const token = await authenticate({ challengeNonce: await nonceFromServer(), lang: "ja" });
 *   await sendToServer(token);
 * } catch (error) {
 *   if (error instanceof JpkidError) show(error.message, error.advice);
 * }
 * ```
 *
 * @packageDocumentation
 */
import { call, type CallOptions, type CardOptions } from "./client.js";
import {
  isAuthenticationToken,
  isCertificate,
  isSignatures,
  isStatus,
  type AuthenticationToken,
  type Certificate,
  type CertificateKind,
  type HashFunction,
  type Signatures,
  type Status,
} from "./results.js";

export { capability, type Capability, type CapabilityOptions, type Part } from "./capability.js";
export type { CallOptions, CardOptions } from "./client.js";
export { JpkidError, type ErrorCode, type ErrorFields, type MissingPart, type ServiceErrorCode } from "./errors.js";
export type { Stage } from "./messages.js";
export type {
  AuthenticationToken,
  Card,
  Certificate,
  CertificateKind,
  HashFunction,
  PinState,
  Reader,
  ReaderError,
  SignatureAlgorithm,
  Signatures,
  Status,
} from "./results.js";

/** What {@link authenticate} takes. */
export interface AuthenticateOptions extends CardOptions {
  /** From your server, 44 to 128 characters: at least 32 random bytes in base64, used once, within 5 minutes. */
  challengeNonce: string;
}

/** What {@link sign} takes. */
export interface SignOptions extends CardOptions {
  /** What to sign: 1 to 16 hashes, standard base64, each as long as `hashFunction` makes them. */
  hashes: string[];
  /** How the hashes were made. */
  hashFunction: HashFunction;
  /** The signature certificate that the card must have, standard base64 of DER; otherwise whichever it has. */
  certificate?: string;
}

/** What {@link certificate} takes. */
export interface CertificateOptions extends CardOptions {
  /** Which certificate. */
  kind: CertificateKind;
  /**
   * With `signature`: the password that the person enters also serves the next {@link sign} of this page with this very
   * certificate, within 30 seconds and once. The person is asked to agree to that signature, without the password. The
   * answer's `heldSeconds` says whether it is so; the person's settings can forbid it. Any other call but
   * {@link status} ends it, and so does leaving the page or taking the card away.
   */
  hold?: boolean;
}

/**
 * Asks which readers and cards there are. Opens no prompt and costs no PIN try.
 *
 * @throws {@link JpkidError}, or the signal's reason once it is aborted.
 */
export function status(options: CallOptions = {}): Promise<Status> {
  return call(window, { method: "status", params: {}, options, isResult: isStatus });
}

/**
 * Lets the person log in with the 4-digit PIN. The token is bound to this page's origin and to the nonce.
 *
 * @throws {@link JpkidError}, or the signal's reason once it is aborted.
 */
export function authenticate(options: AuthenticateOptions): Promise<AuthenticationToken> {
  const { challengeNonce } = options;
  return call(window, { method: "authenticate", params: { challengeNonce }, options, isResult: isAuthenticationToken });
}

/**
 * Lets the person sign with the signature password, entered once for all hashes. The answer holds the
 * signature certificate and with it the person's name, address, birth date and sex.
 *
 * @throws {@link JpkidError}, or the signal's reason once it is aborted.
 */
export function sign(options: SignOptions): Promise<Signatures> {
  const { hashes, hashFunction, certificate: expected } = options;
  const params = { hashes, hashFunction, ...(expected === undefined ? {} : { certificate: expected }) };
  return call(window, { method: "sign", params, options, isResult: isSignatures });
}

/**
 * Reads a certificate from the card. `signature` holds personal data and asks for the signature password.
 *
 * @throws {@link JpkidError}, or the signal's reason once it is aborted.
 */
export function certificate(options: CertificateOptions): Promise<Certificate> {
  const { kind, hold } = options;
  const params = { kind, ...(hold === undefined ? {} : { hold }) };
  return call(window, { method: "certificate", params, options, isResult: isCertificate });
}
