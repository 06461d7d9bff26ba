import { Console } from "./support/console";
import { address, type Edge, expect, expectAccessible, type House, NO_ANSWER, test } from "./support/test";

/** Cash-ins of 1, 2, 3 … that wait, the oldest first. */
async function waiting(edge: Edge, house: House, count: number): Promise<void> {
  const maker = await Console.signIn(edge, house, "maker");
  for (let amount = 1; amount <= count; amount += 1) await maker.askForCashIn(String(amount), house.phone);
}

test("operations are selected with their sum, and decided one after the other", async ({
  maker,
  checker,
  edge,
  house,
  expectRefusal,
}) => {
  expectRefusal(409);
  await waiting(edge, house, 5);
  const other = await Console.signIn(edge, house, "checker");
  await checker.goto(address(house, "approvals"));
  const rows = checker.locator("#view .row-request");
  await expect(rows).toHaveCount(5);
  await expect(rows.first()).toContainText("1.00");
  await expectAccessible(checker);

  const pick = (amount: number) => checker.getByRole("checkbox", { name: `Select Cash-in NGN ${amount}.00` });
  await checker.getByRole("checkbox", { name: "All 5 shown" }).check();
  await expect(checker.locator("#queue-bar")).toContainText("5 operations: cash-ins NGN\u00a015.00");
  await pick(5).uncheck();
  await pick(4).uncheck();
  await expect(checker.locator("#queue-bar")).toContainText("3 operations: cash-ins NGN\u00a06.00");
  await expect(checker.getByRole("checkbox", { name: "All 5 shown" })).not.toBeChecked();

  // Another checker is faster with one of them.
  const { items } = await other.call<{ items: { approvalID: string }[] }>(
    "GET",
    "/approvals?status=pending&order=oldest",
  );
  await checker.route("**/admin/v1/**/approvals?*", (route) => route.abort());
  await other.call("POST", `/approvals/${items[1]?.approvalID}/reject`, { reason: "Another was faster" });
  await checker.unrouteAll();
  await checker.getByRole("button", { name: "Approve selected" }).click();
  const results = checker.getByRole("region", { name: "Decided: 2 of 3" });
  await expect(results.getByText("Approved, completed")).toHaveCount(2);
  await expect(results.getByRole("listitem").nth(1)).not.toContainText("Approved");
  await expect(rows).toHaveCount(2);
  await expectAccessible(checker);

  await checker.getByRole("checkbox", { name: "All 2 shown" }).check();
  await checker.locator("#queue-bar").getByRole("button", { name: "Reject" }).click();
  await checker.getByLabel("Reason").fill("Counted again");
  await checker.getByRole("button", { name: "Reject all of them" }).click();
  await expect(checker.getByRole("region", { name: "Decided: 2 of 2" })).toBeVisible();
  await expect(checker.getByText("Nothing waits")).toBeVisible();
  await maker.goto(address(house, "approvals/history"));
  await expect(maker.locator("#view .row-request").filter({ hasText: "Rejected" })).toHaveCount(3);
  await checker.getByRole("button", { name: "Clear these results" }).click();
  await expect(checker.getByText("Decided: 2 of 2")).toBeHidden();
});

test("a queue that loses its connection stops, keeps the rest, and goes on later", async ({
  checker,
  edge,
  house,
  expectRefusal,
}) => {
  expectRefusal(NO_ANSWER);
  await waiting(edge, house, 3);
  await checker.goto(address(house, "approvals"));
  let approvals = 0;
  await checker.route("**/approve", async (route) => {
    approvals += 1;
    // The second arrives, and its answer is lost.
    if (approvals === 2) {
      await route.fetch();
      await route.abort("connectionreset");
    } else await route.continue();
  });
  await checker.getByRole("checkbox", { name: "All 3 shown" }).check();
  await checker.getByRole("button", { name: "Approve selected" }).click();
  await expect(checker.getByText("Decided: 1 of 3")).toBeVisible();
  await expect(checker.getByText("No answer from the server")).toBeVisible();
  await expect(checker.getByText("Not tried; it stays selected")).toBeVisible();
  await expect(checker.locator("#queue-bar")).toContainText("2 operations");
  await checker.getByRole("button", { name: "Approve selected" }).click();
  await expect(checker.getByText("Decided: 2 of 2")).toBeVisible();
  await expect(checker.getByText("Nothing waits")).toBeVisible();
  expect(approvals).toBe(4);
});

test("requests are approved one after the other from the keyboard", async ({ checker, maker, edge, house }) => {
  await waiting(edge, house, 3);
  const asked = await Console.signIn(edge, house, "maker");
  await asked.call("POST", "/api-keys", { label: "Apart", permissions: ["read-balance"] });
  await checker.goto(address(house, "approvals"));
  await expect(checker.locator("#view h2")).toHaveText(["People and keys 1", "Operations 3"]);
  await checker.getByRole("link", { name: /NGN.1\.00/ }).click();
  for (const amount of [1, 2]) {
    await expect(checker.locator(".view-head")).toContainText(`NGN\u00a0${amount}.00`);
    await expect(checker.getByRole("button", { name: "Approve and next" })).toBeVisible();
    await checker.keyboard.press("Control+Enter");
  }
  await expect(checker.locator(".view-head")).toContainText("NGN\u00a03.00");
  await expect(checker.getByRole("button", { name: "Approve and next" })).toHaveCount(0);
  await maker.goto(address(house, "operations"));
  await expect(maker.locator(".row-operation").getByText("Completed")).toHaveCount(2);
});
