import { build } from "./support/issuer";
import { askForKey } from "./support/steps";
import { address, expect, fillSignIn, test } from "./support/test";

test("a shared address leads there after signing in", async ({ page, house }) => {
  await page.goto(address(house, "audit"));
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  const viewer = house.people.viewer;
  if (!viewer) throw new Error("no viewer");
  await fillSignIn(page, viewer);
  await expect(page.getByRole("heading", { name: "Audit log" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Audit log" })).toBeVisible();
});

test("back and forward go through the views, each with its own title", async ({ maker }) => {
  for (const name of ["Operations", "Cash-outs", "Users and roles"]) {
    await maker.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
    await expect(maker.getByRole("heading", { level: 1, name })).toBeFocused();
    await expect(maker).toHaveTitle(`${name} · Universal Wallet`);
  }
  await maker.goBack();
  await expect(maker.getByRole("heading", { level: 1, name: "Cash-outs" })).toBeVisible();
  await maker.goBack();
  await expect(maker.getByRole("heading", { level: 1, name: "Operations" })).toBeVisible();
  await maker.goForward();
  await expect(maker.getByRole("heading", { level: 1, name: "Cash-outs" })).toBeVisible();
});

test("an address of another distributor shows nothing of it", async ({ maker }) => {
  await maker.goto("/#/00000000-0000-4000-8000-000000000000/overview");
  await expect(maker.getByRole("heading", { name: "You are not a member here" })).toBeVisible();
  await maker.getByRole("link", { name: "Go to Harbour Agents" }).click();
  await expect(maker.getByRole("heading", { level: 1, name: /Mary/ })).toBeVisible();
});

test("an address that leads nowhere says so", async ({ maker, house, expectRefusal }) => {
  expectRefusal(404);
  await maker.goto(address(house, "settings/api-keys/key_00000000-0000-4000-8000-000000000000"));
  await expect(maker.getByText("There is nothing at this address, or you may not see it.")).toBeVisible();
  await maker.goto(address(house, "no/such/view"));
  await expect(maker.getByRole("heading", { name: "Not here" })).toBeVisible();
});

test("a view that can't be loaded offers to try again, and then works", async ({ maker, expectRefusal }) => {
  expectRefusal(500);
  let broken = true;
  await maker.route("**/operations?*", async (route) => {
    if (broken)
      await route.fulfill({
        status: 500,
        json: { message: "Something went wrong here.", code: "internal", requestID: "r-1" },
      });
    else await route.continue();
  });
  await maker.getByRole("link", { name: "Operations" }).first().click();
  await expect(maker.getByRole("alert")).toContainText("Something went wrong here.");
  await expect(maker.getByText("For support: request r-1")).toBeVisible();
  broken = false;
  await maker.getByRole("button", { name: "Try again" }).click();
  await expect(maker.getByText("No operation yet")).toBeVisible();
});

test("an empty list says what to do", async ({ maker, house }) => {
  for (const [path, text] of [
    ["settings/api-keys", "Ask for one; a checker grants it, then you claim it here."],
    ["settings/api-keys/pending", "A request for a key waits here until a checker decides it"],
    ["approvals", "When somebody asks for an API key"],
    ["cashouts", "When a customer asks for a cash-out, it appears here for 24 hours."],
  ] as const) {
    await maker.goto(address(house, path));
    await expect(maker.getByText(text)).toBeVisible();
  }
});

test("signing out leaves nothing to go back to", async ({ maker, house }) => {
  await askForKey(maker, { label: "Private" });
  await maker.getByRole("button", { name: "Sign out" }).click();
  await expect(maker.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await maker.goBack();
  await expect(maker.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(maker.getByText("Private")).toHaveCount(0);
  await maker.goto(address(house, "approvals"));
  await expect(maker.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("a viewer sees everything and is offered nothing to change", async ({ as, house, maker }) => {
  await askForKey(maker, { label: "Seen" });
  const viewer = await as("viewer", "approvals");
  await viewer.locator("#view").getByRole("link", { name: "Seen" }).click();
  await expect(viewer.getByText("A checker decides this.")).toBeVisible();
  await expect(viewer.getByRole("button", { name: /Approve|Reject|Withdraw/ })).toHaveCount(0);
  for (const [path, action] of [
    ["settings/api-keys", "Create API Key"],
    ["operations", "New cash-in"],
    ["users", "New user"],
  ] as const) {
    await viewer.goto(address(house, path));
    await expect(viewer.locator("#view h1")).toBeVisible();
    await expect(viewer.getByRole("link", { name: action })).toHaveCount(0);
  }
});

test("a suspended distributor says so on the overview", async ({ maker, house }) => {
  await house.issuer.call("POST", `/distributors/${house.distributorID}/suspend`);
  await maker.reload();
  await expect(maker.getByText("This distributor is suspended")).toBeVisible();
});

test("a person of two distributors switches between them, and each address keeps to its own", async ({
  edge,
  as,
  house,
}) => {
  const other = await build(edge);
  const { login, name } = house.people.maker ?? { login: "", name: "" };
  const { joiningCode } = await other.issuer.call<{ joiningCode: string }>(
    "POST",
    `/distributors/${other.distributorID}/users`,
    { login, name, roles: ["viewer"] },
  );
  await other.issuer.topUp(other, "7.00");
  const maker = await as("maker", "overview");
  await expect(maker.getByText("50,000.00").first()).toBeVisible();
  await maker.getByRole("button", { name: "Join a distributor" }).click();
  const dialog = maker.getByRole("dialog", { name: "Join a distributor" });
  await dialog.getByLabel("Joining code").fill(joiningCode);
  await dialog.getByRole("button", { name: "Join" }).click();
  await expect(maker.getByText("50,007.00").first()).toBeVisible();
  await maker.goto(address(house, "overview"));
  await expect(maker.getByText("50,000.00").first()).toBeVisible();
  await maker.getByText("Switch distributor").click();
  await maker.getByRole("complementary").getByRole("link", { name: "Harbour Agents" }).click();
  await expect(maker.getByText("50,007.00").first()).toBeVisible();
  expect(maker.url()).toContain(other.distributorID);
  await maker.goBack();
  await expect(maker.getByText("50,000.00").first()).toBeVisible();
});

test("a long audit log grows by pages, without a gap and without doubles", async ({ house, as }) => {
  for (let number = 0; number < 70; number += 1) await house.issuer.topUp(house, "1.00");
  const viewer = await as("viewer", "audit");
  const numbers = viewer.locator("#view .rows .row-side span");
  await expect(numbers).toHaveCount(50);
  await viewer.getByRole("button", { name: "Show older ones" }).click();
  await expect(viewer.getByRole("button", { name: "Show older ones" })).toBeHidden();
  const shown = (await numbers.allTextContents()).map((text) => Number(text.slice(1)));
  expect(shown).toEqual(Array.from({ length: shown[0] ?? 0 }, (_, index) => (shown[0] ?? 0) - index));
});
