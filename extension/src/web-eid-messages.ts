/**
 * The messages of Web eID's page protocol. The content script hands a request to the background as the page posted it,
 * with its action for a method, through a port of this name; the background knows what it means.
 */
import { isOneOf, isRecord, isString, type UnknownRecord } from "../page/src/guards.js";

/** The name of the runtime port of a request that a page made in the words of Web eID. */
export const WEB_EID_PORT_NAME = "jpkid-web-eid";

/** What a page can ask for. */
export const ACTIONS = ["web-eid:status", "web-eid:authenticate", "web-eid:get-signing-certificate", "web-eid:sign"] as const;

/** The name of a request. */
export type Action = (typeof ACTIONS)[number];

/** A message to the page: its action is that of the request with one of these endings. */
export type WebEidAnswer = UnknownRecord & { action: `${Action}-${"ack" | "success" | "failure"}` };

/** What can be heard in a page's window. */
export type Heard =
  | { kind: "request"; action: Action; message: UnknownRecord }
  /** An extension's answer, ours or another's; `name` is its whole action. */
  | { kind: "answer"; action: Action; name: string };

/** Whether `value` is the name of a request. */
export const isAction: (value: unknown) => value is Action = isOneOf(ACTIONS);

/** Parses what was posted to the page's window; undefined if it is not of Web eID. */
export function parseHeard(data: unknown): Heard | undefined {
  if (!isRecord(data)) return undefined;
  const name = data["action"];
  if (isAction(name)) return { kind: "request", action: name, message: data };
  const action = isString(name) ? name.replace(/-(ack|success|failure)$/, "") : undefined;
  return isAction(action) ? { kind: "answer", action, name: name as string } : undefined;
}

/** Whether `value` is an answer to a request of this name. */
export function isAnswerTo(action: Action, value: unknown): value is WebEidAnswer {
  const heard = parseHeard(value);
  return heard?.kind === "answer" && heard.action === action;
}

/**
 * The versions of Web eID that this follows. Its library refuses an extension and a native application of an older
 * major version than its own; what they really are is said as build metadata.
 */
const FOLLOWED = { extension: "2.5.0", nativeApp: "2.9.0" };

/** A version of ours as Web eID counts; without `own` the one that is followed. */
export function versionAs(part: keyof typeof FOLLOWED, own?: string): string {
  return own === undefined ? FOLLOWED[part] : `${FOLLOWED[part]}+jpkid.${own.replaceAll(/[^0-9A-Za-z.-]/g, "-")}`;
}
