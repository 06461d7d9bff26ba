import { readFile } from "node:fs/promises";

import { Console } from "./support/console";
import { approve } from "./support/steps";
import { address, expect, expectAccessible, type Page, test } from "./support/test";

const DAY_MS = 86_400_000;

/** A UTC day from today, such as "2026-11-27". */
function day(from: number): string {
  return new Date(Date.now() + from * DAY_MS).toISOString().slice(0, 10);
}

/** Answers for the days since one, each with so many cash-ins of NGN 1; what was asked for, and how many at once. */
async function serveDays(page: Page, since: string, cashIns: number, opening = "10000.00") {
  const asked: string[] = [];
  const served = { asked, broken: "", atOnce: 0 };
  let open = 0;
  await page.route(/\/statements\/[^/]*$/, async (route) => {
    const date = route.request().url().slice(-10);
    asked.push(date);
    open += 1;
    served.atOnce = Math.max(served.atOnce, open);
    await new Promise((done) => setImmediate(done));
    open -= 1;
    if (date < since) return route.fulfill({ status: 404, json: { code: "not_found", message: "Not here." } });
    if (date === served.broken) return route.fulfill({ status: 500, json: { code: "internal", message: "It broke." } });
    const none = { count: 0, amount: "0.00" };
    const sums = { cashInsReturned: none, cashOuts: none, topUps: none, redemptions: none };
    const entries = Array.from({ length: cashIns }, (_, index) => ({
      sequenceNumber: index + 1,
      at: `${date}T10:00:00.000Z`,
      type: "top-up",
      reference: `},{"sequenceNumber":${index}`,
      amount: "-1.00",
      balance: `${9999 - index}.00`,
      blockchainID: `tx_${"5e".repeat(32)}`,
    }));
    return route.fulfill({
      json: {
        distributorID: "36e48800-22ce-4ea0-b37a-198f7978cd53",
        date,
        final: date < day(0),
        openingBalance: opening,
        closingBalance: `${10_000 - cashIns}.00`,
        currency: "NGN",
        totals: { cashIns: { count: cashIns, amount: `${cashIns}.00` }, ...sums },
        head: "5e".repeat(32),
        entries,
      },
    });
  });
  return served;
}

test("today's statement: in the month, by itself, as a file and on paper", async ({
  maker,
  edge,
  house,
  checker,
  expectRefusal,
}) => {
  expectRefusal(404);
  await (await Console.signIn(edge, house, "maker")).askForCashIn("1250.50", house.phone);
  await approve(checker, /Cash-in NGN.1,250\.50/);
  await maker.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Statements" }).click();
  const row = maker.locator(".row-day");
  await expect(row).toHaveCount(1);
  for (const text of ["Not final", "1 top-up+NGN\u00a050,000.00", "1 cash-in−NGN\u00a01,250.50", "Closing"]) {
    await expect(row).toContainText(text);
  }
  await expect(maker.getByRole("link", { name: "Month before" })).toHaveCount(0);
  await expectAccessible(maker);

  await row.getByRole("link").click();
  await expect(maker.getByRole("heading", { level: 1, name: /^Statement of/ })).toBeFocused();
  await expect(maker.getByText("Not final: the day is not over")).toBeVisible();
  const closing = maker.getByRole("row", { name: /^Balance so far/ });
  await expect(closing).toContainText("48,749.50");
  await expect(maker.getByRole("table", { name: "Entries, in NGN" }).getByRole("row")).toHaveCount(3);
  await expectAccessible(maker);
  await (await Console.signIn(edge, house, "maker")).askForCashIn("49.50", house.phone);
  await approve(checker, /Cash-in NGN.49\.50/);
  await expect(closing).toContainText("48,700.00");

  for (const [name, ending, content] of [
    ["CSV", "csv", ",interim-balance,,,,48700.00,"],
    ["camt.053", "xml", '<Amt Ccy="NGN">48700.00</Amt>'],
  ] as const) {
    const download = maker.waitForEvent("download");
    await maker.getByRole("button", { name }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`statement-${day(0)}.${ending}`);
    expect(await readFile(await file.path(), "utf8")).toContain(content);
  }
  await maker.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(maker.getByRole("table", { name: "Entries, in NGN" })).toBeVisible();
  for (const hidden of [".side", ".top", ".actions"]) {
    for (const one of await maker.locator(hidden).all()) await expect(one).toBeHidden();
  }
  await expect(maker.locator("body")).toHaveCSS("color", "rgb(0, 0, 0)");
  await maker.emulateMedia({ media: null, colorScheme: null });

  await maker.getByRole("link", { name: "Day before" }).click();
  await expect(maker.getByText("This day has no statement")).toBeVisible();
  await expectAccessible(maker);
});

