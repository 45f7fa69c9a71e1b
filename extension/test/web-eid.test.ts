/** Web eID's messages from the page's window to the native host and back, with nothing between them left out. */
import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import type { ErrorBody } from "../page/src/errors.js";
import { Admission } from "../src/background/admission.js";
import { Relay } from "../src/background/relay.js";
import { ownError } from "../src/background/texts.js";
import { STATUS_MS, WebEidPort } from "../src/background/web-eid-port.js";
import { Exchanges } from "../src/content/exchanges.js";
import { LOOK_AGAIN_MS, LOOK_MS, serveWebEid } from "../src/content/web-eid.js";
import { FakePort, FakeWindow, golden, linkedPorts, settle } from "./fakes.js";
import messages from "./web-eid.json";

const SITE = "https://www.example.jp";
const SIGNATURE = "c3ludGhldGljIHNpZ25hdHVyZQ==";
const local = (code: ErrorBody["code"]): ErrorBody => ({ code, message: `${code}.`, advice: "Do this." });

type Message = Record<string, unknown> & { action: string };

let page: FakeWindow;
let natives: FakePort[];
let reports: boolean[];
let settings: { answers: boolean; steppedAside: boolean } | undefined;
let touched: boolean;
let connectable: boolean;
let language: string | undefined;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  page = new FakeWindow();
  natives = [];
  reports = [];
  settings = { answers: true, steppedAside: false };
  touched = true;
  connectable = true;
  language = undefined;
  const admission = new Admission(() => 0);
  const background = (port: FakePort): void => {
    const ours = new WebEidPort(port, {
      version: "0.1.0",
      ownError: (name, lang) => Promise.resolve(ownError(name, lang ?? "en")),
    });
    new Relay(ours, { verdict: "page", origin: SITE, tabId: 7 }, {
      conditions: () => Promise.resolve({ served: true, language }),
      enter: (asked) => admission.enter(asked),
      connectNative: () => {
        const native = new FakePort();
        natives.push(native);
        return native;
      },
      keep: () => undefined,
      lastError: () => undefined,
      answerMs: STATUS_MS,
      uiLanguage: () => "en",
      onEnd: () => undefined,
    });
  };
  const exchanges = new Exchanges({
    connect: () => {
      if (!connectable) throw new Error("Extension context invalidated.");
      const [content, other] = linkedPorts();
      background(other);
      return content;
    },
    untilActive: () => Promise.resolve(),
    activation: { get isFresh() { return touched; }, renew: () => undefined },
    errors: { reload: local("extension_unavailable"), interrupted: local("internal"), cancelled: local("user_cancelled") },
  });
  serveWebEid({
    page,
    exchanges,
    version: "0.1.0",
    settings: () => (settings === undefined ? Promise.reject(new Error("Extension context invalidated.")) : Promise.resolve(settings)),
    report: (otherAnswers) => reports.push(otherAnswers),
  });
});

/** Lets time pass, and all that it brings. */
async function pass(milliseconds: number): Promise<void> {
  await settle();
  mock.timers.tick(milliseconds);
  await settle();
}

/** The page posts a request, and the time is over in which another extension could answer it. */
async function post(message: object): Promise<void> {
  page.deliver(message);
  await pass(LOOK_MS);
}

/** What was posted to the page. */
function told(): Message[] {
  return page.posted.map(({ message }) => message as Message);
}

/** The error of the last message to the page, which must be a failure of this action. */
function failureOf(action: string): Record<string, unknown> {
  const last = told().at(-1);
  assert.equal(last?.action, `${action}-failure`);
  return last["error"] as Record<string, unknown>;
}

function request(): Record<string, unknown> {
  const sent = natives.at(-1)?.lastSent;
  assert(sent !== undefined, "the native host was asked for nothing");
  return sent as Record<string, unknown>;
}

function answer(message: Record<string, unknown>): void {
  natives.at(-1)?.receive(message);
}

const result = (value: unknown): Record<string, unknown> => ({ jsonrpc: "2.0", id: 1, result: value });

