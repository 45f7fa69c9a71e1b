/**
 * Every message on its way from a page to the service and back, one union for each direction of each hop:
 *
 * page <-> content script (`window.postMessage`) <-> background (runtime port, one for each request)
 * <-> native host (native port, one for each request; JSON-RPC 2.0).
 *
 * Each has its parser here or in the page module. Nothing that was received is used before it went through one.
 */
import type { ErrorBody } from "../page/src/errors.js";
import { errorFieldsOf, isErrorCode, isRecord, isString, parseErrorBody, type UnknownRecord } from "../page/src/guards.js";
import { isStage, type Method, type Stage } from "../page/src/messages.js";

export type { ContentToPage, MalformedRequest, PageToContent, Stage } from "../page/src/messages.js";
export { parsePageToContent } from "../page/src/messages.js";

/** The name of the runtime port that a content script opens for each request. */
export const REQUEST_PORT_NAME = "jpkid-request";

/** The name of the native messaging host. */
export const NATIVE_HOST_NAME = "jpkid";

/** The longest message in bytes of UTF-8, in both directions (docs/protocol.md). */
export const MAX_MESSAGE_BYTES = 65_536;

/** From the content script to the background. The first message of a port is its request. */
export type ContentToBackground =
  | {
      type: "request";
      method: string;
      params: UnknownRecord;
      /** Whether a person touched the page a short time ago. */
      touched: boolean;
    }
  | { type: "cancel" };

/** From the background to the content script. A result or an error is the answer, and the last message. */
export type BackgroundToContent =
  | { type: "progress"; stage: Stage }
  | {
      type: "result";
      result: unknown;
      /** The port stays open as long as the page does, so that the background sees the page go; it ends with the hold. */
      held: boolean;
    }
  | { type: "error"; error: ErrorBody };

/**
 * Whether a request can open a window on the person's screen: all but `status` and reading the authorities'
 * certificates, which a card gives anybody.
 */
export function opensWindow(method: string, params: UnknownRecord): boolean {
  if (method !== "certificate") return method !== "status" && method !== "web-eid:status";
  return params["kind"] !== "authentication-ca" && params["kind"] !== "signature-ca";
}

/** The id of the one request of a native port. */
export const REQUEST_ID = 1;

/** The id of the message that cancels it. */
export const CANCEL_ID = 2;

/** From the background to the native host. */
export type BackgroundToNative =
  | { jsonrpc: "2.0"; id: typeof REQUEST_ID; method: Method; params: UnknownRecord }
  | { jsonrpc: "2.0"; id: typeof CANCEL_ID; method: "cancel"; params: { id: typeof REQUEST_ID } };

/** From the native host to the background. */
export type NativeToBackground =
  | { type: "result"; id: string | number; result: unknown }
  | { type: "error"; id: string | number | null; error: ErrorBody }
  | { type: "progress"; id: string | number; stage: Stage }
  | { type: "notification"; method: string };

/** Parses what a content script sent. */
export function parseContentToBackground(message: unknown): ContentToBackground | undefined {
  if (!isRecord(message)) return undefined;
  const { type, method, params, touched } = message;
  if (type === "cancel") return { type };
  if (type !== "request" || !isString(method) || !isRecord(params) || typeof touched !== "boolean") return undefined;
  return { type, method, params, touched };
}

/** Parses what the background sent. */
export function parseBackgroundToContent(message: unknown): BackgroundToContent | undefined {
  if (!isRecord(message)) return undefined;
  switch (message["type"]) {
    case "progress":
      return isStage(message["stage"]) ? { type: "progress", stage: message["stage"] } : undefined;
    case "result":
      return { type: "result", result: message["result"], held: message["held"] === true };
    case "error": {
      const error = parseErrorBody(message["error"]);
      return error && { type: "error", error };
    }
    default:
      return undefined;
  }
}

/** Parses what the native host sent. An error code that this version does not know becomes `internal`. */
export function parseNativeToBackground(message: unknown): NativeToBackground | undefined {
  if (!isRecord(message) || message["jsonrpc"] !== "2.0") return undefined;
  const { id, method } = message;
  if (id === undefined) return isString(method) ? parseNotification(method, message["params"]) : undefined;
  if ("result" in message) return isRequestId(id) ? { type: "result", id, result: message["result"] } : undefined;
  const error = parseRpcError(message["error"]);
  // JSON-RPC answers with id null when it could not read the id of a request.
  return error && (isRequestId(id) || id === null) ? { type: "error", id, error } : undefined;
}

function isRequestId(value: unknown): value is string | number {
  return isString(value) || typeof value === "number";
}

/** A stage that this version does not know is a notification like any other that does not concern it. */
function parseNotification(method: string, params: unknown): NativeToBackground {
  if (method !== "progress" || !isRecord(params)) return { type: "notification", method };
  const { id, stage } = params;
  return isRequestId(id) && isStage(stage) ? { type: "progress", id, stage } : { type: "notification", method };
}

function parseRpcError(error: unknown): ErrorBody | undefined {
  if (!isRecord(error) || !isString(error["message"]) || !isRecord(error["data"])) return undefined;
  const { message, data } = error;
  if (!isString(data["code"])) return undefined;
  if (!isErrorCode(data["code"])) {
    return { message, ...errorFieldsOf(data), code: "internal", detail: `unknown error code ${data["code"]}` };
  }
  return { code: data["code"], message, ...errorFieldsOf(data) };
}
