/** What the card was used for lately, in the words of a person. */
import { writeMoment } from "../dates.js";
import { line, make } from "../dom.js";
import type { History, Use } from "../own-results.js";
import type { Text } from "../text.js";

/** How many uses the panel shows; `jpki history` shows all. */
export const SHOWN_USES = 5;

/** Shows the last uses. */
export function showUses({ enabled, uses }: History, text: Text, lang: string): HTMLElement[] {
  const list = make("ul", "uses", ...uses.map((use) => showUse(use, text, lang)));
  return [
    ...(enabled ? [] : [line("quiet", text("usesOff"))]),
    ...(enabled && uses.length === 0 ? [line("quiet", text("usesNone"))] : []),
    ...(uses.length > 0 ? [list] : []),
  ];
}

function showUse(use: Use, text: Text, lang: string): HTMLLIElement {
  const time = make("time", "quiet", writeMoment(use.time, lang));
  time.dateTime = use.time.toISOString();
  const result = make("span", use.result === "done" ? "plain" : "warning", sayResult(use.result, text));
  return make("li", "", make("strong", "", sayAsker(use, text)), make("span", "", sayAction(use, text)), result, time);
}

/** Says who asked. */
export function sayAsker({ askedBy, origin, program }: Use, text: Text): string {
  const site = origin?.replace(/^https:\/\//, "");
  if (askedBy === "website" && site !== undefined) return site;
  if (program === null) return site ?? text("usesUnknownAsker");
  return site === undefined ? text("usesProgram", program) : text("usesProgramFor", program, site);
}

/** Says what was wanted. */
export function sayAction({ action, key }: Use, text: Text): string {
  switch (action) {
    case "authenticate":
      return text("usesLogIn");
    case "sign":
      return text("usesSignature");
    case "certificate":
      return key === "signature" ? text("usesPersonalCertificate") : text("usesCertificate");
  }
}

/** Says how it ended: `done` or an error code of docs/protocol.md, also one of a later version. */
export function sayResult(result: string, text: Text): string {
  switch (result) {
    case "done":
      return text("usesDone");
    case "user_cancelled":
      return text("usesCancelled");
    case "user_timeout":
      return text("usesTimeout");
    case "pin_incorrect":
      return text("usesPinIncorrect");
    case "pin_blocked":
      return text("usesPinBlocked");
    case "pin_last_try_refused":
      return text("usesLastTrySpared");
    case "no_reader":
    case "no_card":
    case "card_removed":
      return text("usesNoCard");
    case "unsupported_card":
    case "certificate_missing":
    case "certificate_mismatch":
      return text("usesOtherCard");
    case "certificate_expired":
      return text("usesExpired");
    case "access_denied":
    case "origin_refused":
    case "rate_limited":
      return text("usesRefused");
    default:
      return text("usesFailed", result);
  }
}
