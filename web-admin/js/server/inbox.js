// @ts-check
/** The inbox of this person: requests to decide and approved keys to claim. */

import { OTHER_KINDS } from "../lib/words.js";
import { get, withQuery } from "./api.js";
import { holds, isMe } from "./session.js";

/** @import { Page } from "./api.js" */
/** @import { Approval, Key, SessionDistributor as Membership } from "../types/api.d.ts" */

/**
 * @typedef {object} Inbox
 * @property {Approval[]} pending open requests: those about people and keys, then operations, each oldest first
 * @property {Approval[]} toDecide those that this person may decide
 * @property {boolean} more whether there are more than a page holds
 * @property {Key[]} toClaim approved keys of this maker
 */

/** Requests on a page. */
const MOST = 1000;

/**
 * Whether this person may decide a request, as far as the page knows; the server decides.
 * @param {Approval} approval
 * @param {Membership} member
 */
export function mayDecide(approval, member) {
  return whyNot(approval, member) === "";
}

/**
 * The reason why this person can't decide a request, as a sentence; "" when they can.
 * @param {Approval} approval
 * @param {Membership} member
 */
export function whyNot(approval, member) {
  const forUser = approval.kind.startsWith("user.");
  const byAdmin = forUser || approval.kind === "settings.change";
  if (isMe(approval.makerID)) {
    return "You asked for this yourself, so another person has to decide it.";
  }
  if (forUser && isMe(approval.subject.userID)) {
    return "This is about your own account, so another person has to decide it.";
  }
  if (!holds(member, "checker", ...(byAdmin ? /** @type {const} */ (["admin"]) : []))) {
    return byAdmin ? "An admin or a checker decides this." : "A checker decides this.";
  }
  return "";
}

/**
 * Open requests, oldest first: operations, or those about people and keys.
 * @param {Membership} member
 * @param {"operations" | "others"} which
 * @param {{ limit?: number, cursor?: string, signal?: AbortSignal }} [options]
 * @returns {Promise<Page<Approval>>}
 */
export function openRequests(member, which, { limit = MOST, cursor = "", signal } = {}) {
  const kind = which === "operations" ? "operation" : OTHER_KINDS.join();
  const path = `/distributors/${member.distributorID}/approvals`;
  return get(withQuery(path, { status: "pending", order: "oldest", kind, limit, cursor }), signal);
}

/**
 * @param {Membership} member
 * @param {AbortSignal} [signal]
 * @returns {Promise<Inbox>}
 */
export async function loadInbox(member, signal) {
  const options = signal ? { signal } : {};
  const [others, operations, approved] = await Promise.all([
    openRequests(member, "others", options),
    openRequests(member, "operations", options),
    /** @type {Promise<Page<Key>> | null} */ (
      holds(member, "maker") ? get(`/distributors/${member.distributorID}/api-keys?status=approved`, signal) : null
    ),
  ]);
  const pending = [...others.items, ...operations.items];
  return {
    pending,
    toDecide: pending.filter((approval) => mayDecide(approval, member)),
    more: others.nextCursor !== "" || operations.nextCursor !== "",
    toClaim: (approved?.items ?? []).filter((key) => isMe(key.makerID)),
  };
}
