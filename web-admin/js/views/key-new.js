// @ts-check
/** Create API Key: the settings as a form, and their meaning in plain words. */

import { find, h, replace } from "../lib/dom.js";
import { splitIPs } from "../lib/ips.js";
import { money, toMinor } from "../lib/money.js";
import { go } from "../lib/router.js";
import { counted, daysWords, permissionLabel } from "../lib/words.js";
import { call } from "../server/api.js";
import { holds, person } from "../server/session.js";
import { field, textField } from "../ui/field.js";
import { form } from "../ui/form.js";
import { head, typed, up } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { ipField, limitFields, limitProblems, permissionChoices } from "./key-fields.js";

/** @import { Key, NewKey, Permission } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */
/** @import { Values } from "../ui/form.js" */

const DEFAULT_DAYS = 365;

/** @type {View<null>} */
export const keyNew = {
  title: "Create API Key",
  still: true,
  load: async () => null,
  render: (_, screen) => [
    up(screen.link("settings/api-keys"), "API Keys"),
    head("Create API Key", "You ask, a checker decides. Then you claim the key and see it once."),
    holds(screen.member, "maker") ? newKeyForm(screen) : note("info", h("p", {}, "Only a maker can ask for a key.")),
  ],
};

/** @param {Screen} screen */
function newKeyForm(screen) {
  const { currency } = screen;
  const summary = h("div", { class: "summary-text" });
  const draw = (/** @type {Values} */ values) => replace(summary, sentences(values, currency));
  return form({
    content: h(
      "div",
      { class: "with-summary" },
      h(
        "div",
        { class: "card" },
        field({
          name: "label",
          label: "Label",
          hint: "What uses this key, such as “Lagos tills”.",
          required: true,
          attributes: { maxlength: 64 },
        }),
        permissionChoices([]),
        limitFields(currency, {}),
        ipField([], myAddress()),
        field({
          name: "expiresInDays",
          label: "Expires In (days)",
          hint: "From 1 to 365, counted from when you claim it.",
          type: "number",
          required: true,
          value: String(DEFAULT_DAYS),
          attributes: { min: 1, max: 365, step: 1, inputmode: "numeric", class: "short" },
        }),
        textField({
          name: "note",
          label: "Note to the checker",
          hint: "Why it is needed, and since when.",
          attributes: { maxlength: 256 },
        }),
      ),
      h(
        "aside",
        { class: "card summary", "aria-labelledby": "summary-title" },
        h("h2", { id: "summary-title" }, "In plain words"),
        summary,
      ),
    ),
    submit: "Send to a checker",
    cancel: () => go(screen.link("settings/api-keys")),
    check: (values) => [
      ...(values.chosen("permissions").length === 0 ? [{ name: "permissions", message: "Choose at least one." }] : []),
      ...limitProblems(values),
    ],
    changed: draw,
    draft: true,
    send: async (values, idempotencyKey) => {
      const body = request(values);
      /** @type {Key} */
      const key = await call("POST", `${screen.base}/api-keys`, { body, idempotencyKey: idempotencyKey(body) });
      toast("Sent. A checker decides now; this page tells you when.");
      go(screen.link(`approvals/${key.approvalID}`));
    },
  });
}

function myAddress() {
  const ip = person().clientIP;
  if (!ip) return null;
  return h(
    "button",
    {
      type: "button",
      class: "quiet small",
      click: (/** @type {Event} */ event) => {
        const area = find(
          /** @type {HTMLElement} */ (event.currentTarget).closest(".field") ?? document,
          "textarea",
          HTMLTextAreaElement,
        );
        area.value = [...new Set([...splitIPs(area.value), ip])].join(", ");
        area.dispatchEvent(new Event("input", { bubbles: true }));
        area.focus();
      },
    },
    `Use my current address, ${ip}`,
  );
}

/**
 * The body to send, without fields that were left empty.
 * @param {Values} values
 * @returns {NewKey}
 */
function request(values) {
  const optional = (/** @type {string} */ name) => (values.text(name) ? { [name]: values.text(name) } : {});
  const ips = splitIPs(values.text("allowedIPs"));
  return {
    label: values.text("label"),
    permissions: /** @type {Permission[]} */ (values.chosen("permissions")),
    ...optional("maxTransactionAmount"),
    ...optional("maxDailyVolume"),
    ...(ips.length > 0 ? { allowedIPs: ips } : {}),
    expiresInDays: Number(values.text("expiresInDays")),
    ...optional("autoApproveLimit"),
    ...optional("note"),
  };
}

/**
 * @param {Values} values
 * @param {string} currency
 */
function sentences(values, currency) {
  const amount = (/** @type {string} */ name) => {
    const text = values.text(name);
    return toMinor(text) ? h("span", { class: "amount strong" }, money(text, currency)) : null;
  };
  const permissions = values.chosen("permissions");
  const moves = permissions.includes("perform-operations");
  const ips = splitIPs(values.text("allowedIPs"));
  const perOperation = amount("maxTransactionAmount");
  const daily = amount("maxDailyVolume");
  const auto = amount("autoApproveLimit");
  return [
    h(
      "p",
      {},
      values.text("label") ? typed(values.text("label"), "strong") : "This key",
      permissions.length === 0
        ? " may do nothing yet: choose a permission."
        : [" may ", list(permissions.map((one) => permissionLabel(one).toLowerCase())), "."],
    ),
    moves &&
      h(
        "p",
        {},
        "It can move ",
        perOperation ? ["at most ", perOperation, " at a time"] : h("strong", {}, "any amount at a time"),
        " and ",
        daily ? ["at most ", daily, " a day"] : h("strong", {}, "any amount a day"),
        ".",
      ),
    moves &&
      h(
        "p",
        {},
        auto
          ? ["Up to ", auto, " nobody looks at it first; above that a checker decides."]
          : "A checker decides each operation.",
      ),
    h(
      "p",
      {},
      ips.length === 0
        ? [h("strong", {}, "It works from any address"), " on the internet."]
        : ["It works only from ", counted(ips.length, "address or range", "addresses or ranges"), "."],
    ),
    /^[1-9][0-9]{0,2}$/.test(values.text("expiresInDays")) &&
      h("p", {}, "It ends ", daysWords(Number(values.text("expiresInDays"))), " after you claim it."),
    moves &&
      (!perOperation || !daily || ips.length === 0) &&
      note("warning", h("p", {}, "A checker may ask for limits and addresses: they bound what a lost key can cost.")),
  ];
}

/** @param {string[]} words */
function list(words) {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(words);
}
