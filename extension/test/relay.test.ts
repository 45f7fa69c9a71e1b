import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { ErrorBody } from "../page/src/errors.js";
import { CANCEL_GRACE_MS, Relay, type Conditions } from "../src/background/relay.js";
import type { SenderVerdict } from "../src/background/sender.js";
import { MAX_MESSAGE_BYTES } from "../src/messages.js";
import { ANSWER_MS } from "../src/ports.js";
import type { Asked, Verdict } from "../src/background/admission.js";
import type { Keep } from "../src/background/holds.js";
import { FakePort, golden, settle } from "./fakes.js";

const PAGE: SenderVerdict = { verdict: "page", origin: "https://www.example.jp", tabId: 7 };

let page: FakePort;
let native: FakePort;
let connections: number;
let ends: number;
let lastError: string | undefined;
let conditions: Conditions;
let asked: Asked[];
let left: boolean[];
let kept: Keep[];
let current: Relay;

function relay(sender: SenderVerdict = PAGE, verdict?: Exclude<Verdict, { admitted: true }>, connectNative?: () => FakePort): void {
  page = new FakePort();
  native = new FakePort();
  current = new Relay(page, sender, {
    conditions: (origin) => { assert.equal(origin, "https://www.example.jp"); return Promise.resolve(conditions); },
    enter: (request) => { asked.push(request); return verdict ?? { admitted: true, leave: (answered) => { left.push(answered); } }; },
    keep: (keep) => { kept.push(keep); },
    connectNative: connectNative ?? ((): FakePort => { connections += 1; return native; }),
    lastError: () => lastError,
    answerMs: ANSWER_MS,
    uiLanguage: () => "en-GB",
    onEnd: () => { ends += 1; },
  });
}

/** The request of a golden message as a page makes it: without the origin. */
function asPageMakesIt(name: string): { type: "request"; method: unknown; params: Record<string, unknown>; touched: boolean } {
  const { method, params } = golden(name);
  const ofPage = { ...(params as Record<string, unknown>) };
  delete ofPage["origin"];
  return { type: "request", method, params: ofPage, touched: true };
}

const STATUS = { type: "request", method: "status", params: {}, touched: false };

/** The page sends its request, and the browser's answers are there. */
async function request(message: unknown): Promise<void> {
  page.receive(message);
  await settle();
}

function error(): ErrorBody {
  const sent = page.lastSent as { type: string; error: ErrorBody };
  assert.equal(sent.type, "error");
  return sent.error;
}

/** Checks that the request is over, once, and nothing is left open. */
function assertOver(): void {
  assert.equal(ends, 1);
  if (connections > 0) assert(native.disconnected, "the native port was left open");
}

beforeEach(() => {
  connections = 0;
  ends = 0;
  lastError = undefined;
  conditions = { served: true, language: undefined };
  asked = [];
  left = [];
  kept = [];
  relay();
});

