import { Console } from "../support/console";
import { approve, openRequest } from "../support/steps";
import { address, expect, test } from "../support/test";
import { shoot } from "./shoot";

test("statements and receivers", async ({ maker, checker, edge, house, expectRefusal }) => {
  expectRefusal(404, 503);
  const asking = await Console.signIn(edge, house, "maker");
  for (const amount of ["1250.50", "300", "8000"]) {
    await asking.askForCashIn(amount, house.phone);
    await approve(checker, new RegExp(`Cash-in NGN.${amount[0]}`));
  }
  await maker.goto(address(house, "statements"));
  await expect(maker.locator(".row-day")).toHaveCount(1);
  await shoot(maker, "statements-first-day");
  await maker.locator(".row-day a").click();
  await expect(maker.getByRole("table", { name: "Entries, in NGN" })).toBeVisible();
  await shoot(maker, "statement");
  await maker.emulateMedia({ media: "print", colorScheme: "dark" });
  await maker.screenshot({ path: "test-results/screens/statement-print.png", fullPage: true });
  await maker.pdf({ path: "test-results/screens/statement.pdf" });
  await maker.emulateMedia({ media: null });
  await maker.getByRole("link", { name: "Day before" }).click();
  await expect(maker.getByText("This day has no statement")).toBeVisible();
  await shoot(maker, "statement-none");

  await maker.route(/\/statements\/[^/]*$/, async (route) => {
    const date = route.request().url().slice(-10);
    const number = Number(date.slice(-2));
    if (number === 12) return route.fulfill({ status: 503, json: { code: "unavailable", message: "Try again soon." } });
    const sum = (count: number) => ({ count, amount: `${count * 1234567}.50` });
    const totals = {
      cashIns: sum(number % 3 ? number : 0),
      cashInsReturned: sum(number === 20 ? 1 : 0),
      cashOuts: sum(number % 4 === 1 ? 3 : 0),
      topUps: sum(number % 10 === 0 ? 1 : 0),
      redemptions: sum(number === 20 ? 1 : 0),
    };
    const balances = { openingBalance: `${number * 1000003}.00`, closingBalance: `${number * 999989}.05` };
    return route.fulfill({
      json: { date, final: true, ...balances, currency: "NGN", totals, distributorID: "", head: "", entries: [] },
    });
  });
  await maker.goto(address(house, "statements/2026-10"));
  await expect(maker.locator(".row-day")).toHaveCount(30);
  await shoot(maker, "statements-month");
  await maker.unrouteAll();
  await maker.goto(address(house, "statements/2020-01"));
  await expect(maker.getByText("No statement", { exact: true })).toBeVisible();
  await shoot(maker, "statements-none");

  await house.issuer.call("POST", "/merchants", { shortCode: "7654321", name: "Balogun Textiles and Tailoring" });
  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Phone number").fill("+234 803 555 0199");
  await expect(maker.getByText("First time to this number")).toBeVisible();
  await shoot(maker, "cash-in-first-time");
  await maker.getByLabel("Amount").fill("77");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It waits for a checker.")).toBeVisible();
  await openRequest(checker, /Cash-in NGN.77/);
  await expect(checker.getByText("First time to this number")).toBeVisible();
  await shoot(checker, "request-first-time");
  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Into whose wallet").selectOption("merchant");
  await maker.getByLabel("Merchant's short code").fill("7654321");
  await expect(maker.getByText("Goes to")).toBeVisible();
  await shoot(maker, "cash-in-merchant");
  await maker.getByLabel("Merchant's short code").fill("7654322");
  await expect(maker.getByText("No merchant has")).toBeVisible();
  await shoot(maker, "cash-in-no-merchant");
});
