import { askForKey, fillKey } from "./support/steps";
import { address, expect, fillSignIn, type Page, test } from "./support/test";

async function newKey(maker: Page): Promise<void> {
  await maker.getByRole("link", { name: "API Keys" }).first().click();
  await maker.getByRole("link", { name: "Create API Key" }).first().click();
}

test("everything that can be typed wrong is explained at its field before it is sent", async ({ maker }) => {
  await newKey(maker);
  const requests: string[] = [];
  maker.on("request", (request) => request.method() === "POST" && requests.push(request.url()));
  const send = maker.getByRole("button", { name: "Send to a checker" });
  await maker.getByLabel("Max Transaction Amount").fill("5000,50");
  await maker.getByLabel("Max Daily Volume").fill("1.234");
  await maker.getByLabel("Auto-approve up to").fill("-1");
  await maker.getByLabel("Allowed IPs").fill("10.0.0.1 300.1.1.1");
  await maker.getByLabel("Expires In (days)").fill("400");
  await send.click();
  await expect(maker.getByLabel("Label")).toBeFocused();
  await expect(maker.getByText("Choose at least one.")).toBeVisible();
  const errors: [string, string][] = [
    ["Label", "Fill this in."],
    ["Max Transaction Amount", "Write 5000.50: the decimal sign is a point."],
    ["Max Daily Volume", "At most two digits after the point: nothing is rounded here."],
    ["Auto-approve up to", "The amount can't be negative."],
    ["Allowed IPs", "“300.1.1.1” is not an address or range. Write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32."],
    ["Expires In (days)", "Write a whole number from 1 to 365."],
  ];
  for (const [label, message] of errors) {
    await expect(maker.getByLabel(label)).toHaveAttribute("aria-invalid", "true");
    await expect(maker.getByLabel(label)).toHaveAccessibleDescription(
      new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")),
    );
  }

  // Rules between fields are checked once each field by itself is right.
  await fillKey(maker, { label: "Till", permissions: [], perOperation: "10", daily: "5", auto: "1", ips: "10.0.0.1" });
  await maker.getByLabel("Expires In (days)").fill("30");
  await send.click();
  await expect(maker.getByText("Choose at least one.")).toBeVisible();
  await expect(maker.getByText("One operation can't be allowed more than a whole day.")).toBeVisible();
  expect(requests).toEqual([]);
});

test("amounts and phones are taken as people type and paste them", async ({ maker, house }) => {
  await newKey(maker);
  const amount = maker.getByLabel("Max Transaction Amount");
  const summary = maker.getByRole("complementary", { name: "In plain words" });
  await maker.getByLabel("Perform operations").check();
  for (const [typed, shown] of [
    ["100,000", "at most NGN\u00a0100,000 at a time"],
    ["1,000,000.50", "at most NGN\u00a01,000,000.50 at a time"],
    ["1 000\u00a0000", "at most NGN\u00a01,000,000 at a time"],
    ["1,50", "any amount at a time"],
  ] as const) {
    await amount.fill(typed);
    await expect(summary, typed).toContainText(shown);
  }
  for (const [typed, advice] of [
    ["1,5", "Write 1.5: the decimal sign is a point."],
    ["1.000,50", "Write 1000.50: the decimal sign is a point."],
    ["1,000,00", "Commas group digits in threes"],
    ["12,34,567", "Commas group digits in threes"],
  ] as const) {
    await amount.fill(typed);
    await maker.getByRole("button", { name: "Send to a checker" }).click();
    await expect(amount).toHaveAccessibleDescription(new RegExp(advice.replace(/[.()]/g, "\\$&")));
  }

  await maker.goto(address(house, "operations/new/cash-in"));
  const digits = house.phone.replace(/\D/g, "");
  await maker
    .getByLabel("Phone number")
    .fill(`\u202a+${digits.slice(0, 3)}\u00a0${digits.slice(3, 6)}.${digits.slice(6, 9)}/${digits.slice(9)}\u202c`);
  await maker.getByLabel("Amount").fill("1,250.50");
  await maker.getByLabel("Memo").pressSequentially("first\nsecond");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It waits for a checker.")).toBeVisible();
  await expect(maker.locator("#view h1")).toHaveText(
    `Cash-in to +${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6, 9)} ${digits.slice(9)}`,
  );
  await expect(maker.getByText("first second")).toBeVisible();
  await expect(maker.getByText("NGN\u00a01,250.50")).toBeVisible();
});

