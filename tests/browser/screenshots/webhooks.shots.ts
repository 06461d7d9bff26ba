import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { openRequest } from "../support/steps";
import { address, expect, test } from "../support/test";
import { shoot } from "./shoot";

const WITH = { "Content-Type": "text/html" };

test("webhooks", async ({ maker, checker, house, expectRefusal }) => {
  expectRefusal(400);
  let status = 204;
  const receiver = createServer((_, response) => {
    response.writeHead(status, WITH).end(status === 204 ? undefined : "<b>Down for maintenance</b>");
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/wallet/${"events-".repeat(12)}`;

  await maker.goto(address(house, "settings/webhooks"));
  await expect(maker.getByText("No webhook yet")).toBeVisible();
  await shoot(maker, "webhooks-none");
  await maker.getByRole("link", { name: "New webhook" }).click();
  await maker.getByLabel("URL").fill("http://10.0.0.1/x");
  await maker.getByRole("button", { name: "Ask for this webhook" }).click();
  await expect(maker.getByText("must begin with https://").first()).toBeVisible();
  await shoot(maker, "webhook-new-wrong");
  await maker.getByLabel("URL").fill(url);
  await maker.getByLabel("Description").fill("The ledger of the head office");
  await maker.getByLabel("float.redeemed").check();
  await maker.getByRole("button", { name: "Ask for this webhook" }).click();
  await expect(maker.getByText("A checker decides.")).toBeVisible();
  await shoot(maker, "webhook-pending");

  await openRequest(checker, url);
  await shoot(checker, "webhook-request");
  await checker.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(checker.getByText(/^Approved by/)).toBeVisible();
  await expect(maker.getByRole("button", { name: "Show the secret" })).toBeVisible();
  await shoot(maker, "webhook-claim");
  await maker.getByRole("button", { name: "Show the secret" }).click();
  const dialog = maker.getByRole("dialog", { name: "The secret of this webhook" });
  await expect(dialog).toBeVisible();
  await shoot(maker, "webhook-secret", false);
  await dialog.getByRole("button", { name: "Copy: Secret" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(maker.getByText("Nothing sent yet")).toBeVisible();
  await maker.getByText("How a receiver verifies").click();
  await shoot(maker, "webhook-verifying");

  await maker.getByRole("button", { name: "Send a test" }).click();
  await expect(async () => {
    await maker.reload();
    await expect(maker.getByText("HTTP 204")).toBeVisible({ timeout: 2_000 });
  }).toPass();
  status = 503;
  await maker.getByRole("button", { name: "Send a test" }).click();
  await maker.getByRole("button", { name: "Send again" }).last().click();
  await expect(async () => {
    await maker.reload();
    await expect(maker.getByText("HTTP 503")).toHaveCount(2, { timeout: 2_000 });
  }).toPass();
  await shoot(maker, "webhook-deliveries");
  await maker.goto(address(house, "settings/webhooks"));
  await expect(maker.getByText("Failing since")).toBeVisible();
  await shoot(maker, "webhooks-failing");
  await checker.goto(address(house, "overview"));
  await expect(checker.getByText("Messages to")).toBeVisible();
  await shoot(checker, "webhook-attention");

  await maker.getByRole("link", { name: url }).click();
  await maker.getByRole("button", { name: "New secret" }).click();
  await expect(maker.getByText("You asked for this yourself")).toBeVisible();
  await shoot(maker, "webhook-rotation");
  await maker.goBack();
  await maker.getByRole("button", { name: "Disable" }).click();
  await maker.getByLabel("Reason").fill("The receiver moves to another house, and comes back next week.");
  await shoot(maker, "webhook-disable", false);
  await maker.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await expect(maker.getByText("Messages wait until it is enabled.")).toBeVisible();
  await shoot(maker, "webhook-disabled");
  receiver.close();
});
