// @ts-check
/** The float of the last thirty days, day by day, from the statements. */

import { DAY_MS } from "../lib/time.js";
import { ApiError, get, getBeginning } from "./api.js";

/** @import { DayStatement, User } from "../types/api.d.ts" */
/** @import { Page } from "./api.js" */

/** @typedef {Omit<DayStatement, "entries">} FloatDay */

const COUNT = 30;
/** Statements that are asked for at the same time. */
const AT_ONCE = 4;

/** Days that are over change no more: kept for the tab, by the address of their statement. @type {Map<string, FloatDay>} */
const closed = new Map();

/** @param {number} back @param {number} now */
function dayBefore(back, now) {
  return new Date(now - back * DAY_MS).toISOString().slice(0, 10);
}

/**
 * A day's totals; null for one before the distributor.
 * @param {string} base
 * @param {string} date
 */
async function day(base, date) {
  const path = `${base}/statements/${date}`;
  const kept = closed.get(path);
  if (kept) return kept;
  try {
    // The entries come last, and may be many.
    const end = ',"entries":';
    /** @type {FloatDay} */
    const found = JSON.parse(`${await getBeginning(path, end)}}`);
    if (found.final) closed.set(path, found);
    return found;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/**
 * Up to thirty days, oldest first, the last of them today; fewer for a younger distributor.
 * @param {string} base the distributor's path
 * @returns {Promise<FloatDay[]>}
 */
export async function floatDays(base) {
  const now = Date.now();
  // The first member came with the distributor, so hardly a day before the first is asked for.
  /** @type {Page<User>} */
  const { items } = await get(`${base}/users?limit=1`);
  const first = items[0]?.createdAt.slice(0, 10) ?? "";
  /** @type {(FloatDay | null)[]} */
  const days = [];
  const known = Array.from({ length: COUNT }, (_, back) => back).filter((back) => dayBefore(back, now) >= first);
  const rest = known.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const back of rest) days[back] = await day(base, dayBefore(back, now));
    }),
  );
  // Where that member has left, days before the present first one have a balance to begin with.
  while (days.length > 0 && days.length < COUNT && Number(days.at(-1)?.openingBalance ?? 0) > 0) {
    days.push(await day(base, dayBefore(days.length, now)));
  }
  return days.filter((one) => one !== null).reverse();
}
