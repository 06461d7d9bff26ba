import { createHmac } from "node:crypto";

import type { CDPSession } from "@playwright/test";

import { expect, type Page } from "./test";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;

/** The code that an authenticator app shows for a secret in base 32, some steps from now. */
export function codeOf(secret: string, steps = 0): string {
  const bits = [...secret.replaceAll(" ", "")].map((digit) => BASE32.indexOf(digit).toString(2).padStart(5, "0"));
  const bytes = (bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
  const tag = createHmac("sha1", Buffer.from(bytes)).update(counter).digest();
  const offset = (tag.at(-1) ?? 0) & 15;
  return String((tag.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export interface Credential {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
}

/** An authenticator in Chromium, such as the one in a laptop. */
export class VirtualAuthenticator {
  private constructor(
    private readonly session: CDPSession,
    private readonly id: string,
  ) {}

  static async plugIn(page: Page): Promise<VirtualAuthenticator> {
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable", { enableUI: false });
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        ctap2Version: "ctap2_1",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(session, authenticatorId);
  }

  /** The only credential. */
  async credential(): Promise<Credential> {
    const { credentials } = await this.session.send("WebAuthn.getCredentials", { authenticatorId: this.id });
    expect(credentials).toHaveLength(1);
    return credentials[0] as Credential;
  }

  async add(credential: Credential): Promise<void> {
    await this.session.send("WebAuthn.addCredential", { authenticatorId: this.id, credential });
  }

  async forget(): Promise<void> {
    await this.session.send("WebAuthn.clearCredentials", { authenticatorId: this.id });
  }

  /** Whether somebody is there to touch it, who is its owner. */
  async present(there: boolean, verified = true): Promise<void> {
    const { session, id: authenticatorId } = this;
    await session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: there });
    await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: verified });
  }
}

/** Opens "Sign-in security". */
export async function openSecurity(page: Page) {
  await page.getByRole("button", { name: "Sign-in security" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign-in security" });
  await expect(dialog.getByRole("heading", { name: "Authenticator app" })).toBeVisible();
  return dialog;
}

/** Copies the recovery codes that are shown, and closes them. */
export async function keepCodes(page: Page): Promise<string[]> {
  const dialog = page.getByRole("dialog", { name: "Your recovery codes" });
  await dialog.getByRole("button", { name: "Copy: Recovery codes" }).click();
  const codes = (await page.evaluate(() => navigator.clipboard.readText())).split("\n");
  expect(codes).toHaveLength(8);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  return codes;
}

/** Sets up an authenticator app where its button is shown; its secret. */
export async function enrolApp(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  const secret = (await page.locator(".factor-steps code").textContent()) ?? "";
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  return secret;
}
