// @ts-check
/**
 * The subject of an approval, member by member. Nothing of it is ever left out: a member that this
 * page has no words for is shown under its own name.
 */

import { h } from "../lib/dom.js";
import { money } from "../lib/money.js";
import { autoApproveWords, daysWords, ipWords, limitWords, operationWords, ROLES } from "../lib/words.js";
import { details, permissionTags, table, typed } from "../ui/parts.js";

/** @import { Child } from "../lib/dom.js" */
/** @import { Approval, Key } from "../types/api.d.ts" */

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" || typeof value === "number" ? typed(String(value)) : json(value);
}

/** @param {unknown} value */
function json(value) {
  return value === null ? "None" : h("code", {}, JSON.stringify(value));
}

/** @param {unknown} value */
function id(value) {
  return typeof value === "string" ? h("code", { class: "wrap" }, value) : json(value);
}

/** @param {(value: string, currency: string) => Child} words @returns {Words} */
function string(words) {
  return (value, currency) => (typeof value === "string" ? words(value, currency) : json(value));
}

/** @param {(values: string[]) => Child} words @returns {Words} */
function strings(words) {
  return (value) => (Array.isArray(value) ? words(value.map(String)) : json(value));
}

/** @typedef {(value: unknown, currency: string) => Child} Words */

/** @param {unknown} value @param {string} currency */
function limit(value, currency) {
  return value === null || typeof value === "string" ? limitWords(value, currency) : json(value);
}

/** @param {string[]} roles */
export function roleWords(roles) {
  return roles.length === 0
    ? "No role"
    : roles.map((role) => ROLES.find((one) => one.value === role)?.label ?? role).join(", ");
}

/** @type {[name: string, label: string, words: Words][]} in the order of reading */
const MEMBERS = [
  ["operationType", "What", string((value) => operationWords(value))],
  ["secondFactor", "Second factor", text],
  ["amount", "Amount", string((value, currency) => h("strong", { class: "amount" }, money(value, currency)))],
  ["phoneTo", "To phone", text],
  ["merchantName", "To merchant", text],
  ["merchantShortCode", "Short code", text],
  ["merchantToShortCode", "To merchant, short code", text],
  ["phoneFrom", "From phone", text],
  ["cashOutFulfillmentType", "Paid out by", string((value) => (value === "cash" ? "Cash" : "Bank transfer"))],
  ["cashOutFulfillmentID", "Transaction ID", text],
  ["memo", "Memo", text],
  ["url", "Messages go to", text],
  ["events", "Messages", strings((types) => types.join(", "))],
  ["description", "Description", text],
  ["label", "Label", text],
  ["login", "Sign-in name", text],
  ["name", "Name", text],
  ["roles", "Roles", strings(roleWords)],
  ["permissions", "Permissions", strings(permissionTags)],
  ["maxTransactionAmount", "Max Transaction Amount", limit],
  ["maxDailyVolume", "Max Daily Volume", limit],
  ["autoApproveLimit", "Auto-approve", string(autoApproveWords)],
  ["allowedIPs", "Allowed IPs", strings((ips) => typed(ipWords(ips)))],
  [
    "expiresInDays",
    "Expires",
    (value) => (typeof value === "number" ? `${daysWords(value)} after it is claimed` : json(value)),
  ],
  [
    "overlapHours",
    "The old one works on for",
    (value) => (typeof value === "number" ? `${value} hours after the new one is claimed` : json(value)),
  ],
  ["note", "Note to the checker", text],
  ["keyID", "Key ID", id],
  ["replaces", "Replaces key", id],
  ["merchantTo", "Merchant ID", id],
  ["operationID", "Operation ID", id],
  ["userID", "User ID", id],
  ["webhookID", "Webhook ID", id],
];

/**
 * @param {Record<string, unknown>} subject
 * @param {string} currency
 * @returns {[name: string, member: string, value: Child][]}
 */
function entries(subject, currency) {
  const known = MEMBERS.filter(([name]) => name in subject && isWorthSaying(name, subject[name]));
  const names = new Set(MEMBERS.map(([name]) => name));
  const others = Object.keys(subject)
    .filter((name) => !names.has(name))
    .sort();
  return [
    ...known.map(
      ([name, label, words]) => /** @type {[string, string, Child]} */ ([label, name, words(subject[name], currency)]),
    ),
    ...others.map(
      (name) => /** @type {[string, string, Child]} */ ([name, name, h("span", { class: "id" }, text(subject[name]))]),
    ),
  ];
}

/**
 * An absent limit says something (no limit); an absent memo, payee or note doesn't.
 * @param {string} name
 * @param {unknown} value
 */
function isWorthSaying(name, value) {
  return value !== null || name.startsWith("max");
}

/**
 * @param {Approval} approval
 * @param {string} currency
 */
export function subjectDetails(approval, currency) {
  return details(
    entries(approval.subject, currency).map(([label, , value]) => [label, value]),
    "details-subject",
  );
}

/** Members that a new key doesn't take over from the one it replaces. */
const OF_ITS_OWN = ["keyID", "replaces", "note", "overlapHours"];

/**
 * For a rotation: every member of the request, beside the old key's value.
 * @param {Approval} approval
 * @param {Key} old
 * @param {string} currency
 */
export function comparison(approval, old, currency) {
  const before = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (old));
  return table({
    caption: "Exactly this will be carried out",
    columns: [{ text: "Setting" }, { text: "New key" }, { text: "Beside the key it replaces" }],
    rows: entries(approval.subject, currency).map(([label, name, value]) => {
      if (OF_ITS_OWN.includes(name)) return [label, value, ""];
      const words = MEMBERS.find(([member]) => member === name)?.[2] ?? text;
      const same = JSON.stringify(before[name]) === JSON.stringify(approval.subject[name]);
      return [
        label,
        value,
        same ? "Same" : [h("strong", { class: "changed" }, "Changed"), ", was: ", words(before[name], currency)],
      ];
    }),
  });
}

/**
 * A request in one line.
 * @param {Approval} approval
 * @param {string} currency
 * @returns {Child}
 */
export function subjectLine({ kind, subject }, currency) {
  if (kind === "operation") {
    const amount = typeof subject.amount === "string" ? money(subject.amount, currency) : "";
    const cashIn = subject.operationType === "cash-in";
    const who = subject.phoneTo ?? subject.merchantName ?? subject.merchantToShortCode ?? subject.phoneFrom ?? "";
    return [
      cashIn ? "Cash-in " : "Cash-out ",
      h("span", { class: "amount" }, amount),
      cashIn ? " to " : " from ",
      typed(String(who)),
    ];
  }
  if (kind === "settings.change") return "No second factor required of members";
  const name = String(subject.url ?? subject.label ?? subject.name ?? subject.login ?? subject.userID ?? "");
  const roles =
    Array.isArray(subject.roles) && kind !== "user.reset" ? ` (${roleWords(subject.roles.map(String))})` : "";
  return [typed(name), roles];
}
