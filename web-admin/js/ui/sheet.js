// @ts-check
/** Style sheets that only some views need. */

import { h } from "../lib/dom.js";

/** @type {Map<string, Promise<unknown>>} */
const sheets = new Map();

/**
 * Fetches a style sheet once. A view that waits for it is never drawn without it, unless it cannot be fetched.
 * @param {string} href
 */
export function sheet(href) {
  const fetched =
    sheets.get(href) ??
    new Promise((done) => document.head.append(h("link", { rel: "stylesheet", href, load: done, error: done })));
  sheets.set(href, fetched);
  return fetched;
}
