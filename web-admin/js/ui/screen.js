// @ts-check
/** Shows one view: loading, the view, or its error; draws again when its data changed. */

import { h, replace } from "../lib/dom.js";
import { released } from "../lib/press.js";
import { address } from "../lib/router.js";
import { ApiError } from "../server/api.js";
import { closeDialogs } from "./dialog.js";
import { failed, loading } from "./states.js";

/** @import { Child } from "../lib/dom.js" */
/** @import { SessionDistributor as Membership } from "../types/api.d.ts" */

/**
 * @typedef {object} Place the distributor and the address of a view
 * @property {Membership} member
 * @property {string} currency
 * @property {string[]} path
 * @property {URLSearchParams} query
 */

/**
 * @typedef {Place & {
 *   base: string,
 *   signal: AbortSignal,
 *   link: (path: string, query?: Record<string, string>) => string,
 *   refresh: () => Promise<void>,
 * }} Screen the context of a view; `base` is the distributor's path in the console API
 */

/**
 * @template [Data=any]
 * @typedef {object} View
 * @property {string} title of the document
 * @property {(screen: Screen) => Promise<Data>} load
 * @property {(data: Data, screen: Screen) => Child} render
 * @property {boolean} [still] true: never drawn again by itself, since people type there
 */

/** Time until a server that is out of reach is asked again. */
const RETRY_MS = 8_000;
/** Time after which a view that has not come is announced. */
const LOADING_MS = 150;

/**
 * The present view; `shown` is aborted as soon as anything of it is on the screen.
 * @type {{ view: View, screen: Screen, container: HTMLElement, seen: string, stop: AbortController, shown: AbortController } | null}
 */
let now = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let again;

/**
 * @param {HTMLElement} container
 * @param {() => Promise<View>} find the module may come over the network
 * @param {Place} place
 */
export async function showView(container, find, place) {
  const drawn = now !== null && now.container === container && container.querySelector("h1") !== null;
  const sameView = drawn && now?.screen.path.join("/") === place.path.join("/");
  // A view in which people type is never drawn again by itself.
  if (sameView && now?.view.still) return;
  if (drawn && !sameView) closeDialogs();
  now?.stop.abort();
  const stop = new AbortController();
  const screen = {
    ...place,
    base: `/distributors/${place.member.distributorID}`,
    signal: stop.signal,
    link: (/** @type {string} */ path, /** @type {Record<string, string>} */ query = {}) =>
      address(place.member.distributorID, path, query),
    refresh: refreshView,
  };
  const shown = new AbortController();
  // The last view stays for a moment, so that fast answers don't flicker.
  if (!sameView)
    setTimeout(() => void showLoading(container, AbortSignal.any([stop.signal, shown.signal])), LOADING_MS);
  try {
    const view = await find();
    if (stop.signal.aborted) return;
    now = { view, screen, container, seen: "", stop, shown };
    await draw();
    if (!sameView && !stop.signal.aborted) arrive(container);
  } catch {
    // The module of the view could not be fetched.
    if (stop.signal.aborted) return;
    const retry = () => void showView(container, find, place);
    shown.abort();
    replace(container, [
      h("h1", {}, "Not loaded"),
      failed(new ApiError(0, "no_answer", "This part of the page could not be fetched. Check your connection."), retry),
    ]);
  }
}

/**
 * @param {HTMLElement} container
 * @param {AbortSignal} over when it is too late for it
 */
async function showLoading(container, over) {
  await released();
  if (!over.aborted) replace(container, loading());
}

/** Loads the view's data again and draws it if something changed. */
export async function refreshView() {
  if (now && !now.view.still) await draw();
}

/**
 * @param {boolean} [byItself] true: nobody asked, so the same error again changes nothing
 */
async function draw(byItself) {
  const mine = now;
  if (!mine) return;
  const { view, screen, container, stop } = mine;
  try {
    const data = await view.load(screen);
    if (now !== mine) return;
    const seen = JSON.stringify(data) ?? "";
    if (seen === mine.seen) return;
    // A click that has begun must reach the element under it, also one of the view before.
    await released();
    if (now !== mine || stop.signal.aborted) return;
    mine.shown.abort();
    mine.seen = seen;
    replace(container, view.render(data, screen));
  } catch (error) {
    if (stop.signal.aborted || now !== mine) return;
    const unreachable = error instanceof ApiError && error.outcomeUnknown;
    // The data on the screen is worth more than an error about a refresh that may work next time.
    if (unreachable && mine.seen !== "") return;
    clearTimeout(again);
    if (unreachable) {
      again = setTimeout(() => {
        if (now === mine && mine.seen === "") void draw(true);
      }, RETRY_MS);
      if (byItself) return;
    }
    await released();
    if (now !== mine || stop.signal.aborted) return;
    mine.shown.abort();
    mine.seen = "";
    replace(container, [h("h1", { tabindex: "-1" }, view.title), failed(error, () => void draw())]);
  }
}

/**
 * A new view begins at its top: title, scroll and focus, as with a new document.
 * @param {HTMLElement} container
 */
function arrive(container) {
  document.title = `${now?.view.title ?? ""} · Universal Wallet`;
  scrollTo(0, 0);
  const heading = container.querySelector("h1");
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  if (!document.querySelector("dialog[open]")) heading.focus({ preventScroll: true });
}
