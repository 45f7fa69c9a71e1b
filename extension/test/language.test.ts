import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { storeContentWords } from "../src/background/content-words.js";
import { errorWords } from "../src/background/texts.js";
import { adoptWords, CHOSEN_WORDS_KEY, CONTENT_ERRORS, contentErrors, type ContentErrorName } from "../src/content/words.js";
import { languageFor, spokenLanguage } from "../src/language.js";
import { DEFAULTS, LANGUAGES, type Language } from "../src/settings.js";
import { fileOf, textIn, textOf, type Messages, type TextKey } from "../src/text.js";
import { FakeStorage } from "./fakes.js";

const messagesIn = (file: string): Messages => JSON.parse(readFileSync(file, "utf8")) as Messages;
const messagesOf = (language: Language): Messages => messagesIn(fileOf(language));
const KEYS = Object.keys(messagesOf("en")).sort() as TextKey[];

/** Every source file of the extension itself. */
const sources = (): string =>
  readdirSync("src", { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, "utf8")).join("\n");

describe("the language", () => {
  it("of each tag that can be chosen is itself", () => {
    for (const language of LANGUAGES) assert.equal(languageFor(language), language);
  });

  it("is found by tags of all writings, as the daemon finds it", () => {
    const found: Record<string, Language> = {
      "ja-JP": "ja", JA: "ja", "ja-JP-u-ca-japanese": "ja", "ja-JP-simple": "ja-simple",
      zh: "zh-CN", "zh-SG": "zh-CN", "zh-Hans-HK": "zh-CN", "zh-Hant": "zh-TW", "zh-HK": "zh-TW", "zh-MO": "zh-TW",
      pt: "pt-BR", "pt-PT": "pt-BR", tl: "fil", "fil-PH": "fil", "es-419": "es", "en-GB": "en",
    };
    for (const [tag, language] of Object.entries(found)) assert.equal(languageFor(tag), language, tag);
  });

  it("is none for a tag without texts, and for what is no tag", () => {
    for (const tag of ["fr", "et-EE", "jax", "", "no tag!", "12"]) assert.equal(languageFor(tag), undefined, tag);
  });

  it("that is spoken is the person's choice, else the browser's, else English", () => {
    assert.equal(spokenLanguage("my", "ja"), "my");
    assert.equal(spokenLanguage(null, "zh-HK"), "zh-TW");
    assert.equal(spokenLanguage(null, "fr"), "en");
  });
});

