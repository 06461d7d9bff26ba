import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { Console } from "./support/console";
import { codeOf, enrolApp, keepCodes, openSecurity, VirtualAuthenticator } from "./support/factors";
import { askForKey, openRequest } from "./support/steps";
import { address, expect, expectAccessible, fillSignIn, type Page, personOf, test } from "./support/test";

async function makePasskey(page: Page, name: string): Promise<void> {
  const dialog = await openSecurity(page);
  await dialog.getByLabel("Name of the passkey").fill(name);
  await dialog.getByRole("button", { name: "Make a passkey" }).click();
}

test("a passkey is made with the keyboard, signs in without a name, and is removed", async ({ maker }) => {
  const authenticator = await VirtualAuthenticator.plugIn(maker);
  await maker.getByRole("button", { name: "Sign-in security" }).focus();
  await maker.keyboard.press("Enter");
  const security = maker.getByRole("dialog", { name: "Sign-in security" });
  await expectAccessible(maker);
  await security.getByLabel("Name of the passkey").focus();
  await maker.keyboard.press("ControlOrMeta+a");
  await maker.keyboard.type("Laptop");
  await maker.keyboard.press("Enter");
  const codes = maker.getByRole("dialog", { name: "Your recovery codes" });
  await expect(codes).toBeVisible();
  await expectAccessible(maker);
  await maker.keyboard.press("Escape");
  await expect(maker.getByRole("heading", { name: "Not copied yet" })).toBeVisible();
  await maker.keyboard.press("Escape");
  expect(new Set(await keepCodes(maker)).size).toBe(8);
  await expect(security.getByText("Passkey, made")).toBeVisible();
  await expect(security.getByText("8 recovery codes left.")).toBeVisible();
  await expectAccessible(maker);
  await maker.keyboard.press("Escape");

  await authenticator.present(false);
  await maker.getByRole("button", { name: "Sign out" }).click();
  await expect(maker.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await authenticator.present(true);
  await maker.getByRole("button", { name: "Use a passkey" }).click();
  await expect(maker.getByText("Last operations")).toBeVisible();

  const dialog = await openSecurity(maker);
  await expect(dialog.getByText("last used")).toBeVisible();
  await dialog.getByRole("button", { name: "Remove Laptop" }).click();
  await maker.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(dialog.getByText("You have no second factor yet")).toBeVisible();
});

test("a passkey is offered in the list of the sign-in name", async ({ maker }) => {
  await VirtualAuthenticator.plugIn(maker);
  await makePasskey(maker, "Laptop");
  await keepCodes(maker);
  await maker.keyboard.press("Escape");
  // Chromium's authenticator chooses from the list by itself.
  await maker.getByRole("button", { name: "Sign out" }).click();
  await expect(maker.getByText("Last operations")).toBeVisible();
});

test("an app's code completes the password, and a recovery code does once", async ({
  checker,
  house,
  expectRefusal,
}) => {
  expectRefusal(401);
  await openSecurity(checker);
  const secret = await enrolApp(checker);
  const [recovery = ""] = await keepCodes(checker);
  await checker.keyboard.press("Escape");
  const signOut = () => checker.getByRole("button", { name: "Sign out" }).click();
  await signOut();
  await fillSignIn(checker, personOf(house, "checker"));
  const proof = checker.getByRole("dialog", { name: "One more step" });
  await expectAccessible(checker);
  await proof.getByLabel("Code of your authenticator app").fill(codeOf(secret, 40));
  await proof.getByRole("button", { name: "Go on" }).click();
  await expect(proof.getByText("The code is wrong, too old, or was used already.")).toBeVisible();
  await proof.getByLabel("Code of your authenticator app").fill(codeOf(secret, 1));
  await checker.keyboard.press("Enter");
  await expect(checker.getByText("Last operations")).toBeVisible();

  await signOut();
  await fillSignIn(checker, personOf(house, "checker"));
  // Closed, nobody is signed in, and the form says why.
  await proof.getByRole("button", { name: "Close" }).click();
  await expect(checker.getByText("You are not signed in yet")).toBeVisible();
  await fillSignIn(checker, personOf(house, "checker"));
  await proof.getByLabel("Code of your authenticator app").fill(recovery.toLowerCase());
  await proof.getByRole("button", { name: "Go on" }).click();
  await expect(checker.getByText("Last operations")).toBeVisible();
  await signOut();
  await fillSignIn(checker, personOf(house, "checker"));
  for (let wrong = 1; wrong <= 5; wrong += 1) {
    const refused = checker.waitForResponse(/\/session\/second-factor$/);
    await proof.getByLabel("Code of your authenticator app").fill(recovery);
    await proof.getByRole("button", { name: "Go on" }).click();
    await (await refused).finished();
  }
  await proof.getByRole("button", { name: "Go on" }).click();
  await expect(checker.getByText("Sign in again.")).toBeVisible();
});

test("an approval asks for the passkey and is carried out afterwards", async ({ as, maker, expectRefusal }) => {
  expectRefusal(403);
  // Two sessions of one person: the factor that one sets up was never proved in the other.
  const [other, checker] = [await as("checker"), await as("checker")];
  const [theirs, authenticator] = [
    await VirtualAuthenticator.plugIn(other),
    await VirtualAuthenticator.plugIn(checker),
  ];
  await makePasskey(other, "Laptop");
  await keepCodes(other);
  await authenticator.add(await theirs.credential());
  await askForKey(maker, { label: "Needs a proof" });

  await openRequest(checker, "Needs a proof");
  await authenticator.present(true, false);
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  const proof = checker.getByRole("dialog", { name: "Is it you?" });
  await expectAccessible(checker);
  await proof.getByRole("button", { name: "Use a passkey" }).click();
  await expect(proof.getByText("No passkey was used")).toBeVisible();
  await authenticator.present(true);
  await proof.getByRole("button", { name: "Use a passkey" }).click();
  await expect(checker.getByText(/^Approved by/)).toBeVisible();
});

test("what an admin typed outlives a proof that they first decline", async ({ as, house, expectRefusal }) => {
  expectRefusal(403);
  const [other, admin] = [await as("admin"), await as("admin", "settings/distributor")];
  await openSecurity(other);
  const secret = await enrolApp(other);
  await keepCodes(other);
  await admin.getByLabel("Warn below").fill("60,000");
  await admin.getByRole("button", { name: "Save" }).click();
  await admin.getByRole("dialog", { name: "Is it you?" }).getByRole("button", { name: "Close" }).click();
  await expect(admin.getByText("Nothing was done: it needs your second factor.")).toBeVisible();
  await expect(admin.getByLabel("Warn below")).toHaveValue("60,000");
  await admin.getByRole("button", { name: "Save" }).click();
  await admin.getByLabel("Code of your authenticator app").fill(codeOf(secret, 1));
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  await expectAccessible(admin);
  await admin.goto(address(house, "overview"));
  await expect(admin.getByText("The float is low: 50000.00 is available, less than 60000.00.")).toBeVisible();
});

test("where a factor is required, the first sign-in leads through it", async ({ page, house, edge, expectRefusal }) => {
  expectRefusal(403);
  const admin = await Console.signIn(edge, house, "admin");
  await admin.call("PATCH", "/settings", { secondFactor: "required" });
  await page.goto("/");
  await fillSignIn(page, personOf(house, "maker"));
  await expect(page.getByRole("heading", { name: "Set up a second factor" })).toBeFocused();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  await expect(page.getByRole("img", { name: "QR code for your authenticator app" })).toBeVisible();
  await expectAccessible(page);
  const secret = (await page.locator(".factor-steps code").textContent()) ?? "";
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret, 40));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("The code is wrong, too old, or was used already.")).toBeVisible();
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  await keepCodes(page);
  await expect(page.getByText("Last operations")).toBeVisible();
  // The last factor stays.
  expectRefusal(409);
  const security = await openSecurity(page);
  await security.getByRole("button", { name: "Remove Authenticator app" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("This is your last factor, and one is required")).toBeVisible();
});

