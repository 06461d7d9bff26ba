import { Console } from "./support/console";
import { address, expect, expectAccessible, type House, type Page, test } from "./support/test";

const DAY_MS = 86_400_000;

function dayBefore(back: number): string {
  return new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10);
}

/** The real answers as they would be if the distributor were older: its balance falls by 1,000.00 a day to today's. */
async function age(page: Page, house: House, days: number): Promise<{ asked: string[]; most: () => number }> {
  const asked: string[] = [];
  let open = 0;
  let most = 0;
  await page.route("**/users?limit=1", async (route) => {
    const answer = await route.fetch();
    const list = await answer.json();
    list.items[0].createdAt = `${dayBefore(days - 1)}T08:00:00.000Z`;
    await route.fulfill({ json: list });
  });
  const statements = `**/distributors/${house.distributorID}/statements/*`;
  await page.route(statements, async (route) => {
    open += 1;
    most = Math.max(most, open);
    const date = route.request().url().slice(-10);
    asked.push(date);
    const url = route.request().url().replace(date, dayBefore(0));
    const statement = await (await route.fetch({ url })).json();
    const back = Math.round((Date.parse(dayBefore(0)) - Date.parse(date)) / DAY_MS);
    const closingBalance = `${50_000 + back * 1000}.00`;
    open -= 1;
    await route.fulfill({ json: { ...statement, date, final: back > 0, closingBalance } });
  });
  return { asked, most: () => most };
}

test("the overview shows the float of thirty days as a picture and as a table, and asks for each day once", async ({
  as,
  house,
}) => {
  const maker = await as("maker", "operations");
  const { asked, most } = await age(maker, house, 400);
  await maker.goto(address(house, "overview"));
  const card = maker.getByRole("region", { name: "Float in the last 30 days" });
  const picture = card.getByRole("img", { name: /now NGN.50,000\.00, highest NGN.79,000\.00, lowest NGN.50,000\.00$/ });
  await expect(picture).toBeVisible();
  expect(asked.toSorted()).toEqual(Array.from({ length: 30 }, (_, index) => dayBefore(29 - index)));
  expect(most()).toBeLessThanOrEqual(4);
  await expect(card.getByRole("img", { name: "In 30 days: 0 cash-ins, 0 cash-outs" })).toBeVisible();
  await card.getByText("Show as a table").click();
  await expect(card.getByRole("row")).toHaveCount(31);
  await expect(card.getByRole("row").nth(1)).toContainText("50,000.00");
  await expect(card.getByRole("row").last()).toContainText("79,000.00");
  await expectAccessible(maker);
  await maker.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(maker);
  expect(await maker.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

  // The view again, a minute later: only today is asked for again, and the table stays open.
  await maker.clock.setFixedTime(Date.now() + 60_000);
  await maker.getByRole("button", { name: "Menu" }).click();
  await maker.getByRole("link", { name: "Operations" }).click();
  await maker.goBack();
  await expect.poll(() => asked.slice(30)).toEqual([dayBefore(0)]);
  await expect(picture).toBeVisible();
  await expect(card.getByRole("row")).toHaveCount(31);
});

test("a cash-in of today is in the picture", async ({ as, edge, house }) => {
  const maker = await Console.signIn(edge, house, "maker");
  const checker = await Console.signIn(edge, house, "checker");
  await maker.askForCashIn("1250.50", house.phone);
  await checker.approveAll();
  const page = await as("maker");
  const card = page.getByRole("region", { name: "Float in the last 30 days" });
  await expect(card.getByRole("img", { name: /now NGN.48,749\.50/ })).toBeVisible();
  await expect(card.getByRole("img", { name: "In 1 day: 1 cash-in, 0 cash-outs" })).toBeVisible();
  await card.getByText("Show as a table").click();
  await expect(card.getByRole("row").nth(1)).toContainText(/48,749\.50.*1.*1,250\.50.*0.*0\.00/);
});

test("the picture has a line at the low float, also one above every balance", async ({ as, house }) => {
  const admin = await as("admin");
  const card = admin.getByRole("region", { name: "Float in the last 30 days" });
  await expect(card.getByRole("img", { name: /now NGN.50,000\.00, .*lowest NGN.50,000\.00$/ })).toBeVisible();
  await expect(card.locator(".float-low")).toHaveCount(0);
  for (const [low, height] of [
    ["25000.00", "51.00"],
    ["200000.00", "2.00"],
  ]) {
    await admin.request.patch(`/admin/v1/distributors/${house.distributorID}/settings`, { data: { lowFloat: low } });
    await admin.reload();
    await expect(card.getByRole("img", { name: /; warning below NGN.(25|200),000\.00$/ })).toBeVisible();
    await expect(card.locator(".float-balance .float-low")).toHaveAttribute("d", `M-290 ${height}H10`);
    await expect(card.getByText(/^Warning below NGN/)).toBeVisible();
  }
  await expectAccessible(admin);
});

test("the picture's calls end with their view, and it is whole when its view comes back", async ({ as, house }) => {
  const maker = await as("maker", "operations");
  await age(maker, house, 400);
  const failed: string[] = [];
  maker.on("requestfailed", (request) => failed.push(request.url()));
  let held = true;
  await maker.route("**/statements/*", async (route) => {
    if (!held) await route.fallback();
  });
  const asked = maker.waitForRequest("**/statements/*");
  await maker.goto(address(house, "overview"));
  const url = (await asked).url();
  await maker.goto(address(house, "operations"));
  await expect.poll(() => failed).toContain(url);
  held = false;
  await maker.goBack();
  const card = maker.getByRole("region", { name: "Float in the last 30 days" });
  await expect(card.getByRole("img", { name: /highest NGN.79,000\.00/ })).toBeVisible();
});

test("without entries there is no picture, and where statements don't come the rest of the overview stays", async ({
  as,
  house,
  expectRefusal,
}) => {
  expectRefusal(503);
  await house.issuer.call("POST", `/distributors/${house.distributorID}/redemptions`, {
    amount: "50000.00",
    reference: "back",
  });
  const empty = await as("maker");
  await expect(empty.getByText("Last operations")).toBeVisible();
  await expect(empty.getByText("Float in the last 30 days")).toHaveCount(0);

  await house.issuer.topUp(house, "10.00");
  const page = await as("viewer", "operations");
  let broken = true;
  await page.route("**/statements/*", (route) =>
    broken ? route.fulfill({ status: 503, json: { message: "Not now.", code: "unavailable" } }) : route.continue(),
  );
  await page.goto(address(house, "overview"));
  const card = page.getByRole("region", { name: "Float in the last 30 days" });
  await expect(card).toContainText("Not now.");
  await expect(page.getByText("Last operations")).toBeVisible();
  broken = false;
  await card.getByRole("button", { name: "Try again" }).click();
  await expect(card.getByRole("img", { name: /now NGN.10\.00/ })).toBeVisible();
});
