#!/usr/bin/env node
// @ts-check
/**
 * A native messaging host that needs no card: it answers `status`, fails `certificate`, crashes on `sign` and leaves
 * `authenticate` open until it is cancelled, after two notifications of progress where those are asked for. FAKE_HOST_LOG names a file that gets one JSON object a line: each frame,
 * how it was started, and how it ended.
 */
import { appendFileSync } from "node:fs";

const HEADER_BYTES = 4;
const path = process.env["FAKE_HOST_LOG"];
if (path === undefined) throw new Error("FAKE_HOST_LOG is not set");

/** @param {Record<string, unknown>} entry */
const log = (entry) => { appendFileSync(path, `${JSON.stringify({ ...entry, pid: process.pid })}\n`); };

/** @param {Record<string, unknown>} answer */
function send(answer) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...answer }));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(body.length);
  process.stdout.write(Buffer.concat([header, body]));
}

/** @param {{ id: number, method: string, params: { progress?: boolean } }} request */
function answer({ id, method, params }) {
  if (method === "status") send({ id, result: { version: "0.0.0", readers: [] } });
  else if (method === "authenticate" && params.progress === true) {
    for (const stage of ["waiting-for-card", "waiting-for-pin"]) send({ method: "progress", params: { id, stage } });
  } else if (method === "sign") process.exit(3);
  else if (method === "certificate") {
    send({ id, error: { code: -32000, message: "There is no card.", data: { code: "no_card", advice: "Insert a card." } } });
  } else if (method === "cancel") {
    send({ id: 1, error: { code: -32000, message: "Cancelled.", data: { code: "user_cancelled", advice: "Start again." } } });
  }
}

let received = Buffer.alloc(0);
log({ event: "started", arguments: process.argv.slice(2) });
process.stdin.on("data", (chunk) => {
  received = Buffer.concat([received, chunk]);
  while (received.length >= HEADER_BYTES && received.length >= HEADER_BYTES + received.readUInt32LE()) {
    const end = HEADER_BYTES + received.readUInt32LE();
    const request = JSON.parse(received.subarray(HEADER_BYTES, end).toString());
    received = received.subarray(end);
    log({ event: "frame", request });
    answer(request);
  }
});
process.stdin.on("end", () => { log({ event: "end of input" }); });
