// @ts-check
/** UTC days, in the spelling of the server. */

export const DAY_MS = 86_400_000;

/**
 * The UTC day of a time, such as "2026-11-27".
 * @param {number} [at] milliseconds
 */
export function utcDay(at = Date.now()) {
  return new Date(at).toISOString().slice(0, 10);
}
