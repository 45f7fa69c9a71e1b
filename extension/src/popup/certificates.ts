/** The dates of a certificate in the words of a person. */
import { datesState, daysLeft, writeDay } from "../dates.js";
import type { Dates, OwnCard } from "../own-results.js";
import type { Text } from "../text.js";
import type { Lines } from "./pins.js";

/** Says until when one of the card's certificates lasts. */
export function sayCertificate(card: OwnCard, kind: "authentication" | "signature", now: Date, text: Text, lang: string): Lines {
  if (!card.certificates.includes(kind)) return [{ tone: "quiet", words: text("certificateAbsent") }];
  const dates = card.validity[kind];
  if (dates !== undefined) return [sayDates(dates, now, text, lang)];
  return [{ tone: "quiet", words: kind === "signature" ? text("certificateSignatureUnread") : text("certificateAuthenticationUnread") }];
}

function sayDates(dates: Dates, now: Date, text: Text, lang: string): Lines[number] {
  const day = writeDay(dates.notAfter, lang);
  const days = String(daysLeft(dates, now));
  switch (datesState(dates, now)) {
    case "not-yet":
      return { tone: "warning", words: text("certificateNotYet", writeDay(dates.notBefore, lang)) };
    case "in-force":
      return { tone: "plain", words: text("certificateUntil", day) };
    case "ends-in-90-days":
      return { tone: "plain", words: text("certificateEnds", day, days) };
    case "ends-in-30-days":
      return { tone: "warning", words: text("certificateEndsSoon", day, days) };
    case "ends-in-7-days":
      return { tone: "problem", words: text("certificateEndsVerySoon", day, days) };
    case "last-day":
      return { tone: "problem", words: text("certificateEndsToday", day) };
    case "expired":
      return { tone: "problem", words: text("certificateExpired", day) };
  }
}
