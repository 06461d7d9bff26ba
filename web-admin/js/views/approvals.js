// @ts-check
/** Approvals: every request that waits for a decision, and those that were decided. */

import { h } from "../lib/dom.js";
import { ago } from "../lib/time.js";
import { kindWords } from "../lib/words.js";
import { get } from "../server/api.js";
import { whyNot } from "../server/inbox.js";
import { person } from "../server/session.js";
import { moreList } from "../ui/more.js";
import { badge, head, tabs, typed } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { subjectLine } from "./subject.js";

/** @import { Page } from "../server/api.js" */
/** @import { Approval } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

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
 */
function approvalRow(approval, screen) {
  const { member, currency } = screen;
  const open = approval.status === "pending";
  const reason = open ? whyNot(approval, member) : "";
  const mine = approval.makerID === person().userID;
  return h(
    "li",
    { class: "row row-request" },
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

/** @type {View<Page<Approval>>} */
export const approvals = {
  title: "Approvals",
  load: (screen) =>
    get(
      screen.path[1] === "history"
        ? `${screen.base}/approvals?limit=50`
        : `${screen.base}/approvals?status=pending&limit=1000`,
      screen.signal,
    ),
  render: (page, screen) => {
    const history = screen.path[1] === "history";
    const items = page.items.filter((one) => history === (one.status !== "pending"));
    const first = items.filter((one) => whyNot(one, screen.member) === "" || history);
    const rest = items.filter((one) => !first.includes(one));
    return [
      head("Approvals", "What one person asks for, another one decides. Nobody decides their own requests."),
      tabs("Approvals", [
        {
          href: screen.link("approvals"),
          text: "Open",
          current: !history,
          ...(history ? {} : { count: items.length }),
        },
        { href: screen.link("approvals/history"), text: "Decided", current: history },
      ]),
      history
        ? moreList({
            items,
            nextCursor: page.nextCursor,
            more: (cursor) => get(`${screen.base}/approvals?limit=50&cursor=${encodeURIComponent(cursor)}`),
            keep: (one) => one.status !== "pending",
            row: (one) => approvalRow(one, screen),
            empty: empty("Nothing decided yet", "Requests appear here once somebody approved or rejected them."),
          })
        : items.length === 0
          ? empty(
              "Nothing waits",
              "When somebody asks for an API key, an operation or a change of users, it appears here.",
            )
          : [
              first.length > 0 && [
                h("h2", {}, "For you to decide"),
                h("ul", { class: "rows" }, approvalRows(first, screen)),
              ],
              rest.length > 0 && [
                h("h2", {}, first.length > 0 ? "For others to decide" : "Waiting"),
                h("ul", { class: "rows" }, approvalRows(rest, screen)),
              ],
            ],
    ];
  },
};
