/** Results of the daemon that only the extension's own pages see; a web page can ask for none of them. */
import { isOneOf, isRecord, isString } from "../page/src/guards.js";
import { isStatus, type Card, type Reader } from "../page/src/results.js";

/** From when to when a certificate lasts. */
export interface Dates {
  notBefore: Date;
  notAfter: Date;
}

/** The dates of a card's certificates, as far as they were read without a PIN or before. */
export interface Validity {
  authentication?: Dates;
  signature?: Dates;
}

/** A card with its certificates' dates. */
export type OwnCard = Card & { validity: Validity };

/** A reader, and the card in it. */
export type OwnReader = Omit<Reader, "card"> & { card: OwnCard | null };

/** The result of `status` with `validity`. */
export interface OwnStatus {
  version: string;
  readers: OwnReader[];
}

const ACTIONS = ["authenticate", "sign", "certificate"] as const;
const KEYS = ["authentication", "signature"] as const;
const ASKERS = ["website", "program"] as const;

/** One use of the card; `result` is `done` or an error code. */
export interface Use {
  time: Date;
  action: (typeof ACTIONS)[number];
  key: (typeof KEYS)[number];
  askedBy: (typeof ASKERS)[number];
  origin: string | null;
  program: string | null;
  result: string;
}

/** The result of `history`. */
export interface History {
  /** Whether new uses are written down. */
  enabled: boolean;
  /** The newest first. */
  uses: Use[];
}

/** Reads the result of `status` with `validity`. */
export function parseOwnStatus(value: unknown): OwnStatus | undefined {
  if (!isStatus(value)) return undefined;
  const { version, readers } = value;
  return { version, readers: readers.map(({ card, ...reader }) => ({ ...reader, card: card && { ...card, validity: validityOf(card) } })) };
}

/** Reads the result of `history`. */
export function parseHistory(value: unknown): History | undefined {
  if (!isRecord(value) || typeof value["enabled"] !== "boolean" || !Array.isArray(value["uses"])) return undefined;
  const uses = value["uses"].map(parseUse);
  return uses.every((use) => use !== undefined) ? { enabled: value["enabled"], uses } : undefined;
}

function validityOf(card: object): Validity {
  const validity = "validity" in card && isRecord(card.validity) ? card.validity : {};
  const authentication = parseDates(validity["authentication"]);
  const signature = parseDates(validity["signature"]);
  return { ...(authentication && { authentication }), ...(signature && { signature }) };
}

function parseDates(value: unknown): Dates | undefined {
  if (!isRecord(value)) return undefined;
  const notBefore = parseTime(value["notBefore"]);
  const notAfter = parseTime(value["notAfter"]);
  return notBefore && notAfter && { notBefore, notAfter };
}

function parseTime(value: unknown): Date | undefined {
  if (!isString(value) || Number.isNaN(Date.parse(value))) return undefined;
  return new Date(value);
}

const isAction = isOneOf(ACTIONS);
const isKey = isOneOf(KEYS);
const isAsker = isOneOf(ASKERS);
const isTextOrNull = (value: unknown): value is string | null => value === null || isString(value);

function parseUse(value: unknown): Use | undefined {
  if (!isRecord(value)) return undefined;
  const { action, key, askedBy, origin, program, result } = value;
  const time = parseTime(value["time"]);
  if (time === undefined || !isAction(action) || !isKey(key) || !isAsker(askedBy) || !isString(result)) return undefined;
  return isTextOrNull(origin) && isTextOrNull(program) ? { time, action, key, askedBy, origin, program, result } : undefined;
}