describe("the background", () => {
  it("sends the golden requests, with the browser's origin added", async () => {
    for (const name of ["status-request", "authenticate-request", "authenticate-waiting-request", "sign-request", "certificate-request", "certificate-hold-request"]) {
      relay();
      await request(asPageMakesIt(name));
      assert.deepEqual(native.sent, [golden(name)], name);
    }
  });

  it("relays a result and closes the native port", async () => {
    await request(asPageMakesIt("authenticate-request"));
    native.receive(golden("authenticate-result"));
    assert.deepEqual(page.sent, [{ type: "result", result: golden("authenticate-result")["result"], held: false }]);
    assert.deepEqual(left, [true]);
    assertOver();
  });

  it("gives a page no reader's name, and all else of the status", async () => {
    const readersOf = (name: string): object[] => (golden(name)["result"] as { readers: object[] }).readers;
    const readers = [...readersOf("status-result"), ...readersOf("status-result-unreadable-card")];
    const named = (names: string[]): unknown => ({ version: "0.1.0", readers: readers.map((reader, index) => ({ ...reader, name: names[index] })) });
    await request(STATUS);
    native.receive({ jsonrpc: "2.0", id: 1, result: named(["Model A (SN-0815) 00 00", "Model B (1234567) 01 00", "Model B (1234568) 02 00"]) });
    assert.deepEqual(page.sent, [{ type: "result", result: named(["Reader 1", "Reader 2", "Reader 3"]), held: false }]);
  });

  it("relays each error with all its fields", async () => {
    for (const name of ["error-pin-incorrect", "error-pin-blocked", "error-user-cancelled", "error-origin-refused", "error-invalid-params",
      "error-unknown-method", "error-no-service", "error-not-json", "error-rate-limited"]) {
      ends = 0;
      relay();
      await request(asPageMakesIt("authenticate-request"));
      native.receive(golden(name));
      const { message, data } = golden(name)["error"] as { message: string; data: object };
      assert.deepEqual(error(), { message, ...data }, name);
      assertOver();
    }
  });

  it("waits for no silent service where no person is asked, and as long as it takes where one is", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    for (const message of [STATUS, { ...STATUS, method: "certificate", params: { kind: "signature-ca" } }]) {
      ends = 0;
      relay();
      await request(message);
      t.mock.timers.tick(ANSWER_MS - 1);
      assert.deepEqual(page.sent, []);
      t.mock.timers.tick(1);
      const { code, missing } = error();
      assert.deepEqual([code, missing], ["no_service", "daemon"]);
      assertOver();
    }
    for (const message of [asPageMakesIt("authenticate-request"), { ...STATUS, method: "certificate", params: { kind: "signature-ca", waitForCard: true } }]) {
      relay();
      await request(message);
      t.mock.timers.tick(ANSWER_MS * 10);
      assert.deepEqual(page.sent, []);
    }
  });

  it("takes an error code that it does not know for an internal error", async () => {
    await request(asPageMakesIt("status-request"));
    native.receive({ jsonrpc: "2.0", id: 1, error: { code: -32000, message: "New.", data: { code: "brand_new", advice: "A" } } });
    assert.deepEqual(error(), { code: "internal", message: "New.", advice: "A", detail: "unknown error code brand_new" });
  });

  it("drops the fields of an error that have the wrong type", async () => {
    await request(asPageMakesIt("status-request"));
    native.receive({ jsonrpc: "2.0", id: 1, error: { message: "M", data: { code: "internal", advice: 1, triesLeft: "3", field: {}, detail: null, retryAfterSeconds: -1, missing: "card", more: 1 } } });
    assert.deepEqual(error(), { code: "internal", message: "M" });
  });

  it("waits through notifications", async () => {
    await request(asPageMakesIt("status-request"));
    native.receive(golden("reader-notification"));
    assert.deepEqual(page.sent, []);
    native.receive(golden("status-result"));
    assert.equal(page.sent.length, 1);
  });

  it("refuses an origin that the page forged", async () => {
    const { method, params } = asPageMakesIt("authenticate-request");
    await request({ type: "request", method, params: { ...params, origin: "https://bank.example" }, touched: true });
    assert.equal(error().code, "invalid_request");
    assert.equal(error().field, "origin");
    assert.equal(connections, 0);
    assertOver();
  });

  it("refuses a page inside another page, in the language it asked for", async () => {
    relay({ verdict: "frame", detail: "only the top frame of a page may ask" });
    await request(asPageMakesIt("authenticate-request"));
    assert.equal(error().code, "origin_refused");
    assert.equal(error().field, "origin");
    assert.match(error().message, /埋め込まれた/);
    assert.match(error().advice ?? "", /タブ/);
    assert.equal(connections, 0);
    assertOver();
  });

  it("refuses a sender without an origin", async () => {
    relay({ verdict: "stranger", detail: "the browser tells no origin for the page" });
    await request(asPageMakesIt("status-request"));
    assert.equal(error().code, "origin_refused");
    assert.equal(connections, 0);
  });

  it("refuses a tab that has too many requests open", async () => {
    relay(PAGE, { admitted: false, reason: "tooMany" });
    await request(asPageMakesIt("status-request"));
    assert.equal(error().code, "rate_limited");
    assert.equal(connections, 0);
    assertOver();
  });

  it("refuses a port whose first message is not a request", () => {
    for (const message of [null, {}, { type: "cancel" }, { ...STATUS, method: 1 }, { ...STATUS, params: [] }, { ...STATUS, touched: undefined }]) {
      ends = 0;
      relay();
      page.receive(message);
      assert.equal(error().code, "invalid_request");
      assert.equal(connections, 0);
      assertOver();
    }
  });

  it("names the field of a request that is not of the protocol", async () => {
    const sign = asPageMakesIt("sign-request").params;
    for (const [method, params, field] of [
      ["format-card", {}, "method"],
      ["cancel", { id: 1 }, "method"],
      ["history", {}, "method"],
      ["status", { validity: true }, "validity"],
      ["status", { progress: true }, "progress"],
      ["status", { waitForCard: true }, "waitForCard"],
      ["authenticate", { challengeNonce: "n", hold: true }, "hold"],
      ["authenticate", { challengeNonce: "n", progress: 1 }, "progress"],
      ["certificate", { kind: "signature", hold: "yes" }, "hold"],
      ["certificate", { kind: "signature", waitForCard: "yes" }, "waitForCard"],
      ["subscribe", {}, "method"],
      ["toString", {}, "method"],
      ["status", { reader: "x" }, "reader"],
      ["status", { lang: 1 }, "lang"],
      ["authenticate", {}, "challengeNonce"],
      ["authenticate", { challengeNonce: 1 }, "challengeNonce"],
      ["sign", { ...sign, hashes: undefined }, "hashes"],
      ["sign", { ...sign, hashes: "x" }, "hashes"],
      ["sign", { ...sign, hashes: [1] }, "hashes"],
      ["sign", { ...sign, hashFunction: "MD5" }, "hashFunction"],
      ["sign", { ...sign, certificate: 1 }, "certificate"],
      ["sign", { ...sign, pin: "1234" }, "pin"],
      ["certificate", {}, "kind"],
      ["certificate", { kind: "my-number" }, "kind"],
    ] as const) {
      relay();
      await request({ type: "request", method, params, touched: true });
      assert.equal(error().code, "invalid_request", method);
      assert.equal(error().field, field);
      assert(error().detail);
    }
    assert.equal(connections, 0);
  });

  it("does not start the native host for a message that is too long", async () => {
    const overhead = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "status", params: { lang: "" } }).length;
    // Three bytes a character in UTF-8, one in a string's length.
    const characters = Math.floor((MAX_MESSAGE_BYTES - overhead) / 3);
    await request({ ...STATUS, params: { lang: "あ".repeat(characters) } });
    assert.equal(connections, 1);
    relay();
    await request({ ...STATUS, params: { lang: "あ".repeat(characters + 1) } });
    assert.equal(connections, 1);
    assert.equal(error().code, "message_too_large");
  });

  it("says how to install when the browser finds no native host or may not start it", async () => {
    for (const reason of ["Specified native messaging host not found.", "Access to the specified native messaging host is forbidden.", "Failed to start native messaging host."]) {
      relay();
      await request(STATUS);
      lastError = reason;
      native.lose();
      assert.equal(error().code, "no_service");
      assert.match(error().advice ?? "", /jpki setup browsers/);
      assert.equal(error().missing, "native-host");
      assert.equal(error().detail, reason);
    }
  });

  it("says to try again when the native host ends before it answers", async () => {
    for (const reason of ["Native host has exited.", "Error when communicating with the native messaging host.", undefined]) {
      relay();
      await request(STATUS);
      lastError = reason;
      native.lose();
      assert.equal(error().code, "no_service");
      assert.match(error().advice ?? "", /jpki doctor/);
    }
  });

  it("answers no_service when the native host cannot be connected to at all", async () => {
    relay(PAGE, undefined, () => { throw new Error("no permission"); });
    await request(STATUS);
    assert.equal(error().code, "no_service");
    assert.equal(error().detail, "no permission");
  });

  it("answers an internal error when the native host's message cannot be understood", async () => {
    for (const message of [null, [], "x", {}, { jsonrpc: "1.0", id: 1, result: 1 }, { jsonrpc: "2.0", id: 1 }, { jsonrpc: "2.0", id: null, result: 1 },
      { jsonrpc: "2.0", id: 99, result: 1 }, { jsonrpc: "2.0" }, { jsonrpc: "2.0", id: 1, error: { message: "m" } },
      { jsonrpc: "2.0", id: 1, error: { message: "m", data: {} } }, { jsonrpc: "2.0", id: 1, error: { data: { code: "internal" } } },
      { jsonrpc: "2.0", id: {}, error: { message: "m", data: { code: "internal" } } }]) {
      ends = 0;
      relay();
      await request(STATUS);
      native.receive(message);
      assert.equal(error().code, "internal", JSON.stringify(message));
      assertOver();
    }
  });

  it("answers only once", async () => {
    await request(asPageMakesIt("status-request"));
    native.receive(golden("status-result"));
    native.receive(golden("status-result"));
    native.lose();
    page.receive({ type: "cancel" });
    await request(asPageMakesIt("status-request"));
    assert.equal(page.sent.length, 1);
    assert.equal(connections, 1);
    assertOver();
  });

  it("ignores a second request on the same port", async () => {
    await request(asPageMakesIt("status-request"));
    await request(asPageMakesIt("sign-request"));
    assert.equal(native.sent.length, 1);
  });
});

