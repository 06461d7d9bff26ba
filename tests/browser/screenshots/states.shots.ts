import { approve, askForKey, fillKey, openRequest } from "../support/steps";
import { address, type Edge, expect, type House, NO_ANSWER, type Page, test } from "../support/test";
import { shoot } from "./shoot";

async function view(page: Page, url: string, state: string): Promise<void> {
  await page.goto(url);
  await expect(page.locator("#view h1")).toBeVisible();
  await page.waitForLoadState("networkidle");
  await shoot(page, state);
}

test("the door", async ({ page, expectRefusal }) => {
  expectRefusal(401);
  await page.goto("/");
  await expect(page.getByLabel("Sign-in name")).toBeVisible();
  await shoot(page, "sign-in");
  await page.getByRole("button", { name: "Sign in" }).click();
  await shoot(page, "sign-in-errors");
});

test("empty views", async ({ as, house }) => {
  const maker = await as("maker");
  for (const path of [
    "overview",
    "approvals",
    "operations",
    "cashouts",
    "settings/api-keys",
    "settings/api-keys/pending",
    "settings/api-keys/history",
  ]) {
    await view(maker, address(house, path), `empty-${path.replaceAll("/", "-")}`);
  }
});

/** Calls from an allowed address, and occasionally from one that isn't. */
async function useKey(edge: Edge, house: House, key: string, number: number): Promise<void> {
  const ip = number % 4 === 3 ? "192.0.2.66" : "203.0.113.7";
  await fetch(`${edge.url}/api/v1/distributors/${house.distributorID}/balance`, {
    headers: { authorization: `Bearer ${key}`, "cf-connecting-ip": ip },
  });
}

test("a key's life", async ({ maker, checker, house, edge }) => {
  await view(maker, address(house, "settings/api-keys/new"), "key-new");
  await maker.getByLabel("Max Daily Volume").fill("5,000");
  await maker.getByLabel("Allowed IPs").fill("10.0.0.1 300.1.1.1");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await shoot(maker, "key-new-errors");
  const wishes = {
    permissions: ["Read balance", "Read transactions", "Perform operations"],
    perOperation: "50000",
    daily: "500000",
    auto: "5000",
    ips: "203.0.113.7, 198.51.100.0/24",
    note: "For the three tills at Balogun market",
  };
  await fillKey(maker, { label: "Lagos tills", ...wishes });
  await shoot(maker, "key-new-filled");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await shoot(maker, "request-mine");
  await openRequest(checker, "Lagos tills");
  await shoot(checker, "request-to-decide");
  await checker.getByRole("button", { name: "Reject" }).click();
  await shoot(checker, "request-reject", false);
  await checker.getByRole("button", { name: "Cancel" }).click();
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(checker.getByText(/^Approved by/)).toBeVisible();
  await shoot(checker, "request-approved");
  await view(maker, address(house, "settings/api-keys/pending"), "keys-pending-approved");
  await maker.locator("#banner").getByRole("button", { name: "Claim key" }).click();
  await shoot(maker, "claim", false);
  await maker.getByRole("button", { name: "Show the key" }).click();
  const shown = maker.getByRole("dialog", { name: "Your new API key" });
  await expect(shown).toBeVisible();
  await shoot(maker, "key-once", false);
  await maker.keyboard.press("Escape");
  await shoot(maker, "key-once-not-copied", false);
  await maker.getByRole("button", { name: "Go back" }).click();
  await shown.getByRole("button", { name: "Copy: API key" }).click();
  await shoot(maker, "key-once-copied", false);
  await shown.getByRole("button", { name: "Done" }).click();
  for (let calls = 0; calls < 12; calls += 1)
    await useKey(edge, house, await maker.evaluate(() => navigator.clipboard.readText()), calls);
  await view(maker, address(house, "settings/api-keys"), "keys-active");
  await maker.getByRole("button", { name: "Revoke Lagos tills" }).click();
  await shoot(maker, "key-revoke", false);
  await maker.getByRole("button", { name: "Cancel" }).click();
  await maker.getByRole("link", { name: "Lagos tills" }).click();
  await expect(maker.getByRole("button", { name: "Tighten" })).toBeVisible();
  await shoot(maker, "key");
  for (const name of ["Rotate", "Tighten"]) {
    await maker.getByRole("button", { name, exact: true }).click();
    await shoot(maker, `key-${name.toLowerCase()}`, false);
    await maker.getByRole("button", { name: "Cancel" }).click();
  }
  await maker.getByRole("button", { name: "Rotate" }).click();
  await maker.getByRole("dialog").getByRole("button", { name: "Send to a checker" }).click();
  await openRequest(checker, "Lagos tills");
  await shoot(checker, "rotation-to-decide");
});

