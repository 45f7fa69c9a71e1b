import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { ErrorBody } from "../page/src/errors.js";
import { CANCEL_GRACE_MS, Relay } from "../src/background/relay.js";
import type { SenderVerdict } from "../src/background/sender.js";
import { MAX_MESSAGE_BYTES } from "../src/messages.js";
import { FakePort, golden } from "./fakes.js";

const PAGE: SenderVerdict = { verdict: "page", origin: "https://www.example.jp", tabId: 7 };

let page: FakePort;
let native: FakePort;
let connections: number;
let ends: number;
let lastError: string | undefined;

function relay(sender: SenderVerdict = PAGE, admitted = true, connectNative?: () => FakePort): void {
  page = new FakePort();
  native = new FakePort();
  new Relay(page, sender, {
    connectNative: connectNative ?? ((): FakePort => { connections += 1; return native; }),
    lastError: () => lastError,
    uiLanguage: () => "en-GB",
    admitted,
    onEnd: () => { ends += 1; },
  });
}

/** The request of a golden message as a page makes it: without the origin. */
function asPageMakesIt(name: string): { type: "request"; method: unknown; params: Record<string, unknown> } {
  const { method, params } = golden(name);
  const ofPage = { ...(params as Record<string, unknown>) };
  delete ofPage["origin"];
  return { type: "request", method, params: ofPage };
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
  relay();
});

