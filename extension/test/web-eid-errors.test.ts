import assert from "node:assert/strict";
import { it } from "node:test";
import { PAGE_ERROR_CODES, SERVICE_ERROR_CODES } from "../page/src/errors.js";
import { className, failure, WEB_EID_CODE_OF, WEB_EID_CODES } from "../src/web-eid-errors.js";

const CODES = [...SERVICE_ERROR_CODES, ...PAGE_ERROR_CODES];

it("every code of ours has one that Web eID's library knows, and keeps its name as the reason", () => {
  assert.deepEqual(Object.keys(WEB_EID_CODE_OF).sort(), [...CODES].sort());
  for (const code of CODES) {
    const { error } = failure("web-eid:sign", { code, message: "What.", advice: "Do.", triesLeft: 1, detail: "for developers" }) as { error?: unknown };
    const expected = WEB_EID_CODE_OF[code];
    assert((WEB_EID_CODES as readonly string[]).includes(expected), code);
    assert.deepEqual(error, { code: expected, name: className(expected), message: "What. Do.", reason: code, triesLeft: 1, detail: "for developers" });
  }
});

it("a person's own decision is a cancel, and nothing else is", () => {
  const cancelled = CODES.filter((code) => WEB_EID_CODE_OF[code] === "ERR_WEBEID_USER_CANCELLED");
  assert.deepEqual(cancelled.sort(), ["pin_incorrect", "pin_last_try_refused", "user_cancelled"]);
});

it("the codes that only Web eID's library makes are never answered", () => {
  const answered = new Set(Object.values(WEB_EID_CODE_OF));
  for (const code of ["ERR_WEBEID_ACTION_TIMEOUT", "ERR_WEBEID_MISSING_PARAMETER"] as const) assert(!answered.has(code), code);
});

it("a failure's name is that of its class in Web eID's library", () => {
  assert.deepEqual(WEB_EID_CODES.map(className), [
    "ActionPendingError", "ActionTimeoutError", "ContextInsecureError", "ExtensionUnavailableError", "MissingParameterError", "NativeFatalError",
    "NativeInvalidArgumentError", "NativeUnavailableError", "UnknownError", "UserCancelledError", "UserTimeoutError", "VersionInvalidError",
    "VersionMismatchError",
  ]);
});

it("a failure without advice says its message alone", () => {
  assert.deepEqual(failure("web-eid:status", { code: "internal", message: "What." }, { extension: "2.5.0" }), {
    action: "web-eid:status-failure",
    error: { code: "ERR_WEBEID_UNKNOWN_ERROR", name: "UnknownError", message: "What.", reason: "internal", extension: "2.5.0" },
  });
});
