import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { noteReport, type SteppedAsideReport } from "../src/background/stepped-aside.js";
import type { SenderVerdict } from "../src/background/sender.js";
import { readSettings } from "../src/settings.js";
import { FakeStorage } from "./fakes.js";

const SITE = "https://www.example.jp";
const PAGE: SenderVerdict = { verdict: "page", origin: SITE, tabId: 7 };
const TITLES = { plain: "jpkid", steppedAside: "another one answers" };
const report = (answers: boolean): SteppedAsideReport => ({ type: "web-eid-other", answers });

let storage: FakeStorage;
let button: { text?: string; title?: string };
let gone: boolean;

function note(message: unknown, sender = PAGE, isPrivate = false): Promise<void> {
  const change = (change: () => void) => ({ tabId }: { tabId: number }): Promise<void> => {
    assert.equal(tabId, 7);
    if (gone) return Promise.reject(new Error("No tab with id: 7."));
    change();
    return Promise.resolve();
  };
  return noteReport({
    storage,
    action: {
      setBadgeText: (details) => change(() => { button.text = details.text; })(details),
      setTitle: (details) => change(() => { button.title = details.title; })(details),
    },
  }, { message, sender, isPrivate }, TITLES);
}

const origins = async (): Promise<readonly string[]> => (await readSettings(storage)).webEid.steppedAside;

beforeEach(() => {
  storage = new FakeStorage();
  button = {};
  gone = false;
});

describe("a site that another extension answers", () => {
  it("is noted, and the toolbar button says so on its tab", async () => {
    await note(report(true));
    assert.deepEqual(await origins(), [SITE]);
    assert.deepEqual(button, { text: "!", title: TITLES.steppedAside });
  });

  it("is noted no more when the other is gone", async () => {
    await note(report(true));
    await note(report(false));
    assert.deepEqual(await origins(), []);
    assert.deepEqual(button, { text: "", title: TITLES.plain });
  });

  it("is noted although its tab was closed", async () => {
    gone = true;
    await note(report(true));
    assert.deepEqual(await origins(), [SITE]);
  });

  it("is told on the toolbar button of a private window, and kept nowhere", async () => {
    await note(report(true), PAGE, true);
    assert.deepEqual(button, { text: "!", title: TITLES.steppedAside });
    assert.deepEqual(storage.stored, {});
    await note(report(true));
    await note(report(false), PAGE, true);
    assert.deepEqual(await origins(), [SITE]);
    assert.deepEqual(button, { text: "", title: TITLES.plain });
  });

  it("is not noted for a frame or a stranger, nor for any other message", async () => {
    await note(report(true), { verdict: "frame", detail: "" });
    await note(report(true), { verdict: "stranger", detail: "" });
    for (const message of [null, "web-eid-other", {}, { type: "web-eid-other" }, { type: "web-eid-other", answers: "yes" }, { type: "other", answers: true }]) {
      await note(message);
    }
    assert.deepEqual(await origins(), []);
    assert.deepEqual(button, {});
  });
});
