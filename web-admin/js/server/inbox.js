// @ts-check
/** The inbox of this person: requests to decide and approved keys to claim. */

import { get } from "./api.js";
import { holds, person } from "./session.js";

/** @import { Page } from "./api.js" */
/** @import { Approval, Key, SessionDistributor as Membership } from "../types/api.d.ts" */

/**
 * @typedef {object} Inbox
 * @property {Approval[]} pending every open request
 * @property {Approval[]} toDecide those that this person may decide
 * @property {Key[]} toClaim approved keys of this maker
 */

/**
 * Whether this person may decide a request, as far as the page knows; the server decides.
 * @param {Approval} approval
 * @param {Membership} member
 */
function mayDecide(approval, member) {
  return whyNot(approval, member) === "";
}

/**
 * The reason why this person can't decide a request, as a sentence; "" when they can.
 * @param {Approval} approval
 * @param {Membership} member
 */
export function whyNot(approval, member) {
  const me = person();
  const forUser = approval.kind.startsWith("user.");
  if (approval.makerID === me.userID) {
    return "You asked for this yourself, so another person has to decide it.";
  }
  if (forUser && approval.subject.userID === me.userID) {
    return "This is about your own account, so another person has to decide it.";
  }
  if (!holds(member, "checker", ...(forUser ? /** @type {const} */ (["admin"]) : []))) {
    return forUser ? "An admin or a checker decides this." : "A checker decides this.";
  }
  return "";
}

/**
 * @param {Membership} member
 * @param {AbortSignal} [signal]
 * @returns {Promise<Inbox>}
 */
export async function loadInbox(member, signal) {
  const base = `/distributors/${member.distributorID}`;
  const [{ items: pending }, approved] = await Promise.all([
    /** @type {Promise<Page<Approval>>} */ (get(`${base}/approvals?status=pending&limit=1000`, signal)),
    /** @type {Promise<Page<Key>> | null} */ (
      holds(member, "maker") ? get(`${base}/api-keys?status=approved`, signal) : null
    ),
  ]);
  return {
    pending,
    toDecide: pending.filter((approval) => mayDecide(approval, member)),
    toClaim: (approved?.items ?? []).filter((key) => key.makerID === person().userID),
  };
}