describe("the texts", () => {
  it("exist in every language that can be chosen, and the browser can choose all but one", () => {
    const browsers = readdirSync("_locales").map((locale) => `_locales/${locale}/messages.json`);
    assert.deepEqual([...browsers, "chosen-locales/ja_simple/messages.json"].sort(), LANGUAGES.map(fileOf).sort());
  });

  it("are the same in every language, with the same placeholders", () => {
    const english = messagesOf("en");
    for (const language of LANGUAGES) {
      const messages = messagesOf(language);
      assert.deepEqual(Object.keys(messages).sort(), KEYS, language);
      for (const key of KEYS) {
        const { message, placeholders } = messages[key];
        assert.notEqual(message.trim(), "", `${language} ${key}`);
        const shape = Object.entries(placeholders ?? {}).map(([name, { content }]) => [name, content]);
        assert.deepEqual(shape, Object.entries(english[key].placeholders ?? {}).map(([name, { content }]) => [name, content]), `${language} ${key}`);
        const named = [...message.matchAll(/\$(\w+)\$/g)].map(([, name]) => name?.toLowerCase()).sort();
        assert.deepEqual(named, shape.map(([name]) => name).sort(), `${language} ${key}`);
      }
    }
  });

  it("are all used, and none is missing", () => {
    const used = new Set<string>();
    for (const [, key] of readFileSync("manifest.json", "utf8").matchAll(/__MSG_(\w+)__/g)) used.add(key ?? "");
    const written = sources();
    for (const [, key] of written.matchAll(/(?:data-text=|\b(?:browserT|t)ext\()"(\w+)"/g)) used.add(key ?? "");
    for (const [, stem] of written.matchAll(/"(error[A-Z]\w+)"/g)) {
      used.add(`${stem}Message`);
      used.add(`${stem}Advice`);
    }
    assert.deepEqual([...used].sort(), KEYS);
  });

  it("are not left in English, but for names", () => {
    const names = new Set(["Web eID", "Android", "iPhone"]);
    const english = messagesOf("en");
    for (const language of LANGUAGES.filter((other) => other !== "en")) {
      const messages = messagesOf(language);
      // "OK" is a word of many languages; a placeholder is no word.
      const left = KEYS.filter((key) => messages[key].message === english[key].message && !names.has(english[key].message) && english[key].message !== "OK");
      assert.deepEqual(left, [], language);
    }
  });

  it("are written in the letters of their language", () => {
    const letters: Partial<Record<Language, RegExp>> = {
      ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u, "ja-simple": /[\p{Script=Hiragana}\p{Script=Katakana}]/u,
      "zh-CN": /\p{Script=Han}/u, "zh-TW": /\p{Script=Han}/u, ko: /\p{Script=Hangul}/u,
      ne: /\p{Script=Devanagari}/u, my: /\p{Script=Myanmar}/u, th: /\p{Script=Thai}/u,
    };
    for (const [language, pattern] of Object.entries(letters) as [Language, RegExp][]) {
      const messages = messagesOf(language);
      assert.deepEqual(KEYS.filter((key) => !pattern.test(messages[key].message) && !/^(Web eID|OK)$/.test(messages[key].message)), [], language);
    }
  });

  it("take what is filled in as it is, in the order that their language needs", () => {
    const messages = { ...messagesOf("en"), pinTries: { message: "$MOST$ / $TRIES$ $1", placeholders: { tries: { content: "$1" }, most: { content: "$2" } } } };
    assert.equal(textOf(messages)("pinTries", "$MOST$", "5"), "5 / $MOST$ $1");
    assert.equal(textOf(messagesOf("en"))("popupSettings"), messagesOf("en").popupSettings.message);
  });

  it("are read from the extension's own files", async () => {
    const fetched: string[] = [];
    Object.assign(globalThis, {
      chrome: { runtime: { getURL: (path: string) => `chrome-extension://own/${path}` } },
      fetch: (url: string) => {
        fetched.push(url);
        return Promise.resolve(new Response(readFileSync(url.replace("chrome-extension://own/", ""))));
      },
    });
    const text = await textIn("ja-simple");
    assert.equal(text("popupVersion", "1.2.3"), "バージョン 1.2.3");
    assert.deepEqual(fetched, ["chrome-extension://own/chosen-locales/ja_simple/messages.json"]);
  });
});

describe("what a content script says", () => {
  it("is in the browser's language until the person chooses one, and again afterwards", async () => {
    const storage = new FakeStorage();
    const said = async (): Promise<Record<ContentErrorName, { message: string }>> => {
      const errors = contentErrors((key) => key);
      adoptWords(errors, await storage.local.get([CHOSEN_WORDS_KEY]));
      return errors;
    };
    assert.equal((await said()).reload.message, "errorReloadMessage");
    await storeContentWords(storage, { ...DEFAULTS, language: "ko" });
    const korean = await said();
    for (const name of Object.keys(CONTENT_ERRORS) as ContentErrorName[]) {
      assert.deepEqual(korean[name], { code: CONTENT_ERRORS[name].code, ...errorWords(CONTENT_ERRORS[name].text, "ko") });
    }
    await storeContentWords(storage, DEFAULTS);
    assert.equal((await said()).reload.message, "errorReloadMessage");
  });

  it("does not come from anything else that is stored there", () => {
    for (const stored of [7, null, "x", { reload: "x" }, { reload: { message: "x" } }, { reload: { message: "x", advice: 1 } }]) {
      const errors = contentErrors((key) => key);
      adoptWords(errors, { [CHOSEN_WORDS_KEY]: stored });
      assert.deepEqual(errors, contentErrors((key) => key));
    }
  });
});
