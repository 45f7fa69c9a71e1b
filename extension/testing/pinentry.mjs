#!/usr/bin/env node
// @ts-check
/**
 * A pinentry (GnuPG's Assuan protocol) that answers from a script instead of asking a person. For tests and demos.
 *
 * JPKID_PINENTRY_SCRIPT names a file with a JSON object. Its "answers" are an array, one for each question in order:
 *   {"pin": "1234"}   types this and presses OK         {"confirm": true}   agrees
 *   {"cancel": true}  presses Cancel                    {"confirm": false}  refuses
 *   {"hang": true}    leaves the window open, until the file holds another answer in this one's place
 * Its "pins", {"authentication": "1234", "signature": "ABC123"}, are typed where no answer is left and a PIN is asked
 * for, but not after it was wrong. All else is cancelled.
 * JPKID_PINENTRY_LOG names a file that gets one JSON object a line: {"event": "asked", …} with everything that the
 * window would show, {"event": "ended", …}. Never a PIN. How many questions it holds tells which answer is next, so
 * the log has to be empty at first; pinentries that run one after the other share it.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** @typedef {{pin?: string, confirm?: boolean, cancel?: boolean, hang?: boolean}} Answer */

// Of libgpg-error, from the source "pinentry".
const CANCELED = "83886179 Operation cancelled";
const NOT_CONFIRMED = "83886194 Not confirmed";
const UNKNOWN_COMMAND = "83886355 Unknown IPC command";

/** @param {string} name */
function environment(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

const ANSWER_INTERVAL_MS = 25;
const logPath = environment("JPKID_PINENTRY_LOG");
const scriptPath = environment("JPKID_PINENTRY_SCRIPT");
/** @returns {{answers: Answer[], pins?: {authentication?: string, signature?: string}}} */
const readScript = () => JSON.parse(readFileSync(scriptPath, "utf8"));
const { pins = {} } = readScript();

/** @param {Record<string, unknown>} entry */
function log(entry) {
  appendFileSync(logPath, `${JSON.stringify({ ...entry, pid: process.pid })}\n`);
}

/** @param {string} line */
function send(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * Undoes %XX, which stands for a byte of UTF-8; the other characters are there as they are.
 * @param {string} text
 */
function decode(text) {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  return Buffer.from(bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString("utf8");
}
/** @param {string} text */
const encode = (text) => text.replace(/[%\r\n]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`);

/** What the window shows; each setter fills one field, and GETPIN forgets the error as the real ones do. */
/** @type {Record<string, string>} */
const shown = {};
/** @type {Record<string, string>} */
const SETTERS = { SETDESC: "description", SETPROMPT: "prompt", SETERROR: "error", SETTITLE: "title", SETOK: "ok", SETCANCEL: "cancel", SETNOTOK: "notOk" };
const IGNORED = ["OPTION", "NOP", "RESET", "SETTIMEOUT", "SETKEYINFO", "SETQUALITYBAR", "SETQUALITYBAR_TT", "SETREPEAT", "SETREPEATERROR"];

/**
 * What the person knows without being told; the window names the PIN by its number on the municipality's slip.
 * @param {string} command
 * @returns {Answer | undefined}
 */
function known(command) {
  if (command !== "GETPIN" || shown["error"] !== undefined) return undefined;
  const description = shown["description"] ?? "";
  const pin = description.includes("②") ? pins.authentication : description.includes("①") ? pins.signature : undefined;
  return pin === undefined ? undefined : { pin };
}

/** @param {"GETPIN" | "CONFIRM" | "MESSAGE"} command */
function ask(command) {
  const asked = existsSync(logPath) ? readFileSync(logPath, "utf8").split("\n").filter((line) => line.includes('"event":"asked"')).length : 0;
  const answer = readScript().answers[asked] ?? known(command);
  log({ event: "asked", command, ...shown, answered: answer === undefined ? "nothing was scripted" : Object.keys(answer)[0] });
  delete shown["error"];
  if (answer?.hang === true) waitForAnswer(command, asked);
  else give(command, answer);
}

/**
 * Leaves the window open until the script says something else.
 * @param {string} command
 * @param {number} question
 */
function waitForAnswer(command, question) {
  // Asked for again and again: a watch could begin just after the change. The file is replaced whole, never half read.
  const timer = setInterval(() => {
    const answer = readScript().answers[question];
    if (answer?.hang === true) return;
    clearInterval(timer);
    give(command, answer);
  }, ANSWER_INTERVAL_MS);
}

/**
 * @param {string} command
 * @param {Answer | undefined} answer
 */
function give(command, answer) {
  if (answer?.pin !== undefined && command === "GETPIN") {
    send(`D ${encode(answer.pin)}`);
    send("OK");
  } else if (answer?.confirm === true && command !== "GETPIN") send("OK");
  else if (answer?.confirm === false && command !== "GETPIN") send(`ERR ${NOT_CONFIRMED}`);
  else send(`ERR ${CANCELED}`);
}

/** @param {string} reason */
function end(reason) {
  log({ event: "ended", reason });
  process.exit(0);
}

/** @param {string} line */
function obey(line) {
  const space = line.indexOf(" ");
  const command = (space < 0 ? line : line.slice(0, space)).toUpperCase();
  const text = space < 0 ? "" : line.slice(space + 1);
  const field = SETTERS[command];
  if (field !== undefined) {
    shown[field] = decode(text.trimStart()).replace(field === "ok" || field === "cancel" || field === "notOk" ? /_/g : /$^/g, "");
    send("OK");
  } else if (command === "GETPIN" || command === "CONFIRM" || command === "MESSAGE") ask(command);
  else if (command === "GETINFO") {
    send(`D ${text === "pid" ? process.pid : text === "version" ? "1.0.0" : "scripted"}`);
    send("OK");
  } else if (command === "BYE") {
    send("OK closing connection");
    end("bye");
  } else if (IGNORED.includes(command) || line.startsWith("#") || line === "") send("OK");
  else send(`ERR ${UNKNOWN_COMMAND}`);
}

process.on("SIGTERM", () => end("SIGTERM"));
process.on("SIGINT", () => end("SIGINT"));
process.stdout.on("error", () => end("nobody reads any more"));
createInterface({ input: process.stdin }).on("line", obey).on("close", () => end("end of input"));
send("OK Pleased to meet you");