describe("a page with Web eID's library", () => {
  it("is told the versions, which are of Web eID's own major version", async () => {
    await post(messages.status.request);
    assert.deepEqual(told(), [messages.status.ack]);
    assert.deepEqual(request(), { jsonrpc: "2.0", id: 1, method: "status", params: {} });
    answer(golden("status-result"));
    await settle();
    assert.deepEqual(told()[1], messages.status.success);
    assert(natives[0]?.disconnected);
  });

  it("logs in", async () => {
    await post(messages.authenticate.request);
    assert.deepEqual(told(), [messages.authenticate.ack]);
    assert.deepEqual(request(), golden("authenticate-request"));
    const given = { ...(golden("authenticate-result")["result"] as object), signature: SIGNATURE };
    answer(result({ ...given, somethingElse: 1 }));
    await settle();
    assert.deepEqual(told()[1], messages.authenticate.success);
  });

  it("reads the signature certificate, and asks that the password be held for the signature", async () => {
    await post(messages.getSigningCertificate.request);
    assert.deepEqual(told(), [messages.getSigningCertificate.ack]);
    const { params, ...rest } = golden("certificate-request");
    assert.deepEqual(request(), { ...rest, params: { ...(params as object), hold: true } });
    answer(golden("certificate-result"));
    await settle();
    assert.deepEqual(told()[1], messages.getSigningCertificate.success);
  });

  it("signs one hash", async () => {
    await post(messages.sign.request);
    assert.deepEqual(told(), [messages.sign.ack]);
    const { params, ...rest } = golden("sign-request");
    assert.deepEqual(request(), { ...rest, params: { ...(params as object), hashes: [messages.sign.request.hash] } });
    answer(result({ ...(golden("sign-result")["result"] as object), signatures: [SIGNATURE] }));
    await settle();
    assert.deepEqual(told()[1], messages.sign.success);
  });

  it("is told before its library gives up that nobody answers, and can ask again", async () => {
    await post(messages.status.request);
    await pass(STATUS_MS);
    const { code, reason, missing } = failureOf("web-eid:status");
    assert.deepEqual({ code, reason, missing }, { code: "ERR_WEBEID_NATIVE_UNAVAILABLE", reason: "no_service", missing: "daemon" });
    assert(natives[0]?.disconnected);
    assert(LOOK_AGAIN_MS + STATUS_MS < 5000);
    await post(messages.status.request);
    assert.equal(told().at(-1)?.action, "web-eid:status-ack");
  });

  it("is answered at its own origin only", async () => {
    await post(messages.status.request);
    answer(golden("status-result"));
    await settle();
    assert.deepEqual(page.posted.map(({ targetOrigin }) => targetOrigin), [SITE, SITE]);
  });

  it("can ask for different things at a time, and for the same again once it was answered", async () => {
    await post(messages.authenticate.request);
    await post(messages.status.request);
    await post(messages.authenticate.request);
    assert.deepEqual(told().map(({ action }) => action), ["web-eid:authenticate-ack", "web-eid:status-ack"]);
    answer(golden("status-result"));
    natives[0]?.receive(golden("authenticate-result"));
    await settle();
    assert.deepEqual(told().slice(2).map(({ action }) => action), ["web-eid:status-success", "web-eid:authenticate-success"]);
    await post(messages.authenticate.request);
    assert.equal(told().at(-1)?.action, "web-eid:authenticate-ack");
  });

  it("is not heard through a frame or another window, and neither is what is not of Web eID", async () => {
    page.deliver(messages.status.request, new FakeWindow());
    page.deliver(messages.status.request, page, "https://evil.example");
    for (const data of [null, "web-eid:status", {}, { action: 1 }, { action: "web-eid:" }, { action: "web-eid:warning", warnings: [] },
      { action: "web-eid:status-update" }, { action: "web-eid:constructor" }, { action: "WEB-EID:status" }, [messages.status.request]]) {
      page.deliver(data);
    }
    await pass(1000);
    assert.deepEqual(told(), []);
    assert.deepEqual(reports, []);
  });
});

