import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { approve, claim, obtainKey } from "./support/steps";
import { address, expect, expectAccessible, type House, type Page, personOf, test } from "./support/test";

const PAGES = readdirSync(join(import.meta.dirname, "../../docs/guides"))
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .map((file) => file.replace(/(index)?\.md$/, ""));

test("the guides are reached from the page, and lead back", async ({ maker }) => {
  await maker.getByRole("link", { name: "Guides and API reference" }).click();
  await expect(maker.getByRole("heading", { name: "Universal Wallet guides" })).toBeVisible();
  await maker.getByRole("link", { name: "To the admin page" }).click();
  await expect(maker.locator("#view h1")).toBeVisible();
});

// All guides come from one renderer, so these have every kind of block.
const ALL_BLOCKS = ["", "errors", "get-started", "reference", "security"];

test("the guides are accessible and fit a phone", async ({ page }) => {
  test.slow();
  expect(PAGES).toEqual(expect.arrayContaining(ALL_BLOCKS));
  for (const name of PAGES) {
    await test.step(`/docs/${name}`, async () => {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(`/docs/${name}`);
      await page.waitForLoadState("networkidle");
      if (ALL_BLOCKS.includes(name)) await expectAccessible(page);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole("button", { name: "Menu" }).click();
      await expect(page.locator("#menu a[aria-current=page]")).toBeVisible();
      await page.keyboard.press("Escape");
      const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(wide, "nothing but code and tables scrolls sideways").toBeLessThanOrEqual(screen ?? 0);
    });
  }
});

test("programs find every guide as Markdown", async ({ request, edge }) => {
  const list = await request.get(`${edge.url}/llms.txt`);
  expect(list.ok()).toBe(true);
  const links = [...(await list.text()).matchAll(/\]\((\/docs\/[\w-]+\.md)\)/g)].map(([, link = ""]) => link);
  expect(links).toHaveLength(PAGES.length);
  for (const link of links) {
    const guide = await request.get(edge.url + link);
    expect(guide.headers()["content-type"], link).toMatch(/^text\/markdown/);
    expect(await guide.text(), link).toMatch(/^# /);
  }
});

test("the page takes what Get started says to fill in", async ({ page, maker, house, checker }) => {
  await page.goto("/docs/get-started");
  const steps = page.locator("#request + ol li");
  const boxes = await steps.filter({ hasText: "Tick" }).locator("strong").allTextContents();
  const limits = await steps.filter({ hasText: "Set" }).textContent();
  await maker.goto(address(house, "settings/api-keys/new"));
  await maker.getByLabel("Label").fill("Till 1");
  for (const box of boxes) await maker.getByLabel(box).check();
  const filled = [
    ...(limits ?? "").matchAll(/(Max Transaction Amount|Max Daily Volume|Auto-approve up to) to ([\d,.]*\d)/g),
  ];
  expect(filled).toHaveLength(3);
  for (const [, label = "", value = ""] of filled) await maker.getByLabel(label).fill(value);
  const [send = ""] = await steps.last().locator("strong").allTextContents();
  await maker.getByRole("button", { name: send }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await approve(checker, "Till 1");
  expect(await claim(maker)).toMatch(/^uwk_/);
});

test("code is copied whole", async ({ page }) => {
  await page.goto("/docs/get-started");
  await page.getByRole("button", { name: "Copy" }).first().click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /^git clone [^\n]+\ncd [^\n]+\ncargo xtask dev$/,
  );
});

test("the reference says what to do where it cannot be loaded", async ({ page }) => {
  await page.route("**/openapi.json", (route) => route.fulfill({ status: 200, body: "<html>" }));
  await page.goto("/docs/reference");
  await expect(page.getByRole("alert")).toContainText("could not be loaded");
  await expectAccessible(page);
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("searchbox", { name: "Search the calls" })).toBeVisible();
});

test("the reference is searched, and a call has an address of its own", async ({ page }) => {
  await page.goto("/docs/reference");
  const calls = page.locator("details.call:visible");
  await expect(calls.first()).toBeVisible();
  const all = await calls.count();
  expect(all).toBeGreaterThan(40);
  await page.getByRole("searchbox").fill("cashouts put");
  await expect.poll(() => calls.count()).toBeLessThan(5);
  await expect(calls.first()).toContainText("/cashouts/{operationID}");
  await page.getByRole("searchbox").fill("no such call");
  await expect(page.getByRole("status")).toHaveText("No call has all of these words.");
  await page.getByRole("searchbox").fill("");
  await expect.poll(() => calls.count()).toBe(all);
  await calls.first().locator("summary").click();
  await expect(calls.first().getByRole("heading", { name: "Answers" })).toBeVisible();
  await expectAccessible(page);
  const id = await calls.nth(3).getAttribute("id");
  await page.goto(`/docs/reference#${id}`);
  await expect(page.locator(`#${id}[open]`)).toBeVisible();
});

