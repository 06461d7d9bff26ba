// @ts-check
/** Fills the overview's card of the float's last days. */

import { find, h, replace } from "../lib/dom.js";
import { toMinor } from "../lib/money.js";
import { released } from "../lib/press.js";
import { get } from "../server/api.js";
import { floatDays } from "../server/float-days.js";
import { floatChart } from "../ui/float-chart.js";
import { explain } from "../ui/states.js";

/** @import { DayStatement, DistributorSettings } from "../types/api.d.ts" */

/** News come as often as operations; the picture of a month does not need each. */
const REFRESH_MS = 10_000;

/** @type {WeakMap<HTMLElement, number>} when a card was filled */
const filled = new WeakMap();

/** @param {DayStatement} day */
function hasEntries({ closingBalance, openingBalance, totals }) {
  return (
    toMinor(closingBalance) !== 0n ||
    toMinor(openingBalance) !== 0n ||
    Object.values(totals).some((total) => total.count > 0)
  );
}

/**
 * @param {HTMLElement} card
 * @param {string} base the distributor's path
 * @param {AbortSignal} signal of the view around the card
 */
export async function showFloat(card, base, signal) {
  const place = find(card, ".float", HTMLElement);
  if (Date.now() - (filled.get(card) ?? 0) < REFRESH_MS) return;
  filled.set(card, Date.now());
  try {
    const [days, { lowFloat }] = await Promise.all([
      floatDays(base, signal),
      /** @type {Promise<DistributorSettings>} */ (get(`${base}/settings`, signal)),
    ]);
    await released();
    card.hidden = !days.some(hasEntries);
    if (!card.hidden) replace(place, floatChart(days, lowFloat));
  } catch (error) {
    filled.delete(card);
    if (signal.aborted) return;
    // A picture of a moment ago is worth more than an error.
    if (place.querySelector("svg")) return;
    replace(place, [
      h("p", { class: "muted" }, explain(error)),
      h("button", { type: "button", id: "float-again", click: () => void showFloat(card, base, signal) }, "Try again"),
    ]);
  }
}
