// @ts-check
/** Rows of requests, each leading to its own page. */

import { h } from "../lib/dom.js";
import { ago } from "../lib/time.js";
import { kindWords } from "../lib/words.js";
import { whyNot } from "../server/inbox.js";
import { isMe } from "../server/session.js";
import { badge, typed } from "../ui/parts.js";
import { subjectLine } from "./subject.js";

/** @import { Child } from "../lib/dom.js" */
/** @import { Approval } from "../types/api.d.ts" */
/** @import { Screen } from "../ui/screen.js" */

/**
 * Rows of requests, each leading to its own page.
 * @param {Approval[]} approvals
 * @param {Screen} screen
 */
export function approvalRows(approvals, screen) {
  return approvals.map((approval) => approvalRow(approval, screen));
}

/**
 * @param {Approval} approval
 * @param {Screen} screen
 * @param {Child} [before] at the row's beginning, such as a checkbox
 */
export function approvalRow(approval, screen, before = null) {
  const { member, currency } = screen;
  const open = approval.status === "pending";
  const reason = open ? whyNot(approval, member) : "";
  const mine = isMe(approval.makerID);
  return h(
    "li",
    { class: "row row-request" },
    before,
    h(
      "div",
      { class: "row-main" },
      h("p", { class: "kind" }, kindWords(approval.kind)),
      h(
        "a",
        {
          class: "row-title",
          id: `open-${approval.approvalID}`,
          href: screen.link(`approvals/${approval.approvalID}`),
        },
        subjectLine(approval, currency),
      ),
      h(
        "p",
        { class: "muted small" },
        "Asked for by ",
        mine ? "you" : typed(approval.makerName),
        " ",
        ago(approval.createdAt),
      ),
    ),
    h(
      "div",
      { class: "row-side" },
      open
        ? reason === ""
          ? h("span", { class: "badge badge-wait" }, "Waits for you")
          : h("span", { class: "muted small" }, mine ? "Waits for another person" : reason)
        : badge(approval.status),
      h(
        "p",
        { class: "muted small" },
        open
          ? ["Lapses ", ago(approval.expiresAt)]
          : [
              approval.decidedByName && ["by ", typed(approval.decidedByName), " "],
              approval.decidedAt && ago(approval.decidedAt),
            ],
      ),
    ),
  );
}
