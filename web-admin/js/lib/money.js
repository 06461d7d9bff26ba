// @ts-check
/** Money is text from the server to the screen; sums are made in exact integers (minor units). */

import { plain } from "./typed.js";

const AMOUNT = /^[0-9]{1,15}(\.[0-9]{1,2})?$/;

/**
 * Minor units of an amount such as "5000" or "5000.50"; null when it isn't one.
 * @param {string} text
 */
export function toMinor(text) {
  if (!AMOUNT.test(text)) return null;
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
}

/**
 * @param {bigint} minor
 */
export function fromMinor(minor) {
  const digits = minor.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/**
 * "50000.00" as "50,000.00". Text that isn't an amount is shown as it is.
 * @param {string} amount
 */
export function grouped(amount) {
  const [whole = "", fraction] = amount.split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/**
 * "NGN 50,000.00", kept on one line.
 * @param {string} amount
 * @param {string} currency
 */
export function money(amount, currency) {
  return `${currency}\u00a0${grouped(amount)}`;
}

/**
 * A typed amount as the server takes it: "1,000,000.50" becomes "1000000.50". Text that isn't one stays.
 * @param {string} text
 */
export function typedAmount(text) {
  const typed = plain(text);
  return /^[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]+)?$/.test(typed) ? typed.replace(/[, ]/g, "") : typed;
}

/**
 * The reason why a typed amount can't be sent, or "".
 * @param {string} text as `typedAmount` leaves it
 */
export function amountProblem(text) {
  if (AMOUNT.test(text)) {
    return toMinor(text) === 0n ? "The amount must be more than zero." : "";
  }
  const [, whole, fraction] = /^([0-9][0-9. ']*),([0-9]{1,2})$/.exec(text) ?? [];
  if (whole) return `Write ${whole.replace(/[^0-9]/g, "")}.${fraction}: the decimal sign is a point.`;
  if (/^[0-9][0-9,. ']*$/.test(text) && /[, ']|\..*\./.test(text)) {
    return "Commas group digits in threes, as in 1,000,000; the decimal sign is a point, as in 1000.50.";
  }
  if (/\.[0-9]{3,}$/.test(text)) return "At most two digits after the point: nothing is rounded here.";
  if (/^-/.test(text)) return "The amount can't be negative.";
  if (/^[0-9]{16,}/.test(text)) return "That is more than this system can hold (15 digits).";
  return "Write an amount in digits, like 5000 or 5000.50.";
}
