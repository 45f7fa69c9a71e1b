/** What the panel says of PINs, certificates and uses, in English. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import en from "../_locales/en/messages.json";
import { parseHistory, parseOwnStatus, type OwnCard, type Use } from "../src/own-results.js";
import { sayReaders } from "../src/popup/card.js";
import { sayCertificate } from "../src/popup/certificates.js";
import { sayPin } from "../src/popup/pins.js";
import { adviseOn } from "../src/popup/test.js";
import { sayAction, sayAsker, sayResult } from "../src/popup/uses.js";
import type { Text } from "../src/text.js";
import { SERVICE_ERROR_CODES } from "../page/src/errors.js";

/** As the browser does it. */
const text: Text = (key, ...substitutions) => {
  const { message, placeholders = {} } = en[key] as { message: string; placeholders?: Record<string, { content: string }> };
  return message.replaceAll(/\$([A-Z]+)\$/g, (_, name: string) => substitutions[Number(placeholders[name.toLowerCase()]?.content.slice(1)) - 1] ?? "");
};

const NOW = new Date("2031-06-25T00:00:00Z");
const DATES = { notBefore: new Date("2026-06-30T15:00:00Z"), notAfter: new Date("2031-07-01T14:59:59Z") };
const CARD: OwnCard = {
  kind: "my-number-card",
  certificates: ["authentication", "signature"],
  pins: { authentication: { state: "unverified", triesLeft: 3 } },
  validity: { authentication: DATES },
};
const USE: Use = { time: NOW, action: "authenticate", key: "authentication", askedBy: "website", origin: "https://www.example.jp", program: "/usr/bin/chromium", result: "done" };

