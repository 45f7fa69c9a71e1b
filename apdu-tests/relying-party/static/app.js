// Leads through the dialogue with the card: fetch a challenge, ask the extension, hand the answer to the server.
// All texts come from the page, so that this file knows no language.

import { JpkidError, authenticate, sign, status } from "/jpkid.js";

const lang = document.documentElement.lang;
const byId = (id) => document.getElementById(id);
const text = (name) => document.querySelector(`[data-text="${name}"]`).textContent;
const numbered = (name, n) => text(name).replace("{n}", String(n));

/** A refusal of this site's server, in its own words. */
class SiteError extends Error {
  name = "SiteError";

  /** @param {{code: string, message: string, advice: string, detail?: string}} body */
  constructor({ code, message, advice, detail }) {
    super(message);
    Object.assign(this, { code, advice, detail });
  }
}

/** A problem whose message and advice stand in the page. */
function problemInPage(code, detail) {
  const find = (kind) => document.querySelector(`[data-${kind}="${code}"]`).textContent;
  return new SiteError({ code, message: find("message"), advice: find("advice"), detail });
}

/** Posts JSON to the server and returns its JSON. */
async function post(path, body, signal) {
  let response;
  try {
    response = await fetch(`/api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw problemInPage("site_unreachable", String(cause));
  }
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer) return answer;
  throw answer?.error ? new SiteError(answer.error) : problemInPage("internal", `HTTP ${response.status}`);
}

/** The hash is taken of the very text that the page shows. */
async function sha256Base64(message) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(message));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

/** How long a card is looked for before the person is asked for it; one that lies there is found sooner. */
const CARD_PATIENCE_MS = 500;

/** Makes a call that needs the card: it waits for one, and tells the person what to do. */
async function withCard(step, call, params, signal) {
  let timer;
  const onProgress = (stage) => {
    clearTimeout(timer);
    if (stage === "waiting-for-card") timer = setTimeout(() => showProgress("card"), CARD_PATIENCE_MS);
    else showProgress(stage === "signing" ? "signing" : step);
  };
  try {
    return await call({ ...params, lang, signal, waitForCard: true, onProgress });
  } finally {
    clearTimeout(timer);
  }
}

async function signStatement(flow, signal) {
  const { statement } = await post(`${flow}/signature/challenge`, {}, signal);
  showStatement(statement);
  showProgress("signature");
  const hashes = [await sha256Base64(statement)];
  const answer = await withCard("signature", sign, { hashes, hashFunction: "SHA-256" }, signal);
  showProgress("sending");
  await post(`${flow}/signature`, answer, signal);
  markStep("signature", "done");
}

async function proveIdentity(flow, signal) {
  const { challengeNonce } = await post(`${flow}/authentication/challenge`, {}, signal);
  showProgress("authentication");
  const token = await withCard("authentication", authenticate, { challengeNonce }, signal);
  showProgress("sending");
  const { next } = await post(`${flow}/authentication`, token, signal);
  markStep("authentication", "done");
  return next;
}

// --- What is shown ---

const buttons = [...document.querySelectorAll("button[data-flow]")];
const cancel = byId("cancel");
const dialogue = byId("dialogue");
const statementBox = byId("statement-box");
const statementText = byId("statement");
const statementPreview = byId("statement-preview");
const preview = statementText.textContent;

/** Shows the statement that is signed; without one, its preview where the page has one. */
function showStatement(statement) {
  statementText.textContent = statement ?? preview;
  statementBox.hidden = statementText.textContent === "";
  if (statementPreview) statementPreview.hidden = statement !== undefined;
}

/** @param {"preparing" | "card" | "signature" | "authentication" | "signing" | "sending" | undefined} name */
function showProgress(name) {
  byId("status").textContent = name ? text(name) : "";
  if (name === "signature" || name === "authentication") markStep(name, "current");
}

function markStep(name, state) {
  const step = document.querySelector(`[data-step="${name}"]`);
  if (state) step.dataset.state = state;
  else delete step.dataset.state;
  if (state === "current") step.setAttribute("aria-current", "step");
  else step.removeAttribute("aria-current");
}

function showProblem(error) {
  const panel = byId("problem");
  const fill = (name, content) => {
    const element = panel.querySelector(`[data-testid="${name}"]`);
    element.textContent = content ?? "";
    element.hidden = !content;
  };
  fill("error-code", error.code);
  fill("error-message", error.message);
  fill("error-advice", error.advice);
  fill("tries-left", error.triesLeft === undefined ? "" : numbered("tries-left", error.triesLeft));
  const detail = [error.field, error.detail].filter(Boolean).join(": ");
  fill("error-detail", detail);
  byId("problem-detail").hidden = !detail;
  panel.dataset.code = error.code;
  panel.hidden = false;
  panel.focus();
}

/** Whatever was thrown, as something with code, message and advice. */
function problemOf(error, signal) {
  if (signal.aborted) return problemInPage("aborted");
  if (error instanceof JpkidError || error instanceof SiteError) return error;
  console.error(error);
  return problemInPage("internal", String(error));
}

function setBusy(busy) {
  for (const button of buttons) button.disabled = busy;
  cancel.hidden = !busy;
  if (dialogue) dialogue.hidden = !busy;
}

function reset(flow) {
  byId("problem").hidden = true;
  document.querySelector('[data-step="signature"]').hidden = flow === "login-authentication";
  showStatement(undefined);
  for (const step of document.querySelectorAll("[data-step]")) markStep(step.dataset.step, undefined);
}

// --- What is done ---

async function run(flow) {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = () => controller.abort();
  cancel.addEventListener("click", abort);
  reset(flow);
  setBusy(true);
  cancel.focus();
  showProgress("preparing");
  try {
    if (flow !== "login-authentication") await signStatement(flow, signal);
    const next = await proveIdentity(flow, signal);
    location.assign(next);
  } catch (error) {
    reset(flow);
    setBusy(false);
    showProgress(undefined);
    showProblem(problemOf(error, signal));
  } finally {
    cancel.removeEventListener("click", abort);
  }
}

for (const button of buttons) button.addEventListener("click", () => void run(button.dataset.flow));

// A page that the browser kept while the person was elsewhere starts afresh.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// --- The state of extension, service, reader and card ---

const cardNames = { "my-number-card": "check-my-number-card", android: "check-phone", iphone: "check-phone" };

function describePin(pin, name) {
  if (pin?.state === "blocked") return `${numbered(name, 0)} (${text("check-blocked")})`;
  return pin?.triesLeft === undefined ? undefined : numbered(name, pin.triesLeft);
}

function describeReader({ name, card, error }) {
  const lines = [`${text("check-reader")}: ${name}`];
  if (error) return [...lines, [error.message, error.advice ?? error.code].filter(Boolean).join(" ")];
  if (!card) return [...lines, text("check-no-card")];
  return [
    ...lines,
    text(cardNames[card.kind] ?? "check-other"),
    describePin(card.pins?.signature, "check-signature-tries"),
    describePin(card.pins?.authentication, "check-authentication-tries"),
  ].filter(Boolean);
}

async function check() {
  const result = byId("check-result");
  const show = (lines) => {
    result.replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
    );
  };
  show([text("check-running")]);
  try {
    const { version, readers } = await status({ lang });
    const found = readers.length > 0 ? readers.flatMap(describeReader) : [text("check-no-reader")];
    show([`${text("check-service")}: ${version}`, ...found]);
  } catch (error) {
    const { code, message, advice } = error instanceof JpkidError ? error : problemInPage("internal");
    show([message, advice, code].filter(Boolean));
  }
}

byId("check-button").addEventListener("click", () => void check());
