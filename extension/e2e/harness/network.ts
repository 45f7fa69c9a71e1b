import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo } from "node:net";

const HEADER_BYTES = 4;

/** A TCP port of the loopback address that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Sends one request without parameters to the daemon and waits for its result. */
export async function askDaemon(socketPath: string, method: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let received = Buffer.alloc(0);
    socket.once("error", reject);
    socket.once("close", () => { reject(new Error("the daemon hung up")); });
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < HEADER_BYTES || received.length < HEADER_BYTES + received.readUInt32LE()) return;
      const answer = JSON.parse(received.subarray(HEADER_BYTES).toString()) as { result?: unknown; error?: unknown };
      if (answer.error === undefined) resolve(answer.result);
      else reject(new Error(JSON.stringify(answer.error)));
      socket.destroy();
    });
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: {} }));
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(body.length);
    socket.write(Buffer.concat([header, body]));
  });
}

/** Whether the daemon at the socket sees a card that it can read. */
export async function seesCard(socketPath: string): Promise<boolean> {
  const status = await askDaemon(socketPath, "status");
  assert(typeof status === "object" && status !== null && "readers" in status && Array.isArray(status.readers));
  return (status.readers as { card: unknown }[]).some(({ card }) => card !== null);
}
