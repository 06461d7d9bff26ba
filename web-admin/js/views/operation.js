// @ts-check
/** One operation: its progress and its details. */

import { h } from "../lib/dom.js";
import { ago, moment } from "../lib/time.js";
import { operationWords } from "../lib/words.js";
import { get } from "../server/api.js";
import { loadInbox } from "../server/inbox.js";
import { amount, badge, details, head, typed, up } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { party } from "./operation-row.js";

/** @import { Operation, Approval } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/** @typedef {{ found: Operation, request: Approval | null }} Data */

/** @type {View<Data>} */
export const operation = {
  title: "Operation",
  load: async (screen) => {
    const operationID = screen.path[1] ?? "";
    const [found, inbox] = await Promise.all([
      /** @type {Promise<Operation>} */ (
        get(`${screen.base}/operations/${encodeURIComponent(operationID)}`, screen.signal)
      ),
      loadInbox(screen.member, screen.signal),
    ]);
    const request = inbox.pending.find((one) => one.subject.operationID === operationID);
    return { found, request: request ?? null };
  },
  render: ({ found, request }, screen) => [
    up(screen.link("operations"), "Operations"),
    head(
      `${operationWords(found.operationType)} ${found.operationType === "cash-in" ? "to" : "from"} ${party(found)}`,
      null,
      badge(found.status),
    ),
    h("p", { class: "figure" }, amount(found.amount, screen.currency)),
    progress(found, request, screen),
    h("section", { class: "card" }, h("h2", {}, "Details"), facts(found)),
  ],
};

/**
 * @param {Operation} one
 * @param {Approval | null} request
 * @param {Screen} screen
 */
function progress(one, request, screen) {
  switch (one.status) {
    case "pending":
      return note(
        "info",
        h(
          "p",
          {},
          "It waits for a checker. ",
          one.operationType === "cash-in"
            ? "Its amount is held from the float until then. "
            : "The customer's money is held until then. ",
          request && h("a", { href: screen.link(`approvals/${request.approvalID}`) }, "Go to the request"),
        ),
      );
    case "processing":
      return note("info", h("p", {}, "Decided, and on its way to the wallet. This ends by itself."));
    case "completed":
      return note("success", h("p", {}, "Done ", ago(one.updatedAt), "."));
    default:
      return note(
        "warning",
        h(
          "p",
          {},
          one.lastError ? typed(one.lastError) : "It was not carried out. Nothing moved; what it held was given back.",
        ),
      );
  }
}

/** @param {Operation} one */
function facts(one) {
  const id = (/** @type {string | number | null | undefined} */ text) =>
    text ? h("code", { class: "wrap" }, String(text)) : null;
  return details([
    ["Type", operationWords(one.operationType)],
    ["To phone", one.phoneTo && typed(one.phoneTo)],
    ["From phone", one.phoneFrom && typed(one.phoneFrom)],
    [
      "Merchant",
      one.merchantName && [
        typed(one.merchantName),
        one.merchantShortCode ? `, short code ${one.merchantShortCode}` : "",
      ],
    ],
    ["Paid out by", one.cashOutFulfillmentType && (one.cashOutFulfillmentType === "cash" ? "Cash" : "Bank transfer")],
    ["Transaction ID", one.cashOutFulfillmentID && typed(one.cashOutFulfillmentID)],
    ["Memo", one.memo && typed(one.memo)],
    ["Asked for", moment(one.createdAt)],
    ["Last change", moment(one.updatedAt)],
    ["Operation ID", id(one.operationID)],
    ["Wallet entry", id(one.walletOperationID)],
    ["Number in the ledger", one.sequenceNumber ? String(one.sequenceNumber) : null],
    ["Ledger hash", id(one.blockchainID)],
  ]);
}
