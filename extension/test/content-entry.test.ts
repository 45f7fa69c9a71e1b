/** The content script as the browser starts it, with a page made by hand around it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePort, FakeWindow, settle } from "./fakes.js";

describe("the content script's start", async () => {
  const window = new FakeWindow();
  const ports: FakePort[] = [];
  const document = Object.assign(new EventTarget(), { prerendering: true });
  Object.defineProperty(globalThis, "navigator", { value: { userActivation: { isActive: false, hasBeenActive: false } }, configurable: true });
  Object.assign(globalThis, {
    window, document,
    chrome: {
      i18n: { getMessage: (key: string) => key },
      runtime: { connect: ({ name }: { name: string }) => { assert.equal(name, "jpkid-request"); const port = new FakePort(); ports.push(port); return port; } },
    },
  });
  await import("../src/content.js");

  it("marks the page's world, so that a second injection does nothing", () => {
    assert.equal(globalThis.jpkidServes, true);
    assert.equal(window.listeners, 1);
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

  it("ends the requests of a page that is left", async () => {
    window.deliver({ jpkid: "request", id: "c", method: "status" });
    await settle();
    window.dispatchEvent(new Event("pagehide"));
    assert(ports.slice(1).every(({ disconnected }) => disconnected));
    assert.deepEqual(window.postedOf("error").map(({ id, error }) => [id, (error as { code: string }).code]).slice(-2), [["b", "user_cancelled"], ["c", "user_cancelled"]]);
  });
});
