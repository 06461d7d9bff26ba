import { readFile } from "node:fs/promises";

import { type Filters, otherMeanings, understand } from "../../web-admin/js/lib/find.js";
import { Console } from "./support/console";
import { address, type Edge, expect, expectAccessible, type House, type Page, test } from "./support/test";

const UUID = "36e48800-22ce-4ea0-b37a-198f7978cd53";
const NOW = Date.parse("2026-11-27T22:00:00Z");
const DAY = { from: "2026-11-27", to: "2026-11-27" };

/** Texts that must lead to a calm answer. */
const ODD = [
  "' OR 1=1 --",
  "<img src=x onerror=alert(1)>",
  "%00%zz",
  "../../operations",
  "__proto__",
  "constructor",
  "\u202eABC\u202c",
  "\u{1F600}".repeat(64),
  "W".repeat(64),
  "\ud800",
  "....",
  "+",
  "0",
  "00000000000",
  "9".repeat(15),
  "9".repeat(30),
  "0000-01-01",
  "2026-11-27..0001-01-01",
  "since 9999-12-31",
];

const TEXTS: [text: string, filters: Filters][] = [
  ["+234 803 555 0101", { phone: "+234 803 555 0101" }],
  ["(0803) 555-0101", { phone: "(0803) 555-0101" }],
  ["0803.555.0101", { phone: "0803 555 0101" }],
  ["00234 803 555 0101", { phone: "+234 803 555 0101" }],
  ["+234 (0)803 555 0101", { phone: "+234 803 555 0101" }],
  ["2348035550101", { phone: "2348035550101" }],
  ["\u202a+234\u00a0803\u2011555\u20110101\u202c", { phone: "+234 803-555-0101" }],
  ["1,000", { amount: "1000" }],
  ["1500.00", { amount: "1500.00" }],
  ["1 000 000.5", { amount: "1000000.5" }],
  ["0.50", { amount: "0.50" }],
  ["\u2212NGN\u00a01,500.00", { amount: "1500.00" }],
  ["Completed", { status: "completed" }],
  ["cash outs", { operationType: "cash-out-fulfillment" }],
  ["withdrawn cash-ins, today", { status: "rejected", operationType: "cash-in", ...DAY }],
  ["pending 0803 555 0101", { status: "pending", phone: "0803 555 0101" }],
  ["2026-11-27", DAY],
  ["27 Nov 2026", DAY],
  ["27/11/2026", DAY],
  ["27.11.2026 failed", { status: "failed", ...DAY }],
  ["yesterday", { from: "2026-11-26", to: "2026-11-26" }],
  ["2026-11", { from: "2026-11-01", to: "2026-11-30" }],
  ["2026-11-27 \u2013 2026-11-01", { from: "2026-11-01", to: "2026-11-27" }],
  ["from 2026-11-01 to 2026-11-27", { from: "2026-11-01", to: "2026-11-27" }],
  ["since 2026-11-01", { from: "2026-11-01" }],
  ["until yesterday", { to: "2026-11-26" }],
  [`KEY_${UUID.toUpperCase()}`, { keyID: `key_${UUID}` }],
  ["T-1", { reference: "T-1" }],
  [" INV 7 pending ", { reference: "INV 7 pending" }],
  ["12345678901234567890", { reference: "12345678901234567890" }],
];

test("phones, amounts, days, words and IDs are understood in every spelling; what is nothing else is a reference", () => {
  for (const [text, filters] of TEXTS) expect(understand(text, "NGN", NOW), text).toEqual({ filters });
});

test("what can't be meant is told, and an operation's ID opens it", () => {
  expect(understand(`op_${UUID}`, "NGN", NOW)).toEqual({ open: `op_${UUID}` });
  for (const text of [" ", "\u200b"]) expect(understand(text, "NGN", NOW)).toBeNull();
  for (const [text, problem] of [
    ["5000,50", "Write 5000.50: the decimal sign is a point."],
    ["2026-02-30", "The calendar has no day 2026-02-30."],
    ["op_36e4", "This is a part of an ID. Copy it whole: op_ and 36 characters."],
    ["pending completed", "One status, one kind and one day or period at a time."],
    ["x".repeat(65), "At most 64 characters: that is the longest reference."],
  ] as const) {
    expect(understand(text, "NGN", NOW)).toEqual({ problem });
  }
  expect(otherMeanings({ amount: "12345678" })).toEqual([{ reference: "12345678" }, { phone: "12345678" }]);
  expect(otherMeanings({ amount: "1500.00" })).toEqual([]);
});

/** Three cash-ins; their IDs. */
async function cashIns(edge: Edge, house: House): Promise<string[]> {
  const maker = await Console.signIn(edge, house, "maker");
  const made = [];
  for (const [amount, phone] of [
    ["1000.00", "+2348035550001"],
    ["1000.00", "+2348035550002"],
    ["2500.00", "+2348035550001"],
  ] as const) {
    made.push(await maker.askForCashIn(amount, phone));
  }
  return made;
}

async function find(page: Page, text: string): Promise<void> {
  await page.getByLabel("Find operations").fill(text);
  await page.keyboard.press("Enter");
}

