import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { askForKey, fillKey, openRequest } from "../support/steps";
import { address, expect, test } from "../support/test";
import { flow } from "./flow";

/** The README's pictures: `npx playwright test --config tests/browser/screenshots pictures` makes them anew. */
const FOLDER = join(import.meta.dirname, "../../../docs/guides/pictures");

test("the flow", async () => {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, "flow.svg"), flow());
});

test("the page on which a checker decides", async ({ maker, checker, house }) => {
  await maker.goto(address(house, "settings/api-keys/new"));
  const permissions = ["Read balance", "Perform operations"];
  const wishes = {
    permissions,
    perOperation: "20000",
    daily: "100000",
    auto: "5000",
    ips: "203.0.113.7",
    note: "For the shop in Ikeja",
  };
  await fillKey(maker, { label: "Ikeja, till 3", ...wishes });
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await askForKey(maker, { label: "Dashboard" });
  await openRequest(checker, "Ikeja, till 3");
  await checker.setViewportSize({ width: 1200, height: 780 });
  await checker.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await mkdir(FOLDER, { recursive: true });
  await checker.screenshot({ path: join(FOLDER, "page.png") });
});
