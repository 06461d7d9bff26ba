import { defineConfig } from "@playwright/test";

/** A Chromium other than Playwright's own, such as the system's. */
const executablePath = process.env.EDGE_CHROMIUM;
const args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
// Chromium refuses its sandbox to root, as in a container.
if (process.getuid?.() === 0) args.push("--no-sandbox");

export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  // In CI a failed test is tried once more; the summary still reports it as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    channel: executablePath ? undefined : "chromium",
    launchOptions: { args, ...(executablePath ? { executablePath } : {}) },
    viewport: { width: 1280, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    // In CI the second try of a failed test keeps a trace; to trace every test would slow them all.
    trace: process.env.CI ? "on-first-retry" : "off",
  },
});
