// @ts-check
/** The settings of a key as form fields, shared by asking for one and tightening one. */

import { h } from "../lib/dom.js";
import { ipProblem } from "../lib/ips.js";
import { amountProblem, toMinor, typedAmount } from "../lib/money.js";
import { PERMISSIONS } from "../lib/words.js";
import { choices, field, textField } from "../ui/field.js";

/** @import { Key, Permission } from "../types/api.d.ts" */
/** @import { Values } from "../ui/form.js" */

/**
 * @param {readonly Permission[]} checked
 * @param {readonly Permission[]} [offered] others can't be chosen
 */
export function permissionChoices(checked, offered) {
  return choices({
    name: "permissions",
    legend: "Permissions",
    hint: "Choose only what the software needs.",
    choices: PERMISSIONS.filter(({ value }) => !offered || offered.includes(value)).map(
      ({ value, label, text, risky }) => ({
        value,
        label,
        text,
        checked: checked.includes(value),
        ...(risky ? { mark: h("span", { class: "badge badge-risky" }, "Moves money") } : {}),
      }),
    ),
  });
}

/**
 * @param {string} currency
 * @param {Partial<Key>} values
 */
export function limitFields(currency, values) {
  const attributes = { inputmode: "decimal", maxlength: 24 };
  return [
    h(
      "div",
      { class: "pair" },
      field({
        name: "maxTransactionAmount",
        label: "Max Transaction Amount",
        hint: "Of one operation; larger ones are refused.",
        prefix: currency,
        value: values.maxTransactionAmount ?? "",
        clean: typedAmount,
        check: amountProblem,
        attributes,
      }),
      field({
        name: "maxDailyVolume",
        label: "Max Daily Volume",
        hint: "All operations of one UTC day together.",
        prefix: currency,
        value: values.maxDailyVolume ?? "",
        clean: typedAmount,
        check: amountProblem,
        attributes,
      }),
    ),
    field({
      name: "autoApproveLimit",
      label: "Auto-approve up to",
      hint: "Operations up to this amount are carried out at once. Left empty, a checker decides each one.",
      prefix: currency,
      value: toMinor(values.autoApproveLimit ?? "") ? (values.autoApproveLimit ?? "") : "",
      clean: typedAmount,
      check: (text) => (toMinor(text) === 0n ? "" : amountProblem(text)),
      attributes,
    }),
  ];
}

/**
 * @param {string[]} value
 * @param {import("../lib/dom.js").Child} [after]
 */
export function ipField(value, after) {
  return textField({
    name: "allowedIPs",
    label: "Allowed IPs",
    hint: "IPv4, IPv6 or ranges, separated by commas or lines. Left empty, the key works from anywhere.",
    rows: 2,
    lines: true,
    value: value.join(", "),
    check: ipProblem,
    after,
    attributes: { spellcheck: "false", autocapitalize: "none", class: "mono" },
  });
}

/**
 * The rules between the limits, as the server has them.
 * @param {Values} values
 * @returns {{ name: string, message: string }[]}
 */
export function limitProblems(values) {
  const perOperation = toMinor(values.text("maxTransactionAmount"));
  const daily = toMinor(values.text("maxDailyVolume"));
  const auto = toMinor(values.text("autoApproveLimit"));
  const problems = [];
  if (perOperation !== null && daily !== null && perOperation > daily) {
    problems.push({
      name: "maxTransactionAmount",
      message: "One operation can't be allowed more than a whole day. Lower this, or raise the Max Daily Volume.",
    });
  }
  if (auto) {
    if (perOperation === null || daily === null) {
      problems.push({
        name: "autoApproveLimit",
        message: "Only possible with both limits above, so that the damage of a lost key has a bound.",
      });
    } else if (auto > perOperation) {
      problems.push({ name: "autoApproveLimit", message: "This can't be more than the Max Transaction Amount." });
    }
  }
  return problems;
}
