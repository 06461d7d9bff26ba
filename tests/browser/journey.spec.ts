import { approve, askForKey, claim, obtainKey, openRequest } from "./support/steps";
import { address, expect, test } from "./support/test";

test("a key goes from a maker's wish to a verified balance, and a revoke ends it with the next call", async ({
  maker,
  checker,
  house,
  edge,
}) => {
  await askForKey(maker, {
    label: "Lagos tills",
    permissions: ["Read balance", "Perform operations"],
    perOperation: "1000",
    daily: "5000.50",
    auto: "100",
    note: "For the market",
  });
  // The maker can't decide it, and the page gives the reason.
  await expect(maker.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);
  await maker.goto(address(house, "settings/api-keys/pending"));
  await expect(maker.getByText("Waits for another person")).toBeVisible();

  await approve(checker, "Lagos tills");

  // The maker's open page shows it without a reload.
  await expect(maker.locator("#banner")).toContainText("Your key Lagos tills was approved by Charles Checker");
  const key = await claim(maker);
  expect(key).toMatch(/^uwk_[0-9A-Za-z]{52}$/);

  const balance = `${edge.url}/api/v1/distributors/${house.distributorID}/balance`;
  const authorization = `Bearer ${key}`;
  const answer = await fetch(balance, { headers: { authorization } });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ balance: "50000.00", currency: "NGN" });

  await maker.goto(address(house, "settings/api-keys/active"));
  const row = maker.getByRole("listitem").filter({ hasText: "Lagos tills" });
  await expect(row).toContainText("NGN 1,000.00");
  await expect(row).toContainText("NGN 5,000.50");
  await expect(row).toContainText("approved by Charles Checker");
  await expect(row).toContainText("Last used");

  await row.getByRole("button", { name: "Revoke Lagos tills" }).click();
  const dialog = maker.getByRole("dialog", { name: "Revoke this key?" });
  await dialog.getByRole("button", { name: "Revoke key" }).click();
  await expect(dialog.getByText("Fill this in.")).toBeVisible();
  await dialog.getByLabel("Reason").fill("Lagos tills");
  await dialog.getByRole("button", { name: "Revoke key" }).click();
  await expect(dialog).toBeHidden();
  await expect(maker.getByText("No key is active")).toBeVisible();
  expect((await fetch(balance, { headers: { authorization } })).status).toBe(401);

  await maker.getByRole("link", { name: "History" }).click();
  await expect(maker.getByRole("listitem").filter({ hasText: "Lagos tills" })).toContainText("Revoked");
});

test("nothing of a claimed key stays in the page, its history or its storage", async ({ maker, checker }) => {
  await askForKey(maker, { label: "Once" });
  await approve(checker, "Once");
  const key = await claim(maker);
  const left = await maker.evaluate(
    () =>
      `${document.documentElement.outerHTML} ${location.href} ${JSON.stringify(history.state)} ` +
      `${JSON.stringify(localStorage)} ${JSON.stringify(sessionStorage)} ${document.cookie}`,
  );
  expect(left).not.toContain(key);
  expect(left).not.toContain(key.slice(10, 40));
});

test("closing an uncopied key asks first, and going back still shows it", async ({ maker, checker }) => {
  await askForKey(maker, { label: "Careful" });
  await approve(checker, "Careful");
  await maker.locator("#banner").getByRole("button", { name: "Claim key" }).click();
  await maker.getByRole("button", { name: "Show the key" }).click();
  const shown = maker.getByRole("dialog", { name: "Your new API key" });
  await expect(shown.getByText(/^curl -H "Authorization: Bearer uwk_/)).toBeVisible();

  await maker.keyboard.press("Escape");
  const warning = maker.getByRole("dialog", { name: "Not copied yet" });
  await expect(warning).toBeVisible();
  await maker.keyboard.press("Escape");
  await expect(warning).toBeHidden();
  await expect(shown).toBeVisible();

  await shown.getByRole("button", { name: "Done" }).click();
  await warning.getByRole("button", { name: "Close without copying" }).click();
  await expect(shown).toBeHidden();
});

test("a rejected request tells its maker the reason", async ({ maker, checker }) => {
  await askForKey(maker, { label: "Too wide" });
  await openRequest(checker, "Too wide");
  await checker.getByRole("button", { name: "Reject" }).click();
  const dialog = checker.getByRole("dialog", { name: "Reject this request?" });
  await dialog.getByRole("button", { name: "Reject" }).click();
  await expect(dialog.getByText("Fill this in.")).toBeVisible();
  await dialog.getByLabel("Reason").fill("No limits");
  await dialog.getByRole("button", { name: "Reject" }).click();
  await expect(checker.getByText("Rejected by Charles Checker")).toBeVisible();
  // The maker looks at the same request and sees the change without a reload.
  await expect(maker.getByText("Reason: No limits")).toBeVisible();
});

test("a maker can withdraw a request", async ({ maker }) => {
  await askForKey(maker, { label: "Changed my mind" });
  await maker.getByRole("button", { name: "Withdraw request" }).click();
  await expect(maker.getByText(/^Withdrawn by/)).toBeVisible();
});

test("two checkers: the second one is told that it is decided, and sees how", async ({
  as,
  maker,
  checker,
  expectRefusal,
}) => {
  expectRefusal(409, 503);
  await askForKey(maker, { label: "Contested" });
  await openRequest(checker, "Contested");
  const late = await as("checker", new URL(checker.url()).hash.split("/").slice(2).join("/"));
  await expect(late.getByRole("button", { name: "Approve", exact: true })).toBeVisible();
  let deaf = true;
  await late.route("**/admin/v1/distributors/**", async (route) => {
    if (deaf && route.request().method() === "GET") await route.fulfill({ status: 503, json: { code: "unavailable" } });
    else await route.continue();
  });
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(checker.getByText(/^Approved by/)).toBeVisible();
  const told = late.getByRole("alert").filter({ hasText: "approved already" });
  await late.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(told).toBeVisible();
  deaf = false;
  await expect(late.getByText(/^Approved by/)).toBeVisible({ timeout: 20_000 });
});

test("what the server shows must be what its fingerprint says, or it can't be approved here", async ({
  maker,
  checker,
}) => {
  await askForKey(maker, { label: "Honest", perOperation: "10" });
  await checker.route("**/approvals/apr_*", async (route) => {
    const answer = await route.fetch();
    const request = await answer.json();
    request.subject.maxTransactionAmount = "1.00";
    await route.fulfill({ response: answer, json: request });
  });
  await openRequest(checker, "Honest");
  await expect(checker.getByText("fingerprint of this request doesn't match")).toBeVisible();
  await expect(checker.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);
  await expect(checker.getByRole("button", { name: "Reject" })).toBeVisible();
});

test("the audit log shows what happened and verifies its chain", async ({ maker, checker, house }) => {
  await obtainKey(maker, checker, { label: "Audited" });
  await checker.goto(address(house, "audit"));
  await expect(checker.getByRole("listitem").filter({ hasText: "Mary Maker claimed an API key" })).toBeVisible();
  await expect(checker.getByRole("listitem").filter({ hasText: "Charles Checker approved an API key" })).toBeVisible();
  await checker.getByRole("button", { name: "Verify the chain" }).click();
  await expect(checker.getByText("The chain is whole")).toBeVisible();
});
