// @ts-check
/** The plain words for the codes of the API. */

import { money, toMinor } from "./money.js";
import { date, daysUntil } from "./time.js";

/** @import { ApprovalKind, ApprovalStatus, KeyStatus, OperationStatus, Permission, Role } from "../types/api.d.ts" */

/** @type {{ value: Permission, label: string, text: string, risky: boolean }[]} */
export const PERMISSIONS = [
  { value: "read-balance", label: "Read balance", text: "See the float: balance, available and held.", risky: false },
  {
    value: "read-transactions",
    label: "Read transactions",
    text: "See operations and open cash-out requests, with phone numbers and amounts.",
    risky: false,
  },
  {
    value: "perform-operations",
    label: "Perform operations",
    text: "Ask for cash-ins and cash-outs. Money can leave the float with this.",
    risky: true,
  },
];

/** @param {string} permission */
export function permissionLabel(permission) {
  return PERMISSIONS.find((one) => one.value === permission)?.label ?? permission;
}

/** @type {{ value: Role, label: string, text: string }[]} */
export const ROLES = [
  { value: "maker", label: "Maker", text: "Asks for API keys, cash-ins and cash-outs." },
  { value: "checker", label: "Checker", text: "Approves or rejects what others asked for." },
  {
    value: "admin",
    label: "Admin",
    text: "Adds and removes people and their roles; another person approves what adds.",
  },
  { value: "viewer", label: "Viewer", text: "Sees everything and changes nothing." },
];

/** @typedef {ApprovalStatus | KeyStatus | OperationStatus | "disabled" | "invited"} Status */

/** @type {Record<Status, [label: string, tone: "good" | "wait" | "bad" | "plain"]>} */
const STATUSES = {
  pending: ["Pending", "wait"],
  processing: ["Processing", "wait"],
  approved: ["Approved", "wait"],
  active: ["Active", "good"],
  completed: ["Completed", "good"],
  rejected: ["Rejected", "bad"],
  revoked: ["Revoked", "bad"],
  failed: ["Failed", "bad"],
  disabled: ["Disabled", "bad"],
  invited: ["Invited", "wait"],
  expired: ["Expired", "plain"],
  withdrawn: ["Withdrawn", "plain"],
  lapsed: ["Lapsed", "plain"],
};

/** @param {Status} status */
export function statusWords(status) {
  return STATUSES[status];
}

/** @type {Record<ApprovalKind, string>} */
const KINDS = {
  "api-key.issue": "New API key",
  "api-key.rotate": "Rotate API key",
  operation: "Operation",
  "user.create": "New user",
  "user.grant": "More rights for a user",
  "user.reset": "Reset a password",
  "settings.change": "Make the second factor optional",
  "webhook.create": "New webhook",
  "webhook.rotate": "New secret of a webhook",
  "webhook.enable": "Enable a webhook",
};

/** Kinds of requests about people and keys; operations are a queue of their own. */
export const OTHER_KINDS = Object.keys(KINDS).filter((kind) => kind !== "operation");

/** @param {ApprovalKind} kind */
export function kindWords(kind) {
  return KINDS[kind];
}

/** @param {string} type */
export function operationWords(type) {
  return type === "cash-in" ? "Cash-in" : "Cash-out";
}

/**
 * @param {string | null} amount
 * @param {string} currency
 */
export function limitWords(amount, currency) {
  return amount === null ? "No limit" : money(amount, currency);
}

/** @param {string} limit the auto-approve limit @param {string} currency */
export function autoApproveWords(limit, currency) {
  return toMinor(limit) ? `Up to ${money(limit, currency)}` : "Never: a checker decides each operation";
}

/** @param {string[]} ips */
export function ipWords(ips) {
  return ips.length === 0 ? "Any address" : ips.join(", ");
}

/** @param {number} days */
export function daysWords(days) {
  return days === 1 ? "1 day" : `${days} days`;
}

/** @param {string} expiresAt */
export function expiryWords(expiresAt) {
  const days = daysUntil(expiresAt);
  if (days < 0) return `Expired ${date(expiresAt)}`;
  if (days === 0) return "Expires within a day";
  return days <= 60 ? `Expires in ${daysWords(days)}` : `Expires ${date(expiresAt)}`;
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
