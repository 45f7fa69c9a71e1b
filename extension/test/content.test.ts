import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { ErrorBody } from "../page/src/errors.js";
import { serve } from "../src/content/bridge.js";
import { Exchanges } from "../src/content/exchanges.js";
import { FakePort, FakeWindow, settle } from "./fakes.js";

const ID = "5b0b9d0e-0000-4000-8000-000000000001";
const REQUEST = { jpkid: "request", id: ID, method: "status", params: { lang: "ja" } };
const error = (code: ErrorBody["code"]): ErrorBody => ({ code, message: `${code}.`, advice: "Do this." });
const MALFORMED = error("invalid_request");
const ERRORS = { reload: error("extension_unavailable"), interrupted: error("internal"), cancelled: error("user_cancelled") };

let page: FakeWindow;
let ports: FakePort[];
let gone: boolean;
let activate: (() => void) | undefined;
let touched: boolean;
let renewals: number;
let exchanges: Exchanges;

function start(prerendering = false): void {
  const untilActive = prerendering
    ? new Promise<void>((resolve) => { activate = resolve; })
    : Promise.resolve();
  exchanges = new Exchanges({
    connect: () => {
      if (gone) throw new Error("Extension context invalidated.");
      const port = new FakePort();
      ports.push(port);
      return port;
    },
    untilActive: () => untilActive,
    activation: { get isFresh(): boolean { return touched; }, renew: () => { renewals += 1; } },
    errors: ERRORS,
  });
  serve({ page, exchanges, malformed: MALFORMED });
}

/** What the page was told since its last message. */
function told(): unknown[] {
  return page.posted.map(({ message }) => message);
}

async function request(message: unknown = REQUEST): Promise<FakePort> {
  page.deliver(message);
  await settle();
  const port = ports.at(-1);
  assert(port !== undefined, "no port was opened");
  return port;
}

beforeEach(() => {
  page = new FakeWindow();
  ports = [];
  gone = false;
  touched = true;
  renewals = 0;
  start();
});

