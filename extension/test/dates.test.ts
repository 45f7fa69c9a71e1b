import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { datesState, daysLeft, writeDay, writeMoment } from "../src/dates.js";

const dates = { notBefore: new Date("2026-06-30T15:00:00Z"), notAfter: new Date("2031-07-01T14:59:59Z") };
const at = (time: string): Date => new Date(time);

describe("a certificate's dates", () => {
  it("are counted in days of Japan, wherever the computer is", () => {
    assert.equal(daysLeft(dates, at("2031-06-30T14:59:59Z")), 1);
    assert.equal(daysLeft(dates, at("2031-06-30T15:00:00Z")), 0);
    assert.equal(daysLeft(dates, at("2031-07-01T15:00:00Z")), -1);
  });

  it("warn 90, 30 and 7 days before the end, on the last day and after it", () => {
    for (const [now, state] of [
      ["2026-06-30T14:59:59Z", "not-yet"],
      ["2026-06-30T15:00:00Z", "in-force"],
      ["2031-04-01T14:59:59Z", "in-force"],
      ["2031-04-01T15:00:00Z", "ends-in-90-days"],
      ["2031-05-31T14:59:59Z", "ends-in-90-days"],
      ["2031-05-31T15:00:00Z", "ends-in-30-days"],
      ["2031-06-23T14:59:59Z", "ends-in-30-days"],
      ["2031-06-23T15:00:00Z", "ends-in-7-days"],
      ["2031-06-30T15:00:00Z", "last-day"],
      ["2031-07-01T14:59:59Z", "last-day"],
      ["2031-07-01T15:00:00Z", "expired"],
    ] as const) assert.equal(datesState(dates, at(now)), state, now);
  });

  it("are written in the Gregorian calendar in Thai too, and in figures in a language that the browser does not know", () => {
    assert.match(writeDay(dates.notAfter, "th"), /2031/);
    assert.doesNotMatch(writeMoment(dates.notAfter, "th"), /2574/);
    assert.equal(writeDay(dates.notAfter, "tlh"), "2031-07-01");
    const local = new Date(2031, 6, 1, 9, 5);
    assert.equal(writeMoment(local, "tlh"), "2031-07-01 09:05");
  });

  it("are written as on the papers from the municipal office", () => {
    assert.equal(writeDay(dates.notAfter, "ja"), "2031年7月1日");
    assert.equal(writeDay(dates.notAfter, "en"), "July 1, 2031");
  });
});
