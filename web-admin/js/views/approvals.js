// @ts-check
/** Approvals: every request that waits for a decision, and those that were decided. */

import { h } from "../lib/dom.js";
import { get } from "../server/api.js";
import { openRequests } from "../server/inbox.js";
import { moreList } from "../ui/more.js";
import { head, tabs } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { approvalRow, approvalRows } from "./approval-row.js";
import { isDeciding, queue, results } from "./queue.js";

/** @import { Page } from "../server/api.js" */
/** @import { Approval } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

const PAGE = 100;

/** @typedef {{ others: Page<Approval>, operations: Page<Approval> }} Open */
/** @typedef {{ open: Open | null, decided: Page<Approval> | null }} Data */

/** @type {Data} the last data, which stays while a queue is being decided */
let last = { open: null, decided: null };

/** @param {Screen} screen */
function isHistory(screen) {
  return screen.path[1] === "history";
}

/** @param {Screen} screen @returns {Promise<Data>} */
async function load(screen) {
  const { member, signal, base } = screen;
  if (isHistory(screen)) return { open: null, decided: await get(`${base}/approvals?limit=50`, signal) };
  if (isDeciding() && last.open) return last;
  const [others, operations] = await Promise.all([
    openRequests(member, "others", { signal }),
    openRequests(member, "operations", { limit: PAGE, signal }),
  ]);
  last = { open: { others, operations }, decided: null };
  return last;
}

/** @type {View<Data>} */
export const approvals = {
  title: "Approvals",
  load,
  render: ({ open, decided }, screen) => [
    head("Approvals", "What one person asks for, another one decides. Nobody decides their own requests."),
    tabs("Approvals", [
      { href: screen.link("approvals"), text: "Open", current: !isHistory(screen) },
      { href: screen.link("approvals/history"), text: "Decided", current: isHistory(screen) },
    ]),
    open && results(screen),
    open && openLists(open, screen),
    decided && history(decided, screen),
  ],
};

/**
 * @param {Open} open
 * @param {Screen} screen
 */
function openLists({ others, operations }, screen) {
  if (others.items.length + operations.items.length === 0) {
    return empty(
      "Nothing waits",
      "When somebody asks for an API key, an operation or a change of users, it appears here.",
    );
  }
  return [
    others.items.length > 0 && [
      h("h2", {}, "People and keys ", count(others)),
      h("ul", { class: "rows" }, approvalRows(others.items, screen)),
    ],
    operations.items.length > 0 && [h("h2", {}, "Operations ", count(operations)), queue(operations, screen)],
  ];
}

/** @param {Page<Approval>} page */
function count({ items, nextCursor }) {
  return h("span", { class: "count" }, `${items.length}${nextCursor ? "+" : ""}`);
}

/**
 * @param {Page<Approval>} page
 * @param {Screen} screen
 */
function history(page, screen) {
  const isDecided = (/** @type {Approval} */ one) => one.status !== "pending";
  return moreList({
    items: page.items.filter(isDecided),
    nextCursor: page.nextCursor,
    more: (cursor) => get(`${screen.base}/approvals?limit=50&cursor=${encodeURIComponent(cursor)}`),
    keep: isDecided,
    row: (one) => approvalRow(one, screen),
    empty: empty("Nothing decided yet", "Requests appear here once somebody approved or rejected them."),
  });
}