describe("the content script", () => {
  it("accepts at once and opens a port for the request", async () => {
    page.deliver(REQUEST);
    assert.deepEqual(page.posted, [{ message: { jpkid: "accepted", id: ID }, targetOrigin: page.location.origin }]);
    await settle();
    assert.deepEqual(ports[0]?.sent, [{ type: "request", method: "status", params: { lang: "ja" }, touched: true }]);
  });

  it("takes missing parameters for none", async () => {
    const port = await request({ jpkid: "request", id: ID, method: "status" });
    assert.deepEqual(port.lastSent, { type: "request", method: "status", params: {}, touched: true });
  });

  it("hands a result to the page and closes the port", async () => {
    const port = await request();
    port.receive({ type: "result", result: { version: "0.1.0" } });
    assert.deepEqual(told().at(-1), { jpkid: "result", id: ID, result: { version: "0.1.0" } });
    assert(port.disconnected);
  });

  it("hands an error to the page", async () => {
    const port = await request();
    port.receive({ type: "error", error: error("no_card") });
    assert.deepEqual(told().at(-1), { jpkid: "error", id: ID, error: error("no_card") });
  });

  it("says nothing more after the answer", async () => {
    const port = await request();
    port.receive({ type: "result", result: 1 });
    port.receive({ type: "result", result: 2 });
    port.lose();
    assert.equal(page.postedOf("result").length, 1);
    assert.equal(page.postedOf("error").length, 0);
  });

  it("tells the page when the background goes away", async () => {
    const port = await request();
    port.lose();
    assert.deepEqual(told().at(-1), { jpkid: "error", id: ID, error: ERRORS.interrupted });
  });

  it("tells the page when the background's answer cannot be understood", async () => {
    for (const answer of [null, {}, { type: "result?" }, { type: "error" }, { type: "error", error: { code: "made_up", message: "" } }]) {
      const port = await request();
      port.receive(answer);
      assert.deepEqual(told().at(-1), { jpkid: "error", id: ID, error: ERRORS.interrupted });
      assert(port.disconnected);
    }
  });

  it("asks for a reload when the extension it belongs to is gone", async () => {
    gone = true;
    page.deliver(REQUEST);
    await settle();
    assert.deepEqual(told(), [{ jpkid: "accepted", id: ID }, { jpkid: "error", id: ID, error: ERRORS.reload }]);
  });

  it("relays a cancel on the request's own port", async () => {
    const port = await request();
    page.deliver({ jpkid: "cancel", id: ID });
    assert.deepEqual(port.lastSent, { type: "cancel" });
    assert(!port.disconnected);
  });

  it("ignores a cancel for a request that it does not know", () => {
    page.deliver({ jpkid: "cancel", id: ID });
    assert.deepEqual(told(), []);
  });

  it("keeps requests apart, and ignores a second one of the same id", async () => {
    const first = await request();
    const second = await request({ ...REQUEST, id: "second" });
    page.deliver(REQUEST);
    await settle();
    assert.equal(ports.length, 2);
    second.receive({ type: "result", result: 2 });
    first.receive({ type: "result", result: 1 });
    assert.deepEqual(page.postedOf("result"), [{ jpkid: "result", id: "second", result: 2 }, { jpkid: "result", id: ID, result: 1 }]);
    await request();
    assert.equal(ports.length, 3, "an id can be used again once its request is over");
  });

  it("hears nobody but the page itself", async () => {
    page.deliver(REQUEST, new FakeWindow());
    page.deliver(REQUEST, null);
    page.deliver(REQUEST, page, "https://evil.example");
    await settle();
    assert.deepEqual(told(), []);
    assert.equal(ports.length, 0);
  });

  it("ignores what is not a request, its own answers included", async () => {
    for (const data of [null, undefined, "jpkid", 7, [REQUEST], {}, { jpkid: "request" }, { ...REQUEST, id: "" }, { ...REQUEST, id: 1 },
      { ...REQUEST, id: "x".repeat(65) }, { ...REQUEST, jpkid: "accepted" }, { ...REQUEST, jpkid: "result" }, { action: "web-eid:status" }]) {
      page.deliver(data);
    }
    await settle();
    assert.deepEqual(told(), []);
  });

  it("names the field of a request that is malformed", () => {
    for (const [data, field] of [[{ ...REQUEST, method: 1 }, "method"], [{ ...REQUEST, params: [] }, "params"], [{ ...REQUEST, params: null }, "params"]] as const) {
      page.deliver(data);
      assert.deepEqual(told().at(-1), { jpkid: "error", id: ID, error: { ...MALFORMED, field } });
    }
    assert.equal(ports.length, 0);
  });

  it("passes on only the fields of the protocol", async () => {
    const port = await request({ ...REQUEST, origin: "https://evil.example", type: "x" });
    assert.deepEqual(port.lastSent, { type: "request", method: "status", params: { lang: "ja" }, touched: true });
  });

  it("tells the page how far its request has come", async () => {
    const port = await request();
    for (const stage of ["waiting-for-card", "waiting-for-pin", "signing"]) {
      port.receive({ type: "progress", stage });
      assert.deepEqual(told().at(-1), { jpkid: "progress", id: ID, stage });
    }
    port.receive({ type: "result", result: 1 });
    port.receive({ type: "progress", stage: "signing" });
    assert.equal(page.postedOf("progress").length, 3);
  });

  it("says whether a person touched the page", async () => {
    touched = false;
    const port = await request();
    assert.equal((port.lastSent as { touched: unknown }).touched, false);
  });

  it("takes a window that the person answered for a touch, but nothing else", async () => {
    const answers: [string, object, boolean, object][] = [
      ["sign", {}, true, { type: "result", result: 1 }],
      ["sign", {}, false, { type: "result", result: 1 }],
      ["sign", {}, true, { type: "error", error: error("user_cancelled") }],
      ["status", {}, true, { type: "result", result: 1 }],
      ["certificate", { kind: "signature-ca" }, true, { type: "result", result: 1 }],
      ["certificate", { kind: "signature" }, true, { type: "result", result: 1 }],
    ];
    const expected = [1, 1, 1, 1, 1, 2];
    for (const [index, [method, params, isFresh, answer]] of answers.entries()) {
      touched = isFresh;
      (await request({ jpkid: "request", id: `touch ${index}`, method, params })).receive(answer);
      assert.equal(renewals, expected[index], `${method} ${JSON.stringify(params)}`);
    }
  });

  it("keeps the port of a held certificate open, so that the background sees the page go", async () => {
    const port = await request();
    port.receive({ type: "result", result: 1, held: true });
    assert.deepEqual(page.postedOf("result"), [{ jpkid: "result", id: ID, result: 1 }]);
    assert(!port.disconnected);
    exchanges.leave();
    assert(port.disconnected);
    assert.equal(page.postedOf("error").length, 0);
  });

  it("says nothing when a hold ends", async () => {
    const port = await request();
    port.receive({ type: "result", result: 1, held: true });
    port.lose();
    assert.equal(page.postedOf("error").length, 0);
  });

  it("ends every request when the page is left, since the browser may show it again", async () => {
    const first = await request();
    const second = await request({ ...REQUEST, id: "second" });
    exchanges.leave();
    assert(first.disconnected && second.disconnected);
    assert.deepEqual(page.postedOf("error").map(({ id, error }) => [id, error]), [[ID, ERRORS.cancelled], ["second", ERRORS.cancelled]]);
    await request();
    assert.equal(ports.length, 3, "a page that is shown again can ask again");
  });
});

describe("the content script of a page that is loaded ahead of time", () => {
  beforeEach(() => {
    page = new FakeWindow();
    start(true);
  });

  it("asks for nothing until the page is on screen", async () => {
    page.deliver(REQUEST);
    await settle();
    assert.deepEqual(told(), [{ jpkid: "accepted", id: ID }]);
    assert.equal(ports.length, 0);
    activate?.();
    await settle();
    assert.equal(ports.length, 1);
  });

  it("ends a request that is cancelled before that", async () => {
    page.deliver(REQUEST);
    page.deliver({ jpkid: "cancel", id: ID });
    assert.deepEqual(told().at(-1), { jpkid: "error", id: ID, error: ERRORS.cancelled });
    activate?.();
    await settle();
    assert.equal(ports.length, 0);
  });
});
