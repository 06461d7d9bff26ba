// @ts-check
/** The distributor's operations: find, narrow, export. */

import { h, icon } from "../lib/dom.js";
import { FILTER_NAMES, otherMeanings } from "../lib/find.js";
import { ApiError, getLinked, withQuery } from "../server/api.js";
import { holds } from "../server/session.js";
import { moreList } from "../ui/more.js";
import { head } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { chipsOf, findBox, showFilters, words } from "./find.js";
import { operationRow } from "./operation-row.js";

/** @import { Page } from "../server/api.js" */
/** @import { Filters } from "../lib/find.js" */
/** @import { Operation } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

const PAGE = 50;
/** Pages without a find that are asked for in a row, before a person is asked whether to go on. */
const MAX_EMPTY_PAGES = 10;

/** @typedef {Page<Operation> & { refused: string }} Data `refused` tells why the server does not take the filters */

/** Filters in the address. @param {URLSearchParams} query @returns {Filters} */
function filtersIn(query) {
  return Object.fromEntries(FILTER_NAMES.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])));
}

/**
 * A page with at least one operation, as long as there is one near: the server ends a long search early.
 * @param {Screen} screen
 * @param {string} [cursor]
 * @returns {Promise<Page<Operation>>}
 */
async function page(screen, cursor = "") {
  const filters = filtersIn(screen.query);
  /** @type {Page<Operation>} */
  let found = { items: [], nextCursor: cursor };
  for (let asked = 0; asked < MAX_EMPTY_PAGES; asked += 1) {
    const path = withQuery(`${screen.base}/operations`, { ...filters, limit: PAGE, cursor: found.nextCursor });
    found = await getLinked(path, cursor ? undefined : screen.signal);
    if (found.items.length > 0 || !found.nextCursor) break;
  }
  return found;
}

/** @type {View<Data>} */
export const operations = {
  title: "Operations",
  load: async (screen) => {
    try {
      return { ...(await page(screen)), refused: "" };
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 400)) throw error;
      return { items: [], nextCursor: "", refused: error.message };
    }
  },
  render: ({ items, nextCursor, refused }, screen) => {
    const filters = filtersIn(screen.query);
    return [
      head(
        "Operations",
        "Cash-ins take from the float, cash-outs add to it.",
        holds(screen.member, "maker") &&
          h(
            "a",
            { class: "button primary", id: "new-cash-in", href: screen.link("operations/new/cash-in") },
            icon("plus"),
            "New cash-in",
          ),
      ),
      findBox(screen, filters, refused),
      moreList({
        items,
        nextCursor,
        more: (cursor) => page(screen, cursor),
        row: (one) => operationRow(one, screen),
        label: items.length > 0 ? "Show older ones" : "Nothing yet: search older ones",
        empty: nothing(filters, screen),
      }),
    ];
  },
};

/**
 * @param {Filters} filters
 * @param {Screen} screen
 */
function nothing(filters, screen) {
  const chips = chipsOf(filters);
  if (chips.length === 0) {
    return empty(
      "No operation yet",
      "The first cash-in or cash-out appears here, whoever asks for it: a person or software with a key.",
    );
  }
  const others = otherMeanings(filters);
  return empty(
    ["Nothing found for ", chips.map((chip, index) => [index > 0 && ", ", words(chip, screen.currency)])],
    others.length > 0 ? "Perhaps you meant something else by it:" : "Take a filter away, or look for something else.",
    others.map((other) =>
      h(
        "button",
        { type: "button", click: () => showFilters(screen, other) },
        chipsOf(other).map((chip) => words(chip, screen.currency)),
      ),
    ),
    h("a", { class: "button", href: screen.link("operations") }, "Show all"),
  );
}
