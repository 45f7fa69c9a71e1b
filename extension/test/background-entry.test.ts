/** The service worker as the browser starts it, with a browser made by hand around it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePort, FakeStorage, golden, settle } from "./fakes.js";

const OWN_ID = "kmbhegncnoikamoigmjkjpoehgbenimi";

class FakeEvent<Arguments extends unknown[]> {
  readonly #listeners: ((...given: Arguments) => void)[] = [];
  get count(): number { return this.#listeners.length; }
  addListener(listener: (...given: Arguments) => void): void { this.#listeners.push(listener); }
  fire(...given: Arguments): void { for (const listener of this.#listeners) listener(...given); }
}

const STATUS = { type: "request", method: "status", params: {}, touched: true };

type PagePort = FakePort & { name: string; sender: unknown };

function pagePort(name = "jpkid-request", frameId = 0): PagePort {
  return Object.assign(new FakePort(), { name, sender: { id: OWN_ID, tab: { id: 7 }, frameId, origin: "https://www.example.jp" } });
}

describe("the service worker", async () => {
  const onConnect = new FakeEvent<[PagePort]>();
  const onMessage = new FakeEvent<[unknown, unknown]>();
  const onInstalled = new FakeEvent<[]>();
  const onStartup = new FakeEvent<[]>();
  const onAdded = new FakeEvent<[{ origins?: string[] }]>();
  const onRemoved = new FakeEvent<[]>();
  const natives: FakePort[] = [];
  const calls: string[] = [];
  let origins = ["https://*.go.jp/*", "https://www.example.jp/*"];
  const log = (call: string) => (): Promise<void> => { calls.push(call); return Promise.resolve(); };
  const chrome = {
    runtime: {
      id: OWN_ID, lastError: undefined as { message: string } | undefined, onConnect, onMessage, onInstalled, onStartup,
      getManifest: () => ({ version: "0.1.0", content_scripts: [{ matches: ["https://*.go.jp/*"] }, {}] }),
      connectNative: (name: string) => {
        assert.equal(name, "jpkid");
        const port = new FakePort();
        natives.push(port);
        return port;
      },
    },
    i18n: { getUILanguage: () => "ja", getMessage: (key: string) => key },
    permissions: { onAdded, onRemoved, getAll: () => Promise.resolve({ origins }) },
    storage: new FakeStorage(),
    scripting: {
      getRegisteredContentScripts: () => Promise.resolve([]), registerContentScripts: log("register"),
      executeScript: log("execute"), unregisterContentScripts: log("unregister"),
    },
    tabs: { query: () => Promise.resolve([{ id: 1 }]) },
    action: {
      setBadgeText: ({ tabId, text }: { tabId: number; text: string }) => log(`badge ${tabId} ${text}`)(),
      setTitle: ({ title }: { title: string }) => log(title)(),
    },
  };
  Object.assign(globalThis, { chrome });
  await import("../src/background.js");

  it("has added every listener when its top level has run", () => {
    assert.deepEqual([onConnect, onMessage, onInstalled, onStartup, onAdded, onRemoved].map((event) => event.count), [1, 1, 1, 1, 1, 1]);
  });

  it("relays a request to a native host of its own", async () => {
    const port = pagePort();
    onConnect.fire(port);
    port.receive({ ...STATUS, params: { lang: "ja" } });
    await settle();
    assert.deepEqual(natives.at(-1)?.sent, [golden("status-request")]);
    const answer = golden("status-result");
    natives.at(-1)?.receive(answer);
    const status = answer["result"] as { readers: object[] };
    const readers = status.readers.map((reader, index) => ({ ...reader, name: `Reader ${index + 1}` }));
    assert.deepEqual(port.lastSent, { type: "result", result: { ...status, readers }, held: false });
  });

  it("reads why the native host is missing, and answers in the browser's language", async () => {
    const port = pagePort();
    onConnect.fire(port);
    port.receive(STATUS);
    await settle();
    chrome.runtime.lastError = { message: "Specified native messaging host not found." };
    natives.at(-1)?.lose();
    chrome.runtime.lastError = undefined;
    const { error } = port.lastSent as { error: Record<string, string> };
    assert.equal(error["code"], "no_service");
    assert.match(error["message"] ?? "", /見つかりません/);
  });

  it("refuses a frame", async () => {
    const started = natives.length;
    const port = pagePort("jpkid-request", 3);
    onConnect.fire(port);
    port.receive(STATUS);
    await settle();
    assert.equal((port.lastSent as { error: { code: string } }).error.code, "origin_refused");
    assert.equal(natives.length, started);
  });

  it("relays a request in the words of Web eID the same way, and answers in them", async () => {
    const port = pagePort("jpkid-web-eid");
    onConnect.fire(port);
    port.receive({ ...STATUS, method: "web-eid:status", params: { action: "web-eid:status", libraryVersion: "2.0.2" } });
    await settle();
    assert.equal((natives.at(-1)?.lastSent as { method: string }).method, "status");
    natives.at(-1)?.receive(golden("status-result"));
    const { result } = port.lastSent as { result: Record<string, string> };
    assert.equal(result["action"], "web-eid:status-success");
    assert.equal(result["extension"], "2.5.0+jpkid.0.1.0");
  });

  it("answers what Web eID cannot understand in the person's language, else in the page's, else in the browser's", async () => {
    for (const [language, lang, expected] of [[null, undefined, /[ぁ-ん]/], [null, "en", /answer/], ["ja", "en", /[ぁ-ん]/]] as const) {
      await chrome.storage.local.set({ language });
      const port = pagePort("jpkid-web-eid");
      onConnect.fire(port);
      port.receive({ ...STATUS, method: "web-eid:sign", params: { hash: "aA==", hashFunction: "SHA-256", certificate: "aA==", options: { lang } } });
      await settle();
      natives.at(-1)?.receive(golden("status-result"));
      await settle();
      const { error } = port.lastSent as { error: { code: string; message: string } };
      assert.equal(error.code, "internal");
      assert.match(error.message, expected);
      port.lose();
    }
    await chrome.storage.local.set({ language: null });
  });

  it("tells the person where another extension answers Web eID, in the order of the reports", async () => {
    const sender = { id: OWN_ID, tab: { id: 7 }, frameId: 0, origin: "https://www.example.jp" };
    onMessage.fire({ type: "web-eid-other", answers: true }, sender);
    onMessage.fire({ type: "web-eid-other", answers: false }, sender);
    await settle();
    await settle();
    assert.deepEqual(calls.splice(0), ["badge 7 !", "actionTitleSteppedAside", "badge 7 ", "actionTitle"]);
    assert.deepEqual(chrome.storage.stored["webEidSteppedAside"], []);
  });

  it("keeps no site of a private window", async () => {
    onMessage.fire({ type: "web-eid-other", answers: true }, { id: OWN_ID, tab: { id: 7, incognito: true }, frameId: 0, origin: "https://www.example.jp" });
    await settle();
    assert.deepEqual(calls.splice(0), ["badge 7 !", "actionTitleSteppedAside"]);
    assert.deepEqual(chrome.storage.stored["webEidSteppedAside"], []);
  });

  it("notes a report although the one before could not be noted", async (t) => {
    const sender = { id: OWN_ID, tab: { id: 7 }, frameId: 0, origin: "https://www.example.jp" };
    t.mock.method(chrome.storage.local, "set").mock.mockImplementationOnce(() => Promise.reject(new Error("QUOTA_BYTES quota exceeded")));
    onMessage.fire({ type: "web-eid-other", answers: true }, sender);
    onMessage.fire({ type: "web-eid-other", answers: true }, { ...sender, origin: "https://other.example.jp" });
    await settle();
    await settle();
    assert.deepEqual(chrome.storage.stored["webEidSteppedAside"], ["https://other.example.jp"]);
    onMessage.fire({ type: "web-eid-other", answers: false }, { ...sender, origin: "https://other.example.jp" });
    await settle();
    calls.splice(0);
  });

  it("leaves other ports alone", async () => {
    const port = pagePort("something else");
    onConnect.fire(port);
    port.receive(STATUS);
    await settle();
    assert.deepEqual(port.sent, []);
  });

  it("admits four requests of a tab at a time, and more when those are over", async () => {
    const ports = Array.from({ length: 5 }, () => pagePort());
    for (const port of ports) {
      onConnect.fire(port);
      port.receive(STATUS);
      await settle();
    }
    assert.deepEqual(ports.map((port) => port.sent.length), [0, 0, 0, 0, 1]);
    assert.equal((ports[4]?.lastSent as { error: { code: string } }).error.code, "rate_limited");
    for (const port of ports) port.lose();
    const next = pagePort();
    onConnect.fire(next);
    next.receive(STATUS);
    await settle();
    assert.deepEqual(next.sent, []);
    next.lose();
  });

  it("lets a tab open one window at a time, and others beside it", async () => {
    const ask = async (tabId: number, method: string, params: object): Promise<PagePort> => {
      const port = Object.assign(pagePort(), { sender: { id: OWN_ID, tab: { id: tabId }, frameId: 0, origin: "https://www.example.jp" } });
      onConnect.fire(port);
      port.receive({ type: "request", method, params, touched: true });
      await settle();
      return port;
    };
    const ports = [
      await ask(7, "authenticate", { challengeNonce: "n" }),
      await ask(7, "certificate", { kind: "signature" }),
      await ask(7, "status", {}),
      await ask(8, "authenticate", { challengeNonce: "n" }),
    ];
    assert.deepEqual(ports.map((port) => (port.lastSent as { error?: { code: string } } | undefined)?.error?.code), [undefined, "rate_limited", undefined, undefined]);
    for (const port of ports) port.lose();
  });

  it("sends the signature through the port that holds the password, once, and closes that for any other request", async () => {
    const ask = async (method: string, params: object): Promise<PagePort> => {
      const port = pagePort();
      onConnect.fire(port);
      port.receive({ type: "request", method, params, touched: true });
      await settle();
      return port;
    };
    const hold = async (): Promise<FakePort | undefined> => {
      await ask("certificate", { kind: "signature", hold: true });
      const native = natives.at(-1);
      native?.receive({ jsonrpc: "2.0", id: 1, result: { heldSeconds: 30 } });
      return native;
    };
    const sign = { hashes: ["YQ=="], hashFunction: "SHA-256" };
    const held = await hold();
    (await ask("status", {})).lose();
    assert.equal(held?.disconnected, false);
    const started = natives.length;
    const signing = await ask("sign", sign);
    assert.equal(natives.length, started);
    assert.equal((held.lastSent as { method: string }).method, "sign");
    held.receive(golden("sign-result"));
    assert.equal((signing.lastSent as { type: string }).type, "result");
    assert(held.disconnected);
    (await ask("sign", sign)).lose();
    assert.equal(natives.length, started + 1);

    const other = await hold();
    (await ask("authenticate", { challengeNonce: "n" })).lose();
    assert.equal(other?.disconnected, true);
    const third = await hold();
    onRemoved.fire();
    assert.equal(third?.disconnected, true);
    await settle();
    calls.length = 0;
  });

  it("refuses a site that is no longer allowed, a built-in one as well, in the middle of a request too", async () => {
    const before = origins;
    for (const origin of ["https://www.example.jp", "https://www.example.go.jp"]) {
      const port = Object.assign(pagePort(), { sender: { id: OWN_ID, tab: { id: 7 }, frameId: 0, origin } });
      onConnect.fire(port);
      port.receive({ type: "request", method: "authenticate", params: { challengeNonce: "n" }, touched: true });
      await settle();
      assert.equal(port.sent.length, 0);
      origins = [];
      onRemoved.fire();
      await settle();
      assert.equal((port.lastSent as { error: { missing: string } }).error.missing, "permission", origin);
      assert.equal(natives.at(-1)?.disconnected, true);
      origins = before;
    }
    calls.length = 0;
  });

  it("asks in the language that the person chose", async () => {
    await chrome.storage.local.set({ language: "ko" });
    const port = pagePort();
    onConnect.fire(port);
    port.receive(STATUS);
    await settle();
    assert.deepEqual(natives.at(-1)?.lastSent, { jsonrpc: "2.0", id: 1, method: "status", params: { lang: "ko" } });
    port.lose();
  });

  it("restores the allowed sites at each start, and serves open pages of a new one", async () => {
    origins = ["https://www.example.jp/*"];
    for (const event of [onInstalled, onStartup]) event.fire();
    onRemoved.fire();
    await settle();
    assert.deepEqual(calls.splice(0), ["register", "register", "register"]);
    onAdded.fire({ origins });
    await settle();
    assert.deepEqual(calls.splice(0), ["register", "execute"]);
    onAdded.fire({});
    await settle();
    assert.deepEqual(calls, ["register"]);
  });
});
