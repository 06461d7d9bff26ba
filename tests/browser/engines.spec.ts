import { writeFile } from "node:fs/promises";

import type { Engine } from "./engines/engine";
import { firefox } from "./engines/firefox";
import { behindTLS } from "./engines/tls";
import { type Hands, Visitor } from "./engines/visitor";
import { webkit } from "./engines/webkit";
import { Console } from "./support/console";
import { codeOf } from "./support/factors";
import { address, expect, type House, personOf, test } from "./support/test";

/** The engines of this machine; the step that runs the tests tells which are missing. */
const ENGINES: [name: string, program: string | undefined, start: (program: string) => Promise<Engine>][] = [
  ["Firefox", process.env.EDGE_FIREFOX, firefox],
  ["WebKit", process.env.EDGE_WEBKIT, webkit],
];
/** MiniBrowser's window is never narrower than some 450 pixels. */
const HANDS: [screen: string, hands: Hands, width: number][] = [
  ["a narrow screen", "pointer", 390],
  ["a wide screen", "keyboard", 1280],
];

for (const [name, program, start] of ENGINES) {
  if (!program) continue;
  for (const [screen, hands, width] of HANDS) {
    test(`a maker, a checker and a viewer reach their ends in ${name}, on ${screen} with the ${hands}`, async ({
      edge,
      house,
    }, info) => {
      test.setTimeout(120_000);
      const checker = await Console.signIn(edge, house, "checker");
      const engine = await start(program);
      const front = name === "WebKit" ? await behindTLS(edge.url) : null;
      try {
        await engine.resize(width, 900);
        const visitor = new Visitor(engine, hands, (path) => (front?.url ?? edge.url) + address(house, path));
        const balance = `${edge.url}/api/v1/distributors/${house.distributorID}/balance`;
        const statusOf = async (key: string) =>
          (await fetch(balance, { headers: { authorization: `Bearer ${key}` } })).status;

        await visitor.opens("settings/api-keys/new");
        await visitor.signsIn(personOf(house, "maker"));
        await usesAKey(visitor, checker, statusOf);
        await asksForACashIn(visitor, house);
        await (await Console.signIn(edge, house, "maker")).askForCashIn("2", house.phone);
        await visitor.signsOut();

        await visitor.opens("approvals");
        await visitor.signsIn(personOf(house, "checker"));
        await decides(visitor);
        await visitor.signsOut();

        await visitor.opens("operations");
        await provesAFactor(visitor, house);
        await findsAnOperation(visitor);
        await readsAStatement(visitor);
      } catch (error) {
        await writeFile(info.outputPath("picture.png"), await engine.picture());
        throw error;
      } finally {
        await engine.close();
        front?.stop();
      }
    });
  }
}

async function usesAKey(maker: Visitor, checker: Console, statusOf: (key: string) => Promise<number>): Promise<void> {
  await maker.fills("Label", "Till 1");
  await maker.uses("box", "Read balance");
  await maker.uses("box", "Perform operations");
  await maker.fills("Max Transaction Amount", "100,000");
  await maker.isAtEaseAt("at most NGN 100,000");
  await maker.uses("button", "Send to a checker");
  await maker.sees("You asked for this yourself");
  await checker.approveAll();
  await maker.sees("Approved by Charles Checker");
  await maker.sees("Your key Till 1 was approved");
  await maker.uses("button", "Claim key");
  await maker.uses("button", "Show the key");
  await maker.isAtEaseAt("This is the only time you see it");
  const key = await maker.reads("document.querySelector('dialog[open]').innerText.match(/uwk_\\w{52}/)[0]");
  expect(await statusOf(key)).toBe(200);
  await maker.uses("button", "Copy: API key");
  await maker.sees("Copied: API key");
  await maker.uses("button", "Done");

  await maker.opens("settings/api-keys/active");
  await maker.uses("button", "Revoke Till 1");
  await maker.fills("Reason", "Lost");
  await maker.uses("button", "Revoke key");
  await maker.sees("No key is active");
  expect(await statusOf(key)).toBe(401);
}

async function asksForACashIn(maker: Visitor, house: House): Promise<void> {
  await maker.opens("operations/new/cash-in");
  await maker.fills("Phone number", house.phone);
  await maker.fills("Amount", "1,250.50");
  await maker.uses("button", "Send to a checker");
  await maker.sees("It waits for a checker.");
}

async function decides(checker: Visitor): Promise<void> {
  await checker.uses("box", "Select Cash-in NGN 2.00");
  await checker.isAtEaseAt("1 operation: cash-ins NGN 2.00");
  await checker.uses("button", "Approve selected");
  await checker.sees("Decided: 1 of 1");
  await checker.uses("link", "Cash-in NGN 1,250.50 to");
  await checker.isAtEaseAt("Exactly this will be carried out");
  await checker.uses("button", "Approve");
  await checker.sees("Approved by Charles Checker");
}

/** Sets up an authenticator app, since WebKit has no passkeys here, and signs in with its code. */
async function provesAFactor(viewer: Visitor, house: House): Promise<void> {
  await viewer.signsIn(personOf(house, "viewer"));
  await viewer.usesTheMenu("button", "Sign-in security");
  await viewer.uses("button", "Set up an authenticator app");
  await viewer.isAtEaseAt("Scan this with your authenticator app");
  const secret = await viewer.reads("document.querySelector('.factor-steps code').textContent");
  await viewer.fills("Code", codeOf(secret));
  await viewer.uses("button", "Confirm");
  await viewer.uses("button", "Copy: Recovery codes");
  await viewer.uses("button", "Done");
  await viewer.sees("8 recovery codes left.");
  await viewer.uses("button", "Close");
  await viewer.signsOut();
  await viewer.opens("operations");
  await viewer.signsIn(personOf(house, "viewer"));
  await viewer.fills("Code of your authenticator app", codeOf(secret, 1));
  await viewer.isAtEaseAt("Now prove your second factor");
  await viewer.uses("button", "Go on");
}

async function findsAnOperation(viewer: Visitor): Promise<void> {
  await viewer.fills("Find operations", "1,250.50");
  await viewer.submits();
  await viewer.doesNotSee("NGN 2.00");
  await viewer.isAtEaseAt("Amount NGN 1,250.50");
  await viewer.uses("button", "Remove Amount NGN 1,250.50");
  await viewer.sees("NGN 2.00");
}

async function readsAStatement(viewer: Visitor): Promise<void> {
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(new Date());
  await viewer.usesTheMenu("link", "Statements");
  await viewer.isAtEaseAt("Statements of");
  await viewer.uses("link", day);
  await viewer.sees(`Statement of ${day}`);
  await viewer.isAtEaseAt("48,747.50");
  // An engine may refuse 30 February, or take it for a day of March.
  await viewer.opens("statements/2026-02");
  await viewer.isAtEaseAt("No statement");
}
