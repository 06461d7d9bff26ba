import { address, expect, fillSignIn, type House, NO_ANSWER, type Page, personOf, test } from "./support/test";

/** In another tab of the same browser the maker signs out, and the checker signs in. */
async function changePerson(maker: Page, house: House): Promise<Page> {
  const other = await maker.context().newPage();
  await other.goto(address(house, "overview"));
  await other.getByRole("button", { name: "Sign out" }).click();
  await fillSignIn(other, personOf(house, "checker"));
  await expect(other.locator("#view h1")).toBeVisible();
  return other;
}

test("a tab that shows one person never asks as another, and starts anew", async ({ maker, house, expectRefusal }) => {
  expectRefusal(409, NO_ANSWER);
  await maker.getByRole("link", { name: "API Keys" }).first().click();
  await maker.getByRole("link", { name: "Create API Key" }).first().click();
  await maker.getByLabel("Label").fill("Till of the maker");
  await maker.getByLabel("Read balance").check();
  // The tab that shows the maker can't learn who is signed in until it asks for something.
  await maker.route("**/admin/v1/session", (route) =>
    route.request().headers()["x-uw-person"] ? route.abort() : route.continue(),
  );
  const other = await changePerson(maker, house);
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.locator(".who")).toContainText(personOf(house, "checker").name);
  await other.goto(address(house, "approvals"));
  await expect(other.getByRole("heading", { name: "Approvals", level: 1 })).toBeVisible();
  await expect(other.getByText("Till of the maker")).toHaveCount(0);
});

test("a tab shows who is signed in now by itself", async ({ maker, house }) => {
  await expect(maker.locator(".who")).toContainText(personOf(house, "maker").name);
  await changePerson(maker, house);
  await expect(maker.locator(".who")).toContainText(personOf(house, "checker").name);
});
