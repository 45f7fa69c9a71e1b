/** The service worker as the browser starts it, with a browser made by hand around it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePort, golden, settle } from "./fakes.js";

const OWN_ID = "kmbhegncnoikamoigmjkjpoehgbenimi";

class FakeEvent<Arguments extends unknown[]> {
  readonly #listeners: ((...given: Arguments) => void)[] = [];
  get count(): number { return this.#listeners.length; }
  addListener(listener: (...given: Arguments) => void): void { this.#listeners.push(listener); }
  fire(...given: Arguments): void { for (const listener of this.#listeners) listener(...given); }
}

type PagePort = FakePort & { name: string; sender: unknown };

function pagePort(name = "jpkid-request", frameId = 0): PagePort {
  return Object.assign(new FakePort(), { name, sender: { id: OWN_ID, tab: { id: 7 }, frameId, origin: "https://www.example.jp" } });
}

describe("the service worker", async () => {
  const onConnect = new FakeEvent<[PagePort]>();
  const onInstalled = new FakeEvent<[]>();
  const onStartup = new FakeEvent<[]>();
  const onAdded = new FakeEvent<[{ origins?: string[] }]>();
  const onRemoved = new FakeEvent<[]>();
  const natives: FakePort[] = [];
  const calls: string[] = [];
  let origins: string[] = [];
  const log = (call: string) => (): Promise<void> => { calls.push(call); return Promise.resolve(); };
  const chrome = {
    runtime: {
      id: OWN_ID, lastError: undefined as { message: string } | undefined, onConnect, onInstalled, onStartup,
      getManifest: () => ({ content_scripts: [{ matches: ["https://*.go.jp/*"] }, {}] }),
      connectNative: (name: string) => {
        assert.equal(name, "jpkid");
        const port = new FakePort();
        natives.push(port);
        return port;
      },
    },
    i18n: { getUILanguage: () => "ja" },
    permissions: { onAdded, onRemoved, getAll: () => Promise.resolve({ origins }) },
    scripting: {
      getRegisteredContentScripts: () => Promise.resolve([]), registerContentScripts: log("register"),
      executeScript: log("execute"), unregisterContentScripts: log("unregister"),
    },
    tabs: { query: () => Promise.resolve([{ id: 1 }]) },
  };
  Object.assign(globalThis, { chrome });
  await import("../src/background.js");

  it("has added every listener when its top level has run", () => {
    assert.deepEqual([onConnect, onInstalled, onStartup, onAdded, onRemoved].map((event) => event.count), [1, 1, 1, 1, 1]);
  });

  it("relays a request to a native host of its own", () => {
    const port = pagePort();
    onConnect.fire(port);
    port.receive({ type: "request", method: "status", params: { lang: "ja" } });
    assert.deepEqual(natives.at(-1)?.sent, [golden("status-request")]);
    natives.at(-1)?.receive(golden("status-result"));
    assert.deepEqual(port.lastSent, { type: "result", result: golden("status-result")["result"] });
  });

  it("reads why the native host is missing, and answers in the browser's language", () => {
    const port = pagePort();
    onConnect.fire(port);
    port.receive({ type: "request", method: "status", params: {} });
    chrome.runtime.lastError = { message: "Specified native messaging host not found." };
    natives.at(-1)?.lose();
    chrome.runtime.lastError = undefined;
    const { error } = port.lastSent as { error: Record<string, string> };
    assert.equal(error["code"], "no_service");
    assert.match(error["message"] ?? "", /見つかりません/);
  });

  it("refuses a frame", () => {
    const started = natives.length;
    const port = pagePort("jpkid-request", 3);
    onConnect.fire(port);
    port.receive({ type: "request", method: "status", params: {} });
    assert.equal((port.lastSent as { error: { code: string } }).error.code, "origin_refused");
    assert.equal(natives.length, started);
  });

  it("leaves other ports alone", () => {
    const port = pagePort("something else");
    onConnect.fire(port);
    port.receive({ type: "request", method: "status", params: {} });
    assert.deepEqual(port.sent, []);
  });

  it("admits four requests of a tab at a time, and more when those are over", () => {
    const ports = Array.from({ length: 5 }, () => pagePort());
    for (const port of ports) {
      onConnect.fire(port);
      port.receive({ type: "request", method: "status", params: {} });
    }
    assert.deepEqual(ports.map((port) => port.sent.length), [0, 0, 0, 0, 1]);
    assert.equal((ports[4]?.lastSent as { error: { code: string } }).error.code, "rate_limited");
    for (const port of ports) port.lose();
    const next = pagePort();
    onConnect.fire(next);
    next.receive({ type: "request", method: "status", params: {} });
    assert.deepEqual(next.sent, []);
    next.lose();
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
