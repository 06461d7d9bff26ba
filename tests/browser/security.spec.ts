import { gzipSync } from "node:zlib";

import { approve, askForKey, openRequest } from "./support/steps";
import { address, expect, test } from "./support/test";

const ATTACKS = [
  `<img src=x onerror=alert(1)>`,
  `"><script>alert(1)</script>`,
  `'-alert(1)-'`,
  `javascript:alert(1)`,
  `{{7*7}}`,
  `</textarea><svg onload=alert(1)>`,
];
const MAX_FIRST_LOAD_BYTES = 60 * 1024;

test("the page comes with strict headers", async ({ page }) => {
  const answer = await page.goto("/");
  const headers = answer?.headers() ?? {};
  const policy = headers["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect(headers["strict-transport-security"]).toMatch(/max-age=\d{8}/);
  expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
});

test("no markup becomes elements, and these tests would see it tried", async ({ page, faults }) => {
  await page.goto("/");
  const caught = await page.evaluate(() => {
    try {
      document.body.innerHTML = "<b>markup</b>";
      return "set";
    } catch (error) {
      return String(error);
    }
  });
  expect(caught).toContain("TrustedHTML");
  await expect.poll(() => faults.splice(0)).toEqual([expect.stringContaining("TrustedHTML")]);
});

test("the whole first load is at most 60 KB gzipped and comes from here", async ({ page, edge, house }) => {
  const bodies: Promise<number>[] = [];
  const foreign: string[] = [];
  // The picture of the float is fetched once it is in sight, which it isn't in a window as low as this.
  await page.setViewportSize({ width: 1280, height: 300 });
  page.on("response", (response) => {
    if (!response.url().startsWith(edge.url)) foreign.push(response.url());
    else if (!response.url().includes("/admin/v1/")) {
      bodies.push(response.body().then((body) => gzipSync(body).byteLength));
    }
  });
  await page.goto(address(house, "overview"));
  await page.getByLabel("Sign-in name").fill(house.people.maker?.login ?? "");
  await page.getByLabel("Password").fill(house.people.maker?.password ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Last operations")).toBeVisible();
  const total = (await Promise.all(bodies)).reduce((sum, size) => sum + size, 0);
  test.info().annotations.push({ type: "first load, bytes gzipped", description: String(total) });
  console.log(`First load with the overview: ${total} bytes gzipped in ${bodies.length} files`);
  expect(foreign).toEqual([]);
  expect(total).toBeLessThanOrEqual(MAX_FIRST_LOAD_BYTES);
});

test("no module of the first load waits for another to be found", async ({ page }) => {
  const fetched = new Set<string>();
  page.on("response", (response) => {
    const path = new URL(response.url()).pathname;
    if (path.startsWith("/js/")) fetched.add(path);
  });
  await page.goto("/");
  await expect(page.getByLabel("Sign-in name")).toBeVisible();
  const named = await page
    .locator('link[rel="modulepreload"], script[src]')
    .evaluateAll((elements) => elements.map((element) => element.getAttribute("href") ?? element.getAttribute("src")));
  expect(named.sort()).toEqual([...fetched].sort());
});

test("what people type is text wherever it comes back", async ({ maker, checker, house, page }) => {
  const dialogs: string[] = [];
  for (const one of [maker, checker])
    one.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
  const [first = "", second = ""] = ATTACKS;
  await askForKey(maker, { label: first, note: ATTACKS.join(" ") });
  await openRequest(checker, first);
  await expect(checker.getByText(ATTACKS.join(" "))).toBeVisible();
  await checker.getByRole("button", { name: "Reject" }).click();
  await checker.getByLabel("Reason").fill(ATTACKS.join(" "));
  await checker.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
  await expect(maker.getByText(`Reason: ${ATTACKS.join(" ")}`)).toBeVisible();

  await askForKey(maker, { label: second });
  await approve(checker, second);
  await expect(maker.locator("#banner")).toContainText(second);

  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Phone number").fill("+234 803 555 0101");
  await maker.getByLabel("Amount").fill("5");
  await maker.getByLabel("Memo").fill(ATTACKS.join(" "));
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText(ATTACKS.join(" "))).toBeVisible();

  const names = [
    "overview",
    "approvals",
    "approvals/history",
    "operations",
    "settings/api-keys/pending",
    "settings/api-keys/history",
    "users",
    "audit",
  ];
  for (const path of names) {
    await maker.goto(address(house, path));
    await expect(maker.locator("#view h1")).toBeVisible();
    // Elements that only an attack would create.
    await expect(maker.locator("#view img, #view script, #view iframe, #view [onerror], #view [onload]")).toHaveCount(
      0,
    );
  }
  expect(dialogs).toEqual([]);
  await page.goto(`/#/${encodeURIComponent(first)}/${encodeURIComponent(second)}`);
  await expect(page.locator("img, script:not([src])")).toHaveCount(0);
});

test("people's and distributors' names are text too", async ({ edge, browser, expected, faults }) => {
  const { build } = await import("./support/issuer");
  const { open, signIn } = await import("./support/test");
  const house = await build(edge, { mean: { name: `<img src=x onerror=alert(1)>`, roles: ["maker"] } });
  const page = await open(browser, edge, {}, expected, faults);
  await signIn(page, house, "mean", "users");
  await expect(page.locator("#view").getByText(`<img src=x onerror=alert(1)>`)).toBeVisible();
  await expect(page.locator("img")).toHaveCount(0);
  await page.context().close();
});