test("a factor that becomes required asks over the view, and the call goes on", async ({
  maker,
  house,
  edge,
  expectRefusal,
}) => {
  expectRefusal(403);
  await maker.goto(address(house, "operations/new/cash-in"));
  await maker.getByLabel("Phone number").fill(house.phone);
  await maker.getByLabel("Amount").fill("5");
  const admin = await Console.signIn(edge, house, "admin");
  await admin.call("PATCH", "/settings", { secondFactor: "required" });
  await maker.getByRole("button", { name: "Send to a checker" }).click();
  const dialog = maker.getByRole("dialog", { name: "Set up a second factor" });
  await expect(dialog).toBeVisible();
  await expectAccessible(maker);
  await enrolApp(maker);
  await keepCodes(maker);
  await expect(maker.getByRole("heading", { name: "Cash-in", level: 1 })).toBeVisible();
});

test("a copied passkey is told apart by its counter", async ({ maker, expectRefusal }) => {
  expectRefusal(401);
  const authenticator = await VirtualAuthenticator.plugIn(maker);
  await makePasskey(maker, "Laptop");
  await keepCodes(maker);
  await maker.keyboard.press("Escape");
  const copy = await authenticator.credential();
  const signOut = async () => {
    await authenticator.present(false);
    await maker.getByRole("button", { name: "Sign out" }).click();
    await expect(maker.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await authenticator.present(true);
  };
  await signOut();
  await maker.getByRole("button", { name: "Use a passkey" }).click();
  await expect(maker.getByText("Last operations")).toBeVisible();
  await signOut();
  await authenticator.forget();
  await authenticator.add({ ...copy, signCount: 0 });
  await maker.getByRole("button", { name: "Use a passkey" }).click();
  await expect(maker.getByText("This passkey may have been copied")).toBeVisible();
});

test("a passkey that another page asked for is refused", async ({ maker, page, edge, expectRefusal }) => {
  expectRefusal(401);
  const [mine, theirs] = [await VirtualAuthenticator.plugIn(maker), await VirtualAuthenticator.plugIn(page)];
  await makePasskey(maker, "Laptop");
  await keepCodes(maker);
  await theirs.add(await mine.credential());
  // Another port is another origin with the same RP ID: all that a browser checks is passed.
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html>"));
  await new Promise<void>((done) => server.listen(0, "localhost", done));
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}`);
  const options = await (await page.request.post(`${edge.url}/admin/v1/session/passkey/options`)).json();
  const credential = await page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
    const found = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
    return found.toJSON();
  }, options);
  server.close();
  const answer = await page.request.post(`${edge.url}/admin/v1/session/passkey`, { data: { credential } });
  expect(answer.status()).toBe(401);
  expect((await answer.json()).message).toContain("The passkey does not fit");
});

test("an address without a name has no passkeys and says so", async ({ page, house, edge, expectRefusal }) => {
  expectRefusal(403);
  const admin = await Console.signIn(edge, house, "admin");
  await admin.call("PATCH", "/settings", { secondFactor: "required" });
  await page.goto(edge.url.replace("localhost", "127.0.0.1"));
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Use a passkey" })).toBeHidden();
  await fillSignIn(page, personOf(house, "viewer"));
  await expect(page.getByText(`Passkeys need an address with a name, such as ${edge.url}.`)).toBeVisible();
});
