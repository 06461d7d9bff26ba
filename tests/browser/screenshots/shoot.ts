import { join } from "node:path";

import type { Page } from "../support/test";

const FOLDER = join(import.meta.dirname, "../../../test-results/screens");
const WIDTHS = [390, 768, 1280, 1920];

/** Takes pictures of the current screen at every width, light and dark. */
export async function shoot(page: Page, state: string, fullPage = true): Promise<void> {
  for (const width of WIDTHS) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: width < 700 ? 844 : 1000 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: join(FOLDER, `${state}-${width}-${colorScheme}.png`), fullPage });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}
