import { approve, askForKey, claim, fillKey, obtainKey, openRequest } from "./support/steps";
import { address, expect, expectAccessible, test } from "./support/test";

test("signing in", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - text: Universal Wallet
      - heading "Sign in" [level=1]
      - paragraph
      - text: Sign-in name
      - textbox "Sign-in name"
      - text: Password
      - textbox "Password"
      - button "Sign in"
      - paragraph
  `);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Fill this in.").first()).toBeVisible();
  await expectAccessible(page);
});

const VIEWS = {
  maker: [
    "overview",
    "approvals",
    "approvals/history",
    "operations",
    "operations/new/cash-in",
    "cashouts",
    "settings/api-keys",
    "settings/api-keys/pending",
    "settings/api-keys/history",
    "settings/api-keys/new",
    "settings/webhooks",
    "settings/webhooks/new",
  ],
  admin: ["users", "users/new"],
  viewer: ["audit", "settings/distributor", "no/where"],
};
for (const [who, paths] of Object.entries(VIEWS)) {
  test(`the views of a ${who}, empty`, async ({ as, house }) => {
    test.slow();
    const page = await as(who);
    for (const path of paths) {
      await test.step(path, async () => {
        await page.goto(address(house, path));
        await page.reload();
        await expectAccessible(page);
      });
    }
  });
}

test("the frame", async ({ maker }) => {
  await expect(maker.getByRole("navigation", { name: "Main" })).toMatchAriaSnapshot(`
    - navigation "Main":
      - list:
        - listitem:
          - link "Overview"
        - listitem:
          - link "Approvals"
        - listitem:
          - link "Operations"
        - listitem:
          - link "Statements"
        - listitem:
          - link "Cash-outs"
      - heading "Settings" [level=2]
      - list:
        - listitem:
          - link "API Keys"
        - listitem:
          - link "Webhooks"
        - listitem:
          - link "Users and roles"
        - listitem:
          - link "Audit log"
  `);
});

test("asking, deciding and claiming, with every dialog open", async ({ maker, checker, house }) => {
  test.slow();
  await maker.goto(address(house, "settings/api-keys/new"));
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("Fill this in.")).toBeVisible();
  await expectAccessible(maker);
  await fillKey(maker, { label: "Till", permissions: ["Perform operations"] });
  await expectAccessible(maker);
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await expectAccessible(maker);

  await checker.reload();
  await expect(checker.getByText("Waits for you", { exact: true }).last()).toBeVisible();
  await expectAccessible(checker);
  await openRequest(checker, "Till");
  await expect(checker.locator("#view")).toMatchAriaSnapshot(`
    - paragraph:
      - link "Approvals"
    - heading "New API key" [level=1]
    - heading "Exactly this will be carried out" [level=2]
    - button "Reject"
    - button "Approve"
  `);
  await expectAccessible(checker);
  await checker.getByRole("button", { name: "Reject" }).click();
  await checker.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
  await expectAccessible(checker);
  await checker.getByRole("button", { name: "Cancel" }).click();
  await expect(checker.getByRole("button", { name: "Reject" })).toBeFocused();
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(checker.getByText(/^Approved by/)).toBeVisible();
  await expectAccessible(checker);

  await maker.goto(address(house, "settings/api-keys/pending"));
  await maker.locator("#view").getByRole("button", { name: "Claim key" }).click();
  await expectAccessible(maker);
  await maker.getByRole("button", { name: "Show the key" }).click();
  const dialog = maker.getByRole("dialog", { name: "Your new API key" });
  await expect(dialog).toMatchAriaSnapshot(`
    - dialog "Your new API key":
      - heading "Your new API key" [level=2]
      - button "Close"
      - paragraph: /This is the only time you see it/
      - 'button "Copy: API key"'
      - 'button "Copy: Try it in a terminal"'
      - button "Done"
  `);
  await expectAccessible(maker);
  await maker.keyboard.press("Escape");
  await expect(maker.getByRole("dialog", { name: "Not copied yet" })).toBeVisible();
  await expectAccessible(maker);
  await maker.getByRole("button", { name: "Go back" }).click();
  await dialog.getByRole("button", { name: "Copy: API key" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();

  await maker.goto(address(house, "settings/api-keys/active"));
  await maker.getByRole("button", { name: "Revoke Till" }).click();
  await expectAccessible(maker);
  await maker.getByRole("button", { name: "Cancel" }).click();
  await maker.getByRole("link", { name: "Till" }).click();
  await expect(maker.getByRole("heading", { name: "Till", level: 1 })).toBeVisible();
  await expectAccessible(maker);
  for (const name of ["Rotate", "Tighten"]) {
    await maker.getByRole("button", { name, exact: true }).click();
    await expectAccessible(maker);
    await maker.getByRole("button", { name: "Cancel" }).click();
  }
});

test("the session's end, a change of password and the narrow menu", async ({ as, house }) => {
  const maker = await as("maker", "overview", { viewport: { width: 390, height: 844 } });
  await maker.getByRole("button", { name: "Menu" }).click();
  await expectAccessible(maker);
  await maker.getByRole("button", { name: "Change password" }).click();
  await expectAccessible(maker);
  await maker.keyboard.press("Escape");
  await maker.context().clearCookies();
  await maker.goto(address(house, "audit"));
  await expect(maker.getByRole("dialog", { name: "Sign in again" })).toBeVisible();
  await expectAccessible(maker);
});

test("lists with something in them", async ({ maker, checker, house }) => {
  test.slow();
  await obtainKey(maker, checker, { label: "Till" });
  await askForKey(maker, { label: "Second" });
  await approve(checker, "Second");
  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Phone number").fill("+234 803 555 0101");
  await maker.getByLabel("Amount").fill("2500");
  await maker.getByLabel("Memo").fill("متجر أبوجا");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It waits for a checker.")).toBeVisible();
  await expectAccessible(maker);
  for (const path of [
    "overview",
    "operations",
    "approvals",
    "approvals/history",
    "settings/api-keys/active",
    "settings/api-keys/pending",
    "audit",
  ]) {
    const page = path.startsWith("approvals") ? checker : maker;
    await page.goto(address(house, path));
    // Reloaded, so that no row of the previous view is taken for one of this view.
    await page.reload();
    await expect(page.locator("#view li:visible").first()).toBeVisible();
    await expectAccessible(page);
  }
  await maker.getByRole("button", { name: "Verify the chain" }).click();
  await expect(maker.getByText("The chain is whole")).toBeVisible();
  await expectAccessible(maker);
  await claim(maker);
});

test("people: every dialog, and the halves of a password", async ({ as }) => {
  test.slow();
  const admin = await as("admin", "users");
  for (const name of ["Change roles of Vera Viewer", "Disable Vera Viewer", "Reset password of Vera Viewer"]) {
    await admin.getByRole("button", { name }).click();
    await expectAccessible(admin);
    await admin.getByRole("button", { name: "Cancel" }).click();
    await expect(admin.getByRole("button", { name })).toBeFocused();
  }
  await admin.getByRole("button", { name: "Reset password of Vera Viewer" }).click();
  await admin.getByRole("button", { name: "Ask for a reset" }).click();
  await expect(admin.getByRole("dialog", { name: "The first half of a code" })).toMatchAriaSnapshot(`
    - dialog "The first half of a code":
      - heading "The first half of a code" [level=2]
      - button "Close"
      - paragraph: /No one person knows it all/
      - 'button "Copy: First half"'
      - list:
        - listitem
        - listitem
        - listitem
      - button "Done"
  `);
  await expectAccessible(admin);
});

test("a rotation beside the key it replaces, use, and a cash-out to pay", async ({ maker, checker, house, edge }) => {
  test.slow();
  const key = await obtainKey(maker, checker, { label: "Till" });
  await fetch(`${edge.url}/api/v1/distributors/${house.distributorID}/balance`, {
    headers: { authorization: `Bearer ${key}` },
  });
  await maker.goto(address(house, "settings/api-keys/active"));
  await maker.locator("#view").getByRole("link", { name: "Till" }).click();
  await expect(maker.getByRole("img", { name: /Calls in 30 days: 1 call/ })).toBeVisible();
  await maker.getByText("Show as a table").click();
  await expectAccessible(maker);
  await maker.getByRole("button", { name: "Rotate" }).click();
  await maker.getByRole("dialog").getByRole("button", { name: "Send to a checker" }).click();
  await openRequest(checker, "Till");
  await expect(checker.getByRole("table", { name: "Exactly this will be carried out" })).toBeVisible();
  await expectAccessible(checker);

  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Phone number").fill(house.phone);
  await maker.getByLabel("Amount").fill("20");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It waits for a checker.")).toBeVisible();
  await approve(checker, /Cash-in NGN.20\.00/);
  await expect(maker.getByText(/^Done/)).toBeVisible();
  await house.issuer.askForCash(house, house.phone.replaceAll(" ", ""), "5.00");
  await maker.goto(address(house, "cashouts"));
  await expectAccessible(maker);
  await maker.getByRole("button", { name: /^Pay out to/ }).click();
  await expectAccessible(maker);
});
