// @ts-check
/** An operation as a row of a list. */

import { h } from "../lib/dom.js";
import { ago } from "../lib/time.js";
import { operationWords } from "../lib/words.js";
import { amount, badge, typed } from "../ui/parts.js";

/** @import { Operation } from "../types/api.d.ts" */
/** @import { Screen } from "../ui/screen.js" */

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
