// @ts-check
/** The words for what moves the float, and amounts with their sign. */

import { h } from "../lib/dom.js";

/** @import { DayTotals } from "../types/api.d.ts" */

/**
 * @typedef {object} Movement
 * @property {keyof DayTotals} total its member of a day's totals
 * @property {string} type of its entries
 * @property {string} one
 * @property {"+" | "−"} sign of what it does to the float
 */

/** @type {Movement[]} */
export const MOVEMENTS = [
  { total: "cashIns", type: "cash-in", one: "cash-in", sign: "−" },
  { total: "cashInsReturned", type: "cash-in-returned", one: "returned cash-in", sign: "+" },
  { total: "cashOuts", type: "cash-out", one: "cash-out", sign: "+" },
  { total: "topUps", type: "top-up", one: "top-up", sign: "+" },
  { total: "redemptions", type: "redemption", one: "redemption", sign: "−" },
];

/** @param {string} one with a capital letter */
export function titled(one) {
  return one.charAt(0).toUpperCase() + one.slice(1);
}

/** @param {string} type of an entry */
export function movementWords(type) {
  return titled(MOVEMENTS.find((one) => one.type === type)?.one ?? type);
}

/**
 * @param {"+" | "−"} sign
 * @param {string} size as it is shown
 */
export function signed(sign, size) {
  return h("span", { class: sign === "+" ? "sum sum-in" : "sum" }, sign, size);
}
