import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ACCEPT_TIMEOUT_MS } from "../page/src/client.js";
import * as page from "../page/src/jpkid.js";
import { pageError } from "../page/src/texts.js";
import { FakeWindow, golden, settle } from "./fakes.js";

const NONCE = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";

let window: FakeWindow;

/** The id of the last request. */
function lastId(): string {
  const id = window.postedOf("request").at(-1)?.["id"];
  assert(typeof id === "string");
  return id;
}

function answer(result: unknown): void {
  window.postMessage({ jpkid: "accepted", id: lastId() });
  window.postMessage({ jpkid: "result", id: lastId(), result });
}

async function rejection(promise: Promise<unknown>): Promise<page.JpkidError> {
  const error: unknown = await promise.then(() => assert.fail("it resolved"), (reason: unknown) => reason);
  assert(error instanceof page.JpkidError);
  return error;
}

beforeEach(() => {
  window = new FakeWindow();
  Object.assign(globalThis, { window });
  speak("en-GB");
});

/** Sets the browser's language. */
function speak(language: string): void {
  Object.defineProperty(globalThis, "navigator", { value: { language }, configurable: true });
}

afterEach(() => {
  assert.equal(window.listeners, 0, "a listener was left on the window");
});

describe("the page module", () => {
  it("posts requests to its own origin only, with the parameters of the golden messages", async () => {
    for (const [name, send] of [
      ["status", () => page.status({ lang: "ja" })],
      ["authenticate", () => page.authenticate({ challengeNonce: NONCE, lang: "ja" })],
      ["certificate", () => page.certificate({ kind: "signature", lang: "en" })],
      ["sign", () => page.sign({ ...(golden("sign-request")["params"] as page.SignOptions) })],
    ] as const) {
      const promise = send();
      const { origin, ...params } = golden(`${name}-request`)["params"] as Record<string, unknown>;
      assert(name === "status" || origin !== undefined);
      const posted = window.posted.at(-1);
      assert(posted !== undefined);
      assert.equal(posted.targetOrigin, window.location.origin);
      assert.deepEqual(posted.message, { jpkid: "request", id: lastId(), method: name, params });
      answer(golden(`${name}-result`)["result"]);
      assert.deepEqual(await promise, golden(`${name}-result`)["result"]);
    }
  });

  it("leaves out what the caller left out", async () => {
    const promise = page.sign({ hashes: [], hashFunction: "SHA-512" });
    assert.deepEqual(window.postedOf("request")[0]?.["params"], { hashes: [], hashFunction: "SHA-512" });
    answer(golden("sign-result")["result"]);
    await promise;
  });

  it("understands a reader whose card cannot be read", async () => {
    const promise = page.status();
    answer(golden("status-result-unreadable-card")["result"]);
    const { readers } = await promise;
    assert.equal(readers[0]?.card, null);
    assert.equal(readers[0].error?.code, "unsupported_card");
  });

  it("gives every field of an error to the caller", async () => {
    const promise = page.authenticate({ challengeNonce: NONCE });
    const error = { code: "pin_incorrect", message: "m", advice: "a", triesLeft: 2, field: "f", detail: "d", retryAfterSeconds: 3, missing: "daemon" };
    window.postMessage({ jpkid: "error", id: lastId(), error });
    const { code, message, advice, triesLeft, field, detail, retryAfterSeconds, missing, name } = await rejection(promise);
    assert.deepEqual({ code, message, advice, triesLeft, field, detail, retryAfterSeconds, missing }, error);
    assert.equal(name, "JpkidError");
  });

  it("keeps two requests at a time apart", async () => {
    const first = page.status();
    const firstId = lastId();
    const second = page.certificate({ kind: "authentication-ca" });
    assert.notEqual(lastId(), firstId);
    answer({ certificate: "MA==", supportedSignatureAlgorithms: [] });
    assert.equal((await second).certificate, "MA==");
    window.postMessage({ jpkid: "result", id: firstId, result: golden("status-result")["result"] });
    assert.equal((await first).version, "0.1.0");
  });

  it("says that the extension is missing when nothing accepts the request in time, and takes it back", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const promise = page.status({ lang: "ja-JP" });
    t.mock.timers.tick(ACCEPT_TIMEOUT_MS);
    const error = await rejection(promise);
    assert.equal(error.code, "extension_unavailable");
    assert.match(error.message, /拡張機能/);
    assert.deepEqual(window.posted.at(-1)?.message, { jpkid: "cancel", id: lastId() });
  });

  it("waits for the person as long as it takes once the request is accepted", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const promise = page.authenticate({ challengeNonce: NONCE });
    window.postMessage({ jpkid: "accepted", id: lastId() });
    t.mock.timers.tick(ACCEPT_TIMEOUT_MS * 1000);
    answer(golden("authenticate-result")["result"]);
    assert.equal((await promise).format, "web-eid:1.0");
  });

  it("asks for nothing on a page from an insecure connection", async () => {
    window.isSecureContext = false;
    assert.equal((await rejection(page.status())).code, "insecure_context");
    assert.equal(window.posted.length, 0);
  });

  it("asks for nothing when the signal is aborted already", async () => {
    const reason = new TypeError("not now");
    await assert.rejects(page.status({ signal: AbortSignal.abort(reason) }), reason);
    assert.equal(window.posted.length, 0);
  });

  it("cancels and rejects with the signal's reason when it is aborted", async () => {
    const controller = new AbortController();
    const promise = page.authenticate({ challengeNonce: NONCE, signal: controller.signal });
    const reason = new RangeError("changed my mind");
    controller.abort(reason);
    await assert.rejects(promise, reason);
    assert.deepEqual(window.posted.at(-1)?.message, { jpkid: "cancel", id: lastId() });
  });

  it("does not cancel a request that is over", async () => {
    const controller = new AbortController();
    const promise = page.status({ signal: controller.signal });
    answer(golden("status-result")["result"]);
    await promise;
    controller.abort();
    assert.equal(window.postedOf("cancel").length, 0);
  });

  it("hears nobody but its own window and origin", async () => {
    const promise = page.status();
    const id = lastId();
    const forged = { jpkid: "result", id, result: { version: "6.6.6", readers: [] } };
    window.deliver(forged, new FakeWindow());
    window.deliver(forged, window, "https://evil.example");
    window.deliver(forged, null);
    window.deliver({ ...forged, id: "another" });
    answer(golden("status-result")["result"]);
    assert.equal((await promise).version, "0.1.0");
  });

  it("ignores what is not an answer", async () => {
    const promise = page.status();
    const id = lastId();
    for (const data of [null, 1, "x", [], {}, { jpkid: "result" }, { jpkid: "other", id }, { jpkid: "error", id },
      { jpkid: "error", id, error: { code: "made_up", message: "" } }, { jpkid: "error", id, error: { code: "internal" } }]) {
      window.deliver(data);
    }
    await settle();
    answer(golden("status-result")["result"]);
    await promise;
  });

  it("rejects a result of the wrong shape", async () => {
    const token = golden("authenticate-result")["result"] as Record<string, unknown>;
    const card = { kind: "my-number-card", certificates: [], pins: { authentication: { state: "blocked" } } };
    const cases: [() => Promise<unknown>, unknown][] = [
      ...Object.keys(token).map((key): [() => Promise<unknown>, unknown] =>
        [() => page.authenticate({ challengeNonce: NONCE }), { ...token, [key]: undefined }]),
      [() => page.authenticate({ challengeNonce: NONCE }), { ...token, algorithm: "none" }],
      [() => page.sign({ hashes: [], hashFunction: "SHA-256" }), { ...(golden("sign-result")["result"] as object), signatures: [1] }],
      [() => page.sign({ hashes: [], hashFunction: "SHA-256" }), { ...(golden("sign-result")["result"] as object), signatureAlgorithm: {} }],
      [() => page.certificate({ kind: "signature" }), { certificate: "MA==" }],
      [() => page.certificate({ kind: "signature" }), null],
      [() => page.status(), []],
      [() => page.status(), { version: "1", readers: [{ card: null }] }],
      [() => page.status(), { version: "1", readers: [{ name: "r" }] }],
      [() => page.status(), { version: "1", readers: [{ name: "r", card: null, error: { code: "?" } }] }],
      [() => page.status(), { version: "1", readers: [{ name: "r", card: { ...card, kind: "library-card" } }] }],
      [() => page.status(), { version: "1", readers: [{ name: "r", card: { ...card, certificates: ["ca"] } }] }],
      [() => page.status(), { version: "1", readers: [{ name: "r", card: { ...card, pins: {} } }] }],
      [() => page.status(), { version: "1", readers: [{ name: "r", card: { ...card, pins: { authentication: { state: "unverified", triesLeft: -1 } } } }] }],
      [() => page.status(), { version: "1", readers: [{ name: "r", card: { ...card, pins: { ...card.pins, signature: { state: "?" } } } }] }],
    ];
    for (const [send, result] of cases) {
      const promise = send();
      answer(result);
      assert.equal((await rejection(promise)).code, "internal", JSON.stringify(result));
    }
  });

  it("says how far the request has come, and asks for that only where somebody listens", async () => {
    const stages: string[] = [];
    const promise = page.authenticate({ challengeNonce: NONCE, waitForCard: true, onProgress: (stage) => { stages.push(stage); } });
    assert.deepEqual(window.postedOf("request").at(-1)?.["params"], { challengeNonce: NONCE, waitForCard: true, progress: true });
    for (const stage of ["waiting-for-card", "waiting-for-pin", "coffee", "signing"]) window.postMessage({ jpkid: "progress", id: lastId(), stage });
    window.postMessage({ jpkid: "progress", id: "another", stage: "signing" });
    window.deliver({ jpkid: "progress", id: lastId(), stage: "signing" }, new FakeWindow());
    assert.deepEqual(stages, ["waiting-for-card", "waiting-for-pin", "signing"]);
    answer(golden("authenticate-result")["result"]);
    await promise;
    window.postMessage({ jpkid: "progress", id: lastId(), stage: "signing" });
    assert.equal(stages.length, 3);
  });

  it("asks for the password to be held, and says for how long it is", async () => {
    const promise = page.certificate({ kind: "signature", hold: true });
    const { origin, ...params } = golden("certificate-hold-request")["params"] as Record<string, unknown>;
    assert.equal(typeof origin, "string", "it is added by the background");
    assert.deepEqual(window.postedOf("request").at(-1)?.["params"], params);
    answer(golden("certificate-hold-result")["result"]);
    assert.equal((await promise).heldSeconds, 30);
  });

  it("has texts in English for every language that it does not know", () => {
    assert.equal(pageError("insecure_context", "fr").message, pageError("insecure_context", undefined).message);
    assert.notEqual(pageError("insecure_context", "JA").message, pageError("insecure_context", "en").message);
  });
});