describe("a request of Web eID that cannot be", () => {
  for (const [what, message, field] of [
    ["a nonce that is missing", { action: "web-eid:authenticate" }, "challengeNonce"],
    ["a nonce that is no text", { action: "web-eid:authenticate", challengeNonce: 7, options: null }, "challengeNonce"],
    ["a hash that is missing", { ...messages.sign.request, hash: undefined }, "hash"],
    ["a hash function that the card has not", { ...messages.sign.request, hashFunction: "SHA3-256" }, "hashFunction"],
    ["an old hash function", { ...messages.sign.request, hashFunction: "SHA-224" }, "hashFunction"],
    ["a certificate that is missing", { ...messages.sign.request, certificate: undefined }, "certificate"],
  ] as const) {
    it(`is refused as an invalid argument for ${what}, and opens nothing`, async () => {
      await post(message);
      const error = failureOf(message.action);
      assert.equal(error["code"], "ERR_WEBEID_NATIVE_INVALID_ARGUMENT");
      assert.equal(error["name"], "NativeInvalidArgumentError");
      assert.equal(error["reason"], "invalid_request");
      assert.equal(error["field"], field);
      assert.match(error["message"] as string, /not correct.+Tell the operator/);
      assert.equal(natives.length, 0);
    });
  }

  it("is refused as an invalid argument where only the service can tell", async () => {
    await post({ ...messages.authenticate.request, challengeNonce: "too" });
    answer(golden("error-invalid-params"));
    await settle();
    const error = failureOf("web-eid:authenticate");
    assert.deepEqual([error["code"], error["reason"], error["field"]], ["ERR_WEBEID_NATIVE_INVALID_ARGUMENT", "invalid_request", "challengeNonce"]);
  });

  it("has its library's version refused by status alone, with what needs an update", async () => {
    for (const [libraryVersion, code] of [
      [undefined, "ERR_WEBEID_VERSION_INVALID"], [2, "ERR_WEBEID_VERSION_INVALID"], ["2", "ERR_WEBEID_VERSION_INVALID"], ["2.0", "ERR_WEBEID_VERSION_INVALID"],
      ["v2.0.2", "ERR_WEBEID_VERSION_INVALID"], ["3.0.0", "ERR_WEBEID_VERSION_MISMATCH"], ["10.1.2-beta.1", "ERR_WEBEID_VERSION_MISMATCH"],
    ] as const) {
      await post({ action: "web-eid:status", libraryVersion });
      answer(golden("status-result"));
      await settle();
      const error = failureOf("web-eid:status");
      assert.equal(error["code"], code, String(libraryVersion));
      assert.equal(error["extension"], messages.status.success.extension);
      assert.deepEqual(error["requiresUpdate"], code === "ERR_WEBEID_VERSION_MISMATCH" ? { extension: true, nativeApp: true } : undefined);
    }
    for (const libraryVersion of ["0.9.0", "1.0.0", "2.0.0", "2.1.0-beta.2", "2.99.1+build"]) {
      await post({ action: "web-eid:status", libraryVersion });
      answer(golden("status-result"));
      await settle();
      assert.equal(told().at(-1)?.action, "web-eid:status-success", libraryVersion);
    }
  });

  it("is an unknown error when the service answers something else", async () => {
    for (const [message, value] of [
      [messages.status.request, {}], [messages.authenticate.request, { format: "web-eid:1.0" }], [messages.getSigningCertificate.request, null],
      [messages.sign.request, golden("sign-result")["result"]],
    ] as const) {
      await post(message);
      answer(result(value));
      await settle();
      const error = failureOf(message.action);
      assert.deepEqual([error["code"], error["reason"]], ["ERR_WEBEID_UNKNOWN_ERROR", "internal"], message.action);
    }
  });
});