test("a filled form survives the menu, Back and a reload, until it is sent or cancelled", async ({
  maker,
  house,
  expectRefusal,
}) => {
  // The form may ask for the name of a merchant whom nobody registered.
  expectRefusal(404);
  await newKey(maker);
  const filled = async (): Promise<void> => {
    await expect(maker.getByLabel("Label")).toHaveValue("Half done");
    await expect(maker.getByLabel("Perform operations")).toBeChecked();
    await expect(maker.getByLabel("Expires In (days)")).toHaveValue("30");
    await expect(maker.getByText("It ends 30 days after you claim it.")).toBeVisible();
  };
  await fillKey(maker, { label: "Half done", permissions: ["Perform operations"] });
  await maker.getByLabel("Expires In (days)").fill("30");
  await maker.getByRole("link", { name: "Overview" }).click();
  await expect(maker.getByRole("heading", { level: 1, name: /Mary/ })).toBeVisible();
  await maker.goBack();
  await filled();
  await maker.reload();
  await filled();
  await maker.getByRole("button", { name: "Cancel" }).click();
  await maker.getByRole("link", { name: "Create API Key" }).first().click();
  await expect(maker.getByLabel("Label")).toHaveValue("");
  await expect(maker.getByLabel("Expires In (days)")).toHaveValue("365");

  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Into whose wallet").selectOption({ index: 1 });
  await maker.getByLabel("Merchant's short code").fill("100000");
  await maker.getByRole("link", { name: "Overview" }).click();
  await maker.goBack();
  await expect(maker.getByLabel("Merchant's short code")).toHaveValue("100000");
  await maker.getByRole("button", { name: "Sign out" }).click();
  await expect(maker.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await maker.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
});

test("what only the server can see wrong is explained at its field after sending", async ({ maker, expectRefusal }) => {
  expectRefusal(400);
  await newKey(maker);
  await fillKey(maker, { label: "Till", ips: "10.0.0.1, 2a06:98c0:3600::/48" });
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByLabel("Allowed IPs")).toHaveAttribute("aria-invalid", "true");
  await expect(maker.getByLabel("Allowed IPs")).toBeFocused();
  await expect(maker.getByLabel("Label")).toHaveValue("Till");
});

test("a double click sends once", async ({ maker }) => {
  await newKey(maker);
  await fillKey(maker, { label: "Twice" });
  let sent = 0;
  await maker.route("**/api-keys", async (route) => {
    if (route.request().method() === "POST") sent += 1;
    await route.continue();
  });
  await maker.getByRole("button", { name: "Send to a checker" }).dblclick();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  expect(sent).toBe(1);
  await maker.getByRole("link", { name: "Approvals", exact: true }).first().click();
  await expect(maker.locator("#view").getByRole("link", { name: "Twice" })).toHaveCount(1);
});

test("the summary says in plain words what the key may do", async ({ maker }) => {
  await newKey(maker);
  await fillKey(maker, {
    label: "Till",
    permissions: ["Read balance", "Perform operations"],
    perOperation: "1000",
    daily: "5000",
    auto: "50",
    ips: "10.0.0.1, 10.0.0.2",
  });
  await expect(maker.getByRole("complementary", { name: "In plain words" })).toMatchAriaSnapshot(`
    - heading "In plain words" [level=2]
    - paragraph: /Till may read balance and perform operations\\./
    - paragraph: /It can move at most NGN.1,000 at a time and at most NGN.5,000 a day\\./
    - paragraph: /Up to NGN.50 nobody looks at it first; above that a checker decides\\./
    - paragraph: It works only from 2 addresses or ranges.
    - paragraph: It ends 365 days after you claim it.
  `);
});

test("a session that ends in the middle of a form loses nothing that was typed", async ({ maker, house }) => {
  await newKey(maker);
  await fillKey(maker, { label: "Kept", note: "Typed before the session ended" });
  await maker.context().clearCookies();
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  const dialog = maker.getByRole("dialog", { name: "Sign in again" });
  await expect(dialog.getByLabel("Password")).toBeFocused();
  await dialog.getByLabel("Password").fill(house.people.maker?.password ?? "");
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await expect(maker.getByText("Typed before the session ended")).toBeVisible();
});

test("another person who signs in instead starts anew", async ({ maker, house }) => {
  await newKey(maker);
  await fillKey(maker, { label: "Not for you" });
  await maker.context().clearCookies();
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  const viewer = house.people.viewer;
  await maker
    .getByRole("dialog")
    .getByLabel("Sign-in name")
    .fill(viewer?.login ?? "");
  await maker
    .getByRole("dialog")
    .getByLabel("Password")
    .fill(viewer?.password ?? "");
  await maker.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
  await expect(maker.getByText("Only a maker can ask for a key.")).toBeVisible();
  await expect(maker.getByText("Vera Viewer")).toBeVisible();
  await maker.goto(address(house, "approvals"));
  await expect(maker.getByText("Nothing waits")).toBeVisible();
});

