import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { allowedSites, inOrder, isServed, matchesPattern, reconcileSites, serveOpenPages, siteState, type SitesApi } from "../src/sites.js";

const BUILT_IN = ["https://*.go.jp/*", "https://*.lg.jp/*", "http://localhost/*", "http://127.0.0.1/*"];
const ALLOWED = "https://www.example.jp/*";

class FakeBrowser implements SitesApi {
  origins: string[] | undefined = [...BUILT_IN];
  registered: chrome.scripting.RegisteredContentScript[] = [];
  readonly calls: string[] = [];
  readonly injected: number[] = [];
  openTabs: { id?: number | undefined }[] = [];

  readonly permissions = { getAll: () => Promise.resolve(this.origins === undefined ? {} : { origins: this.origins }) };
  readonly scripting = {
    getRegisteredContentScripts: () => Promise.resolve(this.registered),
    registerContentScripts: (scripts: chrome.scripting.RegisteredContentScript[]) => this.#set("register", scripts),
    updateContentScripts: (scripts: chrome.scripting.RegisteredContentScript[]) => this.#set("update", scripts),
    unregisterContentScripts: () => this.#set("unregister", []),
    executeScript: ({ target }: { target: { tabId: number } }) => {
      this.injected.push(target.tabId);
      return target.tabId === 13 ? Promise.reject(new Error("No tab with id: 13")) : Promise.resolve([]);
    },
  };
  readonly tabs = { query: () => Promise.resolve(this.openTabs) };

  #set(call: string, scripts: chrome.scripting.RegisteredContentScript[]): Promise<void> {
    this.calls.push(call);
    this.registered = scripts;
    return Promise.resolve();
  }
}

let browser: FakeBrowser;

beforeEach(() => {
  browser = new FakeBrowser();
});

describe("the content script of allowed sites", () => {
  it("is not registered while none is allowed", async () => {
    await reconcileSites(browser, BUILT_IN);
    browser.origins = undefined;
    await reconcileSites(browser, BUILT_IN);
    assert.deepEqual(browser.calls, []);
  });

  it("is registered for an allowed site, for good, in all frames and from the start", async () => {
    browser.origins?.push(ALLOWED);
    await reconcileSites(browser, BUILT_IN);
    assert.deepEqual(browser.registered, [
      { id: "allowed-sites", matches: [ALLOWED], js: ["content.js"], runAt: "document_start", allFrames: true, persistAcrossSessions: true },
    ]);
  });

  it("follows the permissions, and is removed with the last one", async () => {
    for (const [origins, call] of [[[ALLOWED], "register"], [["https://b.example/*", ALLOWED], "update"], [[], "unregister"], [[ALLOWED], "register"]] as const) {
      browser.origins = [...BUILT_IN, ...origins];
      await reconcileSites(browser, BUILT_IN);
      assert.equal(browser.calls.at(-1), call);
      assert.deepEqual(browser.registered[0]?.matches ?? [], [...origins].sort());
    }
  });

  it("is started in pages that are open already, even if one of them is gone", async () => {
    browser.openTabs = [{ id: 1 }, {}, { id: 13 }, { id: 2 }];
    await serveOpenPages(browser, [ALLOWED]);
    assert.deepEqual(browser.injected, [1, 13, 2]);
  });

  it("is started nowhere when a permission without a site was given", async () => {
    browser.openTabs = [{ id: 1 }];
    await serveOpenPages(browser, []);
    assert.deepEqual(browser.injected, []);
  });

  it("is changed by one change after the other", async () => {
    const events: string[] = [];
    let number = 0;
    const run = inOrder(async () => {
      number += 1;
      const own = number;
      events.push(`begin ${own}`);
      await Promise.resolve();
      events.push(`end ${own}`);
      if (own === 1) throw new Error("the first fails");
    });
    const first = run();
    const second = run();
    await assert.rejects(first);
    await second;
    assert.deepEqual(events, ["begin 1", "end 1", "begin 2", "end 2"]);
  });
});