describe("the background before it asks", () => {
  it("opens no window for a page that nobody touched, and says so in the language asked for", async () => {
    for (const name of ["authenticate-request", "sign-request", "certificate-request"]) {
      ends = 0;
      relay();
      const asks = asPageMakesIt(name);
      await request({ ...asks, params: { ...asks.params, lang: "ja" }, touched: false });
      assert.equal(error().code, "interaction_required", name);
      assert.match(error().advice ?? "", /ボタン/);
      assertOver();
    }
    assert.equal(connections, 0);
    assert.deepEqual(asked, []);
  });

  it("looks at the card, and reads what it gives anybody, for a page that nobody touched", async () => {
    for (const asks of [STATUS, { ...STATUS, method: "certificate", params: { kind: "signature-ca" } }]) {
      relay();
      await request(asks);
      assert.equal(native.sent.length, 1);
    }
    assert.deepEqual(asked.map(({ opensWindow }) => opensWindow), [false, false]);
  });

  it("says who asks for what when it asks to be let in", async () => {
    await request(asPageMakesIt("sign-request"));
    assert.deepEqual(asked, [{ tabId: 7, origin: "https://www.example.jp", opensWindow: true }]);
  });

  it("refuses a second window of a tab, and a site that asks too often", async () => {
    relay(PAGE, { admitted: false, reason: "alreadyAsking" });
    await request(asPageMakesIt("sign-request"));
    assert.equal(error().code, "rate_limited");
    assert.match(error().message, /already/);
    relay(PAGE, { admitted: false, reason: "tooOften", retryAfterSeconds: 4 });
    await request(asPageMakesIt("sign-request"));
    assert.equal(error().code, "rate_limited");
    assert.equal(error().retryAfterSeconds, 4);
    assert.equal(connections, 0);
  });

  it("refuses a site whose permission the person took back, also in the middle of a request", async () => {
    await request(asPageMakesIt("authenticate-request"));
    await current.reconsider();
    assert.deepEqual(page.sent, []);
    conditions.served = false;
    await current.reconsider();
    assert.deepEqual([error().code, error().missing], ["extension_unavailable", "permission"]);
    assertOver();
    relay();
    await request(STATUS);
    assert.deepEqual([error().code, error().missing], ["extension_unavailable", "permission"]);
    assert.equal(connections, 1);
  });

  it("asks in the language that the person chose, whatever the page says", async () => {
    conditions.language = "ja";
    await request(asPageMakesIt("certificate-request"));
    assert.equal((native.lastSent as { params: { lang: string } }).params.lang, "ja");
    lastError = "Specified native messaging host not found.";
    native.lose();
    assert.match(error().message, /見つかりません/);
  });

  it("answers an error when the browser cannot say what the request depends on", async () => {
    conditions = Promise.reject(new Error("storage is broken")) as unknown as Conditions;
    await request(STATUS);
    assert.deepEqual([error().code, error().detail], ["internal", "Error: storage is broken"]);
    assertOver();
  });

  it("sends nothing for a page that cancels or goes meanwhile", async () => {
    page.receive(asPageMakesIt("sign-request"));
    page.receive({ type: "cancel" });
    assert.equal(error().code, "user_cancelled");
    assertOver();
    ends = 0;
    relay();
    page.receive(asPageMakesIt("sign-request"));
    page.lose();
    await settle();
    assert.equal(connections, 0);
    assertOver();
  });
});