/** The texts of a call's examples, by heading. */
async function examples(page: Page, method: string, path: string): Promise<Record<string, string>> {
  const call = page
    .locator("details.call")
    .filter({ has: page.locator(".method", { hasText: method }) })
    .filter({ has: page.locator(`summary code:text-is("${path}")`) });
  await call.evaluate((details: HTMLDetailsElement) => (details.open = true));
  await expect(call.locator("pre").first()).toBeVisible();
  const pairs = await call
    .locator("pre > code")
    .evaluateAll((blocks) =>
      blocks.map((block) => [block.className.replace("language-", ""), block.textContent ?? ""]),
    );
  return Object.fromEntries(pairs);
}

/** Runs an example as a reader would. */
function run(language: "sh" | "js", text: string, env: Record<string, string>): string {
  const [program, options]: [string, string[]] =
    language === "sh" ? ["bash", ["-c", text]] : [process.execPath, ["--input-type=module", "-e", text]];
  return execFileSync(program, options, { env: { ...process.env, FORCE_COLOR: "0", ...env }, encoding: "utf8" });
}

const CALLS: [method: string, path: string][] = [
  ["GET", "/balance"],
  ["GET", "/api-key"],
  ["POST", "/operations"],
  ["GET", "/operations"],
  ["GET", "/operations/export"],
  ["GET", "/operations/{operationID}"],
  ["DELETE", "/operations/{operationID}"],
  ["GET", "/cashouts"],
  ["PUT", "/cashouts/{operationID}"],
];

/** Values of the parameters of a path: a completed operation, one that waits, an open request. */
async function operationFor(house: House, url: string, key: string, method: string, path: string): Promise<string> {
  const operation = async (amount: string): Promise<string> => {
    const answer = await fetch(`${url}/api/v1/distributors/${house.distributorID}/operations`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ operationType: "cash-in", amount, phoneTo: house.phone }),
    });
    return ((await answer.json()) as { operationID: string }).operationID;
  };
  if (path.startsWith("/cashouts/")) {
    await operation("100.00");
    return house.issuer.askForCash(house, house.phone, "50.00");
  }
  return operation(method === "DELETE" ? "9000.00" : "100.00");
}

test("every example of the distributor API runs as printed", async ({ page, maker, checker, house, edge }) => {
  test.slow();
  const permissions = ["Read balance", "Read transactions", "Perform operations"];
  const key = await obtainKey(maker, checker, {
    label: "Reader",
    permissions,
    perOperation: "20000",
    daily: "100000",
    auto: "5000",
  });
  await page.goto("/docs/reference");
  for (const [method, path] of CALLS) {
    const { sh = "", js = "", rust } = await examples(page, method, `/api/v1/distributors/{distributorID}${path}`);
    if (path !== "/operations/export") expect(rust, `${method} ${path} in Rust`).toBeTruthy();
    const named = (): Promise<string> => operationFor(house, edge.url, key, method, path);
    // Both send the same Idempotency-Key, so they are about the same operation; a withdrawn one is gone.
    const shared = path.includes("{") && method !== "DELETE" ? await named() : "";
    for (const [language, text] of [
      ["sh", sh],
      ["js", js],
    ] as const) {
      const env = {
        UNIVERSAL_WALLET_URL: edge.url,
        UNIVERSAL_WALLET_DISTRIBUTOR_ID: house.distributorID,
        UNIVERSAL_WALLET_API_KEY: key,
        OPERATION_ID: method === "DELETE" ? await named() : shared,
      };
      const printed = run(language, text, env);
      if (language === "js") expect(printed, `${method} ${path}`).toMatch(/^200 /);
    }
  }
});

test("an example of the console runs with what a sign-in gives", async ({ page, house, edge }) => {
  const { login, password } = personOf(house, "viewer");
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${edge.url}/admin/v1/session`, {
    method: "POST",
    headers,
    body: JSON.stringify({ login, password }),
  });
  const SESSION = /__Host-uw_session=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
  await page.goto("/docs/reference");
  const { js = "" } = await examples(page, "GET", "/admin/v1/distributors/{distributorID}");
  const env = { UNIVERSAL_WALLET_URL: edge.url, UNIVERSAL_WALLET_DISTRIBUTOR_ID: house.distributorID, SESSION };
  expect(run("js", js, env)).toMatch(/^200 /);
});

test("every other example is at least well-formed", async ({ page }) => {
  await page.goto("/docs/reference");
  const calls = page.locator("details.call");
  await expect(calls.first()).toBeVisible();
  await calls.evaluateAll((all: HTMLDetailsElement[]) => {
    for (const one of all) one.open = true;
  });
  await expect(calls.last().locator("pre").first()).toBeVisible();
  const texts = (language: string) => page.locator(`pre > code.language-${language}`).allTextContents();
  for (const text of await texts("sh")) execFileSync("bash", ["-n", "-c", text]);
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (text: string) => unknown;
  for (const text of await texts("js")) expect(() => new AsyncFunction(text)).not.toThrow();
});