describe("the background", () => {
  it("sends the golden requests, with the browser's origin added", () => {
    for (const name of ["status-request", "authenticate-request", "sign-request", "certificate-request"]) {
      relay();
      page.receive(asPageMakesIt(name));
      assert.deepEqual(native.sent, [golden(name)], name);
    }
  });

  it("relays a result and closes the native port", () => {
    page.receive(asPageMakesIt("authenticate-request"));
    native.receive(golden("authenticate-result"));
    assert.deepEqual(page.sent, [{ type: "result", result: golden("authenticate-result")["result"] }]);
    assertOver();
  });

  it("relays each error with all its fields", () => {
    for (const name of ["error-pin-incorrect", "error-pin-blocked", "error-user-cancelled", "error-origin-refused", "error-invalid-params",
      "error-unknown-method", "error-not-json", "error-rate-limited"]) {
      ends = 0;
      relay();
      page.receive(asPageMakesIt("authenticate-request"));
      native.receive(golden(name));
      const { message, data } = golden(name)["error"] as { message: string; data: object };
      assert.deepEqual(error(), { message, ...data }, name);
      assertOver();
    }
  });

  it("takes an error code that it does not know for an internal error", () => {
    page.receive(asPageMakesIt("status-request"));
    native.receive({ jsonrpc: "2.0", id: 1, error: { code: -32000, message: "New.", data: { code: "brand_new", advice: "A" } } });
    assert.deepEqual(error(), { code: "internal", message: "New.", advice: "A", detail: "unknown error code brand_new" });
  });

  it("drops the fields of an error that have the wrong type", () => {
    page.receive(asPageMakesIt("status-request"));
    native.receive({ jsonrpc: "2.0", id: 1, error: { message: "M", data: { code: "internal", advice: 1, triesLeft: "3", field: {}, detail: null, retryAfterSeconds: -1, missing: "card", more: 1 } } });
    assert.deepEqual(error(), { code: "internal", message: "M" });
  });

  it("waits through notifications", () => {
    page.receive(asPageMakesIt("status-request"));
    native.receive(golden("reader-notification"));
    assert.deepEqual(page.sent, []);
    native.receive(golden("status-result"));
    assert.equal(page.sent.length, 1);
  });

  it("refuses an origin that the page forged", () => {
    const { method, params } = asPageMakesIt("authenticate-request");
    page.receive({ type: "request", method, params: { ...params, origin: "https://bank.example" } });
    assert.equal(error().code, "invalid_request");
    assert.equal(error().field, "origin");
    assert.equal(connections, 0);
    assertOver();
  });

  it("refuses a page inside another page, in the language it asked for", () => {
    relay({ verdict: "frame", detail: "only the top frame of a page may ask" });
    page.receive(asPageMakesIt("authenticate-request"));
    assert.equal(error().code, "origin_refused");
    assert.equal(error().field, "origin");
    assert.match(error().message, /埋め込まれた/);
    assert.match(error().advice ?? "", /タブ/);
    assert.equal(connections, 0);
    assertOver();
  });

  it("refuses a sender without an origin", () => {
    relay({ verdict: "stranger", detail: "the browser tells no origin for the page" });
    page.receive(asPageMakesIt("status-request"));
    assert.equal(error().code, "origin_refused");
    assert.equal(connections, 0);
  });

  it("refuses a tab that has too many requests open", () => {
    relay(PAGE, false);
    page.receive(asPageMakesIt("status-request"));
    assert.equal(error().code, "rate_limited");
    assert.equal(connections, 0);
    assertOver();
  });

  it("refuses a port whose first message is not a request", () => {
    for (const message of [null, {}, { type: "cancel" }, { type: "request", method: 1, params: {} }, { type: "request", method: "status", params: [] }]) {
      ends = 0;
      relay();
      page.receive(message);
      assert.equal(error().code, "invalid_request");
      assert.equal(connections, 0);
      assertOver();
    }
  });

  it("names the field of a request that is not of the protocol", () => {
    const sign = asPageMakesIt("sign-request").params;
    for (const [method, params, field] of [
      ["format-card", {}, "method"],
      ["cancel", { id: 1 }, "method"],
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
      page.receive({ type: "request", method, params });
      assert.equal(error().code, "invalid_request", method);
      assert.equal(error().field, field);
      assert(error().detail);
    }
    assert.equal(connections, 0);
  });

  it("does not start the native host for a message that is too long", () => {
    const overhead = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "status", params: { lang: "" } }).length;
    // Three bytes a character in UTF-8, one in a string's length.
    const characters = Math.floor((MAX_MESSAGE_BYTES - overhead) / 3);
    page.receive({ type: "request", method: "status", params: { lang: "あ".repeat(characters) } });
    assert.equal(connections, 1);
    relay();
    page.receive({ type: "request", method: "status", params: { lang: "あ".repeat(characters + 1) } });
    assert.equal(connections, 1);
    assert.equal(error().code, "message_too_large");
  });

  it("says how to install when the browser finds no native host or may not start it", () => {
    for (const reason of ["Specified native messaging host not found.", "Access to the specified native messaging host is forbidden.", "Failed to start native messaging host."]) {
      relay();
      page.receive({ type: "request", method: "status", params: {} });
      lastError = reason;
      native.lose();
      assert.equal(error().code, "no_service");
      assert.match(error().advice ?? "", /jpki setup browsers/);
      assert.equal(error().missing, "native-host");
      assert.equal(error().detail, reason);
    }
  });

  it("says to try again when the native host ends before it answers", () => {
    for (const reason of ["Native host has exited.", "Error when communicating with the native messaging host.", undefined]) {
      relay();
      page.receive({ type: "request", method: "status", params: {} });
      lastError = reason;
      native.lose();
      assert.equal(error().code, "no_service");
      assert.match(error().advice ?? "", /jpki doctor/);
    }
  });

  it("answers no_service when the native host cannot be connected to at all", () => {
    relay(PAGE, true, () => { throw new Error("no permission"); });
    page.receive({ type: "request", method: "status", params: {} });
    assert.equal(error().code, "no_service");
    assert.equal(error().detail, "no permission");
  });

  it("answers an internal error when the native host's message cannot be understood", () => {
    for (const message of [null, [], "x", {}, { jsonrpc: "1.0", id: 1, result: 1 }, { jsonrpc: "2.0", id: 1 }, { jsonrpc: "2.0", id: null, result: 1 },
      { jsonrpc: "2.0", id: 99, result: 1 }, { jsonrpc: "2.0" }, { jsonrpc: "2.0", id: 1, error: { message: "m" } },
      { jsonrpc: "2.0", id: 1, error: { message: "m", data: {} } }, { jsonrpc: "2.0", id: 1, error: { data: { code: "internal" } } },
      { jsonrpc: "2.0", id: {}, error: { message: "m", data: { code: "internal" } } }]) {
      ends = 0;
      relay();
      page.receive({ type: "request", method: "status", params: {} });
      native.receive(message);
      assert.equal(error().code, "internal", JSON.stringify(message));
      assertOver();
    }
  });

  it("answers only once", () => {
    page.receive(asPageMakesIt("status-request"));
    native.receive(golden("status-result"));
    native.receive(golden("status-result"));
    native.lose();
    page.receive({ type: "cancel" });
    page.receive(asPageMakesIt("status-request"));
    assert.equal(page.sent.length, 1);
    assert.equal(connections, 1);
    assertOver();
  });

  it("ignores a second request on the same port", () => {
    page.receive(asPageMakesIt("status-request"));
    page.receive(asPageMakesIt("sign-request"));
    assert.equal(native.sent.length, 1);
  });
});

describe("the background when the page goes away", () => {
  it("closes the native port, which ends the prompt", () => {
    page.receive(asPageMakesIt("authenticate-request"));
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
  beforeEach(() => {
    page.receive(asPageMakesIt("authenticate-request"));
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

  it("closes the native port anyway when the service does not confirm in time", (t) => {
    native.receive(golden("error-user-cancelled"));
    t.mock.timers.enable({ apis: ["setTimeout"] });
    ends = 0;
    relay();
    page.receive(asPageMakesIt("authenticate-request"));
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
