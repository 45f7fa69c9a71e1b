// A site at which people log in with a My Number card. Sessions are kept in memory; a real site has a store.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { checkLogin, checkSigned, readAuthorities, Refusal } from "./verify.js";

const NONCE_LIFETIME_MS = 5 * 60_000;
const MAX_BODY_BYTES = 16_384;
const { PORT = "3000", ORIGIN = `http://localhost:${PORT}`, AUTHENTICATION_CA, SIGNATURE_CA } = process.env;
const authorities = {
  authentication: readAuthorities(readFileSync(AUTHENTICATION_CA, "utf8")),
  signature: readAuthorities(readFileSync(SIGNATURE_CA, "utf8")),
};
const FILES = {
  "/": ["text/html; charset=utf-8", readFileSync(new URL("public/index.html", import.meta.url))],
  "/login.js": ["text/javascript", readFileSync(new URL("public/login.js", import.meta.url))],
  "/jpkid.js": ["text/javascript", readFileSync(fileURLToPath(import.meta.resolve("jpkid")))],
};
const sessions = new Map();

/** What the page's script posts; each takes the session and the body, and returns the answer. */
const ACTIONS = {
  "/challenge": (session) => {
    session.nonce = randomBytes(32).toString("base64");
    session.nonceEnds = Date.now() + NONCE_LIFETIME_MS;
    return { nonce: session.nonce, text: contract(session.nonce) };
  },
  "/login": (session, token) => {
    const certificate = checkLogin(token, { origin: ORIGIN, nonce: takeNonce(session), authorities: authorities.authentication });
    // Only this names the person, and only to a site that saw the card before.
    session.account = createHash("sha256").update(certificate.raw).digest("hex").slice(0, 8);
    return { account: session.account };
  },
  "/sign": (session, answer) => {
    checkSigned(answer, { text: contract(takeNonce(session)), authorities: authorities.signature });
    return { signed: true };
  },
};

const contract = (nonce) => `I agree to the terms of ${ORIGIN} (${nonce}).`;

/** The session's nonce, which is used up by this. */
function takeNonce(session) {
  const { nonce, nonceEnds } = session;
  session.nonce = undefined;
  if (nonce === undefined || Date.now() > nonceEnds) throw new Refusal("challenge_gone");
  return nonce;
}

createServer(async (request, response) => {
  const send = (status, type, body, headers = {}) => response.writeHead(status, { "content-type": type, ...headers }).end(body);
  const json = (status, value, headers) => send(status, "application/json", JSON.stringify(value), headers);
  const file = FILES[request.url];
  if (request.method === "GET" && file !== undefined) return send(200, ...file);
  const action = ACTIONS[request.url];
  // Another site's page must not log people in here.
  if (request.method !== "POST" || action === undefined || request.headers.origin !== ORIGIN) return json(404, { code: "not_found" });
  try {
    let id = /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    const session = sessions.get(id) ?? {};
    sessions.delete(id);
    const result = action(session, await readJson(request));
    // A new id each time: one that was planted before the log-in is worth nothing after it.
    id = randomBytes(16).toString("hex");
    sessions.set(id, session);
    return json(200, result, { "set-cookie": `session=${id}; Path=/; HttpOnly; SameSite=Strict` });
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error);
    return json(403, { code: error instanceof Refusal ? error.code : "internal" });
  }
}).listen(Number(PORT), "127.0.0.1");

async function readJson(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new Refusal("too_long");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("token_unknown");
  }
}
