import { authenticate, JpkidError, sign } from "/jpkid.js";

const lang = document.documentElement.lang;
/** What to say when this site's server refuses. */
const REFUSALS = {
  certificate_expired: ["The certificate on this card has ended.", "Renew it at your municipality."],
  certificate_issuer: ["This card was not issued by an authority that this site trusts.", "Use your My Number card."],
};

async function post(path, body = {}) {
  const response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (response.ok) return answer;
  const [message, advice] = REFUSALS[answer.code] ?? ["The log-in failed.", "Try again."];
  throw Object.assign(new Error(message), { code: answer.code, advice });
}

async function sha256(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

/** Does what a button is for; shows what came of it. */
function onClick(id, action) {
  const [button, status, alert] = [document.getElementById(id), document.querySelector("[role=status]"), document.querySelector("[role=alert]")];
  button.addEventListener("click", async () => {
    button.disabled = true;
    alert.hidden = true;
    status.textContent = "Look for the window that asks for your PIN.";
    try {
      status.textContent = await action();
    } catch (error) {
      status.textContent = "";
      alert.hidden = false;
      alert.dataset.code = error.code ?? "internal";
      // The extension's own texts can be shown to the person as they are; `advice` says what to do.
      document.getElementById("message").textContent = error.message;
      document.getElementById("advice").textContent = error.advice ?? "";
      if (!(error instanceof JpkidError) && error.code === undefined) throw error;
    }
    button.disabled = false;
  });
}

onClick("login", async () => {
  const { nonce } = await post("/challenge");
  const { account } = await post("/login", await authenticate({ challengeNonce: nonce, lang }));
  return `Welcome, card ${account}`;
});

onClick("sign", async () => {
  const { text } = await post("/challenge");
  await post("/sign", await sign({ hashes: [await sha256(text)], hashFunction: "SHA-256", lang }));
  return "Signed. Thank you.";
});
