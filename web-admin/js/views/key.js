// @ts-check
/** One key: state, settings, use and actions. */

import { h, icon } from "../lib/dom.js";
import { ago, daysUntil, moment } from "../lib/time.js";
import { autoApproveWords, daysWords, expiryWords, ipWords, limitWords } from "../lib/words.js";
import { get } from "../server/api.js";
import { holds, isMe } from "../server/session.js";
import { badge, details, head, permissionTags, typed, up } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { claimKey } from "./key-claim.js";
import { revokeKey } from "./key-revoke.js";
import { rotateKey } from "./key-rotate.js";
import { tightenKey } from "./key-tighten.js";
import { usageSection } from "./key-usage.js";
import { WARN_DAYS } from "./keys-active.js";
import { claimBy } from "./keys-pending.js";

/** @import { Key, KeyUsage } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/** @typedef {{ found: Key, usage: KeyUsage | null }} Data `usage` is null before the key is claimed */

/** @type {View<Data>} */
export const key = {
  title: "API Key",
  load: async (screen) => {
    const path = `${screen.base}/api-keys/${encodeURIComponent(screen.path[2] ?? "")}`;
    /** @type {Key} */
    const found = await get(path, screen.signal);
    return { found, usage: found.claimedAt ? await get(`${path}/usage?days=30`, screen.signal) : null };
  },
  render: ({ found, usage }, screen) => [
    up(screen.link("settings/api-keys"), "API Keys"),
    head(found.label, [h("code", {}, found.keyPrefix ? `${found.keyPrefix}…` : found.keyID)], badge(found.status)),
    state(found, screen),
    actions(found, screen),
    h("section", { class: "card" }, h("h2", {}, "Settings"), settings(found, screen)),
    usage && usageSection(found, usage, screen.currency),
  ],
};

/**
 * @param {Key} one
 * @param {Screen} screen
 */
function state(one, screen) {
  const reason = one.reason && h("p", {}, "Reason: ", typed(one.reason));
  switch (one.status) {
    case "pending":
      return note(
        "info",
        h(
          "p",
          {},
          "This key waits for a checker. ",
          h("a", { href: screen.link(`approvals/${one.approvalID}`) }, "Go to the request"),
        ),
      );
    case "approved":
      return note(
        "success",
        h(
          "p",
          {},
          "Approved. ",
          isMe(one.makerID) ? "You can claim it" : ["Only ", typed(one.makerName), " can claim it"],
          "; the chance ends ",
          claimBy(one),
          ".",
        ),
      );
    case "active":
      return one.expiresAt && daysUntil(one.expiresAt) <= WARN_DAYS
        ? note(
            "warning",
            h("p", {}, expiryWords(one.expiresAt), ". Rotate it, so that your software goes on without a break."),
          )
        : null;
    case "revoked":
      return note(
        "danger",
        h("p", {}, "Revoked ", one.revokedAt && ago(one.revokedAt), ". It has not worked since."),
        reason,
      );
    case "expired":
      return note("info", h("p", {}, "Expired ", one.expiresAt && ago(one.expiresAt), ". It has not worked since."));
    case "lapsed":
      return note("info", h("p", {}, "Lapsed: it wasn't decided, or wasn't claimed, in time."), reason);
    default:
      return note(
        "info",
        h(
          "p",
          {},
          one.status === "rejected" ? "Rejected" : "Withdrawn",
          one.checkerName && [" by ", typed(one.checkerName)],
          one.decidedAt && [" ", ago(one.decidedAt)],
          ".",
        ),
        reason,
      );
  }
}

/**
 * @param {Key} one
 * @param {Screen} screen
 */
function actions(one, screen) {
  const { member } = screen;
  const maker = holds(member, "maker");
  const anyHand = holds(member, "maker", "checker", "admin");
  const works = one.status === "active" || one.status === "approved";
  const list = [
    one.status === "approved" &&
      maker &&
      isMe(one.makerID) &&
      h("button", { type: "button", class: "primary", id: "claim", click: () => claimKey(one, member) }, "Claim key"),
    one.status === "active" &&
      maker &&
      h("button", { type: "button", id: "rotate", click: () => rotateKey(one, screen) }, "Rotate"),
    works && anyHand && h("button", { type: "button", id: "tighten", click: () => tightenKey(one, screen) }, "Tighten"),
    works &&
      anyHand &&
      h(
        "button",
        { type: "button", class: "danger-text", id: "revoke", click: () => revokeKey(one, screen) },
        "Revoke",
      ),
  ].filter(Boolean);
  return list.length > 0 && h("div", { class: "actions" }, list);
}

/**
 * @param {Key} one
 * @param {Screen} screen
 */
function settings(one, { currency, link }) {
  return details([
    ["Permissions", permissionTags(one.permissions)],
    ["Max Transaction Amount", limitWords(one.maxTransactionAmount, currency)],
    ["Max Daily Volume", limitWords(one.maxDailyVolume, currency)],
    ["Auto-approve", autoApproveWords(one.autoApproveLimit, currency)],
    ["Allowed IPs", typed(ipWords(one.allowedIPs))],
    ["Expires", one.expiresAt ? moment(one.expiresAt) : `${daysWords(one.expiresInDays)} after it is claimed`],
    ["Asked for by", [typed(one.makerName), ", ", moment(one.createdAt)]],
    [
      "Approved by",
      one.checkerName && one.decidedAt && one.status !== "rejected"
        ? [typed(one.checkerName), ", ", moment(one.decidedAt)]
        : null,
    ],
    ["Claimed", one.claimedAt && moment(one.claimedAt)],
    ["Last used", one.lastUsedAt && [moment(one.lastUsedAt), one.lastUsedIP ? [" from ", typed(one.lastUsedIP)] : ""]],
    ["Note to the checker", one.note && typed(one.note)],
    [
      "Replaces",
      one.replaces && h("a", { href: link(`settings/api-keys/${one.replaces}`) }, "the key before it", icon("arrow")),
    ],
    ["Key ID", h("code", { class: "wrap" }, one.keyID)],
  ]);
}
