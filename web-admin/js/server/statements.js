// @ts-check
/**
 * Statements of UTC days. The server writes totals first and then entries, of which a day may have very many: no more is
 * read than is shown, and then the page hangs up.
 */

import { utcDay } from "../lib/day.js";
import { ApiError, getResponse } from "./api.js";

/** @import { DayStatement } from "../types/api.d.ts" */

/**
 * A day of a month: its statement without entries, or the reason why it could not be read.
 * @typedef {DayStatement | { date: string, problem: string }} Day
 */

/** Days that are asked for at the same time. */
const AT_ONCE = 4;

const ENTRIES = ',"entries":[';
/** Between two entries. Within a string of JSON the quotation mark would be escaped. */
const BETWEEN = '},{"';

/** @type {Map<string, DayStatement | null>} by path: days that are over, which never change; null for no statement */
const over = new Map();

/**
 * The statement of a day with its first entries.
 * @param {string} base the distributor's path
 * @param {string} date
 * @param {number} most entries
 * @param {AbortSignal} signal
 * @returns {Promise<DayStatement>}
 */
export async function readStatement(base, date, most, signal) {
  const { body } = await getResponse(`${base}/statements/${date}`, signal);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) return JSON.parse(text);
      text += part.value;
      const end = endOf(text, most);
      if (end < 0) continue;
      await reader?.cancel();
      return JSON.parse(`${text.slice(0, end)}]}`);
    }
  } catch (error) {
    signal.throwIfAborted();
    console.warn(error);
    throw new ApiError(0, "no_answer", "The statement broke off on its way. Try again.");
  }
}

/**
 * Where the first `most` entries end; -1 while they have not all arrived.
 * @param {string} text
 * @param {number} most
 */
function endOf(text, most) {
  const start = text.indexOf(ENTRIES);
  if (start < 0) return -1;
  let end = start + ENTRIES.length;
  for (let count = 0; count < most; count += 1) {
    const next = text.indexOf(BETWEEN, end);
    if (next < 0) return -1;
    end = next + 1;
  }
  return end;
}

/**
 * The days of a list, newest first, as far as the distributor has statements.
 * @param {string} base
 * @param {string[]} dates newest first
 * @param {AbortSignal} signal
 * @returns {Promise<{ days: Day[], began: boolean }>} `began`: the oldest day has no statement, so none before it has
 */
export async function readDays(base, dates, signal) {
  /** @type {Day[]} */
  const days = [];
  for (let from = 0; from < dates.length; from += AT_ONCE) {
    const some = await Promise.all(dates.slice(from, from + AT_ONCE).map((date) => readDay(base, date, signal)));
    const first = some[0];
    if (first instanceof ApiError && some.every((one) => one instanceof ApiError)) throw first;
    some.forEach((one, index) => {
      if (one) days.push(one instanceof ApiError ? { date: dates[from + index] ?? "", problem: one.message } : one);
    });
    if (some.at(-1) === null) return { days, began: true };
  }
  return { days, began: false };
}

/**
 * @param {string} base
 * @param {string} date
 * @param {AbortSignal} signal
 * @returns {Promise<DayStatement | ApiError | null>} null for no statement; an error that may be gone the next time
 */
async function readDay(base, date, signal) {
  const path = `${base}/statements/${date}`;
  const kept = over.get(path);
  if (kept !== undefined) return kept;
  try {
    const day = await readStatement(base, date, 0, signal);
    if (day.final) over.set(path, day);
    return day;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.outcomeUnknown) return error;
    if (error.status !== 404) throw error;
    if (date < utcDay()) over.set(path, null);
    return null;
  }
}
