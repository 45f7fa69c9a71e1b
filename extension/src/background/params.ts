import { isArrayOf, isOneOf, isString, type UnknownRecord } from "../../page/src/guards.js";
import { METHODS, type Method } from "../../page/src/messages.js";
import { CERTIFICATE_KINDS, HASH_FUNCTIONS } from "../../page/src/results.js";

/** A request as a page may make it, or the field that is not as it must be. */
export type CheckedRequest =
  | { ok: true; method: Method; params: UnknownRecord }
  | { ok: false; field: string; detail: string };

interface FieldRule {
  required: boolean;
  /** What the value must be, for developers. */
  expected: string;
  accepts: (value: unknown) => boolean;
}

const text = (required: boolean): FieldRule => ({ required, expected: "a string", accepts: isString });
const word = (words: readonly string[]): FieldRule => ({
  required: true,
  expected: `one of ${words.join(", ")}`,
  accepts: isOneOf(words),
});

const flag: FieldRule = { required: false, expected: "a boolean", accepts: (value) => typeof value === "boolean" };
/** What every request has that needs the card. */
const CARD_FIELDS: readonly [string, FieldRule][] = [["lang", text(false)], ["progress", flag], ["waitForCard", flag]];

/**
 * The fields that a page may send, and their types. Lengths and encodings are the service's to check, so that
 * there is one place that knows them. `origin` is in none of them: the background adds it. What only the extension's
 * own pages may see, such as the certificates' dates and past uses, is not here at all.
 */
const FIELDS: Record<Method, ReadonlyMap<string, FieldRule>> = {
  status: new Map([["lang", text(false)]]),
  authenticate: new Map([
    ["challengeNonce", text(true)],
    ...CARD_FIELDS,
  ]),
  sign: new Map([
    ["hashes", { required: true, expected: "an array of strings", accepts: (value) => isArrayOf(value, isString) }],
    ["hashFunction", word(HASH_FUNCTIONS)],
    ["certificate", text(false)],
    ...CARD_FIELDS,
  ]),
  certificate: new Map([
    ["kind", word(CERTIFICATE_KINDS)],
    ["hold", flag],
    ...CARD_FIELDS,
  ]),
};

/** The methods whose parameters name who asks. `status` tells a page nothing of its own. */
const NAMES_ORIGIN: Record<Method, boolean> = { status: false, authenticate: true, sign: true, certificate: true };

const isMethod = isOneOf(METHODS);

/** Checks the method and the parameters of a page's request, and adds `origin` where the method has one. */
export function checkRequest(method: string, params: UnknownRecord, origin: string): CheckedRequest {
  if (!isMethod(method)) return { ok: false, field: "method", detail: `must be one of ${METHODS.join(", ")}` };
  const rules = FIELDS[method];
  for (const field of Object.keys(params)) {
    if (!rules.has(field)) return { ok: false, field, detail: `${method} has no parameter of this name` };
  }
  const checked: UnknownRecord = {};
  for (const [field, rule] of rules) {
    const value = params[field];
    if (value === undefined && !rule.required) continue;
    if (!rule.accepts(value)) return { ok: false, field, detail: `must be ${rule.expected}` };
    checked[field] = value;
  }
  if (NAMES_ORIGIN[method]) checked["origin"] = origin;
  return { ok: true, method, params: checked };
}
