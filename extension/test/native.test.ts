/** The own pages' line to the native host. */
import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { IDLE_MS, NativeClient, NativeFailure } from "../src/native.js";
import { ANSWER_MS } from "../src/ports.js";
import { isRecord } from "../page/src/guards.js";
import { FakePort, golden, settle } from "./fakes.js";

describe("the own pages' line to the native host", () => {
  let ports: FakePort[];
  let lastError: string | undefined;
  let client: NativeClient;

  const port = (): FakePort => {
    const last = ports.at(-1);
    assert(last !== undefined, "no port was opened");
    return last;
  };
  const record = (result: unknown): Record<string, unknown> | undefined => (isRecord(result) ? result : undefined);

  beforeEach(() => {
    ports = [];
    lastError = undefined;
    client = new NativeClient({
      connectNative: () => {
        const made = new FakePort();
        ports.push(made);
        return made;
      },
      lastError: () => lastError,
      lang: "ja",
    });
  });

  async function failure(promise: Promise<unknown>): Promise<NativeFailure> {
    const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
    assert(error instanceof NativeFailure);
    return error;
  }

  it("opens no port before it is needed, and one for several requests", async () => {
    assert.equal(ports.length, 0);
    const first = client.request("status", { validity: true }, record);
    const second = client.request("history", { limit: 5 }, record);
    assert.deepEqual(port().sent, [
      { jsonrpc: "2.0", id: 1, method: "status", params: { validity: true, lang: "ja" } },
      { jsonrpc: "2.0", id: 2, method: "history", params: { limit: 5, lang: "ja" } },
    ]);
    port().receive({ jsonrpc: "2.0", id: 2, result: { second: true } });
    port().receive({ jsonrpc: "2.0", id: 1, result: { first: true } });
    assert.deepEqual([await first, await second], [{ first: true }, { second: true }]);
    assert.equal(ports.length, 1);
  });

  it("is closed when it was idle, and opened again by the next request", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const first = client.request("status", {}, record);
      port().receive({ jsonrpc: "2.0", id: 1, result: {} });
      await first;
      mock.timers.tick(IDLE_MS - 1);
      assert.equal(port().disconnected, false);
      mock.timers.tick(1);
      assert.equal(port().disconnected, true);
      const second = client.request("status", {}, record);
      assert.equal(ports.length, 2);
      port().receive({ jsonrpc: "2.0", id: 2, result: { again: true } });
      assert.deepEqual(await second, { again: true });
    } finally {
      mock.timers.reset();
    }
  });

  it("stays open for notifications, and tells of those about readers and cards", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      let changes = 0;
      client.onChange = () => { changes += 1; };
      const subscribed = client.subscribe();
      assert.deepEqual(port().lastSent, golden("subscribe-request"));
      port().receive({ jsonrpc: "2.0", id: 1, result: {} });
      await subscribed;
      mock.timers.tick(IDLE_MS * 10);
      assert.equal(port().disconnected, false);
      port().receive(golden("card-notification"));
      port().receive(golden("reader-notification"));
      port().receive({ jsonrpc: "2.0", method: "something-new", params: {} });
      assert.equal(changes, 2);
      await client.subscribe();
      assert.equal(port().sent.length, 1, "it subscribed twice");
    } finally {
      mock.timers.reset();
    }
  });

  it("hands on the daemon's error", async () => {
    const asked = failure(client.request("status", {}, record));
    port().receive({ jsonrpc: "2.0", id: 1, error: { code: -32000, message: "M", data: { code: "no_service", advice: "A", missing: "service" } } });
    const { body, hostEnded } = await asked;
    assert.deepEqual(body, { code: "no_service", message: "M", advice: "A", missing: "service" });
    assert.equal(hostEnded, false);
  });

  it("tells a host that was not found from one that ended", async () => {
    for (const [reason, missing, ended] of [
      ["Specified native messaging host not found.", "native-host", false],
      ["Native host has exited.", undefined, true],
    ] as const) {
      const asked = failure(client.request("status", {}, record));
      lastError = reason;
      port().lose();
      const { body, hostEnded } = await asked;
      assert.equal(body.code, "no_service");
      assert.equal(body.missing, missing);
      assert.equal(hostEnded, ended);
    }
  });

  it("waits for no answer for ever, and knows whether the daemon gave one to anything", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      for (const [others, missing] of [[[], "daemon"], [["history"], "service"]] as const) {
        const answered = others.map((method) => client.request(method, {}, record));
        if (others.length > 0) port().receive({ jsonrpc: "2.0", id: (port().lastSent as { id: number }).id, result: {} });
        await Promise.all(answered);
        const asked = failure(client.request("status", {}, record));
        mock.timers.tick(ANSWER_MS - 1);
        await settle();
        assert.equal(port().disconnected, false);
        mock.timers.tick(1);
        const { body, hostEnded } = await asked;
        assert.deepEqual([body.code, body.missing, hostEnded], ["no_service", missing, false]);
        assert.equal(port().disconnected, true);
      }
    } finally {
      mock.timers.reset();
    }
  });

  it("fails all that waits when an answer is not of the protocol", async () => {
    for (const message of ["x", { jsonrpc: "2.0" }, { jsonrpc: "2.0", id: 1, result: "not a record" }]) {
      client.close();
      const asked = failure(client.request("status", {}, record));
      const id = (port().lastSent as { id: number }).id;
      port().receive(isRecord(message) && "id" in message ? { ...message, id } : message);
      assert.equal((await asked).body.code, "internal");
      assert.equal(port().disconnected, true);
    }
  });

  it("has who looks on look again when the line is lost, but not whoever was just told so", async () => {
    let changes = 0;
    client.onChange = () => { changes += 1; };
    const subscribe = async (): Promise<void> => {
      const subscribed = client.subscribe();
      port().receive({ jsonrpc: "2.0", id: (port().lastSent as { id: number }).id, result: {} });
      await subscribed;
    };
    await subscribe();
    lastError = "Native host has exited.";
    port().lose();
    assert.equal(changes, 1);
    await subscribe();
    const asked = failure(client.request("status", {}, record));
    port().lose();
    await asked;
    await settle();
    assert.equal(changes, 1);
  });
});