test("one field finds by phone, amount and status; chips hold together, and Back leads to the ones before", async ({
  as,
  edge,
  house,
}) => {
  await cashIns(edge, house);
  const maker = await as("maker", "operations");
  const rows = maker.locator("#view .rows > li");
  const chips = maker.getByRole("list", { name: "Looking for" }).getByRole("button");
  await expect(rows).toHaveCount(3);
  await maker.getByRole("heading", { level: 1 }).press("/");
  await expect(maker.getByLabel("Find operations")).toBeFocused();
  await maker.keyboard.type("0803 555 0001");
  await maker.keyboard.press("Enter");
  await expect(rows).toHaveCount(2);
  await expect(maker.getByLabel("Find operations")).toBeFocused();
  await find(maker, "1,000");
  await expect(rows).toHaveCount(1);
  await expect(chips).toHaveText([/Phone 0803 555 0001/, /Amount NGN.1,000/]);
  await maker.getByText("Filter", { exact: true }).click();
  await maker.getByRole("button", { name: "Completed" }).click();
  await expect(maker.getByText(/^Nothing found for Completed, Phone 0803 555 0001, Amount NGN.1,000$/)).toBeVisible();
  await expectAccessible(maker);
  await maker.reload();
  await expect(chips).toHaveCount(3);
  await chips.filter({ hasText: "Completed" }).click();
  await expect(rows).toHaveCount(1);
  await chips.filter({ hasText: "Phone" }).press("Enter");
  await expect(rows).toHaveCount(2);
  await expect(maker.getByLabel("Find operations")).toBeFocused();
  await maker.goBack();
  await expect(rows).toHaveCount(1);
  await maker.getByRole("link", { name: "Show all" }).click();
  await expect(rows).toHaveCount(3);
  await find(maker, "today");
  await expect(rows).toHaveCount(3);
  await expectAccessible(maker);
});

test("an operation's ID opens it, and one that nobody has is told at the field", async ({
  as,
  edge,
  house,
  expectRefusal,
}) => {
  expectRefusal(404);
  const [first = ""] = await cashIns(edge, house);
  const maker = await as("maker", "operations");
  await find(maker, `op_${UUID}`);
  await expect(maker.getByText(`Nothing found for op_${UUID}.`)).toBeVisible();
  await find(maker, ` ${first.toUpperCase()} `);
  await expect(maker.getByRole("heading", { level: 1, name: "Cash-in to +2348035550001" })).toBeVisible();
  await maker.goBack();
  await expect(maker.locator("#view .rows > li")).toHaveCount(3);
});

test("digits that are no amount here may be a reference", async ({ as }) => {
  const maker = await as("maker", "operations");
  await find(maker, "12345678");
  await expect(maker.getByText(/^Nothing found for Amount/)).toBeVisible();
  await maker.getByRole("button", { name: "Reference 12345678" }).click();
  await expect(maker.getByText("Nothing found for Reference 12345678")).toBeVisible();
});

test("an export has the ledger of the operations that are found, also with their day", async ({ as, edge, house }) => {
  await cashIns(edge, house);
  await (await Console.signIn(edge, house, "checker")).approveAll();
  const maker = await as("maker", "operations");
  const exported = async (title: string) => {
    await maker.getByText("Export", { exact: true }).click();
    await expect(maker.getByText(title, { exact: true })).toBeVisible();
    const download = maker.waitForEvent("download");
    await maker.getByRole("button", { name: "As CSV" }).click();
    const text = await readFile(await (await download).path(), "utf8");
    return [...text.matchAll(/,operation\.[^,]*,[^,]*,([^,]*),/g)].map(([, change]) => change);
  };
  expect(await exported("Ledger")).toEqual(["-2500.00", "-1000.00", "-1000.00"]);
  await find(maker, "0803 555 0001");
  await find(maker, "today");
  await expect(maker.locator("#view .rows > li")).toHaveCount(2);
  expect(await exported("Ledger of what is found")).toEqual(["-2500.00", "-1000.00"]);
  await find(maker, "2,500");
  await expect(maker.locator("#view .rows > li")).toHaveCount(1);
  expect(await exported("Ledger of what is found")).toEqual(["-2500.00"]);
});

test("every odd text gets a calm answer, and what the server refuses is told at the field", async ({
  as,
  house,
  expectRefusal,
}) => {
  expectRefusal(400);
  const maker = await as("maker", "operations");
  const field = maker.getByLabel("Find operations");
  const answer = maker.getByText(/^Nothing found for /).or(maker.locator("#find-problem:not(:empty)"));
  for (const text of ODD) {
    await maker.goto(address(house, "operations"));
    await expect(maker.getByText("No operation yet")).toBeVisible();
    await find(maker, text);
    await expect(answer.first(), text).toBeVisible();
    await expect(maker.getByText("This could not be loaded")).toHaveCount(0);
  }
  await maker.goto(address(house, "operations?phone=abc&status=none&from=x"));
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(/must be/);
  await maker.getByRole("link", { name: "Show all" }).first().click();
  await expect(maker.getByText("No operation yet")).toBeVisible();
});

test("a search that the server ends early goes on by itself, and news leave what is typed", async ({
  as,
  edge,
  house,
}) => {
  await cashIns(edge, house);
  const maker = await as("maker", "operations");
  let asked = 0;
  // Two pages without a find before the real one, as in a long history.
  await maker.route("**/operations?*phone*", async (route) => {
    asked += 1;
    const headers = { link: '</admin/v1/operations?cursor=c>; rel="next"' };
    if (asked < 3) return route.fulfill({ json: [], headers });
    const url = new URL(route.request().url());
    url.searchParams.delete("cursor");
    return route.fulfill({ response: await route.fetch({ url: url.href }) });
  });
  await find(maker, "+234 803 555 0001");
  await expect(maker.locator("#view .rows > li")).toHaveCount(2);
  expect(asked).toBe(3);
  await maker.getByLabel("Find operations").fill("0803");
  await (await Console.signIn(edge, house, "maker")).askForCashIn("7", "+2348035550001");
  await expect(maker.locator("#view .rows > li")).toHaveCount(3);
  await expect(maker.getByLabel("Find operations")).toHaveValue("0803");
  await expect(maker.getByLabel("Find operations")).toBeFocused();
});
