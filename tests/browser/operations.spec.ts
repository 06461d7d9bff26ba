import { Console } from "./support/console";
import { approve, obtainKey, openRequest } from "./support/steps";
import { address, expect, type House, type Locator, type Page, test } from "./support/test";

async function askForCashIn(maker: Page, amount: string, phone: string): Promise<void> {
  await maker.getByRole("link", { name: "Operations" }).first().click();
  await maker.getByRole("link", { name: "New cash-in" }).click();
  await maker.getByLabel("Phone number").fill(phone);
  await maker.getByLabel("Amount").fill(amount);
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It waits for a checker.")).toBeVisible();
}

/** One of the overview's figures. */
function figure(page: Page, name: string): Locator {
  return page.locator(".figures > div").filter({ has: page.getByText(name, { exact: true }) });
}

async function wallet(house: House, phone: string): Promise<string> {
  const path = `/wallets/${encodeURIComponent(phone.replaceAll(" ", ""))}`;
  return (await house.issuer.call<{ balance: string }>("GET", path)).balance;
}

test("a cash-in holds the float, a checker approves it, and the wallet is credited", async ({
  maker,
  checker,
  house,
}) => {
  await askForCashIn(maker, "1250.50", house.phone);
  await maker.getByRole("link", { name: "Overview" }).click();
  await expect(figure(maker, "Available")).toContainText("48,749.50");
  await expect(figure(maker, "Held")).toContainText("1,250.50");

  await approve(checker, /Cash-in NGN.1,250\.50 to/);
  await maker.getByRole("link", { name: "Operations" }).first().click();
  const row = maker.getByRole("listitem").filter({ hasText: "1,250.50" });
  await expect(row).toContainText("Completed");
  expect(await wallet(house, house.phone)).toBe("1250.50");
  await row.getByRole("link").click();
  await expect(maker.getByText(/^tx_[0-9a-f]{64}$/)).toBeVisible();
});

test("a rejected cash-in says why and gives the float back", async ({ maker, checker, house }) => {
  await askForCashIn(maker, "300", house.phone);
  await openRequest(checker, /Cash-in NGN.300\.00 to/);
  await checker.getByRole("button", { name: "Reject" }).click();
  await checker.getByLabel("Reason").fill("Wrong number");
  await checker.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
  await expect(maker.getByText(/Wrong number/)).toBeVisible();
  await maker.goto(address(house, "overview"));
  await expect(figure(maker, "Available")).toContainText("50,000.00");
});

test("more than the float has is refused in the form", async ({ maker, house, expectRefusal }) => {
  expectRefusal(400);
  await maker.getByRole("link", { name: "Operations" }).first().click();
  await maker.getByRole("link", { name: "New cash-in" }).click();
  await maker.getByLabel("Phone number").fill("0803 555 0101");
  await maker.getByLabel("Amount").fill("50000.01");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("Begin with + and the country code, such as +234.")).toBeVisible();
  await maker.getByLabel("Phone number").fill(house.phone);
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.locator("form")).toContainText(/balance|float|available/i);
  await expect(maker.getByLabel("Amount")).toHaveValue("50000.01");
});

test("a customer's cash-out is paid by a maker, agreed by a checker, and reaches the float", async ({
  maker,
  checker,
  house,
}) => {
  await askForCashIn(maker, "2000", house.phone);
  await approve(checker, /Cash-in NGN.2,000\.00/);
  await expect.poll(() => wallet(house, house.phone)).toBe("2000.00");
  await house.issuer.askForCash(house, house.phone.replaceAll(" ", ""), "500.00");

  await maker.getByRole("link", { name: "Cash-outs" }).click();
  await maker.getByRole("button", { name: /^Pay out to/ }).click();
  const dialog = maker.getByRole("dialog", { name: "Pay out" });
  await dialog.getByLabel("Paid by").selectOption("Bank transfer");
  await dialog.getByLabel("Transaction ID").fill("T-1");
  await dialog.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It waits for a checker.")).toBeVisible();
  await approve(checker, /Cash-out NGN.500\.00/);
  await expect(maker.getByText(/^Done/)).toBeVisible();
  await maker.getByRole("link", { name: "Overview" }).click();
  await expect(figure(maker, "Available")).toContainText("48,500.00");
  await maker.getByRole("link", { name: "Cash-outs" }).click();
  await expect(maker.getByText("Nobody waits for cash")).toBeVisible();
});

test("an operation through a key waits for a checker who isn't the key's maker", async ({
  maker,
  checker,
  house,
  edge,
}) => {
  const key = await obtainKey(maker, checker, { label: "Till", permissions: ["Perform operations"] });
  const answer = await fetch(`${edge.url}/api/v1/distributors/${house.distributorID}/operations`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ operationType: "cash-in", amount: "75", phoneTo: house.phone }),
  });
  expect((await answer.json()).status).toBe("pending");
  await maker.goto(address(house, "approvals"));
  await maker
    .locator("#view")
    .getByRole("link", { name: /Cash-in NGN.75\.00/ })
    .click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await approve(checker, /Cash-in NGN.75\.00/);
});

test("an operation that is on its way for more than ten minutes is worth a look", async ({ maker, edge, house }) => {
  const asked = await (await Console.signIn(edge, house, "maker")).askForCashIn("75", house.phone);
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const delivery = "**/operations?status=processing&*";
  for (const [minutes, shown] of [
    [9, 0],
    [11, 1],
  ] as const) {
    // The real answer as it would be if the wallet did not answer.
    await maker.route(delivery, async (route) => {
      const answer = await route.fetch({ url: route.request().url().replace("processing", "pending") });
      const [operation] = await answer.json();
      await route.fulfill({ json: [{ ...operation, status: "processing", updatedAt: ago(minutes) }] });
    });
    await maker.goto(address(house, "overview"));
    await maker.reload();
    await expect(maker.getByText("Last operations")).toBeVisible();
    await expect(maker.getByRole("link", { name: /Cash-in of NGN.75\.00 is still on its way/ })).toHaveCount(shown);
    await maker.unroute(delivery);
  }
  await maker.getByRole("link", { name: /still on its way/ }).click();
  await expect(maker.getByText(asked)).toBeVisible();
});
