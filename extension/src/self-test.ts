/**
 * The self-test walks from this extension to the certificate on the card. One `status` crosses every part on the way,
 * and where its answer ends is where the way is broken. `status` asks for no PIN and spends no try. Where no answer comes,
 * one that the daemon can give by itself tells whether the daemon is there.
 */
import { datesState } from "./dates.js";
import { NativeFailure, type NativeClient } from "./native.js";
import { parseHistory, parseOwnStatus, type OwnReader, type OwnStatus } from "./own-results.js";

/** The parts in the order in which a request comes by. */
export const STEPS = ["extension", "native-host", "daemon", "service", "reader", "card", "applet", "certificate", "pin"] as const;

/** The name of a step. */
export type StepName = (typeof STEPS)[number];

/** Why a step is broken, or the code of the error that says so. */
export type Problem = "host-missing" | "host-ended" | "certificate-absent" | "certificate-expired" | "certificate-not-yet" | NativeFailure["body"]["code"];

/** What came out at one step. */
export interface Step {
  name: StepName;
  result: "ok" | "problem" | "not-reached";
  problem?: Problem;
  /** What the daemon says to do, in the person's language. */
  advice?: string;
}

/** What came back. */
export type Outcome = OwnStatus | NativeFailure;

interface Break {
  at: StepName;
  problem: Problem;
  advice?: string | undefined;
}

/** Asks once, through `client`. */
export async function runSelfTest(client: NativeClient): Promise<Outcome> {
  try {
    void client.request("history", { limit: 1 }, parseHistory).catch(() => undefined);
    return await client.request("status", { validity: true }, parseOwnStatus);
  } catch (error) {
    if (error instanceof NativeFailure) return error;
    throw error;
  }
}

/** Decides at which step the way is broken, if it is. */
export function judge(outcome: Outcome, now: Date): Step[] {
  const broken = outcome instanceof NativeFailure ? breakOfFailure(outcome) : breakOfStatus(outcome, now);
  const end = broken === undefined ? STEPS.length : STEPS.indexOf(broken.at);
  return STEPS.map((name, index) => {
    if (index < end) return { name, result: "ok" };
    if (index > end || broken === undefined) return { name, result: "not-reached" };
    return { name, result: "problem", problem: broken.problem, ...(broken.advice !== undefined && { advice: broken.advice }) };
  });
}

/** The reader that the person most likely means: the first with a card, else with one that cannot be read, else the first. */
export function likelyReader(readers: readonly OwnReader[]): OwnReader | undefined {
  return readers.find(({ card }) => card !== null) ?? readers.find(({ error }) => error !== undefined) ?? readers[0];
}

function breakOfFailure({ body, hostEnded }: NativeFailure): Break {
  if (hostEnded) return { at: "native-host", problem: "host-ended" };
  if (body.missing === "native-host") return { at: "native-host", problem: "host-missing" };
  // A policy of the system may keep this session from a service that runs.
  const isService = body.missing === "service" || body.code === "access_denied";
  return { at: isService ? "service" : "daemon", problem: body.code, advice: body.advice };
}

function breakOfStatus({ readers }: OwnStatus, now: Date): Break | undefined {
  const reader = likelyReader(readers);
  if (reader === undefined) return { at: "reader", problem: "no_reader" };
  const { card, error } = reader;
  if (card === null) {
    if (error === undefined) return { at: "card", problem: "no_card" };
    return { at: error.code === "unsupported_card" ? "applet" : "card", problem: error.code, advice: error.advice };
  }
  if (!card.certificates.includes("authentication")) return { at: "certificate", problem: "certificate-absent" };
  const dates = card.validity.authentication;
  const state = dates && datesState(dates, now);
  if (state === "expired") return { at: "certificate", problem: "certificate-expired" };
  if (state === "not-yet") return { at: "certificate", problem: "certificate-not-yet" };
  return card.pins.authentication.state === "blocked" ? { at: "pin", problem: "pin_blocked" } : undefined;
}
