import type { ErrorBody } from "./errors.js";
import { isOneOf, isRecord, isString, parseErrorBody, type UnknownRecord } from "./guards.js";

/** What a page may ask for. */
export const METHODS = ["status", "authenticate", "sign", "certificate"] as const;

/** The name of a request. */
export type Method = (typeof METHODS)[number];

/** How far a request that needs the person has come. */
export const STAGES = ["waiting-for-card", "waiting-for-pin", "signing"] as const;

/**
 * How far a request that needs the person has come; a stage can come again, as after a wrong PIN.
 *
 * - `waiting-for-card`: the card is looked for, waited for, or in use by another program.
 * - `waiting-for-pin`: a window is open on the person's screen.
 * - `signing`: the card works.
 */
export type Stage = (typeof STAGES)[number];

/** How many characters a request id may have. A UUID has 36. */
export const MAX_ID_LENGTH = 64;

/** From the page to the content script, by `window.postMessage`. */
export type PageToContent =
  | {
      jpkid: "request";
      /** Chosen by the page, unique among its pending requests, 1 to {@link MAX_ID_LENGTH} characters. */
      id: string;
      /** One of {@link METHODS}; checked by the background. */
      method: string;
      /** The parameters of the method; never an origin, which the browser tells. */
      params: UnknownRecord;
    }
  | {
      jpkid: "cancel";
      /** The id of the request to end. */
      id: string;
    };

/** From the content script to the page, by `window.postMessage`. */
export type ContentToPage =
  | {
      /** Sent at once, so that a page knows within a second whether the extension is there. */
      jpkid: "accepted";
      id: string;
    }
  | {
      /** Only for a request whose `params.progress` is true. */
      jpkid: "progress";
      id: string;
      stage: Stage;
    }
  | { jpkid: "result"; id: string; result: unknown }
  | { jpkid: "error"; id: string; error: ErrorBody };

/** A request that has an id to answer to, but whose `field` is not what it must be. */
export interface MalformedRequest {
  jpkid: "malformed";
  id: string;
  field: "method" | "params";
}

/** Whether `value` is a stage that this version knows. */
export const isStage: (value: unknown) => value is Stage = isOneOf(STAGES);

function isId(value: unknown): value is string {
  return isString(value) && value.length > 0 && value.length <= MAX_ID_LENGTH;
}

/** Parses what a page posted; undefined if it is not for the extension. */
export function parsePageToContent(data: unknown): PageToContent | MalformedRequest | undefined {
  if (!isRecord(data)) return undefined;
  const { jpkid, id, method, params } = data;
  if (!isId(id)) return undefined;
  if (jpkid === "cancel") return { jpkid, id };
  if (jpkid !== "request") return undefined;
  if (!isString(method)) return { jpkid: "malformed", id, field: "method" };
  if (params === undefined) return { jpkid, id, method, params: {} };
  if (!isRecord(params)) return { jpkid: "malformed", id, field: "params" };
  return { jpkid, id, method, params };
}

/** Parses what the content script posted; undefined if it is not an answer. */
export function parseContentToPage(data: unknown): ContentToPage | undefined {
  if (!isRecord(data)) return undefined;
  const { jpkid, id } = data;
  if (!isId(id)) return undefined;
  switch (jpkid) {
    case "accepted":
      return { jpkid, id };
    case "progress": {
      const stage = data["stage"];
      return isStage(stage) ? { jpkid, id, stage } : undefined;
    }
    case "result":
      return { jpkid, id, result: data["result"] };
    case "error": {
      const error = parseErrorBody(data["error"]);
      return error && { jpkid, id, error };
    }
    default:
      return undefined;
  }
}
