// @ts-check
/** The float of the last thirty days, day by day, from the statements. */

import { DAY_MS, utcDay } from "../lib/day.js";
import { ApiError, get } from "./api.js";
import { readDays } from "./statements.js";

/** @import { DayStatement, User } from "../types/api.d.ts" */
/** @import { Page } from "./api.js" */

const COUNT = 30;

/**
 * Totals of days that have a statement; fails if one of them cannot be read.
 * @param {string} base
 * @param {string[]} dates newest first
 * @param {AbortSignal} signal
 */
async function whole(base, dates, signal) {
  const { days } = await readDays(base, dates, signal);
  return days.map((day) => {
    if ("problem" in day) throw new ApiError(0, "no_answer", day.problem);
    return day;
  });
}

/**
 * Up to thirty days, oldest first, the last of them today; fewer for a younger distributor.
 * @param {string} base the distributor's path
 * @param {AbortSignal} signal
 * @returns {Promise<DayStatement[]>}
 */
export async function floatDays(base, signal) {
  const now = Date.now();
  // The first member came with the distributor, so hardly a day before the first is asked for.
  /** @type {Page<User>} */
  const { items } = await get(`${base}/users?limit=1`, signal);
  const first = items[0]?.createdAt.slice(0, 10) ?? "";
  const dates = Array.from({ length: COUNT }, (_, back) => utcDay(now - back * DAY_MS)).filter((date) => date >= first);
  const days = await whole(base, dates, signal);
  // Where that member has left, days before the present first one have a balance to begin with.
  while (days.length > 0 && days.length < COUNT && Number(days.at(-1)?.openingBalance) > 0) {
    const before = await whole(base, [utcDay(now - days.length * DAY_MS)], signal);
    if (before.length === 0) break;
    days.push(...before);
  }
  return days.reverse();
}