describe("a failure of Web eID", () => {
  it("tells our own code and the tries left beside Web eID's code", async () => {
    await post(messages.authenticate.request);
    answer(golden("error-pin-incorrect"));
    await settle();
    const { message, detail, ...error } = failureOf("web-eid:authenticate");
    assert.deepEqual(error, { code: "ERR_WEBEID_USER_CANCELLED", name: "UserCancelledError", reason: "pin_incorrect", triesLeft: 2 });
    assert.match(message as string, /Tries left: 2.+Look it up/);
    assert.equal(typeof detail, "string");
  });

  it("is not that the native application is missing, where only the smart card service does not run or is closed to the person", async () => {
    const fails = (code: string, missing?: string): Record<string, unknown> =>
      ({ jsonrpc: "2.0", id: 1, error: { code: -32000, message: "No.", data: { code, advice: "Do this.", missing } } });
    for (const [code, missing] of [["no_service", "service"], ["access_denied", undefined]] as const) {
      await post(messages.status.request);
      answer(fails(code, missing));
      await settle();
      assert.deepEqual(told().at(-1), { ...messages.status.success, nativeApp: "2.9.0" });
      for (const message of [messages.authenticate.request, messages.getSigningCertificate.request, messages.sign.request]) {
        await post(message);
        answer(fails(code, missing));
        await settle();
        const error = failureOf(message.action);
        assert.deepEqual([error["code"], error["reason"], error["missing"]], ["ERR_WEBEID_NATIVE_FATAL", code, missing]);
      }
      await post({ ...messages.status.request, libraryVersion: "3.0.0" });
      answer(fails(code, missing));
      await settle();
      assert.equal(failureOf("web-eid:status")["code"], "ERR_WEBEID_VERSION_MISMATCH");
    }
    for (const missing of ["daemon", "native-host"]) {
      for (const message of [messages.status.request, messages.authenticate.request]) {
        await post(message);
        answer(fails("no_service", missing));
        await settle();
        assert.equal(failureOf(message.action)["code"], "ERR_WEBEID_NATIVE_UNAVAILABLE");
      }
    }
  });

  it("tells a blocked PIN, and where to go", async () => {
    await post(messages.authenticate.request);
    answer(golden("error-pin-blocked"));
    await settle();
    const error = failureOf("web-eid:authenticate");
    assert.deepEqual([error["code"], error["reason"], error["triesLeft"]], ["ERR_WEBEID_NATIVE_FATAL", "pin_blocked", 0]);
    assert.match(error["message"] as string, /municipality/);
  });

  it("is in the language that the page asks for, or in the one that the person chose", async () => {
    touched = false;
    await post(messages.authenticate.request);
    assert.match(failureOf("web-eid:authenticate")["message"] as string, /[ぁ-ん]/);
    language = "en";
    await post(messages.authenticate.request);
    assert.doesNotMatch(failureOf("web-eid:authenticate")["message"] as string, /[ぁ-ん]/);
  });

  it("tells a page that nobody touched that this is why, and opens nothing", async () => {
    touched = false;
    await post(messages.authenticate.request);
    const error = failureOf("web-eid:authenticate");
    assert.deepEqual([error["code"], error["reason"]], ["ERR_WEBEID_UNKNOWN_ERROR", "interaction_required"]);
    assert.equal(natives.length, 0);
    await post(messages.status.request);
    assert.equal(natives.length, 1, "status opens no window");
  });

  it("tells a second request of the tab that one is open", async () => {
    await post(messages.authenticate.request);
    await post(messages.sign.request);
    const error = failureOf("web-eid:sign");
    assert.deepEqual([error["code"], error["reason"]], ["ERR_WEBEID_ACTION_PENDING", "rate_limited"]);
  });

  it("of status tells the extension's version at least", async () => {
    await post(messages.status.request);
    natives[0]?.lose();
    await settle();
    const error = failureOf("web-eid:status");
    assert.deepEqual([error["code"], error["reason"], error["extension"]], ["ERR_WEBEID_NATIVE_UNAVAILABLE", "no_service", "2.5.0+jpkid.0.1.0"]);
  });

  it("says so when the script belongs to an extension that was updated in mid-request", async () => {
    connectable = false;
    await post(messages.status.request);
    const error = failureOf("web-eid:status");
    assert.deepEqual([error["code"], error["message"]], ["ERR_WEBEID_EXTENSION_UNAVAILABLE", "extension_unavailable. Do this."]);
  });
});

