/**
 * A page's side of Web eID, written after what its library (`@web-eid/web-eid-library` 2.x) sends and how it takes
 * answers: by the action's name alone, an answer's known fields only, all fields of a failure whose code is known. npm's
 * registry does not have that library; WEB_EID_LIBRARY names a copy of it to test with instead.
 */
import { WEB_EID_CODES } from "../../src/web-eid-errors.js";

const VERSION = "2.0.2";
const ACK_MS = 1000;
const NATIVE_MS = 5000;
const PERSON_MS = 120_000;

interface Options {
  lang?: string;
  userInteractionTimeout?: number;
}

interface Pending {
  ackTimer: number;
  replyTimer: number;
  resolve: (message: Record<string, unknown>) => void;
  reject: (reason: Error) => void;
}

const pending = new Map<string, Pending>();

function errorOf(code: string, fields: object = {}): Error {
  return Object.assign(new Error(code), { code }, fields);
}

function end(action: string): Pending | undefined {
  const known = pending.get(action);
  clearTimeout(known?.ackTimer);
  clearTimeout(known?.replyTimer);
  pending.delete(action);
  return known;
}

window.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  const { action = "", error, ...fields } = (data ?? {}) as { action?: string; error?: { code?: unknown; message?: unknown } };
  const [, initial = "", ending] = /^(web-eid:.+)-(ack|success|failure)$/.exec(action) ?? [];
  if (ending === "ack") clearTimeout(pending.get(initial)?.ackTimer);
  else if (ending === "success") end(initial)?.resolve(fields);
  else if (ending === "failure") {
    const known = (WEB_EID_CODES as readonly unknown[]).includes(error?.code) && typeof error?.message === "string";
    end(initial)?.reject(known ? errorOf("", error) : errorOf("ERR_WEBEID_UNKNOWN_ERROR"));
  }
});

function send(message: { action: string }, replyMs: number, names: readonly string[]): Promise<Record<string, unknown>> {
  const { action } = message;
  if (pending.has(action)) return Promise.reject(errorOf("ERR_WEBEID_ACTION_PENDING"));
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    pending.set(action, {
      resolve,
      reject,
      ackTimer: window.setTimeout(() => end(action)?.reject(errorOf("ERR_WEBEID_EXTENSION_UNAVAILABLE")), ACK_MS),
      replyTimer: window.setTimeout(() => end(action)?.reject(errorOf("ERR_WEBEID_ACTION_TIMEOUT")), replyMs),
    });
    window.postMessage({ libraryVersion: VERSION, ...message }, "*");
  }).then((answer) => Object.fromEntries(names.map((name) => [name, answer[name]])));
}

const personMs = (options: Options | undefined): number => options?.userInteractionTimeout ?? PERSON_MS;

export function status(): Promise<Record<string, unknown>> {
  return send({ action: "web-eid:status" }, ACK_MS + NATIVE_MS, ["library", "extension", "nativeApp"]);
}

export function authenticate(challengeNonce: string, options?: Options): Promise<Record<string, unknown>> {
  const message = { action: "web-eid:authenticate", challengeNonce, options };
  return send(message, ACK_MS + NATIVE_MS + personMs(options), ["unverifiedCertificate", "algorithm", "signature", "format", "appVersion"]);
}

export function getSigningCertificate(options?: Options): Promise<Record<string, unknown>> {
  const message = { action: "web-eid:get-signing-certificate", options };
  return send(message, ACK_MS + NATIVE_MS + 2 * personMs(options), ["certificate", "supportedSignatureAlgorithms"]);
}

export function sign(certificate: string, hash: string, hashFunction: string, options?: Options): Promise<Record<string, unknown>> {
  const message = { action: "web-eid:sign", certificate, hash, hashFunction, options };
  return send(message, ACK_MS + NATIVE_MS + 2 * personMs(options), ["signature", "signatureAlgorithm"]);
}
