// @ts-check
/** Keys on their way: requests that wait for a checker, and approved ones that wait to be claimed. */

import { DAY_MS } from "../lib/day.js";
import { h } from "../lib/dom.js";
import { relative } from "../lib/time.js";
import { isMe } from "../server/session.js";
import { badge, typed } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { approvalRows } from "./approval-row.js";
import { claimKey } from "./key-claim.js";

/** @import { Key, Approval } from "../types/api.d.ts" */
/** @import { Screen } from "../ui/screen.js" */

/**
 * @param {Approval[]} requests
 * @param {Key[]} approved
 * @param {Screen} screen
 */
export function pendingKeys(requests, approved, screen) {
  if (requests.length + approved.length === 0) {
    return empty(
      "Nothing is pending",
      "A request for a key waits here until a checker decides it, and an approved key until its maker claims it.",
    );
  }
  return [
    approved.length > 0 && [
      h("h2", {}, "Approved, to be claimed"),
      h(
        "ul",
        { class: "rows" },
        approved.map((key) => claimRow(key, screen)),
      ),
    ],
    requests.length > 0 && [
      h("h2", {}, "Waiting for a decision"),
      h("ul", { class: "rows" }, approvalRows(requests, screen)),
    ],
  ];
}

/** End of the time in which an approved key can be claimed. @param {Key} key */
export function claimBy(key) {
  return relative(new Date(Date.parse(key.decidedAt ?? key.createdAt) + DAY_MS).toISOString());
}

/**
 * @param {Key} key
 * @param {Screen} screen
 */
function claimRow(key, screen) {
  const mine = isMe(key.makerID);
  return h(
    "li",
    { class: "row" },
    h(
      "div",
      { class: "row-main" },
      h(
        "a",
        { class: "row-title", id: `open-${key.keyID}`, href: screen.link(`settings/api-keys/${key.keyID}`) },
        typed(key.label),
      ),
      h(
        "p",
        { class: "muted small" },
        "Approved",
        key.checkerName && [" by ", typed(key.checkerName)],
        ". The chance to claim it ends ",
        claimBy(key),
        ".",
      ),
    ),
    h(
      "div",
      { class: "row-side" },
      mine
        ? h(
            "button",
            {
              type: "button",
              class: "primary",
              id: `row-claim-${key.keyID}`,
              click: () => claimKey(key, screen.member),
            },
            "Claim key",
          )
        : [badge(key.status), h("p", { class: "muted small" }, "Only ", typed(key.makerName), " can claim it")],
    ),
  );
}
