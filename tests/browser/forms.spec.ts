import { askForKey, fillKey } from "./support/steps";
import { address, expect, fillSignIn, type Page, test } from "./support/test";

async function newKey(maker: Page): Promise<void> {
  await maker.getByRole("link", { name: "API Keys" }).first().click();
  await maker.getByRole("link", { name: "New API Key" }).first().click();
}

test("everything that can be typed wrong is explained at its field before it is sent", async ({ maker }) => {
  await newKey(maker);
  const requests: string[] = [];
  maker.on("request", (request) => request.method() === "POST" && requests.push(request.url()));
  const send = maker.getByRole("button", { name: "Send to a checker" });
  await maker.getByLabel("Most per operation").fill("5,000");
  await maker.getByLabel("Most per day").fill("1.234");
  await maker.getByLabel("Without a checker up to").fill("-1");
  await maker.getByLabel("Allowed addresses").fill("10.0.0.1 300.1.1.1");
  await maker.getByLabel("Ends after days").fill("400");
  await send.click();
  await expect(maker.getByLabel("Label")).toBeFocused();
  await expect(maker.getByText("Choose at least one.")).toBeVisible();
  const errors: [string, string][] = [
    ["Label", "Fill this in."],
    ["Most per operation", "Leave out commas and blanks: write 50000, not 50,000."],
    ["Most per day", "At most two digits after the point: nothing is rounded here."],
    ["Without a checker up to", "The amount can't be negative."],
    [
      "Allowed addresses",
      "“300.1.1.1” is not an address or range. Write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.",
    ],
    ["Ends after days", "Write a whole number from 1 to 365."],
  ];
  for (const [label, message] of errors) {
    await expect(maker.getByLabel(label)).toHaveAttribute("aria-invalid", "true");
    await expect(maker.getByLabel(label)).toHaveAccessibleDescription(
      new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")),
    );
  }

  // Rules between fields are checked once each field by itself is right.
  await fillKey(maker, { label: "Till", permissions: [], perOperation: "10", daily: "5", auto: "1", ips: "10.0.0.1" });
  await maker.getByLabel("Ends after days").fill("30");
  await send.click();
  await expect(maker.getByText("Choose at least one.")).toBeVisible();
  await expect(maker.getByText("One operation can't be allowed more than a whole day.")).toBeVisible();
  expect(requests).toEqual([]);
});

test("what only the server can see wrong is explained at its field after sending", async ({ maker, expectRefusal }) => {
  expectRefusal(400);
  await newKey(maker);
  await fillKey(maker, { label: "Till", ips: "10.0.0.1, 2a06:98c0:3600::/48" });
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByLabel("Allowed addresses")).toHaveAttribute("aria-invalid", "true");
  await expect(maker.getByLabel("Allowed addresses")).toBeFocused();
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
