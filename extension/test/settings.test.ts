import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  answersWebEid,
  chooseLanguage,
  chooseWebEid,
  chooseWebEidForSite,
  DEFAULTS,
  LANGUAGES,
  MAX_ORIGINS,
  noteSteppedAside,
  onSettingsChanged,
  parseSettings,
  readSettings,
  type Settings,
} from "../src/settings.js";
import { FakeStorage, settle } from "./fakes.js";

const SITE = "https://www.example.jp";

let storage: FakeStorage;

beforeEach(() => {
  storage = new FakeStorage();
});

describe("the settings", () => {
  it("are the defaults until the person chooses", async () => {
    assert.deepEqual(await readSettings(storage), DEFAULTS);
    assert.deepEqual(DEFAULTS, { language: null, webEid: { enabled: true, sites: {}, steppedAside: [] } });
  });

  it("are read back as they were chosen", async () => {
    await chooseLanguage(storage, "ja-simple");
    await chooseWebEid(storage, false);
    await chooseWebEidForSite(storage, SITE, true);
    await chooseWebEidForSite(storage, "http://localhost:8080", false);
    await noteSteppedAside(storage, "https://other.example", true);
    assert.deepEqual(await readSettings(storage), {
      language: "ja-simple",
      webEid: { enabled: false, sites: { [SITE]: true, "http://localhost:8080": false }, steppedAside: ["https://other.example"] },
    });
  });

  it("take every language, and the browser's again", async () => {
    for (const language of LANGUAGES) {
      await chooseLanguage(storage, language);
      assert.equal((await readSettings(storage)).language, language);
    }
    await chooseLanguage(storage, null);
    assert.equal((await readSettings(storage)).language, null);
  });

  it("are taken back for one site without touching another", async () => {
    await chooseWebEidForSite(storage, SITE, false);
    await chooseWebEidForSite(storage, "https://b.example", true);
    await chooseWebEidForSite(storage, SITE, null);
    assert.deepEqual((await readSettings(storage)).webEid.sites, { "https://b.example": true });
  });

  it("name an origin once where another extension answers, and forget it when told so", async () => {
    for (const origin of [SITE, "https://b.example", SITE]) await noteSteppedAside(storage, origin, true);
    assert.deepEqual((await readSettings(storage)).webEid.steppedAside, [SITE, "https://b.example"]);
    await noteSteppedAside(storage, SITE, false);
    assert.deepEqual((await readSettings(storage)).webEid.steppedAside, ["https://b.example"]);
  });

  it("forget that another extension answers a site when the person chooses something for it", async () => {
    for (const choice of [true, false, null]) {
      for (const origin of [SITE, "https://b.example"]) await noteSteppedAside(storage, origin, true);
      await chooseWebEidForSite(storage, SITE, choice);
      assert.deepEqual((await readSettings(storage)).webEid.steppedAside, ["https://b.example"]);
    }
  });

  it("fall back value by value when what is stored is not what it must be", () => {
    for (const language of ["de", "JA", "", 1, true, [], {}, undefined]) assert.equal(parseSettings({ language }).language, null);
    for (const webEidEnabled of ["false", 0, null, {}, undefined]) assert.equal(parseSettings({ webEidEnabled }).webEid.enabled, true);
    for (const webEidSites of [null, [], "x", 1, { [SITE]: "true" }, { "https://www.example.jp/": true }, { "https://WWW.example.jp": true },
      { "https://www.example.jp:443": true }, { "ftp://www.example.jp": true }, { null: true }, { "file://": true }, { constructor: true }]) {
      assert.deepEqual(parseSettings({ webEidSites }).webEid.sites, {}, JSON.stringify(webEidSites));
    }
    for (const webEidSteppedAside of [null, {}, "https://www.example.jp", [1, null, "x", ["https://a.example"]]]) {
      assert.deepEqual(parseSettings({ webEidSteppedAside }).webEid.steppedAside, []);
    }
    assert.deepEqual(parseSettings({ language: "ko", webEidSites: { x: true, [SITE]: false }, webEidSteppedAside: ["x", SITE, SITE], other: 1 }), {
      language: "ko",
      webEid: { enabled: true, sites: { [SITE]: false }, steppedAside: [SITE] },
    });
  });

  it("hold only so many origins", async () => {
    const origins = Array.from({ length: MAX_ORIGINS + 5 }, (_, number) => `https://site-${number}.example`);
    await storage.local.set({ webEidSteppedAside: origins, webEidSites: Object.fromEntries(origins.map((origin) => [origin, true])) });
    const { webEid } = await readSettings(storage);
    assert.equal(Object.keys(webEid.sites).length, MAX_ORIGINS);
    assert.deepEqual(webEid.steppedAside, origins.slice(5));
    await noteSteppedAside(storage, SITE, true);
    assert.deepEqual((await readSettings(storage)).webEid.steppedAside, [...origins.slice(6), SITE]);
  });

  it("are told again after each change of them, and of nothing else", async () => {
    const heard: Settings[] = [];
    const end = onSettingsChanged(storage, (settings) => heard.push(settings));
    await chooseWebEid(storage, false);
    await storage.local.set({ somethingElse: 1 });
    storage.fire({ language: {} }, "sync");
    await settle();
    assert.deepEqual(heard, [{ ...DEFAULTS, webEid: { ...DEFAULTS.webEid, enabled: false } }]);
    end();
    await chooseWebEid(storage, true);
    await settle();
    assert.equal(heard.length, 1);
  });
});

it("a site's own choice goes before the choice for all sites", () => {
  for (const [enabled, choice, answers] of [
    [true, undefined, true], [true, true, true], [true, false, false], [false, undefined, false], [false, true, true], [false, false, false],
  ] as const) {
    const sites = choice === undefined ? {} : { [SITE]: choice };
    assert.equal(answersWebEid({ enabled, sites, steppedAside: [] }, SITE), answers);
  }
  assert.equal(answersWebEid({ enabled: false, sites: {}, steppedAside: [] }, "constructor"), false);
});