describe("the panel says", () => {
  it("how many tries are left, and warns as they become fewer", () => {
    const said = (triesLeft: number): string => sayPin({ state: "unverified", triesLeft }, "authentication", text).map(({ tone, words }) => `${tone}: ${words}`).join("\n");
    assert.equal(said(3), "plain: Tries left: 3 of 3");
    assert.match(said(2), /^warning: Tries left: 2 of 3\nplain: .*brings all tries back/);
    assert.match(said(1), /^problem: Tries left: 1 of 3\nplain: Only one try/);
    assert.match(sayPin({ state: "unverified", triesLeft: 3 }, "signature", text)[0]?.words ?? "", /3 of 5/);
  });

  it("where to go with a blocked PIN, and why there is no number", () => {
    const [blocked, advice] = sayPin({ state: "blocked", triesLeft: 0 }, "signature", text);
    assert.equal(blocked?.tone, "problem");
    assert.match(advice?.words ?? "", /municipality/);
    assert.match(sayPin({ state: "verified" }, "signature", text)[0]?.words ?? "", /Another program/);
    assert.match(sayPin({ state: "unverified" }, "signature", text)[0]?.words ?? "", /does not tell/);
  });

  it("until when a certificate lasts, or why that is not known", () => {
    const said = (card: OwnCard, kind: "authentication" | "signature", now = NOW): string => sayCertificate(card, kind, now, text, "en")[0]?.words ?? "";
    assert.equal(said(CARD, "authentication", new Date("2027-01-01T00:00:00Z")), "Until July 1, 2031");
    assert.match(said(CARD, "authentication"), /within a week, on July 1, 2031 \(days left: 6\)/);
    assert.match(said(CARD, "authentication", new Date("2031-06-05T00:00:00Z")), /ends soon, on July 1, 2031 \(days left: 26\)/);
    assert.match(said(CARD, "authentication", new Date("2031-04-05T00:00:00Z")), /^It ends on July 1, 2031 \(days left: 87\)/);
    assert.match(said(CARD, "authentication", DATES.notAfter), /^Today \(July 1, 2031\)/);
    assert.match(said(CARD, "authentication", new Date("2032-01-01T00:00:00Z")), /^It expired on July 1, 2031/);
    assert.match(said(CARD, "authentication", new Date("2026-01-01T00:00:00Z")), /^It begins on July 1, 2026/);
    assert.match(said(CARD, "signature"), /not known yet/);
    assert.match(said({ ...CARD, certificates: ["authentication"] }, "signature"), /has none/);
    assert.match(said({ ...CARD, validity: {} }, "authentication"), /without the PIN/);
  });

  it("each state of reader and card", () => {
    const said = (readers: unknown[]): string => {
      const status = parseOwnStatus({ version: "0.1.0", readers });
      assert(status !== undefined);
      return sayReaders(status, text);
    };
    assert.equal(said([]), "No card reader was found.");
    assert.equal(said([{ name: "A", card: null }]), "There is no card in this reader.");
    assert.equal(said([{ name: "A", card: null, error: { code: "unsupported_card" } }]), "This is not a My Number card.");
    assert.equal(said([{ name: "A", card: null, error: { code: "card_busy" } }]), "The card cannot be read.");
    assert.equal(said([{ name: "A", card: { ...CARD, validity: undefined } }, { name: "B", card: { ...CARD, validity: undefined } }]), "My Number card");
  });

  it("who used the card, what for and how it ended", () => {
    assert.equal(sayAsker(USE, text), "www.example.jp");
    assert.equal(sayAsker({ ...USE, origin: "http://localhost:1" }, text), "http://localhost:1");
    assert.equal(sayAsker({ ...USE, askedBy: "program", program: "/usr/bin/x" }, text), "Program /usr/bin/x, which named www.example.jp");
    assert.equal(sayAsker({ ...USE, askedBy: "program", origin: null, program: "/usr/bin/x" }, text), "Program /usr/bin/x");
    assert.equal(sayAsker({ ...USE, askedBy: "program", origin: null, program: null }, text), "Unknown program");
    assert.equal(sayAction(USE, text), "Log-in");
    assert.equal(sayAction({ ...USE, action: "certificate", key: "signature" }, text), "Certificate with name and address");
    assert.equal(sayResult("done", text), "Done");
    assert.equal(sayResult("code_of_tomorrow", text), "Did not work (code_of_tomorrow)");
    for (const code of SERVICE_ERROR_CODES) assert.notEqual(sayResult(code, text), "Done", code);
  });

  it("what to do at each step that can be broken, with a command where one helps", () => {
    const advised = (name: Parameters<typeof adviseOn>[0]["name"], problem: NonNullable<Parameters<typeof adviseOn>[0]["problem"]>, advice?: string) =>
      adviseOn({ name, result: "problem", problem, ...(advice !== undefined && { advice }) }, text);
    assert.equal(advised("native-host", "host-missing").command, "jpki setup browsers");
    assert.equal(advised("native-host", "host-ended").command, "jpki doctor");
    assert.equal(advised("daemon", "no_service", "A").command, "jpki doctor");
    assert.equal(advised("service", "no_service", "A").command, "sudo systemctl restart pcscd");
    assert.equal(advised("card", "card_busy", "Wait.").words, "Wait.");
    assert.equal(advised("daemon", "internal").command, "jpki doctor");
    assert.match(advised("applet", "unsupported_card").words, /turn it round/);
    assert.match(advised("pin", "pin_blocked").words, /municipality/);
  });

  it("nothing of a history that is not of the protocol", () => {
    const use = { time: "2026-12-01T00:00:00Z", action: "sign", key: "signature", askedBy: "website", origin: "https://www.example.jp", program: null, result: "done" };
    assert.equal(parseHistory({ enabled: true, uses: [use] })?.uses.length, 1);
    for (const wrong of [null, { enabled: true }, { enabled: 1, uses: [] }, { enabled: true, uses: [{ ...use, time: "soon" }] }, { enabled: true, uses: [{ ...use, origin: 1 }] }]) {
      assert.equal(parseHistory(wrong), undefined);
    }
  });
});
