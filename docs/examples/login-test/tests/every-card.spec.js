// What this site shows with each of the virtual cards. A site of yours may show other words; the codes are the extension's.
import { expect, test } from "jpkid-testing/playwright";

const DONE = "done";
const CARDS = [
  // profile                                     log in                  sign
  ["adult",                                     DONE,                   DONE],
  ["long-latin-name",                           DONE,                   DONE],
  ["katakana-name",                             DONE,                   DONE],
  ["child",                                     DONE,                   "certificate_missing"],
  ["expired",                                   "certificate_expired",  "certificate_expired"],
  ["expiring-in-7-days",                        DONE,                   DONE],
  ["generation-1",                              DONE,                   DONE],
  ["generation-2",                              DONE,                   DONE],
  ["generation-3",                              DONE,                   DONE],
  ["signature-blocked-authentication-last-try", "pin_last_try_refused", "pin_blocked"],
  ["no-usable-pins",                            "pin_blocked",          "pin_blocked"],
  ["android",                                   DONE,                   DONE],
  ["iphone",                                    DONE,                   DONE],
  ["juki-card",                                 DONE,                   DONE], // status() tells the kind
];

for (const [profile, login, sign] of CARDS) {
  test(`the card ${profile}`, async ({ page, card }) => {
    await card.swap(profile);
    await page.goto("/");
    const press = async (button) => {
      await page.getByRole("button", { name: button }).click();
      await expect(page.getByRole("button", { name: button })).toBeEnabled();
      const problem = page.getByRole("alert");
      return (await problem.isVisible()) ? problem.getAttribute("data-code") : DONE;
    };
    expect([await press("Log in"), await press("Sign")]).toEqual([login, sign]);
  });
}
