import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { diagnose } from "../src/diagnosis.js";
import { NativeClient, NativeFailure } from "../src/native.js";
import { ANSWER_MS } from "../src/ports.js";
import { parseHistory, parseOwnStatus, type OwnStatus } from "../src/own-results.js";
import { judge, runSelfTest, STEPS, type Outcome } from "../src/self-test.js";
import type { ErrorBody } from "../page/src/errors.js";
import { FakePort, golden, settle } from "./fakes.js";

const NOW = new Date("2026-12-01T00:00:00Z");
const AUTHENTICATION = { notBefore: "2026-06-30T15:00:00Z", notAfter: "2031-07-01T14:59:59Z" };

function status(readers: unknown[]): OwnStatus {
  const parsed = parseOwnStatus({ version: "0.1.0", readers });
  assert(parsed !== undefined);
  return parsed;
}

const card = (changes: object = {}): object => ({
  kind: "my-number-card",
  certificates: ["authentication", "signature"],
  pins: { authentication: { state: "unverified", triesLeft: 3 }, signature: { state: "unverified", triesLeft: 5 } },
  validity: { authentication: AUTHENTICATION },
  ...changes,
});
const inReader = (value: object | null, error?: object): object => ({ name: "R", card: value, ...(error && { error }) });
const failure = (body: Partial<ErrorBody>, hostEnded = false): NativeFailure =>
  new NativeFailure({ code: "no_service", message: "m", ...body }, hostEnded);

describe("the self-test", () => {
  it("stops at the first part that is broken, and has reached none after it", () => {
    const cases: [Outcome, string, string][] = [
      [failure({ missing: "native-host" }), "native-host", "host-missing"],
      [failure({}, true), "native-host", "host-ended"],
      [failure({ missing: "daemon" }), "daemon", "no_service"],
      [failure({ code: "internal" }), "daemon", "internal"],
      [failure({ missing: "service" }), "service", "no_service"],
      [failure({ code: "access_denied" }), "service", "access_denied"],
      [status([]), "reader", "no_reader"],
      [status([inReader(null)]), "card", "no_card"],
      [status([inReader(null, { code: "card_busy" })]), "card", "card_busy"],
      [status([inReader(null), inReader(null, { code: "unsupported_card" })]), "applet", "unsupported_card"],
      [status([inReader(card({ certificates: [] }))]), "certificate", "certificate-absent"],
      [status([inReader(card({ validity: { authentication: { ...AUTHENTICATION, notAfter: "2026-11-30T14:59:59Z" } } }))]), "certificate", "certificate-expired"],
      [status([inReader(card({ validity: { authentication: { ...AUTHENTICATION, notBefore: "2027-01-01T00:00:00Z" } } }))]), "certificate", "certificate-not-yet"],
      [status([inReader(card({ pins: { authentication: { state: "blocked", triesLeft: 0 } } }))]), "pin", "pin_blocked"],
    ];
    for (const [outcome, name, problem] of cases) {
      const steps = judge(outcome, NOW);
      const at = STEPS.findIndex((step) => step === name);
      assert.deepEqual(steps.map((step) => step.name), [...STEPS]);
      assert.deepEqual(steps.map(({ result }) => result), STEPS.map((_, index) => (index < at ? "ok" : index === at ? "problem" : "not-reached")), problem);
      assert.equal(steps[at]?.problem, problem);
    }
  });

  it("finds a card that works in the second reader", () => {
    for (const readers of [[inReader(card())], [inReader(null), inReader(card())], [inReader(null, { code: "unsupported_card" }), inReader(card())]]) {
      assert(judge(status(readers), NOW).every(({ result }) => result === "ok"));
    }
  });

  it("is content with a certificate whose dates cannot be read without the PIN", () => {
    assert(judge(status([inReader(card({ kind: "android", validity: {} }))]), NOW).every(({ result }) => result === "ok"));
  });

  it("passes on what the daemon says to do", () => {
    const steps = judge(status([inReader(null, { code: "card_busy", advice: "Wait." })]), NOW);
    assert.equal(steps.find(({ name }) => name === "card")?.advice, "Wait.");
  });

  it("ends where nobody answers, at the daemon or at what is behind it", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      for (const [daemonAnswers, at] of [[false, "daemon"], [true, "service"]] as const) {
        const port = new FakePort();
        port.onSent = (message) => {
          const { id, method } = message as { id: number; method: string };
          if (daemonAnswers && method === "history") queueMicrotask(() => { port.receive({ ...golden("history-result"), id }); });
        };
        const outcome = runSelfTest(new NativeClient({ connectNative: () => port, lastError: () => undefined, lang: "en" }));
        await settle();
        mock.timers.tick(ANSWER_MS);
        assert.equal(judge(await outcome, NOW).find(({ result }) => result === "problem")?.name, at);
        assert(port.disconnected);
      }
    } finally {
      mock.timers.reset();
    }
  });

  it("reads the golden messages", () => {
    for (const name of ["status-result", "status-result-unreadable-card", "status-validity-result"]) assert(parseOwnStatus(golden(name)["result"]), name);
    assert.equal(parseOwnStatus(golden("status-validity-result")["result"])?.readers[0]?.card?.validity.authentication?.notAfter.toISOString(), "2031-07-01T14:59:59.000Z");
    assert.equal(parseHistory(golden("history-result")["result"])?.uses.length, 2);
  });
});

describe("the diagnosis", () => {
  const PROGRAMS = { extension: "0.1.0", browser: "Browser/1", system: "Linux", language: "ja" };
  const SECRET = "見本花子-secret";

  it("says where it stops, with versions, and how coarsely the certificates stand", () => {
    assert.deepEqual(diagnose(status([inReader(card()), inReader(null)]), NOW, PROGRAMS), {
      format: "jpkid-diagnosis:1",
      ...PROGRAMS,
      daemon: "0.1.0",
      steps: STEPS.map((name) => ({ name, result: "ok" })),
      readers: [
        {
          card: "my-number-card",
          certificates: { authentication: "in force", signature: "not known" },
          pins: { authentication: { state: "unverified", triesLeft: 3 }, signature: { state: "unverified", triesLeft: 5 } },
        },
        { card: "none" },
      ],
    });
    const missing = diagnose(failure({ missing: "native-host" }), NOW, PROGRAMS);
    assert.equal(missing.daemon, null);
    assert.deepEqual(missing.steps[1], { name: "native-host", result: "problem", problem: "host-missing" });
  });

  it("copies no text that the card, a site, a reader or an error brought, and no date", () => {
    const outcomes: Outcome[] = [
      failure({ message: SECRET, advice: SECRET, detail: SECRET, field: SECRET }),
      failure({ message: SECRET, detail: SECRET, missing: "daemon" }),
      {
        ...status([
          { name: SECRET, card: card({ owner: SECRET, pins: { authentication: { state: "unverified", triesLeft: 3, more: SECRET } } }) },
          { name: SECRET, card: null, error: { code: "card_error", advice: SECRET, detail: SECRET } },
        ]),
        version: SECRET,
      },
    ];
    for (const outcome of outcomes) {
      const written = JSON.stringify(diagnose(outcome, NOW, PROGRAMS));
      assert(!written.includes(SECRET), written);
      // A certificate ends on a birthday.
      assert.doesNotMatch(written, /20\d\d-|07-01|daysLeft/);
    }
  });
});