describe("the toolbar button", () => {
  it("knows what can be done for a page", () => {
    for (const [url, state] of [
      ["https://www.city.example.lg.jp/a?b", { state: "built-in", site: "www.city.example.lg.jp" }],
      ["http://localhost:8080/", { state: "built-in", site: "localhost:8080" }],
      ["https://www.example.jp/login", { state: "allowed", site: "www.example.jp", pattern: ALLOWED }],
      ["https://shop.example:8443/x", { state: "not-allowed", site: "shop.example:8443", pattern: "https://shop.example/*" }],
      ["http://shop.example/", { state: "impossible" }],
      ["https://", { state: "impossible" }],
      ["chrome://settings/", { state: "impossible" }],
      ["", { state: "impossible" }],
      [undefined, { state: "impossible" }],
    ] as const) {
      assert.deepEqual(siteState(url, BUILT_IN, [...BUILT_IN, ALLOWED]), state, url);
    }
  });
});

it("a built-in site that the person took back can be allowed again, for one host", async () => {
  const api = new FakeBrowser();
  api.origins = ["https://*.lg.jp/*", "http://127.0.0.1/*", "https://one.example.go.jp/*"];
  for (const [url, state] of [
    ["https://www.example.go.jp/", { state: "not-allowed", site: "www.example.go.jp", pattern: "https://www.example.go.jp/*" }],
    ["http://localhost:8080/", { state: "not-allowed", site: "localhost:8080", pattern: "http://localhost/*" }],
    ["https://www.city.example.lg.jp/", { state: "built-in", site: "www.city.example.lg.jp" }],
    ["https://one.example.go.jp/", { state: "built-in", site: "one.example.go.jp" }],
  ] as const) {
    assert.deepEqual(siteState(url, BUILT_IN, api.origins), state, url);
    assert.equal(await isServed(api, new URL(url).origin), state.state === "built-in", url);
  }
  assert.deepEqual(await allowedSites(api, BUILT_IN), [], "the manifest's own script serves what is left");
});

it("the permission for all sites, which Firefox lets people give, is told as what it is, also where a built-in site was taken back", async () => {
  const api = new FakeBrowser();
  api.origins = ["https://*/*", ALLOWED];
  for (const [url, state] of [
    ["https://shop.example/", { state: "all-allowed", site: "shop.example" }],
    ["https://www.example.jp/", { state: "all-allowed", site: "www.example.jp" }],
    ["https://www.example.go.jp/", { state: "built-in", site: "www.example.go.jp" }],
    ["http://shop.example/", { state: "impossible" }],
  ] as const) {
    assert.deepEqual(siteState(url, BUILT_IN, api.origins), state, url);
    assert.equal(await isServed(api, new URL(url).origin), state.state !== "impossible", url);
  }
  assert.deepEqual(await allowedSites(api, BUILT_IN), ["https://*/*", ALLOWED]);
});

it("a match pattern matches like the browser's", () => {
  for (const [pattern, url, matches] of [
    ["https://*.go.jp/*", "https://go.jp/", true],
    ["https://*.go.jp/*", "https://www.go.jp/", true],
    ["https://*.go.jp/*", "https://evil-go.jp/", false],
    ["https://*.go.jp/*", "https://go.jp.evil.example/", false],
    ["https://*.go.jp/*", "http://www.go.jp/", false],
    ["http://localhost/*", "http://localhost:1/", true],
    ["http://localhost/*", "http://x.localhost/", false],
    ["https://*/*", "https://a.example/", true],
    ["https://*/*", "http://a.example/", false],
    ["https://*.*/*", "https://a.example/", false],
    ["<all_urls>", "https://a.example/", false],
  ] as const) {
    assert.equal(matchesPattern(pattern, new URL(url)), matches, `${pattern} ${url}`);
  }
});

it("whether a site is served is known from the permissions of the moment, for all ports of a host", async () => {
  const api = new FakeBrowser();
  api.origins?.push(ALLOWED);
  for (const [origin, served] of [
    ["https://www.example.go.jp", true], ["http://localhost:3000", true], ["https://www.example.jp", true], ["https://www.example.jp:8443", true],
    ["https://other.example.jp", false], ["http://www.example.jp", false], ["https://localhost", false],
  ] as const) {
    assert.equal(await isServed(api, origin), served, origin);
  }
  api.origins = undefined;
  assert.equal(await isServed(api, "https://www.example.go.jp"), false);
});
