/**
 * What a person can give to whoever helps them. Every value is of a closed list, a number, or says something of a
 * program: nothing that was typed, read from the card or told by a site is copied.
 */
import { datesState, type DatesState } from "./dates.js";
import { NativeFailure } from "./native.js";
import type { Dates, OwnCard, OwnReader } from "./own-results.js";
import { judge, type Outcome, type Step } from "./self-test.js";

/** The programs that the diagnosis is of. */
export interface Programs {
  /** The extension's version. */
  extension: string;
  /** The browser's name for itself. */
  browser: string;
  /** The system, as the browser names it. */
  system: string;
  /** The language of the panel, a BCP 47 tag. */
  language: string;
}

/** Whether it works, ends, or does not. The last day is a birthday, so no date and no number of days is told. */
type CoarseState = "in force" | "ends within 90 days" | "expired" | "not yet in force" | "not known";

interface ReaderDiagnosis {
  card: OwnCard["kind"] | "none" | "unreadable";
  error?: string;
  certificates?: { authentication: CoarseState | "absent"; signature: CoarseState | "absent" };
  pins?: OwnCard["pins"];
}

/** A diagnosis, ready to be written as JSON. */
export interface Diagnosis extends Programs {
  format: "jpkid-diagnosis:1";
  /** The daemon's version, where it answered. */
  daemon: string | null;
  steps: Pick<Step, "name" | "result" | "problem">[];
  /** Without their names, which may hold serial numbers. */
  readers: ReaderDiagnosis[];
}

const COARSE: Record<DatesState, CoarseState> = {
  "not-yet": "not yet in force",
  "in-force": "in force",
  "ends-in-90-days": "ends within 90 days",
  "ends-in-30-days": "ends within 90 days",
  "ends-in-7-days": "ends within 90 days",
  "last-day": "ends within 90 days",
  expired: "expired",
};

/** A version as our programs write it. */
const VERSION = /^\d{1,5}\.\d{1,5}\.\d{1,5}$/;

/** Makes a diagnosis of what the self-test found at `now`. */
export function diagnose(outcome: Outcome, now: Date, programs: Programs): Diagnosis {
  const status = outcome instanceof NativeFailure ? undefined : outcome;
  return {
    format: "jpkid-diagnosis:1",
    ...programs,
    daemon: status !== undefined && VERSION.test(status.version) ? status.version : null,
    steps: judge(outcome, now).map(({ name, result, problem }) => ({ name, result, ...(problem !== undefined && { problem }) })),
    readers: (status?.readers ?? []).map((reader) => diagnoseReader(reader, now)),
  };
}

function diagnoseReader({ card, error }: OwnReader, now: Date): ReaderDiagnosis {
  if (card === null) return error === undefined ? { card: "none" } : { card: "unreadable", error: error.code };
  const state = (kind: "authentication" | "signature"): CoarseState | "absent" =>
    card.certificates.includes(kind) ? coarse(card.validity[kind], now) : "absent";
  const { authentication, signature } = card.pins;
  return {
    card: card.kind,
    certificates: { authentication: state("authentication"), signature: state("signature") },
    pins: { authentication: copyPin(authentication), ...(signature && { signature: copyPin(signature) }) },
  };
}

function coarse(dates: Dates | undefined, now: Date): CoarseState {
  return dates === undefined ? "not known" : COARSE[datesState(dates, now)];
}

/** Without whatever a later daemon may add. */
function copyPin({ state, triesLeft }: OwnCard["pins"]["authentication"]): OwnCard["pins"]["authentication"] {
  return triesLeft === undefined ? { state } : { state, triesLeft };
}
