import { approve, askForKey, obtainKey } from "./support/steps";
import { address, expect, type Page, test } from "./support/test";

/** Presses Tab until the element has the focus; a keyboard trap or an unreachable control fails. */
async function tabTo(
  page: Page,
  role: "link" | "button" | "textbox" | "checkbox",
  name: string | RegExp,
): Promise<void> {
  const target = page.getByRole(role, { name }).first();
  await expect(target).toBeVisible();
  for (let press = 0; press < 60; press += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reached ${role} ${String(name)}`);
}

test("the whole of a key's life needs no pointer", async ({ page, house, checker }) => {
  await page.goto(address(house, "settings/api-keys"));
  await expect(page.getByLabel("Sign-in name")).toBeFocused();
  await page.keyboard.type(house.people.maker?.login ?? "");
  await page.keyboard.press("Tab");
  await page.keyboard.type(house.people.maker?.password ?? "");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeFocused();

  await tabTo(page, "link", "Create API Key");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Create API Key" })).toBeFocused();
  await tabTo(page, "textbox", "Label");
  await page.keyboard.type("By hand");
  await tabTo(page, "checkbox", "Read balance");
  await page.keyboard.press("Space");
  await tabTo(page, "button", "Send to a checker");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "New API key" })).toBeFocused();

  await approve(checker, "By hand");
  await tabTo(page, "button", "Claim key");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Not now" })).toBeFocused();
  await tabTo(page, "button", "Show the key");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Copy: API key" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Copy: API key" })).toHaveText(/Copied/);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.goto(address(house, "settings/api-keys/active"));
  await tabTo(page, "button", "Revoke By hand");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: /^Reason/ })).toBeFocused();
  await page.keyboard.press("Escape");
  // The focus is back on the control that opened the dialog.
  await expect(page.getByRole("button", { name: "Revoke By hand" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("By hand");
  await tabTo(page, "button", "Revoke key");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No key is active")).toBeVisible();
});

test("the focus comes back to the opener although the view was drawn again meanwhile", async ({
  maker,
  checker,
  as,
  house,
}) => {
  await obtainKey(maker, checker, { label: "Till" });
  await maker.goto(address(house, "settings/api-keys/active"));
  const revoke = maker.getByRole("button", { name: "Revoke Till" });
  await revoke.press("Enter");
  await expect(maker.getByRole("dialog")).toBeVisible();
  await askForKey(await as("maker"), { label: "Meanwhile" });
  // The number on the tab shows that the view under the dialog is a new one.
  await expect(maker.locator("#tab-pending")).toHaveText("Pending1");
  await maker.keyboard.press("Escape");
  await expect(revoke).toBeFocused();
});

test("the first Tab offers to skip the menu", async ({ maker }) => {
  await maker.reload();
  await expect(maker.getByRole("heading", { level: 1, name: /Mary/ })).toBeVisible();
  // A view takes the focus to its title; the person goes back to the top of the page.
  await maker.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
  });
  await maker.keyboard.press("Tab");
  await expect(maker.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await maker.keyboard.press("Enter");
  await expect(maker.getByRole("main")).toBeFocused();
});

test("the menu of a narrow screen opens and closes with the keyboard", async ({ as }) => {
  const maker = await as("maker", "overview", { viewport: { width: 390, height: 844 } });
  const menu = maker.getByRole("button", { name: "Menu" });
  await expect(maker.getByRole("navigation", { name: "Main" })).toBeHidden();
  await menu.focus();
  await maker.keyboard.press("Enter");
  await expect(maker.getByRole("navigation", { name: "Main" })).toBeVisible();
  await maker.keyboard.press("Escape");
  await expect(maker.getByRole("navigation", { name: "Main" })).toBeHidden();
  await expect(menu).toBeFocused();
  await maker.keyboard.press("Enter");
  await tabTo(maker, "link", "Audit log");
  await maker.keyboard.press("Enter");
  await expect(maker.getByRole("heading", { level: 1, name: "Audit log" })).toBeFocused();
  await expect(maker.getByRole("navigation", { name: "Main" })).toBeHidden();
});
