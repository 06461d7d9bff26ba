import { randomInt } from "node:crypto";

import { approve, openRequest } from "./support/steps";
import { address, expect, expectAccessible, test } from "./support/test";

const FIRST = "First time to this number";

test("a cash-in tells whom it goes to before it goes", async ({ maker, checker, house, expectRefusal }) => {
  expectRefusal(404);
  const code = String(randomInt(100_000_000, 900_000_000));
  await house.issuer.call("POST", "/merchants", { shortCode: code, name: "Balogun <b>Textiles</b>" });
  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Into whose wallet").selectOption("merchant");
  const field = maker.getByLabel("Merchant's short code");
  await field.pressSequentially(code.slice(0, 3));
  await expect(maker.getByText("Goes to")).toHaveCount(0);
  await field.pressSequentially(code.slice(3));
  await expect(maker.getByText("Goes to Balogun <b>Textiles</b>")).toBeVisible();
  await expectAccessible(maker);
  await field.fill(String(Number(code) + 1));
  await expect(maker.getByText("No merchant has this short code.")).toBeVisible();
  await expectAccessible(maker);
  await field.fill(code);
  await maker.getByLabel("Amount").fill("10");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It waits for a checker.")).toBeVisible();
  await openRequest(checker, /Cash-in NGN.10\.00/);
  await expect(checker.locator("dl")).toContainText(["Balogun <b>Textiles</b>"]);
  await expect(checker.getByText(FIRST)).toHaveCount(0);
});

test("the first cash-in to a number says so, to the maker and to the checker, until one was carried out", async ({
  maker,
  checker,
  house,
}) => {
  for (const first of [true, false]) {
    await maker.goto(address(house, "operations/new/cash-in"));
    const answered = maker.waitForResponse(/operations\?phone=/);
    await maker.getByLabel("Phone number").fill(house.phone);
    await answered;
    await expect(maker.getByText(FIRST)).toHaveCount(first ? 1 : 0);
    await expectAccessible(maker);
    await maker.getByLabel("Amount").fill(first ? "20" : "30");
    await maker.getByRole("button", { name: "Send to a checker" }).click();
    await expect(maker.getByText("It waits for a checker.")).toBeVisible();
    const name = first ? /Cash-in NGN.20\.00/ : /Cash-in NGN.30\.00/;
    await openRequest(checker, name);
    await expect(checker.getByText(FIRST)).toHaveCount(first ? 1 : 0);
    await expectAccessible(checker);
    await approve(checker, name);
    await expect(checker.getByText(FIRST)).toHaveCount(0);
    await expect(maker.getByText(/^Done/)).toBeVisible();
  }
});

test("what cannot be told holds no cash-in up", async ({ maker, house, expectRefusal }) => {
  expectRefusal(503);
  await maker.route(/operations\?phone=/, (route) =>
    route.fulfill({ status: 503, json: { code: "unavailable", message: "Not now." } }),
  );
  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Phone number").fill(house.phone);
  await maker.getByLabel("Amount").fill("20");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It waits for a checker.")).toBeVisible();
});
