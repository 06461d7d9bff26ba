import { expect, type Page } from "./test";

export interface KeyWishes {
  label: string;
  permissions?: string[];
  perOperation?: string;
  daily?: string;
  auto?: string;
  ips?: string;
  note?: string;
}

/** The maker fills in Create API Key and sends it; ends on the request's page. */
export async function askForKey(maker: Page, wishes: KeyWishes): Promise<void> {
  await maker.getByRole("link", { name: "API Keys" }).first().click();
  await maker.getByRole("link", { name: "Create API Key" }).first().click();
  await fillKey(maker, wishes);
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByRole("heading", { name: "New API key", level: 1 })).toBeVisible();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
}

export async function fillKey(maker: Page, wishes: KeyWishes): Promise<void> {
  await maker.getByLabel("Label").fill(wishes.label);
  for (const permission of wishes.permissions ?? ["Read balance"]) await maker.getByLabel(permission).check();
  const texts: [string, string | undefined][] = [
    ["Max Transaction Amount", wishes.perOperation],
    ["Max Daily Volume", wishes.daily],
    ["Auto-approve up to", wishes.auto],
    ["Allowed IPs", wishes.ips],
    ["Note to the checker", wishes.note],
  ];
  for (const [name, text] of texts) if (text !== undefined) await maker.getByLabel(name).fill(text);
}

/** The checker finds a request in the inbox and approves it; ends on its page. */
export async function approve(checker: Page, name: string | RegExp): Promise<void> {
  await openRequest(checker, name);
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(checker.getByText(/^Approved by/)).toBeVisible();
}

export async function openRequest(checker: Page, name: string | RegExp): Promise<void> {
  await checker
    .getByRole("link", { name: /^Approvals/ })
    .first()
    .click();
  await checker.locator("#view").getByRole("link", { name }).click();
  await expect(checker.getByText("Exactly this will be carried out")).toBeVisible();
}

/** The maker claims from the banner, copies, closes; the key. */
export async function claim(maker: Page): Promise<string> {
  await maker.locator("#banner").getByRole("button", { name: "Claim key" }).click();
  await maker.getByRole("button", { name: "Show the key" }).click();
  const dialog = maker.getByRole("dialog", { name: "Your new API key" });
  await dialog.getByRole("button", { name: "Copy: API key" }).click();
  await expect(dialog.getByRole("status")).toHaveText("Copied: API key");
  const key = await maker.evaluate(() => navigator.clipboard.readText());
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  return key;
}

/** The whole way from a key's request to a working key. */
export async function obtainKey(maker: Page, checker: Page, wishes: KeyWishes): Promise<string> {
  await askForKey(maker, wishes);
  await approve(checker, wishes.label);
  return claim(maker);
}
