import { defineConfig } from "@playwright/test";

import base from "../playwright.config";

/** `npx playwright test --config tests/browser/screenshots` writes a picture of every state to test-results/screens. */
export default defineConfig(base, {
  testDir: ".",
  testMatch: "*.shots.ts",
  outputDir: "../../../test-results/screens",
  timeout: 600_000,
});