describe("the background in the middle of a request", () => {
  const progress = (id: unknown, stage: unknown): object => ({ jsonrpc: "2.0", method: "progress", params: { id, stage } });

  beforeEach(async () => {
    await request({ ...asPageMakesIt("authenticate-request"), params: { challengeNonce: "n", progress: true, waitForCard: true } });
  });

  it("passes on how far it has come", () => {
    assert.deepEqual((native.lastSent as { params: object }).params, { challengeNonce: "n", progress: true, waitForCard: true, origin: "https://www.example.jp" });
    native.receive(progress(1, "waiting-for-card"));
    native.receive(golden("progress-notification"));
    native.receive(progress(1, "signing"));
    const stages = ["waiting-for-card", "waiting-for-pin", "signing"];
    assert.deepEqual(page.sent, stages.map((stage) => ({ type: "progress", stage })));
  });

  it("keeps other requests' progress, stages that it does not know, and what comes too late to itself", () => {
    for (const message of [progress(2, "signing"), progress(null, "signing"), progress(1, "coffee"), { ...progress(1, "signing"), params: [] }]) native.receive(message);
    assert.deepEqual(page.sent, []);
    native.receive(golden("authenticate-result"));
    native.receive(progress(1, "signing"));
    assert.equal(page.sent.length, 1);
  });

  it("gives an allowance back only for a request that the person answered", () => {
    native.receive(golden("error-user-cancelled"));
    assert.deepEqual(left, [false]);
  });
});

