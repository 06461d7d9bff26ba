// @ts-check
/** Thirty days of a key's calls as a small picture and in words. */

import { DAY_MS, utcDay } from "../lib/day.js";
import { h, svg } from "../lib/dom.js";
import { date } from "../lib/time.js";
import { counted } from "../lib/words.js";
import { get } from "../server/api.js";

/** @import { Key, KeyUsage as Usage, UsedDay as UsageDay } from "../types/api.d.ts" */
/** @import { Screen } from "./screen.js" */

const GAP = 1;
const STEP = 4;

/**
 * Bars, one a day; the refused ones among the calls in another shade on top.
 * @param {UsageDay[]} days oldest first
 * @param {number} height
 * @param {string} label
 */
export function bars(days, height, label) {
  const highest = Math.max(1, ...days.map((day) => day.requests));
  return svg(
    "svg",
    {
      class: "bars",
      viewBox: `0 0 ${days.length * STEP} ${height}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    days.map((day, index) => {
      const bad = (day.denied / highest) * height;
      const total = Math.max((day.requests / highest) * height, 0.75);
      return svg(
        "g",
        {},
        svg("title", {}, `${date(day.date)}: ${counted(day.requests, "call")}, ${day.denied} of them refused`),
        svg("rect", {
          class: day.requests > 0 ? "bar" : "bar-none",
          x: index * STEP,
          width: STEP - GAP,
          y: height - total,
          height: total,
        }),
        bad > 0 &&
          svg("rect", { class: "bar-bad", x: index * STEP, width: STEP - GAP, y: height - total, height: bad }),
      );
    }),
  );
}

/** @param {UsageDay[]} days */
export function usageWords(days) {
  const sum = (/** @type {"requests" | "denied"} */ member) => days.reduce((total, day) => total + day[member], 0);
  return `Calls in ${days.length} days: ${counted(sum("requests"), "call")}, ${sum("denied")} of them refused`;
}

/**
 * The days in order, each with a bar, also those without use.
 * @param {UsageDay[]} days
 * @param {number} count
 */
export function everyDay(days, count = 30) {
  const byDate = new Map(days.map((day) => [day.date, day]));
  return Array.from({ length: count }, (_, index) => {
    const name = utcDay(Date.now() - (count - 1 - index) * DAY_MS);
    return byDate.get(name) ?? { date: name, requests: 0, denied: 0, operations: 0, volume: "0.00" };
  });
}

/** @type {Map<string, Promise<Usage>>} by key and the state of its counters */
const cache = new Map();

/**
 * Filled in when it comes into sight, so that a list of hundreds asks only for the rows on the screen.
 * @param {Key} key
 * @param {Screen} screen
 */
export function usageLine(key, screen) {
  if (key.usage.requests30Days === 0) return null;
  const holder = h("div", { class: "sparkline" });
  const version = `${key.keyID} ${key.usage.requests30Days} ${key.lastUsedAt ?? ""}`;
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    /** @type {Promise<Usage>} */
    const usage = cache.get(version) ?? get(`${screen.base}/api-keys/${key.keyID}/usage?days=30`);
    cache.set(version, usage);
    usage.then(
      ({ days }) => {
        const all = everyDay(days);
        holder.replaceChildren(bars(all, 28, usageWords(all)));
      },
      () => cache.delete(version),
    );
  });
  observer.observe(holder);
  return holder;
}
