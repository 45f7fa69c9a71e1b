// A site at which people log in with a My Number card. Sessions are kept in memory; a real site has a store.
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { parseCertificate } from "./certificate.js";
import { CARD_POLICIES, Refusal, verify, verifySigned } from "./verify.js";

const MAX_BODY_BYTES = 16_384;
const { PORT = "3000", ORIGIN = `http://localhost:${PORT}`, AUTHENTICATION_CA, SIGNATURE_CA } = process.env;
// In production JPKI's authorities, in tests those of the virtual card: never both.
const trusted = {
  authentication: { authorities: readAuthorities(AUTHENTICATION_CA), policies: CARD_POLICIES.authentication },
  signature: { authorities: readAuthorities(SIGNATURE_CA), policies: CARD_POLICIES.signature },
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
    session.challenge = { origin: ORIGIN, nonce: randomBytes(32).toString("base64"), issued: new Date() };
    const { nonce } = session.challenge;
    return { nonce, text: contract(nonce) };
  },
  "/login": (session, body) => {
    const certificate = verify(body, takeChallenge(session), trusted.authentication, new Date());
    // Only this names the person, and only to a site that saw the card before. The law limits who may keep the
    // certificate's serial number; a hash of the whole certificate does as well.
    session.account = createHash("sha256").update(certificate.raw).digest("hex").slice(0, 8);
    return { account: session.account };
  },
  "/sign": (session, body) => {
    const { nonce, issued } = takeChallenge(session);
    verifySigned(body, { text: contract(nonce), issued }, trusted.signature, new Date());
    return { signed: true };
  },
};

const contract = (nonce) => `I agree to the terms of ${ORIGIN} (${nonce}).`;

/** The session's challenge, which is used up by this. */
function takeChallenge(session) {
  const { challenge } = session;
  session.challenge = undefined;
  if (challenge === undefined) throw new Refusal("challenge_gone");
  return challenge;
}

/** The certificates in a PEM file. */
function readAuthorities(path) {
  const pem = readFileSync(path, "utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return pem.map((text) => parseCertificate(new X509Certificate(text).raw));
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
    const result = action(session, await readText(request));
    // A new id each time: one that was planted before the log-in is worth nothing after it.
    id = randomBytes(16).toString("hex");
    sessions.set(id, session);
    return json(200, result, { "set-cookie": `session=${id}; Path=/; HttpOnly; SameSite=Strict` });
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error);
    return json(403, { code: error instanceof Refusal ? error.reason : "internal" });
  }
}).listen(Number(PORT), "127.0.0.1");

async function readText(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new Refusal("too_long");
  }
  return text;
}
