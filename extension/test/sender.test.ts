import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeSender, type Sender } from "../src/background/sender.js";

const OWN_ID = "kmbhegncnoikamoigmjkjpoehgbenimi";
const TAB = { id: 7 } as chrome.tabs.Tab;

function sender(changes: { [Key in keyof Sender]?: Sender[Key] | undefined } = {}): Sender {
  return { id: OWN_ID, tab: TAB, frameId: 0, origin: "https://www.example.jp", ...changes } as Sender;
}

describe("the origin of a request", () => {
  it("is what the browser says, without path and default port", () => {
    for (const [said, origin] of [
      ["https://www.example.jp", "https://www.example.jp"],
      ["https://www.example.jp:443", "https://www.example.jp"],
      ["https://www.example.jp:8443", "https://www.example.jp:8443"],
      ["https://xn--wgv71a119e.jp", "https://xn--wgv71a119e.jp"],
      ["http://localhost:8080", "http://localhost:8080"],
      ["https://日本語.jp", "https://xn--wgv71a119e.jp"],
      ["https://ｗｗｗ.example。jp", "https://www.example.jp"],
      ["HTTPS://WWW.Example.JP", "https://www.example.jp"],
      ["https://www.example.jp@evil.example", "https://evil.example"],
      ["https://evil.example/https://www.example.jp", "https://evil.example"],
      ["https://[2001:DB8:0::1]:443", "https://[2001:db8::1]"],
      // Another site to the browser, and none to the daemon, which refuses it.
      ["https://www.example.jp.", "https://www.example.jp."],
    ] as const) {
      assert.deepEqual(judgeSender(sender({ origin: said }), OWN_ID), { verdict: "page", origin, tabId: 7 });
    }
  });

  it("is refused from a frame", () => {
    for (const frameId of [1, 4711, undefined]) assert.equal(judgeSender(sender({ frameId }), OWN_ID).verdict, "frame");
  });

  it("is refused from anything that is not a page of this extension's content script", () => {
    for (const changes of [{ id: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }, { id: undefined }, { tab: undefined }, { tab: {} as chrome.tabs.Tab },
      { origin: undefined }, { origin: "null" }, { origin: "" }, { origin: "file:///tmp" }, { origin: "file://www.example.jp" },
      { origin: "data:text/html,https://www.example.jp" }, { origin: "blob:https://www.example.jp/1" }, { origin: "about:blank" },
      { origin: "javascript:0" }, { origin: "https://" }, { origin: "www.example.jp" }, { origin: `chrome-extension://${OWN_ID}` }]) {
      assert.equal(judgeSender(sender(changes), OWN_ID).verdict, "stranger", JSON.stringify(changes));
    }
    assert.equal(judgeSender(undefined, OWN_ID).verdict, "stranger");
  });
});
