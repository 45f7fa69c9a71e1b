import { expect, test } from "jpkid-testing/playwright";

test("a person logs in", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Log in with My Number card" }).click();
  await expect(page.getByRole("status")).toHaveText(/^Welcome/);
});
