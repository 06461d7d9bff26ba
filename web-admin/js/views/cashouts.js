// @ts-check
/** Customers who asked for cash: the open requests, and paying one out. */

import { h } from "../lib/dom.js";
import { go } from "../lib/router.js";
import { ago } from "../lib/time.js";
import { call, get, withQuery } from "../server/api.js";
import { holds } from "../server/session.js";
import { openDialog } from "../ui/dialog.js";
import { field, selectField, textField } from "../ui/field.js";
import { form } from "../ui/form.js";
import { moreList } from "../ui/more.js";
import { amount, head, typed } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** @import { Page } from "../server/api.js" */
/** @import { CashOutRequest as CashOut } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

const PAGE = 100;

/** @type {View<Page<CashOut>>} */
export const cashouts = {
  title: "Cash-outs",
  load: (screen) => get(`${screen.base}/cashouts?limit=${PAGE}`, screen.signal),
  render: (page, screen) => [
    head(
      "Cash-outs",
      "Customers who asked you for cash. Their money is held in their wallet and comes to your float when you have paid.",
    ),
    moreList({
      items: page.items,
      nextCursor: page.nextCursor,
      more: (cursor) => get(withQuery(`${screen.base}/cashouts`, { limit: PAGE, cursor })),
      row: (one) => cashOutRow(one, screen),
      label: "Show later ones",
      empty: empty("Nobody waits for cash", "When a customer asks for a cash-out, it appears here for 24 hours."),
    }),
  ],
};

/**
 * @param {CashOut} one
 * @param {Screen} screen
 */
function cashOutRow(one, screen) {
  return h(
    "li",
    { class: "row" },
    h(
      "div",
      { class: "row-main" },
      h("p", { class: "row-title" }, typed(one.from)),
      h(
        "p",
        { class: "muted small clip" },
        "Asked for ",
        ago(one.createdAt),
        " · lapses ",
        ago(one.expiresAt),
        one.memo && [" · ", typed(one.memo)],
      ),
    ),
    h(
      "div",
      { class: "row-side" },
      h("span", { class: "sum sum-in" }, amount(one.amount, screen.currency)),
      holds(screen.member, "maker") &&
        h(
          "button",
          {
            type: "button",
            id: `pay-${one.operationID}`,
            "aria-label": `Pay out to ${one.from}`,
            click: () => payOut(one, screen),
          },
          "Pay out",
        ),
    ),
  );
}

/**
 * @param {CashOut} one
 * @param {Screen} screen
 */
function payOut(one, screen) {
  const dialog = openDialog({ title: "Pay out" });
  dialog.show([
    h("p", { class: "figure" }, amount(one.amount, screen.currency)),
    h(
      "p",
      {},
      "To ",
      typed(one.from, "strong"),
      ". You hand over the money; once a checker agrees, the same amount comes from the customer's wallet to your float.",
    ),
    form({
      content: [
        selectField({
          name: "cashOutFulfillmentType",
          label: "Paid by",
          required: true,
          value: "cash",
          options: [
            ["cash", "Cash"],
            ["bank-transfer", "Bank transfer"],
          ],
        }),
        field({
          name: "transactionID",
          label: "Transaction ID",
          hint: "Receipt number or bank reference.",
          attributes: { maxlength: 64 },
        }),
        textField({ name: "memo", label: "Memo", attributes: { maxlength: 256 } }),
      ],
      submit: "Send to a checker",
      cancel: dialog.close,
      send: async (values, idempotencyKey) => {
        const optional = (/** @type {string} */ name) => (values.text(name) ? { [name]: values.text(name) } : {});
        const body = {
          cashOutFulfillmentType: values.text("cashOutFulfillmentType"),
          ...optional("transactionID"),
          ...optional("memo"),
        };
        await call("PUT", `${screen.base}/cashouts/${one.operationID}`, { body, idempotencyKey: idempotencyKey(body) });
        dialog.close();
        toast("Sent. A checker decides now.");
        go(screen.link(`operations/${one.operationID}`));
      },
    }),
  ]);
}