test("money", async ({ maker, checker, house }) => {
  for (const [phone, amount] of [
    ["+234 803 555 0101", "1250.50"],
    ["+234 803 555 0102", "300"],
    ["+234 803 555 0103", "8000"],
  ] as const) {
    await maker.goto(address(house, "operations/new/cash-in"));
    await maker.getByLabel("Phone number").fill(phone);
    await maker.getByLabel("Amount").fill(amount);
    await maker.getByLabel("Memo").fill("Till 3, morning shift");
    await maker.getByRole("button", { name: "Send to a checker" }).click();
    await expect(maker.getByText("It waits for a checker.")).toBeVisible();
  }
  await shoot(maker, "operation-pending");
  await approve(checker, /8,000\.00/);
  await house.issuer.askForCash(house, "+2348035550103", "500.00");
  await view(maker, address(house, "operations/new/cash-in"), "cash-in");
  await view(maker, address(house, "operations"), "operations");
  await view(maker, address(house, "cashouts"), "cashouts");
  await maker.getByRole("button", { name: /^Pay out to/ }).click();
  await shoot(maker, "cashout-pay", false);
  await view(maker, address(house, "overview"), "overview-maker");
  await view(checker, address(house, "overview"), "overview-checker");
  await view(checker, address(house, "approvals"), "approvals");
  await view(checker, address(house, "audit"), "audit");
  await checker.getByRole("button", { name: "Verify the chain" }).click();
  await expect(checker.getByText("The chain is whole")).toBeVisible();
  await shoot(checker, "audit-verified");
});

test("people, and being away", async ({ as, house }) => {
  const admin = await as("admin");
  await view(admin, address(house, "users"), "users");
  await admin.getByRole("button", { name: "Change roles of Mary Maker" }).click();
  await shoot(admin, "user-roles", false);
  await admin.getByRole("button", { name: "Cancel" }).click();
  await admin.getByRole("button", { name: "Disable Mary Maker" }).click();
  await shoot(admin, "user-disable", false);
  await admin.getByRole("button", { name: "Cancel" }).click();
  await admin.getByRole("button", { name: "Reset password of Mary Maker" }).click();
  await admin.getByRole("button", { name: "Ask for a reset" }).click();
  await expect(admin.getByRole("dialog", { name: "The first half of a password" })).toBeVisible();
  await shoot(admin, "password-half", false);
  await admin.getByRole("button", { name: /^Copy/ }).click();
  await admin.getByRole("button", { name: "Done" }).click();
  await view(admin, address(house, "users/new"), "user-new");
  await admin.getByRole("button", { name: "Change password" }).click();
  await shoot(admin, "password", false);
  await admin.keyboard.press("Escape");
  await admin.setViewportSize({ width: 390, height: 844 });
  await admin.getByRole("button", { name: "Menu" }).click();
  await admin.screenshot({ path: join(FOLDER, "menu-390-light.png") });
  await admin.keyboard.press("Escape");
  await admin.context().clearCookies();
  await admin.goto(address(house, "audit"));
  await expect(admin.getByRole("dialog", { name: "Sign in again" })).toBeVisible();
  await shoot(admin, "sign-in-again", false);
});

test("hundreds of keys, and labels that are long or run the other way", async ({ maker, house, expectRefusal }) => {
  expectRefusal(404, 500, NO_ANSWER);
  await askForKey(maker, { label: "متجر أبوجا الرئيسي and a label without-any-place-to-break" });
  await view(maker, address(house, "approvals"), "labels");
  const key = (label: string, number: number) => ({
    keyID: `key_${String(number).padStart(8, "0")}-0000-4000-8000-000000000000`,
    approvalID: "apr_0",
    label,
    permissions: ["read-balance", "perform-operations"],
    maxTransactionAmount: "1000.00",
    maxDailyVolume: "50000.00",
    allowedIPs: [],
    autoApproveLimit: "0.00",
    expiresInDays: 365,
    expiresAt: new Date(Date.now() + number * 86_400_000).toISOString(),
    status: "active",
    keyPrefix: "uwk_Ab12",
    makerID: "usr_0",
    makerName: "Mary Maker",
    checkerID: "usr_1",
    checkerName: "Charles Checker",
    reason: null,
    note: null,
    replaces: null,
    createdAt: "2026-01-01T00:00:00.000Z",
    decidedAt: null,
    claimedAt: "2026-01-01T00:00:00.000Z",
    revokedAt: null,
    lastUsedAt: null,
    lastUsedIP: null,
    usage: { requestsToday: number, volumeToday: "0.00", requests30Days: number },
  });
  await maker.route("**/api-keys?status=active*", (route) =>
    route.fulfill({
      json: { items: Array.from({ length: 500 }, (_, index) => key(`Kiosk ${index + 1}`, index)), nextCursor: "" },
    }),
  );
  await maker.goto(address(house, "settings/api-keys"));
  await expect(maker.getByText("500 active keys")).toBeVisible();
  await shoot(maker, "keys-500", false);
  await maker.unrouteAll();
  await maker.route("**/audit?*", (route) =>
    route.fulfill({
      status: 500,
      json: { message: "Something went wrong here. Try again.", code: "internal", requestID: "r-1" },
    }),
  );
  await maker.goto(address(house, "audit"));
  await expect(maker.getByRole("button", { name: "Try again" })).toBeVisible();
  await shoot(maker, "failed");
  await maker.unrouteAll();
  await maker.context().setOffline(true);
  await expect(maker.getByText("Offline: this may be out of date")).toBeVisible();
  await shoot(maker, "offline");
  await maker.context().setOffline(false);
});
