import { expect, test } from "jpkid-testing/playwright";

/** Presses the button that logs in. */
async function logIn(page) {
  await page.goto("/");
  await page.getByRole("button", { name: "Log in with My Number card" }).click();
}

/** What the site says went wrong: a code for the test, a message and an advice for the person. */
async function expectProblem(page, code, advice) {
  const problem = page.getByRole("alert");
  await expect(problem).toHaveAttribute("data-code", code);
  await expect(problem).toContainText(advice);
}

test("a person logs in", async ({ page, card }) => {
  await logIn(page);
  await expect(page.getByRole("status")).toHaveText(/^Welcome, card/);
  expect(card.asked()).toHaveLength(1);
  expect(card.asked()[0].description).toContain("http://localhost:3000");
});

test("a wrong PIN is asked for again", async ({ page, card }) => {
  card.will({ pin: "0000" }, { pin: "1234" });
  await logIn(page);
  await expect(page.getByRole("status")).toHaveText(/^Welcome, card/);
  expect(card.asked()[1].error).toContain("2");
});

test("a person who does not know the PIN gives up", async ({ page, card }) => {
  card.will({ pin: "0000" }, { cancel: true });
  await logIn(page);
  await expectProblem(page, "pin_incorrect", /municipal/);
});

test("a blocked PIN", async ({ page, card }) => {
  await card.swap("no-usable-pins");
  await logIn(page);
  await expectProblem(page, "pin_blocked", /municipal/);
});

test("no card in the reader", async ({ page, card }) => {
  await card.remove();
  await logIn(page);
  await expectProblem(page, "no_card", /card/);
  await card.insert();
  await logIn(page);
  await expect(page.getByRole("status")).toHaveText(/^Welcome, card/);
});

test("the card is removed while the window is open", async ({ page, card }) => {
  card.will({ hang: true });
  await logIn(page);
  await card.question(1);
  await card.remove();
  card.now({ pin: "1234" });
  await expectProblem(page, "card_removed", /card/);
});

test("the card is torn out while it signs", async ({ page, card }) => {
  card.will({ hang: true });
  await logIn(page);
  await card.question(1);
  await card.tearAt(4); // of the commands from here on, the signature
  card.now({ pin: "1234" });
  await expectProblem(page, "card_removed", /card/);
});

test("an expired certificate", async ({ page, card }) => {
  await card.swap("expired");
  await logIn(page);
  await expectProblem(page, "certificate_expired", /municipal/);
});

test("a person signs", async ({ page, card }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Sign the terms" }).click();
  await expect(page.getByRole("status")).toHaveText("Signed. Thank you.");
  expect(card.asked()[0].description).toContain("①");
});

test("a child logs in, and has no certificate to sign with", async ({ page, card }) => {
  await card.swap("child");
  await logIn(page);
  await expect(page.getByRole("status")).toHaveText(/^Welcome, card/);
  await page.getByRole("button", { name: "Sign the terms" }).click();
  await expectProblem(page, "certificate_missing", /./);
});

test("a cancelled window", async ({ page, card }) => {
  card.will({ cancel: true });
  await logIn(page);
  await expectProblem(page, "user_cancelled", /again/);
});

test("a log-in that was overheard is worth nothing", async ({ page }) => {
  const overheard = page.waitForRequest("**/login");
  await logIn(page);
  const token = (await overheard).postData();
  await expect(page.getByRole("status")).toHaveText(/^Welcome, card/);
  const again = await page.evaluate(async (body) => (await fetch("/login", { method: "POST", body })).json(), token);
  expect(again).toEqual({ code: "challenge_gone" });
});
