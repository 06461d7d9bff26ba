import puppeteer, { type KeyInput } from "puppeteer-core";

import type { Engine, Key } from "./engine";

const KEYS: Record<Key, KeyInput> = { Tab: "Tab", "Shift+Tab": "Tab", Enter: "Enter", Space: " " };

/** Firefox by WebDriver BiDi. */
export async function firefox(program: string): Promise<Engine> {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: program, headless: true });
  // The page that the browser begins with has no focus.
  const page = await browser.newPage();
  return {
    goto: async (url) => void (await page.goto(url)),
    resize: (width, height) => page.setViewport({ width, height }),
    evaluate: (expression) => page.evaluate(expression) as Promise<never>,
    click: async (expression) => {
      const element = (await page.evaluateHandle(expression)).asElement();
      if (!element) throw new Error(`Nothing to click: ${expression}`);
      await element.click();
    },
    type: (text) => page.keyboard.type(text),
    press: async (key) => {
      const withShift = key === "Shift+Tab";
      if (withShift) await page.keyboard.down("Shift");
      await page.keyboard.press(KEYS[key]);
      if (withShift) await page.keyboard.up("Shift");
    },
    picture: async () => Buffer.from(await page.screenshot()),
    close: () => browser.close(),
  };
}