describe("the background after a certificate whose password is held", () => {
  const held = { jsonrpc: "2.0", id: 1, result: { ...(golden("certificate-result")["result"] as object), heldSeconds: 30 } };
  const asks = { type: "request", method: "certificate", params: { kind: "signature", hold: true }, touched: true };

  it("hands the native port on instead of closing it", async () => {
    await request(asks);
    native.receive(held);
    assert.deepEqual(page.lastSent, { type: "result", result: held.result, held: true });
    assert(!native.disconnected);
    assert.deepEqual(kept, [{ tabId: 7, origin: "https://www.example.jp", native, page, seconds: 30 }]);
    assert.equal(ends, 1);
    native.lose();
    page.lose();
    assert.equal(page.sent.length, 1);
  });

  it("closes it where the page did not ask for that, or the service did not do it", async () => {
    for (const [params, heldSeconds] of [[{ kind: "signature" }, 30], [{ kind: "signature", hold: false }, 30], [asks.params, undefined], [asks.params, 0], [asks.params, "30"]] as const) {
      ends = 0;
      relay();
      await request({ ...asks, params });
      native.receive({ ...held, result: { heldSeconds } });
      assert.equal((page.lastSent as { held: boolean }).held, false);
      assertOver();
    }
    assert.deepEqual(kept, []);
  });

  it("does not keep it when the page cancelled meanwhile", async () => {
    await request(asks);
    page.receive({ type: "cancel" });
    native.receive(held);
    assert.equal(error().code, "user_cancelled");
    assertOver();
  });
});

describe("the background when the page goes away", () => {
  it("closes the native port, which ends the prompt", async () => {
    await request(asPageMakesIt("authenticate-request"));
    page.lose();
    assert.deepEqual(page.sent, []);
    assertOver();
  });

  it("has nothing to close when there was no request yet", () => {
    page.lose();
    assert.equal(connections, 0);
    assertOver();
  });
});

describe("the background when the page cancels", () => {
  beforeEach(async () => {
    await request(asPageMakesIt("authenticate-request"));
    page.receive({ type: "cancel" });
  });

  it("sends the golden cancel and waits for the service to confirm", () => {
    assert.deepEqual(native.lastSent, golden("cancel-request"));
    assert(!native.disconnected);
    native.receive(golden("cancel-result"));
    assert.deepEqual(page.sent, []);
    native.receive(golden("error-user-cancelled"));
    assert.equal(error().code, "user_cancelled");
    assertOver();
  });

  it("sends it once", () => {
    page.receive({ type: "cancel" });
    assert.equal(native.sent.length, 2);
    native.receive(golden("error-user-cancelled"));
  });

  it("gives nobody a signature that was made in the meantime", () => {
    native.receive(golden("authenticate-result"));
    assert.equal(error().code, "user_cancelled");
    assertOver();
  });

  it("takes the end of the native host for a confirmation", () => {
    lastError = "Native host has exited.";
    native.lose();
    assert.equal(error().code, "user_cancelled");
    assertOver();
  });

  it("closes the native port anyway when the service does not confirm in time", async (t) => {
    native.receive(golden("error-user-cancelled"));
    t.mock.timers.enable({ apis: ["setTimeout"] });
    ends = 0;
    relay();
    await request(asPageMakesIt("authenticate-request"));
    page.receive({ type: "cancel" });
    t.mock.timers.tick(CANCEL_GRACE_MS);
    assert.equal(error().code, "user_cancelled");
    assertOver();
  });

  it("closes the native port at once when the page goes away too", () => {
    page.lose();
    assertOver();
  });
});