test("no answer: what was typed stays, and sending it again counts once", async ({ maker, house, expectRefusal }) => {
  expectRefusal(503);
  await newKey(maker);
  await fillKey(maker, { label: "Lost answer" });
  let lose = true;
  await maker.route("**/api-keys", async (route) => {
    if (route.request().method() === "POST" && lose) {
      lose = false;
      await route.fetch();
      await route.fulfill({ status: 503, json: { message: "The edge is busy; try again.", code: "unavailable" } });
    } else await route.continue();
  });
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("It may have arrived all the same.")).toBeVisible();
  await expect(maker.getByLabel("Label")).toHaveValue("Lost answer");
  // Also after looking somewhere else, as people do then.
  await maker.getByRole("link", { name: "Approvals" }).first().click();
  await expect(maker.locator("#view").getByRole("link", { name: "Lost answer" })).toBeVisible();
  await maker.goBack();
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await maker.goto(address(house, "approvals"));
  await expect(maker.locator("#view").getByRole("link", { name: "Lost answer" })).toHaveCount(1);
});

test("what could not be loaded is asked for again by itself", async ({ maker, house, expectRefusal }) => {
  expectRefusal(503);
  let away = true;
  await maker.route("**/admin/v1/**/audit*", async (route) => {
    if (away)
      await route.fulfill({ status: 503, json: { message: "The edge is busy; try again.", code: "unavailable" } });
    else await route.continue();
  });
  await maker.goto(address(house, "audit"));
  await expect(maker.getByText("This could not be loaded")).toBeVisible();
  away = false;
  await expect(maker.locator("#view li").first()).toBeVisible({ timeout: 20_000 });
});

test("a wrong password is refused in one sentence, and the field is empty again", async ({ page, house }) => {
  await page.goto("/");
  const maker = house.people.maker;
  if (!maker) throw new Error("no maker");
  await fillSignIn(page, { ...maker, password: "not this one" });
  await expect(page.getByRole("alert")).toContainText(/sign-in|login|password/i);
  await expect(page.getByLabel("Password")).toHaveValue("");
  await expect(page.getByLabel("Sign-in name")).toHaveValue(maker.login);
});

test("a person changes their password, and only the new one works", async ({ maker, page, house }) => {
  const person = house.people.maker;
  if (!person) throw new Error("no maker");
  await maker.getByRole("button", { name: "Change password" }).click();
  const dialog = maker.getByRole("dialog", { name: "Change password" });
  await dialog.getByLabel("Present password").fill(person.password);
  await dialog.getByLabel("New password", { exact: true }).fill("short");
  await dialog.getByLabel("New password again").fill("short");
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(dialog.getByText("At least 12 characters, please.")).toBeVisible();
  await dialog.getByLabel("New password", { exact: true }).fill("four calm words here");
  await dialog.getByLabel("New password again").fill("four calm words there");
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(dialog.getByText("The two are not the same.")).toBeVisible();
  await dialog.getByLabel("New password again").fill("four calm words here");
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(dialog).toBeHidden();

  await page.goto(address(house, "overview"));
  await fillSignIn(page, person);
  await expect(page.getByRole("alert")).not.toBeEmpty();
  await fillSignIn(page, { ...person, password: "four calm words here" });
  await expect(page.getByRole("heading", { level: 1, name: /Mary/ })).toBeVisible();
});

test("a label of 64 characters fits, and a longer one can't be typed", async ({ maker }) => {
  await newKey(maker);
  await maker.getByLabel("Label").pressSequentially("L".repeat(70), { delay: 0 });
  await expect(maker.getByLabel("Label")).toHaveValue("L".repeat(64));
});

test.describe("on a narrow screen", () => {
  test("nothing is wider than the screen", async ({ as, house }) => {
    const maker = await as("maker", "overview", { viewport: { width: 390, height: 844 } });
    await maker.getByRole("button", { name: "Menu" }).click();
    await askForKey(maker, { label: "متجر أبوجا الرئيسي and a label without-any-place-to-break-it-at" });
    for (const path of [
      "overview",
      "approvals",
      "operations",
      "cashouts",
      "settings/api-keys/pending",
      "settings/api-keys/new",
      "users",
      "audit",
    ]) {
      await maker.goto(address(house, path));
      await expect(maker.locator("#view h1")).toBeVisible();
      const wider = await maker.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider, path).toBeLessThanOrEqual(0);
    }
  });
});
