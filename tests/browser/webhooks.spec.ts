import { approve } from "./support/steps";
import { expect, expectAccessible, test } from "./support/test";

test("a webhook takes two people, and its secret is shown once", async ({ maker, checker, expectRefusal }) => {
  expectRefusal(400);
  await maker.getByRole("link", { name: "Webhooks" }).first().click();
  await expect(maker.getByText("No webhook yet")).toBeVisible();
  await maker.getByRole("link", { name: "New webhook" }).click();
  await maker.getByLabel("URL").fill("http://hooks.example.com");
  await maker.getByRole("button", { name: "Ask for this webhook" }).click();
  await expect(maker.getByText("must begin with https://").first()).toBeVisible();
  await maker.getByLabel("URL").fill("https://hooks.example.com/uw");
  await maker.getByRole("button", { name: "Ask for this webhook" }).click();
  await expect(maker.getByText("A checker decides.")).toBeVisible();

  await approve(checker, "https://hooks.example.com/uw");
  await maker.getByRole("button", { name: "Show the secret" }).click();
  const dialog = maker.getByRole("dialog", { name: "The secret of this webhook" });
  await dialog.getByRole("button", { name: "Copy: Secret" }).click();
  const secret = await maker.evaluate(() => navigator.clipboard.readText());
  expect(secret).toMatch(/^whsec_[0-9A-Za-z+/]{43}=$/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(maker.getByText("Nothing sent yet")).toBeVisible();
  await maker.getByText("How a receiver verifies").click();
  await expectAccessible(maker);
  expect(await maker.evaluate(() => document.documentElement.outerHTML)).not.toContain(secret);

  await checker.getByRole("link", { name: "Webhooks" }).first().click();
  await checker.getByRole("link", { name: "https://hooks.example.com/uw" }).click();
  await expect(checker.getByRole("button", { name: "Send a test" })).toBeHidden();
  await checker.getByRole("button", { name: "Disable" }).click();
  await checker.getByLabel("Reason").fill("The receiver moves");
  await checker.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await expect(checker.getByText("Messages wait until it is enabled.")).toBeVisible();
  await expect(maker.getByRole("button", { name: "Enable" })).toBeVisible();
});