describe("the time that a page of Web eID gives the person", () => {
  for (const [what, given, milliseconds] of [
    ["as its option says", 5000, 5000], ["two minutes by default", undefined, 120_000], ["two minutes instead of none", 0, 120_000],
    ["two minutes instead of what is no time", "5000", 120_000], ["not at once when it is endless", Number.MAX_VALUE, 2 ** 31 - 1],
  ] as const) {
    it(`is over ${what}, and then the window is closed`, async () => {
      await post({ ...messages.authenticate.request, options: { lang: "en", userInteractionTimeout: given } });
      await pass(milliseconds - 1);
      assert.equal(told().length, 1);
      assert.equal(natives[0]?.sent.length, 1);
      await pass(1);
      assert.deepEqual(request(), golden("cancel-request"));
      answer(golden("error-user-cancelled"));
      await settle();
      const error = failureOf("web-eid:authenticate");
      assert.deepEqual([error["code"], error["reason"]], ["ERR_WEBEID_USER_TIMEOUT", "user_timeout"]);
      assert.match(error["message"] as string, /time that the site gives/);
    });
  }

  it("has no effect once the person has answered", async () => {
    await post(messages.authenticate.request);
    answer(golden("authenticate-result"));
    await pass(120_000);
    assert.equal(told().length, 2);
  });

  it("leaves another error what it is", async () => {
    await post(messages.authenticate.request);
    await pass(60_000);
    answer(golden("error-pin-blocked"));
    await settle();
    assert.equal(failureOf("web-eid:authenticate")["reason"], "pin_blocked");
  });
});

describe("a page that is not to be answered", () => {
  it("hears nothing where Web eID is switched off", async () => {
    settings = { answers: false, steppedAside: false };
    await post(messages.status.request);
    page.deliver(messages.status.ack);
    await pass(1000);
    assert.deepEqual(told(), []);
    assert.deepEqual(reports, [], "another extension is nobody's business there");
  });

  it("hears nothing of a script that an update left behind", async () => {
    settings = undefined;
    await post(messages.status.request);
    await pass(1000);
    assert.deepEqual(told(), []);
  });

  it("is answered at once when it is switched on", async () => {
    settings = { answers: false, steppedAside: false };
    await post(messages.status.request);
    settings = { answers: true, steppedAside: false };
    await post(messages.status.request);
    assert.deepEqual(told(), [messages.status.ack]);
  });
});

describe("where another extension answers Web eID", () => {
  for (const ending of ["ack", "success", "failure"]) {
    it(`this one steps aside at a foreign ${ending}, opens nothing and has the person told`, async () => {
      page.deliver(messages.authenticate.request);
      await pass(5);
      page.deliver({ action: `web-eid:authenticate-${ending}` });
      await pass(1000);
      assert.deepEqual(told(), []);
      assert.equal(natives.length, 0);
      assert.deepEqual(reports, [true]);
    });
  }

  it("this one steps aside for the request that was answered, not for another", async () => {
    page.deliver(messages.authenticate.request);
    page.deliver(messages.status.request);
    page.deliver(messages.status.ack);
    await pass(LOOK_MS);
    assert.deepEqual(told(), [messages.authenticate.ack]);
  });

  it("this one closes its window when the other answers late, and says nothing more", async () => {
    await post(messages.authenticate.request);
    page.deliver(messages.authenticate.ack);
    await settle();
    assert.deepEqual(natives[0]?.lastSent, golden("cancel-request"));
    answer(golden("error-user-cancelled"));
    await pass(1000);
    assert.deepEqual(told(), [messages.authenticate.ack]);
    assert.deepEqual(reports, [true]);
  });

  it("this one does not take its own answers for another's", async () => {
    for (let round = 0; round < 3; round += 1) {
      await post(messages.status.request);
      answer(golden("status-result"));
      await settle();
    }
    assert.equal(told().length, 6);
    assert.deepEqual(reports, []);
  });

  it("this one looks longer afterwards, and answers within the library's second once the other is gone", async () => {
    settings = { answers: true, steppedAside: true };
    page.deliver(messages.status.request);
    await pass(LOOK_MS);
    await pass(LOOK_AGAIN_MS - LOOK_MS - 1);
    assert.deepEqual(told(), []);
    await pass(1);
    assert.deepEqual(told(), [messages.status.ack]);
    assert.deepEqual(reports, [false]);
  });

  it("this one need not look long when the other is still there", async () => {
    settings = { answers: true, steppedAside: true };
    page.deliver(messages.status.request);
    page.deliver(messages.status.ack);
    await pass(LOOK_MS);
    assert.deepEqual(reports, [true]);
  });
});
