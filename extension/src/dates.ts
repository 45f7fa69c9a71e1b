import type { Dates } from "./own-results.js";

/** How a certificate stands by its dates alone; whether it was revoked is another question. */
export type DatesState = "not-yet" | "in-force" | "ends-in-90-days" | "ends-in-30-days" | "ends-in-7-days" | "last-day" | "expired";

const JAPAN = "Asia/Tokyo";
const JAPAN_AHEAD_MS = 9 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The number of the day in Japan, where certificates end at the end of a day; it has no summer time. */
const dayInJapan = (time: Date): number => Math.floor((time.getTime() + JAPAN_AHEAD_MS) / DAY_MS);

/** How many days after today a certificate still lasts; 0 on its last day. */
export function daysLeft({ notAfter }: Dates, now: Date): number {
  return dayInJapan(notAfter) - dayInJapan(now);
}

/** Decides how a certificate stands at `now`. */
export function datesState(dates: Dates, now: Date): DatesState {
  if (now < dates.notBefore) return "not-yet";
  if (now > dates.notAfter) return "expired";
  const days = daysLeft(dates, now);
  if (days === 0) return "last-day";
  if (days <= 7) return "ends-in-7-days";
  if (days <= 30) return "ends-in-30-days";
  return days <= 90 ? "ends-in-90-days" : "in-force";
}

/** Whether the browser has words for days in a language; Debian's Chromium has none in Nepali and Burmese. */
const hasWords = (lang: string): boolean => Intl.DateTimeFormat.supportedLocalesOf(lang).length > 0;

/** Writes the day in Japan, in the calendar that certificates count in; in figures where the browser lacks the words. */
export function writeDay(time: Date, lang: string): string {
  if (!hasWords(lang)) return inFigures(time, JAPAN_AHEAD_MS).slice(0, "2026-12-02".length);
  return new Intl.DateTimeFormat(lang, { calendar: "gregory", dateStyle: "long", timeZone: JAPAN }).format(time);
}

/** Writes a moment as this computer's clock shows it. */
export function writeMoment(time: Date, lang: string): string {
  if (!hasWords(lang)) return inFigures(time, -time.getTimezoneOffset() * 60 * 1000);
  return new Intl.DateTimeFormat(lang, { calendar: "gregory", dateStyle: "medium", timeStyle: "short" }).format(time);
}

/** Writes `2026-12-02 09:05`, for a clock that is so much ahead of UTC. */
function inFigures(time: Date, aheadMs: number): string {
  return new Date(time.getTime() + aheadMs).toISOString().slice(0, "2026-12-02T09:05".length).replace("T", " ");
}
