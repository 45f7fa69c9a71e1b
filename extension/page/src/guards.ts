import { PAGE_ERROR_CODES, MISSING_PARTS, SERVICE_ERROR_CODES, type ErrorBody, type ErrorCode, type ErrorFields } from "./errors.js";

/** An object of unknown content. */
export type UnknownRecord = Record<string, unknown>;

/** Whether `value` is an object that is neither null nor an array. */
export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is a string. */
export function isString(value: unknown): value is string {
  return typeof value === "string";
}

/** Makes a guard that accepts exactly the words of `words`. */
export function isOneOf<const Word extends string>(words: readonly Word[]): (value: unknown) => value is Word {
  return (value): value is Word => words.some((word) => word === value);
}

/** Whether `value` is an array whose elements all satisfy `isElement`. */
export function isArrayOf<Element>(value: unknown, isElement: (element: unknown) => element is Element): value is Element[] {
  return Array.isArray(value) && value.every((element) => isElement(element));
}

const ALL_ERROR_CODES: readonly ErrorCode[] = [...SERVICE_ERROR_CODES, ...PAGE_ERROR_CODES];

/** Whether `value` is a code of the closed list. */
export const isErrorCode: (value: unknown) => value is ErrorCode = isOneOf(ALL_ERROR_CODES);

/** Whether `value` is a whole number that a counter can hold. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

const isMissingPart = isOneOf(MISSING_PARTS);

/** Copies the known fields of an error that have the right type; leaves out all others. */
export function errorFieldsOf(value: UnknownRecord): ErrorFields {
  const fields: ErrorFields = {};
  if (isString(value["advice"])) fields.advice = value["advice"];
  if (isCount(value["triesLeft"])) fields.triesLeft = value["triesLeft"];
  if (isString(value["field"])) fields.field = value["field"];
  if (isString(value["detail"])) fields.detail = value["detail"];
  if (isCount(value["retryAfterSeconds"])) fields.retryAfterSeconds = value["retryAfterSeconds"];
  if (isMissingPart(value["missing"])) fields.missing = value["missing"];
  return fields;
}

/** Parses an error body; undefined if its code or message is not one. */
export function parseErrorBody(value: unknown): ErrorBody | undefined {
  if (!isRecord(value) || !isErrorCode(value["code"]) || !isString(value["message"])) return undefined;
  return { code: value["code"], message: value["message"], ...errorFieldsOf(value) };
}
