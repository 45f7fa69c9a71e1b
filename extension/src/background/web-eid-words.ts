/** What Web eID's page library asks and wants to hear, put into the words of this extension and back. */
import type { ErrorBody } from "../../page/src/errors.js";
import { isRecord, isString, type UnknownRecord } from "../../page/src/guards.js";
import { isAuthenticationToken, isCertificate, isSignatures } from "../../page/src/results.js";
import { failed, type WebEidCode } from "../web-eid-errors.js";
import { versionAs, type Action, type WebEidAnswer } from "../web-eid-messages.js";

/** The newest major version of the library that is understood. */
const LIBRARY_MAJOR = 2;

/** How long the person has when the page does not say, in milliseconds. */
export const DEFAULT_INTERACTION_MS = 120_000;

/** What timers can hold; a longer time would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A request in the words of Web eID. */
export interface WebEidRequest {
  action: Action;
  /** As the page posted it. */
  message: UnknownRecord;
}

/** A request in our words. */
export interface OurRequest {
  method: string;
  params: UnknownRecord;
}

/** Says a request in our words. What the page left out or wrote wrong goes along, to be refused in the right language. */
export function ourRequest({ action, message }: WebEidRequest): OurRequest {
  const given = (field: string): unknown => message[field] ?? null;
  const language = lang(message);
  const common = language === undefined ? {} : { lang: language };
  switch (action) {
    case "web-eid:status":
      return { method: "status", params: {} };
    case "web-eid:authenticate":
      return { method: "authenticate", params: { challengeNonce: given("challengeNonce"), ...common } };
    case "web-eid:get-signing-certificate":
      return { method: "certificate", params: { kind: "signature", hold: true, ...common } };
    case "web-eid:sign": {
      const hashes = [given("hash")];
      return { method: "sign", params: { hashes, hashFunction: given("hashFunction"), certificate: given("certificate"), ...common } };
    }
  }
}

/** The language that the page asks for; Web eID has ISO 639-1 there, and no complaint about anything else. */
export function lang(message: UnknownRecord): string | undefined {
  const options = message["options"];
  const given = isRecord(options) ? options["lang"] : undefined;
  return isString(given) && /^[a-z]{2}$/i.test(given) ? given.toLowerCase() : undefined;
}

/** How long the page gives the person, in milliseconds. */
export function interactionTime(message: UnknownRecord): number {
  const options = message["options"];
  const given = isRecord(options) ? options["userInteractionTimeout"] : undefined;
  return typeof given === "number" && given > 0 ? Math.min(given, MAX_TIMER_MS) : DEFAULT_INTERACTION_MS;
}

/** The answer to the page for a result, undefined if it is none of this action; `version` is the extension's own. */
export function success({ action, message }: WebEidRequest, result: unknown, version: string): WebEidAnswer | undefined {
  if (action === "web-eid:status") return isRecord(result) && isString(result["version"]) ? versions(message, version, result["version"]) : undefined;
  const fields = resultFields(action, result);
  return fields && { action: `${action}-success`, ...fields };
}

/**
 * The answer to `status` where the native host is there, and only cards cannot be asked: that is none of its business.
 * Undefined for any other error or request.
 */
export function statusWithoutCards({ action, message }: WebEidRequest, { code, missing }: ErrorBody, version: string): WebEidAnswer | undefined {
  if (action !== "web-eid:status" || (missing !== "service" && code !== "access_denied")) return undefined;
  return versions(message, version, undefined);
}

function resultFields(action: Exclude<Action, "web-eid:status">, result: unknown): UnknownRecord | undefined {
  switch (action) {
    case "web-eid:authenticate": {
      if (!isAuthenticationToken(result)) return undefined;
      const { unverifiedCertificate, algorithm, signature, format, appVersion } = result;
      return { unverifiedCertificate, algorithm, signature, format, appVersion };
    }
    case "web-eid:get-signing-certificate": {
      if (!isCertificate(result)) return undefined;
      const { certificate, supportedSignatureAlgorithms } = result;
      return { certificate, supportedSignatureAlgorithms };
    }
    case "web-eid:sign": {
      if (!isSignatures(result) || result.signatures.length !== 1) return undefined;
      return { signature: result.signatures[0], signatureAlgorithm: result.signatureAlgorithm };
    }
  }
}

/** The answer to `status`: which versions there are, or that the page's library is of another. */
function versions(message: UnknownRecord, ownExtension: string, ownService: string | undefined): WebEidAnswer {
  const action = "web-eid:status";
  const library = message["libraryVersion"];
  const found = { library, extension: versionAs("extension", ownExtension), nativeApp: versionAs("nativeApp", ownService) };
  const refuse = (code: WebEidCode, english: string, more: UnknownRecord = {}): WebEidAnswer =>
    failed(action, code, { message: english, reason: "invalid_request", field: "libraryVersion", ...found, ...more });
  const major = isString(library) ? /^(\d+)\.\d+\.\d+(?:[-+][\w.+-]+)?$/.exec(library)?.[1] : undefined;
  if (major === undefined) return refuse("ERR_WEBEID_VERSION_INVALID", "The version of this page's Web eID library is not SemVer.");
  if (Number(major) > LIBRARY_MAJOR) {
    return refuse("ERR_WEBEID_VERSION_MISMATCH", `This page's Web eID library is newer than version ${LIBRARY_MAJOR}, which jpkid speaks.`, {
      requiresUpdate: { extension: true, nativeApp: true },
    });
  }
  return { action: `${action}-success`, ...found };
}