test("a month goes back to the first day, asks for few days at once, and for one that is over only once", async ({
  maker,
  house,
  expectRefusal,
}) => {
  expectRefusal(404, 500);
  const month = day(-62).slice(0, 7);
  const served = await serveDays(maker, `${month}-20`, 3);
  served.broken = `${month}-25`;
  await maker.goto(address(house, `statements/${month}`));
  const rows = maker.locator("#view .row");
  await expect(rows.last()).toContainText(/^20 /);
  await expect(rows.filter({ hasText: "It broke." })).toHaveCount(1);
  await expect(maker.getByRole("link", { name: "Month before" })).toHaveCount(0);
  expect(served.atOnce).toBeLessThanOrEqual(4);
  expect(served.asked.every((date) => date > `${month}-16`)).toBe(true);
  await expectAccessible(maker);

  served.broken = "";
  const before = served.asked.length;
  await maker.getByRole("button", { name: "Try again" }).click();
  await expect(maker.getByText("It broke.")).toHaveCount(0);
  expect(served.asked.slice(before)).toEqual([`${month}-25`]);

  await maker.getByRole("link", { name: "Month after" }).press("Enter");
  await expect(maker.getByRole("heading", { level: 1, name: /^Statements of/ })).toBeFocused();
  await expect(rows.last()).toContainText(/^1 /);
  await expect(maker.getByRole("link", { name: "Month before" })).toBeVisible();
  await maker.goto(address(house, "statements/2020-01"));
  await expect(maker.getByText("No statement", { exact: true })).toBeVisible();
  await maker.getByRole("link", { name: "Show the latest" }).click();
  await expect(rows.first()).toContainText("Not final");
  await expect(maker.getByRole("link", { name: "Month after" })).toHaveCount(0);
});

test("statements fit a narrow screen, with amounts of twelve digits", async ({ as, house }) => {
  const maker = await as("maker", "overview", { viewport: { width: 390, height: 844 } });
  await serveDays(maker, "2020-01-01", 3, "999999999999.99");
  for (const path of [`statements/${day(-31).slice(0, 7)}`, `statements/${day(-1)}`]) {
    await maker.goto(address(house, path));
    await expect(maker.getByText("999,999,999,999.99").first()).toBeVisible();
    expect(await maker.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await expectAccessible(maker);
  }
});

test("a day with very many entries shows the first thousand and its totals", async ({ maker, house }) => {
  await serveDays(maker, "2020-01-01", 1500);
  await maker.goto(address(house, `statements/${day(-1)}`));
  await expect(maker.getByRole("table", { name: "The first 1,000 entries, in NGN" }).getByRole("row")).toHaveCount(
    1001,
  );
  await expect(maker.getByText("500 more entries of this day: save the CSV for all.")).toBeVisible();
  await expect(maker.getByRole("row", { name: /^Cash-ins/ })).toContainText("1,500");
  await expect(maker.getByRole("row", { name: /^Closing balance/ })).toContainText("8,500.00");
});

test("a month that cannot be read offers to try again", async ({ maker, house, expectRefusal }) => {
  expectRefusal(503);
  await maker.route(/\/statements\/[^/]*$/, (route) =>
    route.fulfill({ status: 503, json: { code: "unavailable", message: "Not now." } }),
  );
  await maker.goto(address(house, "statements"));
  await expect(maker.getByRole("alert")).toContainText("Not now.");
  await maker.unrouteAll();
  await serveDays(maker, "2020-01-01", 0);
  await maker.getByRole("button", { name: "Try again" }).click();
  await expect(maker.locator(".row-day").first()).toContainText("No movement");
});
