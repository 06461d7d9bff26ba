import { type ChildProcess, spawn } from "node:child_process";

import { Builder, Key as Keys, type WebDriver } from "selenium-webdriver";

import { freePort } from "../support/edge";
import type { Engine, Key } from "./engine";

const KEYS: Record<Key, string> = { Tab: Keys.TAB, "Shift+Tab": Keys.TAB, Enter: Keys.ENTER, Space: Keys.SPACE };
const START_MS = 20_000;

/** WebKitGTK's MiniBrowser by WebDriver, on a display of its own. */
export async function webkit(program: string): Promise<Engine> {
  const port = await freePort();
  const screen = ["-a", "-s", "-screen 0 1400x1100x24"];
  const child = spawn("xvfb-run", [...screen, "WebKitWebDriver", `--port=${port}`, "--host=127.0.0.1"], {
    stdio: "ignore",
    detached: true,
  });
  try {
    return engine(await connect(port, program), child);
  } catch (error) {
    stop(child);
    throw error;
  }
}

async function connect(port: number, program: string): Promise<WebDriver> {
  const deadline = Date.now() + START_MS;
  while (!(await fetch(`http://127.0.0.1:${port}/status`).catch(() => null))?.ok) {
    if (Date.now() > deadline) throw new Error("WebKitWebDriver did not start");
    await new Promise((done) => setTimeout(done, 100));
  }
  return new Builder()
    .usingServer(`http://127.0.0.1:${port}`)
    .withCapabilities({
      browserName: "MiniBrowser",
      acceptInsecureCerts: true,
      "webkitgtk:browserOptions": { binary: program, args: ["--automation"] },
    })
    .build();
}

function engine(driver: WebDriver, child: ChildProcess): Engine {
  return {
    goto: (url) => driver.get(url),
    resize: async (width, height) => {
      await driver.manage().window().setRect({ width, height, x: 0, y: 0 });
      // A window has borders around its page.
      const inner = await driver.executeScript<number>("return innerWidth");
      if (inner !== width)
        await driver
          .manage()
          .window()
          .setRect({ width: 2 * width - inner, height, x: 0, y: 0 });
    },
    evaluate: (expression) => driver.executeScript(`return (${expression})`),
    click: async (expression) => {
      const element = await driver.executeScript<{ click(): Promise<void> } | null>(`return (${expression})`);
      if (!element) throw new Error(`Nothing to click: ${expression}`);
      await element.click();
    },
    type: (text) => driver.actions().sendKeys(text).perform(),
    press: (key) => {
      const keys = driver.actions();
      return key === "Shift+Tab"
        ? keys.keyDown(Keys.SHIFT).sendKeys(KEYS[key]).keyUp(Keys.SHIFT).perform()
        : keys.sendKeys(KEYS[key]).perform();
    },
    picture: async () => Buffer.from(await driver.takeScreenshot(), "base64"),
    close: async () => {
      await driver.quit().catch(() => {});
      stop(child);
    },
  };
}

/** xvfb-run, the display and the driver are one group. */
function stop(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
}
