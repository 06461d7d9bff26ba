// @ts-check
/** New cash-in: a maker took cash and asks to credit a wallet; a checker decides. */

import { find, h } from "../lib/dom.js";
import { amountProblem, typedAmount } from "../lib/money.js";
import { phoneProblem, shortCodeProblem, typedPhone } from "../lib/phones.js";
import { go } from "../lib/router.js";
import { plain } from "../lib/typed.js";
import { call } from "../server/api.js";
import { holds } from "../server/session.js";
import { field, selectField, textField } from "../ui/field.js";
import { form } from "../ui/form.js";
import { head, up } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { tellingFirstTime, tellingMerchant } from "./receiver.js";

/** @import { NewOperation, Receipt } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */
/** @import { Values } from "../ui/form.js" */

/** @type {View<null>} */
export const cashIn = {
  title: "New cash-in",
  still: true,
  load: async () => null,
  render: (_, screen) => [
    up(screen.link("operations"), "Operations"),
    head(
      "New cash-in",
      "You took cash and ask to credit a wallet. The amount is held from the float until a checker decides.",
    ),
    holds(screen.member, "maker")
      ? h("div", { class: "card narrow" }, cashInForm(screen))
      : note("info", h("p", {}, "Only a maker can ask for a cash-in.")),
  ],
};

/** @param {Screen} screen */
function cashInForm(screen) {
  const phone = tellingFirstTime(
    field({
      name: "phoneTo",
      label: "Phone number",
      hint: "With the country code, such as +234 803 123 4567.",
      type: "tel",
      required: true,
      clean: typedPhone,
      check: phoneProblem,
      attributes: { maxlength: 64, autocomplete: "off", inputmode: "tel" },
    }),
    screen,
  );
  const merchant = tellingMerchant(
    field({
      name: "merchantToShortCode",
      label: "Merchant's short code",
      hint: "4 to 9 digits.",
      required: true,
      clean: plain,
      check: shortCodeProblem,
      attributes: { maxlength: 24, inputmode: "numeric" },
    }),
    screen,
  );
  const kind = selectField({
    name: "payee",
    label: "Into whose wallet",
    required: true,
    value: "phone",
    options: [
      ["phone", "A person's, by phone number"],
      ["merchant", "A merchant's, by short code"],
    ],
  });
  const choose = () => {
    const toPhone = find(kind, "select", HTMLSelectElement).value === "phone";
    for (const [element, on] of /** @type {[HTMLElement, boolean][]} */ ([
      [phone, toPhone],
      [merchant, !toPhone],
    ])) {
      element.hidden = !on;
      find(element, "input", HTMLInputElement).required = on;
      find(element, "input", HTMLInputElement).disabled = !on;
    }
  };
  kind.addEventListener("change", choose);
  choose();
  return form({
    content: [
      kind,
      phone,
      merchant,
      field({
        name: "amount",
        label: "Amount",
        prefix: screen.currency,
        required: true,
        clean: typedAmount,
        check: amountProblem,
        attributes: { inputmode: "decimal", maxlength: 24 },
      }),
      textField({
        name: "memo",
        label: "Memo",
        hint: "Seen by whoever reads the operation.",
        attributes: { maxlength: 256 },
      }),
    ],
    submit: "Send to a checker",
    draft: true,
    cancel: () => go(screen.link("operations")),
    send: async (values, idempotencyKey) => {
      const body = request(values);
      /** @type {Receipt} */
      const answer = await call("POST", `${screen.base}/operations`, { body, idempotencyKey: idempotencyKey(body) });
      toast("Sent. A checker decides now.");
      go(screen.link(`operations/${answer.operationID}`));
    },
  });
}

/**
 * @param {Values} values
 * @returns {NewOperation}
 */
function request(values) {
  const payee =
    values.text("payee") === "phone"
      ? { phoneTo: values.text("phoneTo") }
      : { merchantToShortCode: values.text("merchantToShortCode") };
  const memo = values.text("memo");
  return { operationType: "cash-in", amount: values.text("amount"), ...payee, ...(memo ? { memo } : {}) };
}
