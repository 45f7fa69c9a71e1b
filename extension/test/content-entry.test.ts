/** The content script as the browser starts it, with a page made by hand around it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { LOOK_MS } from "../src/content/web-eid.js";
import { FakePort, FakeStorage, FakeWindow, settle } from "./fakes.js";

describe("the content script's start", async () => {
  const window = new FakeWindow();
  const ports: FakePort[] = [];
  const webEidPorts: FakePort[] = [];
  const storage = new FakeStorage();
  const reports: unknown[] = [];
  const document = Object.assign(new EventTarget(), { prerendering: true });
  Object.defineProperty(globalThis, "navigator", { value: { userActivation: { isActive: false, hasBeenActive: false } }, configurable: true });
  Object.assign(globalThis, {
    window, document,
    chrome: {
      i18n: { getMessage: (key: string) => key },
      storage,
      runtime: {
        getManifest: () => ({ version: "0.1.0" }),
        connect: ({ name }: { name: string }) => {
          const port = new FakePort();
          if (name === "jpkid-web-eid") webEidPorts.push(port);
          else ports.push(port);
          return port;
        },
        sendMessage: (message: unknown) => {
          reports.push(message);
          return Promise.reject(new Error("Could not establish connection. Receiving end does not exist."));
        },
      },
    },
  });
  await import("../src/content.js");

  it("marks the page's world, so that a second injection does nothing", () => {
    assert.equal(globalThis.jpkidServes, true);
    assert.equal(window.listeners, 2, "one for each protocol");
  });

  it("waits until the page is on screen, then connects", async () => {
    window.deliver({ jpkid: "request", id: "a", method: "status" });
    await settle();
    assert.equal(ports.length, 0);
    document.prerendering = false;
    document.dispatchEvent(new Event("prerenderingchange"));
    await settle();
    assert.equal(ports.length, 1);
    window.deliver({ jpkid: "request", id: "b", method: "status" });
    await settle();
    assert.equal(ports.length, 2);
  });

  it("has its texts ready before they are needed", () => {
    ports[0]?.lose();
    assert.deepEqual(window.posted.at(-1)?.message, {
      jpkid: "error", id: "a", error: { code: "internal", message: "errorInterruptedMessage", advice: "errorInterruptedAdvice" },
    });
  });

  it("answers Web eID as the person's settings say, at a port of its own", async () => {
    const ask = async (): Promise<void> => {
      window.deliver({ action: "web-eid:status", libraryVersion: "2.0.2" });
      await wait(2 * LOOK_MS);
    };
    await storage.local.set({ webEidEnabled: false });
    await ask();
    assert.equal(webEidPorts.length, 0);
    await storage.local.set({ webEidSites: { [window.location.origin]: true } });
    await ask();
    assert.deepEqual(webEidPorts[0]?.lastSent, {
      type: "request", method: "web-eid:status", params: { action: "web-eid:status", libraryVersion: "2.0.2" }, touched: false,
    });
  });

  it("reports another extension that answers, whoever listens", async () => {
    window.deliver({ action: "web-eid:authenticate" });
    window.deliver({ action: "web-eid:authenticate-ack" });
    await wait(2 * LOOK_MS);
    assert.deepEqual(reports, [{ type: "web-eid-other", answers: true }]);
  });

  it("ends the requests of a page that is left", async () => {
    window.deliver({ jpkid: "request", id: "c", method: "status" });
    await settle();
    window.dispatchEvent(new Event("pagehide"));
    assert([...ports.slice(1), ...webEidPorts].every(({ disconnected }) => disconnected));
    assert.deepEqual(window.postedOf("error").map(({ id, error }) => [id, (error as { code: string }).code]).slice(-2), [["b", "user_cancelled"], ["c", "user_cancelled"]]);
  });
});
