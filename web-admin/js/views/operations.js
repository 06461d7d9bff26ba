// @ts-check
/** The distributor's operations: filter, search by phone, export. */

import { h, icon } from "../lib/dom.js";
import { goInstead } from "../lib/router.js";
import { ago } from "../lib/time.js";
import { operationWords, statusWords } from "../lib/words.js";
import { check, getLinked, withQuery } from "../server/api.js";
import { holds } from "../server/session.js";
import { once } from "../ui/act.js";
import { moreList } from "../ui/more.js";
import { amount, badge, head, typed } from "../ui/parts.js";
import { empty } from "../ui/states.js";

/** @import { Page } from "../server/api.js" */
/** @import { Operation, OperationStatus } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

const PAGE = 50;
const SEARCH_PAGE = 1000;
/** @type {OperationStatus[]} */
const STATUSES = ["pending", "processing", "completed", "rejected", "expired", "failed"];

/** Phones are compared by their digits and plus only. @param {string} text */
function bare(text) {
  return text.replace(/[^0-9+]/g, "");
}

/** @param {URLSearchParams} query */
function matcher(query) {
  const wanted = bare(query.get("phone") ?? "");
  return (/** @type {Operation} */ one) => wanted === "" || bare(one.phoneTo ?? one.phoneFrom ?? "").includes(wanted);
}

/**
 * @param {Screen} screen
 * @param {string} [cursor]
 * @returns {Promise<Page<Operation>>}
 */
function page(screen, cursor = "") {
  const { query } = screen;
  return getLinked(
    withQuery(`${screen.base}/operations`, {
      status: query.get("status") ?? "",
      operationType: query.get("type") ?? "",
      limit: query.get("phone") ? SEARCH_PAGE : PAGE,
      cursor,
    }),
    cursor ? undefined : screen.signal,
  );
}

/** Name of the other side of an operation. @param {Operation} one */
export function party(one) {
  return (
    one.merchantName ?? one.phoneTo ?? one.phoneFrom ?? (one.merchantShortCode ? String(one.merchantShortCode) : "")
  );
}

/**
 * @param {Operation} one
 * @param {Screen} screen
 */
export function operationRow(one, screen) {
  const cashIn = one.operationType === "cash-in";
  return h(
    "li",
    { class: "row row-operation" },
    h(
      "div",
      { class: "row-main" },
      h("p", { class: "kind" }, operationWords(one.operationType)),
      h(
        "div",
        {},
        h(
          "a",
          { class: "row-title", id: `open-${one.operationID}`, href: screen.link(`operations/${one.operationID}`) },
          cashIn ? "to " : "from ",
          typed(party(one)),
        ),
        one.memo && h("p", { class: "muted small clip" }, typed(one.memo)),
      ),
      ago(one.createdAt),
    ),
    h(
      "div",
      { class: "row-side" },
      h(
        "span",
        { class: cashIn ? "sum sum-out" : "sum sum-in" },
        cashIn ? "−" : "+",
        amount(one.amount, screen.currency),
      ),
      badge(one.status),
    ),
  );
}

/** @type {View<Page<Operation>>} */
export const operations = {
  title: "Operations",
  load: (screen) => page(screen),
  render: (first, screen) => {
    const keep = matcher(screen.query);
    const filtered = [...screen.query.keys()].length > 0;
    const searching = (screen.query.get("phone") ?? "") !== "";
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
      filters(screen),
      moreList({
        items: first.items.filter(keep),
        nextCursor: first.nextCursor,
        more: (cursor) => page(screen, cursor),
        keep,
        row: (one) => operationRow(one, screen),
        label: searching ? `Search the next ${SEARCH_PAGE.toLocaleString("en")} older ones` : "Show older ones",
        empty: filtered
          ? empty(
              "Nothing matches",
              "Change the filters, or take them away.",
              h("a", { class: "button", href: screen.link("operations") }, "Show all"),
            )
          : empty(
              "No operation yet",
              "The first cash-in or cash-out appears here, whoever asks for it: a person or software with a key.",
            ),
      }),
    ];
  },
};

/** @param {Screen} screen */
function filters(screen) {
  const { query } = screen;
  const select = (/** @type {string} */ name, /** @type {string} */ label, /** @type {[string, string][]} */ options) =>
    h(
      "select",
      { id: `filter-${name}`, "aria-label": label, change: apply },
      options.map(([value, text]) => h("option", { value, selected: (query.get(name) ?? "") === value }, text)),
    );
  const type = select("type", "Type", [
    ["", "All types"],
    ["cash-in", "Cash-ins"],
    ["cash-out-fulfillment", "Cash-outs"],
  ]);
  const status = select("status", "Status", [
    ["", "Any status"],
    ...STATUSES.map((one) => /** @type {[string, string]} */ ([one, statusWords(one)[0]])),
  ]);
  const phone = h("input", {
    type: "search",
    id: "filter-phone",
    "aria-label": "Search by phone",
    placeholder: "Phone, or a part of it",
    inputmode: "tel",
    autocomplete: "off",
    change: apply,
  });
  phone.value = query.get("phone") ?? "";
  function apply() {
    goInstead(screen.link("operations", { type: type.value, status: status.value, phone: phone.value.trim() }));
  }
  return h(
    "div",
    { class: "filters" },
    h(
      "form",
      {
        class: "filter-form",
        role: "search",
        "aria-label": "Operations",
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          apply();
        },
      },
      type,
      status,
      phone,
    ),
    h(
      "details",
      { class: "menu-details", id: "export" },
      h("summary", { class: "button quiet" }, icon("down"), "Export"),
      h(
        "ul",
        { class: "plain" },
        [
          ["csv", "As CSV"],
          ["jsonl", "As JSON lines"],
        ].map(([format = "", text]) =>
          h("li", {}, h("button", { type: "button", class: "quiet", click: once(() => save(screen, format)) }, text)),
        ),
      ),
    ),
  );
}

/**
 * Saves the ledger as a file. The browser downloads the stream by itself; a check comes
 * first, since a refused download shows no reason.
 * @param {Screen} screen
 * @param {string} format
 */
async function save(screen, format) {
  const path = `${screen.base}/operations/export?format=${format}`;
  await check(path);
  h("a", { href: `/admin/v1${path}`, download: `operations.${format}` }).click();
}
