// @ts-check
/** Whom a cash-in goes to, told before it goes. It informs, and never holds anything up. */

import { find, h, replace } from "../lib/dom.js";
import { ApiError, get, getLinked, withQuery } from "../server/api.js";
import { problem, textOf } from "../ui/field.js";
import { typed } from "../ui/parts.js";

/** @import { Child } from "../lib/dom.js" */
/** @import { Screen } from "../ui/screen.js" */

/** Time after the last key press. */
const WAIT_MS = 300;
/** Pages of a search that are followed before the page says nothing. */
const MAX_PAGES = 5;

/**
 * Adds a line to a field that tells about its text, once that is complete.
 * @param {HTMLElement} element the field
 * @param {(text: string) => Promise<Child>} tell
 */
function telling(element, tell) {
  const input = find(element, "input", HTMLInputElement);
  const line = h("p", { class: "told", role: "status" });
  find(element, ".error", HTMLElement).before(line);
  let asked = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const look = () => {
    const text = textOf(input);
    if (text === asked) return;
    asked = text;
    clearTimeout(timer);
    replace(line, null);
    if (text === "" || problem(input) !== "") return;
    timer = setTimeout(async () => {
      // Hints that cannot be told are left out: the server decides in any case.
      const words = await tell(text).catch(() => null);
      if (text === asked) replace(line, words);
    }, WAIT_MS);
  };
  for (const name of ["input", "change"]) element.addEventListener(name, look);
  return element;
}

/**
 * A field of a short code that tells the merchant's name.
 * @param {HTMLElement} element
 * @param {Screen} screen
 */
export function tellingMerchant(element, screen) {
  return telling(element, async (code) => {
    try {
      /** @type {{ name: string }} */
      const { name } = await get(`${screen.base}/merchants/${encodeURIComponent(code)}`, screen.signal);
      return ["Goes to ", typed(name, "strong")];
    } catch (error) {
      if (error instanceof ApiError && error.status === 404)
        return h("span", { class: "muted" }, "No merchant has this short code.");
      throw error;
    }
  });
}

/**
 * A field of a phone that tells whether no cash-in went to it yet.
 * @param {HTMLElement} element
 * @param {Screen} screen
 */
export function tellingFirstTime(element, screen) {
  return telling(element, async (phone) => (await isFirstTime(phone, screen)) && "First time to this number");
}

/**
 * Whether the distributor has certainly carried out no cash-in to a phone. One that waits or was rejected doesn't count.
 * @param {string} phone
 * @param {Screen} screen
 */
export async function isFirstTime(phone, screen) {
  let cursor = "";
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    // A long search ends a page early, even an empty one; only the last page tells that there is none.
    const page = await getLinked(
      withQuery(`${screen.base}/operations`, {
        phone,
        operationType: "cash-in",
        status: "completed",
        limit: 1,
        cursor,
      }),
      screen.signal,
    );
    if (page.items.length > 0) return false;
    if (!page.nextCursor) return true;
    cursor = page.nextCursor;
  }
  return false;
}
