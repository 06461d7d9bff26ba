import { approve, askForKey, fillKey } from "./support/steps";
import { address, expect, NO_ANSWER, test } from "./support/test";

const FALLBACK_MS = 25_000;

test("an open page hears of an approval at once", async ({ maker, checker }) => {
  await expect(maker.getByText("Live", { exact: true })).toBeVisible();
  await askForKey(maker, { label: "Heard" });
  await approve(checker, "Heard");
  await expect(maker.locator("#banner")).toContainText("Heard");
  await expect(maker.getByRole("status").filter({ hasText: "Approved: you can claim the key" })).toBeVisible();
});

test("what is pressed stays until its click, although the view has news meanwhile", async ({
  maker,
  checker,
  house,
}) => {
  await askForKey(maker, { label: "Pressed" });
  await maker.getByRole("link", { name: "API Keys" }).first().click();
  await maker.getByRole("link", { name: "Create API Key" }).first().click();
  await fillKey(maker, { label: "News" });
  await checker.goto(address(house, "approvals"));
  await expect(checker.getByRole("heading", { level: 1, name: "Approvals" })).toBeVisible();
  const link = checker.locator("#view").getByRole("link", { name: "Pressed" });
  await link.hover();
  const before = await link.elementHandle();
  const loaded = checker.waitForResponse(
    (response) => /\/approvals\?/.test(response.url()) && response.request().method() === "GET",
  );
  await checker.mouse.down();
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await (await loaded).finished();
  await expect(checker.getByRole("link", { name: "Approvals 2" })).toBeVisible();
  expect(await before?.evaluate((element) => element.isConnected)).toBe(true);
  await checker.mouse.up();
  await expect(checker.getByText("Exactly this will be carried out")).toBeVisible();
});

test("a press in the view before is not lost when the next one comes meanwhile", async ({ maker, checker, house }) => {
  await askForKey(maker, { label: "Pressed" });
  const link = checker.locator("#view").getByRole("link", { name: "Pressed" });
  await link.hover();
  const before = await link.elementHandle();
  const isThere = () => before?.evaluate((element) => element.isConnected);
  let letIn = (): void => {};
  const held = new Promise<void>((go) => {
    letIn = go;
  });
  await checker.route(/\/approvals\?/, async (route) => {
    await held;
    await route.continue();
  });
  await checker.mouse.down();
  const [asked] = await Promise.all([
    checker.waitForRequest(/\/approvals\?.*limit=100/),
    checker.evaluate((hash) => {
      location.hash = hash;
    }, address(house, "approvals").slice(2)),
  ]);
  // This timer ends after the one that announces a slow view, since it begins later and is longer.
  await checker.evaluate(() => new Promise((go) => setTimeout(go, 200)));
  expect(await isThere()).toBe(true);
  letIn();
  await (await asked.response())?.finished();
  await checker.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
  expect(await isThere()).toBe(true);
  await checker.mouse.up();
  await expect(checker.getByText("Exactly this will be carried out")).toBeVisible();
});

test("without WebSocket the page asks every few seconds and hears it too", async ({ maker, checker }) => {
  await maker.routeWebSocket(/\/events\?person=/, (socket) => socket.close());
  await maker.reload();
  await expect(maker.getByText("Asking every few seconds")).toBeVisible();
  await askForKey(maker, { label: "Polled" });
  await approve(checker, "Polled");
  await expect(maker.locator("#banner")).toContainText("Polled", { timeout: FALLBACK_MS });
});

test("a page that gave way to newer ones connects again when a person touches it", async ({ maker }) => {
  let opened = 0;
  await maker.routeWebSocket(/\/events\?person=/, (socket) => {
    opened += 1;
    if (opened === 1) socket.close({ code: 4408 });
    else socket.connectToServer();
  });
  await maker.reload();
  await expect(maker.getByText("Asking every few seconds")).toBeVisible();
  // A page that lost its connection otherwise would be back long before the next question.
  await maker.waitForRequest(/\/approvals\?status=pending/, { timeout: FALLBACK_MS });
  expect(opened).toBe(1);
  await maker.getByRole("heading", { level: 1 }).click();
  await expect(maker.getByText("Live", { exact: true })).toBeVisible();
  expect(opened).toBe(2);
});

test("a session that ends elsewhere asks to sign in, over what is on the screen", async ({ as, house }) => {
  const here = await as("maker", "operations");
  const there = await as("maker", "overview");
  await there.getByRole("button", { name: "Change password" }).click();
  const dialog = there.getByRole("dialog", { name: "Change password" });
  await dialog.getByLabel("Present password").fill(house.people.maker?.password ?? "");
  await dialog.getByLabel("New password", { exact: true }).fill("four calm words here");
  await dialog.getByLabel("New password again").fill("four calm words here");
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(dialog).toBeHidden();
  // The next event tells the page that it has lost access.
  await askForKey(there, { label: "Meanwhile" });

  const again = here.getByRole("dialog", { name: "Sign in again" });
  await expect(again).toBeVisible({ timeout: FALLBACK_MS });
  await again.getByLabel("Password").fill("four calm words here");
  await again.getByRole("button", { name: "Sign in" }).click();
  await expect(again).toBeHidden();
  await expect(here.getByRole("heading", { level: 1, name: "Operations" })).toBeVisible();
});

test("a page that is offline says so and keeps what it shows", async ({ maker, expectRefusal }) => {
  expectRefusal(NO_ANSWER);
  await maker.context().setOffline(true);
  await expect(maker.getByText("Offline: this may be out of date")).toBeVisible();
  await expect(maker.getByRole("heading", { level: 1, name: /Mary/ })).toBeVisible();
  await maker.context().setOffline(false);
  await expect(maker.getByText("Offline: this may be out of date")).toBeHidden();
});

test("a dialog goes with the view it was opened over", async ({ maker }) => {
  await maker.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operations" }).click();
  await expect(maker.getByRole("heading", { level: 1, name: "Operations" })).toBeVisible();
  await maker.getByRole("button", { name: "Change password" }).click();
  await expect(maker.getByRole("dialog")).toBeVisible();
  await maker.goBack();
  await expect(maker.getByRole("heading", { level: 1, name: /Mary/ })).toBeVisible();
  await expect(maker.getByRole("dialog")).toHaveCount(0);
});