describe("the capability answer", () => {
  const HELP = "https://www.example.jp/card-help";

  async function missing(lang: string, reply: () => void): Promise<Exclude<page.Capability, { ready: true }>> {
    const promise = page.capability({ lang, helpUrl: HELP });
    reply();
    const capability = await promise;
    assert(!capability.ready);
    return capability;
  }
  const fail = (error: object) => (): void => { window.postMessage({ jpkid: "error", id: lastId(), error }); };
  const see = (readers: unknown[]) => (): void => { answer({ version: "0.1.0", readers }); };

  it("is ready when a reader holds a card that can be read, whatever the other readers hold", async () => {
    const { readers } = golden("status-result")["result"] as { readers: unknown[] };
    const promise = page.capability();
    see([{ name: "empty", card: null }, ...readers])();
    const capability = await promise;
    assert(capability.ready);
    assert.equal(capability.status.readers.length, readers.length + 1);
  });

  it("asks for the status and nothing else", async () => {
    await missing("ja", see([]));
    assert.deepEqual(window.postedOf("request").map(({ method, params }) => [method, params]), [["status", { lang: "ja" }]]);
  });

  it("names the first part that is missing, with a link", async () => {
    const unreadable = (golden("status-result-unreadable-card")["result"] as { readers: unknown[] }).readers;
    for (const [part, reply] of [
      ["extension", fail({ code: "extension_unavailable", message: "m", advice: "a" })],
      ["permission", fail({ code: "extension_unavailable", message: "m", advice: "a", missing: "permission" })],
      ["native-host", fail({ code: "no_service", message: "m", advice: "a", missing: "native-host" })],
      ["native-host", fail({ code: "no_service", message: "m", advice: "a" })],
      ["daemon", fail({ code: "no_service", message: "m", advice: "a", missing: "daemon" })],
      ["service", fail({ code: "no_service", message: "m", advice: "a", missing: "service" })],
      ["service", fail({ code: "access_denied", message: "m", advice: "a" })],
      ["reader", fail({ code: "no_reader", message: "m", advice: "a" })],
      ["reader", see([])],
      ["card", see([{ name: "r", card: null }])],
      ["card", see(unreadable)],
    ] as const) {
      const capability = await missing("en", reply);
      assert.equal(capability.missing, part);
      assert.equal(capability.helpUrl, `${HELP}#${part}`);
      assert(capability.message !== "" && capability.advice !== "");
    }
  });

  it("gives the service's own words where it has any, and others in the language asked for", async () => {
    const said = await missing("ja", fail({ code: "no_service", message: "止まっています。", advice: "動かしてください。", missing: "service" }));
    assert.deepEqual([said.message, said.advice], ["止まっています。", "動かしてください。"]);
    assert.match((await missing("ja-JP", see([]))).message, /カードリーダー/);
    assert.match((await missing("fr", see([]))).message, /card reader/);
    const { readers } = golden("status-result-unreadable-card")["result"] as { readers: { error: { advice: string } }[] };
    const unreadable = await missing("en", see(readers));
    assert.equal(unreadable.advice, readers[0]?.error.advice);
    assert.match(unreadable.message, /cannot be used/);
  });

  it("speaks the browser's language where the page asks for none", async () => {
    speak("ja");
    const promise = page.capability();
    see([])();
    const capability = await promise;
    assert(!capability.ready);
    assert.match(capability.message, /カードリーダー/);
    assert.match(pageError("extension_unavailable", undefined).advice ?? "", /[ぁ-ん]/);
    assert.match(pageError("extension_unavailable", "en").advice ?? "", /extension/);
  });

  it("takes silence for an extension that is not there", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    assert.equal((await missing("en", () => { t.mock.timers.tick(ACCEPT_TIMEOUT_MS); })).missing, "extension");
  });

  it("leads to the help beside the module where no other is named", async () => {
    const promise = page.capability();
    see([])();
    const capability = await promise;
    assert(!capability.ready);
    assert.match(capability.helpUrl, /\/help\.html#reader$/);
  });

  it("fails where something else is wrong than a missing part", async () => {
    const promise = page.capability();
    fail({ code: "origin_refused", message: "m" })();
    assert.equal((await rejection(promise)).code, "origin_refused");
    window.isSecureContext = false;
    assert.equal((await rejection(page.capability())).code, "insecure_context");
    const reason = new TypeError("not now");
    await assert.rejects(page.capability({ signal: AbortSignal.abort(reason) }), reason);
  });
});
