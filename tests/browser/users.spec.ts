import { build } from "./support/issuer";
import { fillKey } from "./support/steps";
import { address, expect, fillSignIn, type House, open, type Page, signIn, test } from "./support/test";

/** Copies a shown half of a code and closes its dialog. */
async function takeHalf(page: Page, which: "First" | "Second"): Promise<string> {
  const dialog = page.getByRole("dialog", { name: `The ${which.toLowerCase()} half of a code` });
  await dialog.getByRole("button", { name: `Copy: ${which} half` }).click();
  const half = await page.evaluate(() => navigator.clipboard.readText());
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  return half;
}

function loginOf(house: House, who: string): string {
  return house.people.admin?.login.replace("admin", who) ?? "";
}

test("a new user's password is never known to one person alone", async ({ as, checker, page, house }) => {
  const admin = await as("admin", "users/new");
  const login = loginOf(house, "bola");
  await admin.getByLabel("Name", { exact: true }).fill("Bola Bello");
  await admin.getByLabel("Sign-in name").fill(login);
  await admin.getByRole("button", { name: "Ask for this user" }).click();
  await expect(admin.getByText("Choose at least one.")).toBeVisible();
  await admin.getByLabel("Maker").check();
  await admin.getByRole("button", { name: "Ask for this user" }).click();
  const first = await takeHalf(admin, "First");
  await expect(admin.getByText("You asked for this yourself")).toBeVisible();

  await checker
    .getByRole("link", { name: /^Approvals/ })
    .first()
    .click();
  await checker.locator("#view").getByRole("link", { name: "Bola Bello" }).click();
  await expect(checker.getByText(login)).toBeVisible();
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  const second = await takeHalf(checker, "Second");

  await page.goto(address(house, "settings/api-keys"));
  await fillSignIn(page, { name: "Bola Bello", login, roles: ["maker"], password: `${first}-${second}` });
  await expect(page.getByRole("heading", { name: "Choose your own password" })).toBeVisible();
  await page.getByLabel("The password you just used").fill(`${first}-${second}`);
  await page.getByLabel("New password", { exact: true }).fill("four calm words here");
  await page.getByLabel("New password again").fill("four calm words here");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();

  await admin.goto(address(house, "users"));
  await expect(admin.getByRole("listitem").filter({ hasText: "Bola Bello" })).toContainText("Maker");
  for (const one of [admin, checker]) {
    const left = await one.evaluate(
      () => `${document.documentElement.outerHTML}${location.href}${JSON.stringify(localStorage)}`,
    );
    expect(left).not.toContain(first);
    expect(left).not.toContain(second);
  }
});

test("the last people who can approve each other can't be removed", async ({ as, expectRefusal }) => {
  expectRefusal(409);
  const admin = await as("admin", "users");
  await admin.getByRole("button", { name: "Disable Ada Admin" }).click();
  const dialog = admin.getByRole("dialog", { name: "Disable this user?" });
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(dialog.getByText(/admin/)).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(admin.getByRole("listitem").filter({ hasText: "Ada Admin" })).not.toContainText("Disabled");
});

test("a role added waits for another person", async ({ as, checker }) => {
  const admin = await as("admin", "users");
  await admin.getByRole("button", { name: "Change roles of Vera Viewer" }).click();
  const dialog = admin.getByRole("dialog", { name: "Change roles" });
  await dialog.getByLabel("Maker").check();
  await dialog.getByRole("button", { name: "Change roles" }).click();
  await expect(admin.getByText("You asked for this yourself")).toBeVisible();
  await checker
    .getByRole("link", { name: /^Approvals/ })
    .first()
    .click();
  await checker.locator("#view").getByRole("link", { name: "Vera Viewer" }).click();
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(admin.getByText(/^Approved by/)).toBeVisible();
  await admin.getByRole("link", { name: "Users and roles" }).click();
  await expect(admin.getByRole("listitem").filter({ hasText: "Vera Viewer" })).toContainText("Maker");
});

test("a disabled user is out with the next call", async ({ as, house, expectRefusal }) => {
  expectRefusal(404);
  const viewer = await as("viewer", "audit");
  const admin = await as("admin", "users");
  await admin.getByRole("button", { name: "Disable Vera Viewer" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await expect(admin.getByRole("listitem").filter({ hasText: "Vera Viewer" })).toContainText("Disabled");
  await viewer.goto(address(house, "overview"));
  await expect(
    viewer
      .getByRole("dialog", { name: "Sign in again" })
      .or(viewer.getByRole("heading", { name: /Sign in|not a member/ }))
      .first(),
  ).toBeVisible();
});

test("a role that is taken away in the middle of a form is explained there, and nothing typed is lost", async ({
  edge,
  browser,
  expected,
  faults,
  expectRefusal,
}) => {
  expectRefusal(403);
  const house = await build(edge, { second: { name: "Sam Second", roles: ["maker", "viewer"] } });
  const second = await open(browser, edge, {}, expected, faults);
  await signIn(second, house, "second", "settings/api-keys/new");
  await fillKey(second, { label: "Too late" });
  const admin = await open(browser, edge, {}, expected, faults);
  await signIn(admin, house, "admin", "users");
  await admin.getByRole("button", { name: "Change roles of Sam Second" }).click();
  const dialog = admin.getByRole("dialog", { name: "Change roles" });
  await dialog.getByLabel("Maker").uncheck();
  await dialog.getByRole("button", { name: "Change roles" }).click();
  await expect(admin.getByRole("listitem").filter({ hasText: "Sam Second" })).not.toContainText("Maker");

  await second.getByRole("button", { name: "Send to a checker" }).click();
  await expect(second.locator("form")).toContainText("role maker");
  await expect(second.getByLabel("Label")).toHaveValue("Too late");
  // The frame shows the roles that are left, before anything else is clicked.
  await expect(second.locator(".distributor")).toHaveText(/Harbour Agents\s*viewer/);
  await second.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "API Keys" }).click();
  await expect(second.getByText("No key is active")).toBeVisible();
  await expect(second.getByRole("link", { name: "Create API Key" })).toHaveCount(0);
  for (const page of [second, admin]) await page.context().close();
});

test("a reset password comes in two halves too", async ({ as, checker, page, house }) => {
  const admin = await as("admin", "users");
  await admin.getByRole("button", { name: "Reset password of Mary Maker" }).click();
  await admin.getByRole("button", { name: "Ask for a reset" }).click();
  const first = await takeHalf(admin, "First");
  await checker
    .getByRole("link", { name: /^Approvals/ })
    .first()
    .click();
  await checker
    .locator("#view")
    .getByRole("link")
    .filter({ hasText: /Mary Maker|maker-/ })
    .click();
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  const second = await takeHalf(checker, "Second");
  await page.goto("/");
  const maker = house.people.maker;
  if (!maker) throw new Error("no maker");
  await fillSignIn(page, { ...maker, password: `${first}-${second}` });
  await expect(page.getByRole("heading", { name: "Choose your own password" })).toBeVisible();
});
