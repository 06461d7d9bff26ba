import AxeBuilder from "@axe-core/playwright";
import {
  type Browser,
  type BrowserContextOptions,
  test as base,
  expect,
  type Locator,
  type Page,
} from "@playwright/test";

import { type Edge, startEdge } from "./edge";
import { build, type House, type Person, personOf } from "./issuer";

export type { Edge, House, Locator, Page };
export { expect, personOf };

/** Statuses that the test provokes: Chromium notes every refused request as an error. */
type Expected = Set<number>;

/** An expected failure without an answer, as when offline. */
export const NO_ANSWER = 0;

interface Fixtures {
  house: House;
  /** Refusals that this test provokes on purpose. */
  expectRefusal: (...statuses: number[]) => void;
  /** A signed-in person in a browser context of their own. */
  as: (who: string, path?: string, options?: BrowserContextOptions) => Promise<Page>;
  maker: Page;
  checker: Page;
}

interface WorkerFixtures {
  edge: Edge;
}

// biome-ignore-start lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures a fixture needs.
export const test = base.extend<Fixtures & { expected: Expected; faults: string[] }, WorkerFixtures>({
  edge: [
    async ({}, use) => {
      const edge = await startEdge();
      await use(edge);
      await edge.stop();
    },
    { scope: "worker", timeout: 360_000 },
  ],
  baseURL: async ({ edge }, use) => use(edge.url),
  house: async ({ edge }, use) => use(await build(edge)),
  expected: async ({}, use) => use(new Set([401])),
  expectRefusal: async ({ expected }, use) =>
    use((...statuses) => {
      for (const status of statuses) expected.add(status);
    }),
  faults: [
    async ({}, use) => {
      const faults: string[] = [];
      await use(faults);
      expect(faults, "console errors, CSP violations and exceptions").toEqual([]);
    },
    { auto: true },
  ],
  as: async ({ browser, edge, house, expected, faults }, use) => {
    const pages: Page[] = [];
    await use(async (who, path = "overview", options = {}) => {
      const page = await open(browser, edge, options, expected, faults);
      pages.push(page);
      await signIn(page, house, who, path);
      return page;
    });
    for (const page of pages) await page.context().close();
  },
  maker: async ({ as }, use) => use(await as("maker")),
  checker: async ({ as }, use) => use(await as("checker")),
  page: async ({ browser, edge, expected, faults }, use) => {
    const page = await open(browser, edge, {}, expected, faults);
    await use(page);
    await page.context().close();
  },
});
// biome-ignore-end lint/correctness/noEmptyPattern: the fixtures end here.

let clients = 0;

/** A page in a context and from an address of its own that reports everything that goes wrong in it. */
export async function open(
  browser: Browser,
  edge: Edge,
  options: BrowserContextOptions,
  expected: Expected,
  faults: string[],
): Promise<Page> {
  clients += 1;
  const ip = `203.0.113.${(process.pid + clients) % 250}`;
  const context = await browser.newContext({
    baseURL: edge.url,
    viewport: { width: 1280, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    extraHTTPHeaders: { "CF-Connecting-IP": ip },
    ...options,
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    const text = message.text();
    const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(text)?.[1];
    if (text.startsWith("Failed to load resource: net::") && expected.has(NO_ANSWER)) return;
    if (status && message.location().url.includes("/admin/v1/") && expected.has(Number(status))) return;
    faults.push(`console: ${text} (${message.location().url})`);
  });
  return page;
}

export function address(house: House, path: string): string {
  return `/#/${house.distributorID}/${path}`;
}

export async function fillSignIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel("Sign-in name").fill(person.login);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in by the API's call; the tests of signing in type. */
export async function signIn(page: Page, house: House, who: string, path: string): Promise<void> {
  const { login, password } = personOf(house, who);
  const answer = await page.request.post("/admin/v1/session", { data: { login, password } });
  expect(answer.status(), await answer.text()).toBe(200);
  await page.goto(address(house, path));
  await expect(page.locator("#view h1")).toBeVisible();
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Checks the current screen against WCAG 2.2 AA; of these rules, only contrast depends on the colour scheme. */
export async function expectAccessible(page: Page): Promise<void> {
  // A view that is still loading is not checked.
  await expect(page.locator("h1, dialog[open]")).not.toHaveCount(0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // There are no frames to be looked into, so no second page is needed to gather their results.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    const { violations } = await (colorScheme === "light"
      ? axe.withTags(RULES)
      : axe.withRules("color-contrast")
    ).analyze();
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`,
    );
    expect(found, `axe, ${colorScheme}`).toEqual([]);
  }
}
