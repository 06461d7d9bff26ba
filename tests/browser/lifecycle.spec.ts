import { approve, claim, obtainKey, openRequest } from "./support/steps";
import { address, expect, type House, type Page, test } from "./support/test";

const WISHES = {
  label: "Till",
  permissions: ["Read balance", "Perform operations"],
  perOperation: "1000",
  daily: "5000",
  ips: "198.51.100.0/24",
};

async function call(url: string, house: House, key: string, ip: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/distributors/${house.distributorID}/balance`, {
    headers: { authorization: `Bearer ${key}`, "cf-connecting-ip": ip },
  });
  return answer.status;
}

/** The current UTC day as the page writes it. */
function today(): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(Date.now());
}

async function openKey(maker: Page, house: House): Promise<void> {
  await maker.goto(address(house, "settings/api-keys/active"));
  await maker.locator("#view").getByRole("link", { name: "Till" }).first().click();
  await expect(maker.getByRole("button", { name: "Rotate" })).toBeVisible();
}

test("a key is rotated: compared, approved, claimed, and both work for a while", async ({
  maker,
  checker,
  house,
  edge,
}) => {
  const old = await obtainKey(maker, checker, WISHES);
  await openKey(maker, house);
  await maker.getByRole("button", { name: "Rotate" }).click();
  const dialog = maker.getByRole("dialog", { name: "Rotate this key" });
  await dialog.getByLabel("Hours the old key works on").fill("200");
  await dialog.getByRole("button", { name: "Send to a checker" }).click();
  await expect(dialog.getByText("Write a whole number from 0 to 168.")).toBeVisible();
  await dialog.getByLabel("Hours the old key works on").fill("48");
  await dialog.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();

  await openRequest(checker, "Till");
  await expect(checker.getByRole("row", { name: /Max Transaction Amount NGN.1,000\.00 Same/ })).toBeVisible();
  await expect(checker.getByRole("row", { name: /works on for 48 hours/ })).toBeVisible();
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(checker.getByText(/^Approved by/)).toBeVisible();
  const fresh = await claim(maker);
  expect(fresh).not.toBe(old);
  for (const key of [old, fresh]) expect(await call(edge.url, house, key, "198.51.100.7")).toBe(200);
});

test("tightening a key while its rotation waits makes the checker look again", async ({
  maker,
  checker,
  house,
  expectRefusal,
}) => {
  expectRefusal(409);
  await obtainKey(maker, checker, WISHES);
  await openKey(maker, house);
  await maker.getByRole("button", { name: "Rotate" }).click();
  await maker.getByRole("dialog").getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await openRequest(checker, "Till");

  // The checker's page shows the first request, and receives no event of the change.
  await checker.route("**/approvals/*", async (route) => {
    if (route.request().method() === "GET") await route.abort("aborted");
    else await route.continue();
  });
  await openKey(maker, house);
  await maker.getByRole("button", { name: "Tighten" }).click();
  await maker.getByLabel("Max Transaction Amount").fill("400");
  await maker.getByRole("button", { name: "Tighten now" }).click();
  await expect(maker.getByRole("dialog")).toHaveCount(0);
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(checker.getByRole("alert")).toContainText("Please review it again.");
  await checker.unrouteAll();
  await checker.reload();
  await expect(checker.getByRole("row", { name: /Max Transaction Amount NGN.400\.00/ })).toBeVisible();
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(checker.getByText(/^Approved by/)).toBeVisible();
});

test("a key can only be tightened, and that works with the next call", async ({ maker, checker, house, edge }) => {
  const key = await obtainKey(maker, checker, WISHES);
  expect(await call(edge.url, house, key, "198.51.100.7")).toBe(200);
  await openKey(maker, house);
  await maker.getByRole("button", { name: "Tighten" }).click();
  const dialog = maker.getByRole("dialog", { name: "Tighten this key" });
  await dialog.getByLabel("Max Transaction Amount").fill("2000");
  await dialog.getByLabel("Allowed IPs").fill("");
  await dialog.getByRole("button", { name: "Tighten now" }).click();
  await expect(dialog.getByText("This can only be lowered; now it is 1000.00.")).toBeVisible();
  await expect(dialog.getByText("Empty would allow every address.")).toBeVisible();
  await dialog.getByLabel("Max Transaction Amount").fill("500");
  await dialog.getByLabel("Allowed IPs").fill("198.51.100.9");
  await dialog.getByRole("button", { name: "Tighten now" }).click();
  await expect(dialog).toBeHidden();
  await expect(maker.getByText("NGN 500.00")).toBeVisible();
  expect(await call(edge.url, house, key, "198.51.100.7")).toBe(403);
  expect(await call(edge.url, house, key, "198.51.100.9")).toBe(200);
});

test("addresses that are outside the old ones are explained at their field", async ({
  maker,
  checker,
  house,
  expectRefusal,
}) => {
  expectRefusal(400, 403);
  await obtainKey(maker, checker, WISHES);
  await openKey(maker, house);
  await maker.getByRole("button", { name: "Tighten" }).click();
  const dialog = maker.getByRole("dialog", { name: "Tighten this key" });
  await dialog.getByLabel("Allowed IPs").fill("192.0.2.1");
  await dialog.getByRole("button", { name: "Tighten now" }).click();
  await expect(dialog.getByLabel("Allowed IPs")).toHaveAccessibleDescription(/This would be loosened\.$/);
  await expect(dialog.getByLabel("Allowed IPs")).toHaveValue("192.0.2.1");
});

test("use is shown by day, address and refusal, as a picture and as a table", async ({ as, checker, house, edge }) => {
  // Days are UTC days, also for a person in another time zone.
  const maker = await as("maker", "overview", {
    timezoneId: new Date().getUTCHours() < 12 ? "Pacific/Honolulu" : "Pacific/Kiritimati",
  });
  const key = await obtainKey(maker, checker, WISHES);
  for (let count = 0; count < 3; count += 1) await call(edge.url, house, key, "198.51.100.7");
  await call(edge.url, house, key, "192.0.2.66");
  await openKey(maker, house);
  await expect(maker.getByRole("img", { name: /Calls in 30 days: 4 calls, 1 of them refused/ })).toBeVisible();
  await maker.getByText("Show as a table").click();
  await expect(maker.getByRole("table", { name: "Use by day" })).toBeVisible();
  await expect(maker.getByRole("row", { name: `${today()} 4 1 0 0.00` })).toBeVisible();
  await expect(maker.getByRole("row", { name: /198\.51\.100\.7 Known/ })).toBeVisible();
  await expect(maker.getByRole("row", { name: /192\.0\.2\.66 Refused/ })).toBeVisible();
  await expect(maker.getByRole("row", { name: /From an address that isn't allowed 1/ })).toBeVisible();
});

test("what needs attention is on the overview and leads to the key", async ({ maker, checker, house }) => {
  await maker.goto(address(house, "settings/api-keys/new"));
  await maker.getByLabel("Label").fill("Short-lived");
  await maker.getByLabel("Read balance").check();
  await maker.getByLabel("Expires In (days)").fill("7");
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await approve(checker, "Short-lived");
  await claim(maker);
  await maker.goto(address(house, "overview"));
  const attention = maker.getByRole("region", { name: "Worth a look" });
  await attention.getByRole("link", { name: /Short-lived/ }).click();
  await expect(maker.getByText(/Expires in \d days\. Rotate it/)).toBeVisible();
});
