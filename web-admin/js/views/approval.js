// @ts-check
/** One request: its content, member by member, and the decision. */

import { digest } from "../lib/digest.js";
import { h } from "../lib/dom.js";
import { go } from "../lib/router.js";
import { ago, moment } from "../lib/time.js";
import { kindWords } from "../lib/words.js";
import { call, get } from "../server/api.js";
import { mayDecide, openRequests, whyNot } from "../server/inbox.js";
import { isMe } from "../server/session.js";
import { once } from "../ui/act.js";
import { badge, details, head, typed, up } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { showHalf } from "./password-half.js";
import { askReason } from "./reason.js";
import { isFirstTime } from "./receiver.js";
import { comparison, subjectDetails, subjectLine } from "./subject.js";

/** @import { Page } from "../server/api.js" */
/** @import { Approval, Decision, Key, User } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/**
 * @typedef {{ approval: Approval, maker: string, fingerprint: string, old: Key | null, next: Approval | null, first: boolean }} Data
 */

/** Requests of the queue among which the next one is looked for. */
const LOOKED_AT = 100;

/** @type {View<Data>} */
export const approval = {
  title: "Request",
  load: async (screen) => {
    const path = `${screen.base}/approvals/${encodeURIComponent(screen.path[1] ?? "")}`;
    const [found, users] = await Promise.all([
      /** @type {Promise<Approval>} */ (get(path, screen.signal)),
      /** @type {Promise<Page<User>>} */ (get(`${screen.base}/users?limit=1000`, screen.signal)),
    ]);
    const replaces = found.subject.replaces;
    return {
      approval: found,
      maker: users.items.find((one) => one.userID === found.makerID)?.login ?? "",
      fingerprint: await digest(found, screen.member.distributorID),
      old:
        typeof replaces === "string"
          ? await get(`${screen.base}/api-keys/${encodeURIComponent(replaces)}`, screen.signal)
          : null,
      next: await nextAfter(found, screen),
      first: await isFirst(found, screen),
    };
  },
  render: ({ approval: request, maker, fingerprint, old, next, first }, screen) => [
    up(screen.link("approvals"), "Approvals"),
    head(kindWords(request.kind), [subjectLine(request, screen.currency)], badge(request.status)),
    state(request, maker, screen),
    h(
      "section",
      { class: "card" },
      old && request.status === "pending"
        ? comparison(request, old, screen.currency)
        : [
            h("h2", {}, request.status === "pending" ? "Exactly this will be carried out" : "What was asked for"),
            subjectDetails(request, screen.currency),
          ],
    ),
    first && note("info", h("p", {}, h("strong", {}, "First time to this number"), ": no cash-in has gone there yet.")),
    decision(request, fingerprint, next, screen),
    h(
      "details",
      { class: "card quiet-details", id: "request-details" },
      h("summary", {}, "Who, when and fingerprint"),
      details([
        ["Asked for by", typed(request.makerName)],
        ["Asked for", moment(request.createdAt)],
        [request.status === "pending" ? "Lapses" : "Would have lapsed", moment(request.expiresAt)],
        ["Request", h("code", {}, request.approvalID)],
        ["Fingerprint", h("code", { class: "wrap" }, fingerprint)],
      ]),
    ),
    next &&
      request.status !== "pending" &&
      h(
        "p",
        {},
        h(
          "a",
          { class: "button", id: "next-request", href: screen.link(`approvals/${next.approvalID}`) },
          "Next request",
        ),
      ),
  ],
};

/**
 * Whether a cash-in waits that would be the first to its number, as far as the page can find out.
 * @param {Approval} found
 * @param {Screen} screen
 */
async function isFirst({ kind, status, subject }, screen) {
  if (kind !== "operation" || status !== "pending" || typeof subject.phoneTo !== "string") return false;
  return isFirstTime(subject.phoneTo, screen).catch(() => false);
}

/**
 * The next request of the same queue that this person may decide: the one after it, or else the oldest.
 * @param {Approval} found
 * @param {Screen} screen
 */
async function nextAfter(found, screen) {
  const which = found.kind === "operation" ? "operations" : "others";
  const { items } = await openRequests(screen.member, which, { limit: LOOKED_AT, signal: screen.signal });
  const others = items.filter((one) => one.approvalID !== found.approvalID && mayDecide(one, screen.member));
  return others.find((one) => one.createdAt >= found.createdAt) ?? others[0] ?? null;
}

/**
 * Two people may have the same name, but not the same login.
 * @param {Approval} request
 * @param {string} maker login of the person who asked, if still a member
 * @param {Screen} screen
 */
function state(request, maker, screen) {
  if (request.status === "pending") {
    return h(
      "p",
      { class: "muted" },
      "Asked for by ",
      isMe(request.makerID) ? "you" : [typed(request.makerName, "strong"), maker && [" (", typed(maker), ")"]],
      " ",
      ago(request.createdAt),
      ". Lapses ",
      ago(request.expiresAt),
      ".",
    );
  }
  const by = request.decidedByName ? [" by ", typed(request.decidedByName, "strong")] : "";
  const when = request.decidedAt ? [" ", ago(request.decidedAt)] : "";
  const words = {
    approved: "Approved",
    rejected: "Rejected",
    withdrawn: "Withdrawn",
    expired: "Lapsed without a decision",
  }[request.status];
  const keyID = request.subject.keyID;
  return note(
    request.status === "approved" ? "success" : "info",
    h("p", {}, words, by, when, "."),
    request.reason && h("p", {}, "Reason: ", typed(request.reason)),
    request.status === "approved" &&
      typeof keyID === "string" &&
      request.kind.startsWith("api-key") &&
      h("p", {}, h("a", { href: screen.link(`settings/api-keys/${keyID}`) }, "Go to the key")),
  );
}

/**
 * @param {Approval} request
 * @param {string} fingerprint
 * @param {Approval | null} next
 * @param {Screen} screen
 */
function decision(request, fingerprint, next, screen) {
  if (request.status !== "pending") return null;
  const path = `${screen.base}/approvals/${request.approvalID}`;
  if (isMe(request.makerID)) {
    return note(
      "info",
      h("p", {}, whyNot(request, screen.member), " Send them this page's address if it is urgent."),
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          {
            type: "button",
            id: "withdraw",
            click: once(async () => {
              await call("POST", `${path}/withdraw`);
              toast("Withdrawn. Nothing was changed.");
              await screen.refresh();
            }),
          },
          "Withdraw request",
        ),
      ),
    );
  }
  const reason = whyNot(request, screen.member);
  if (reason) return note("info", h("p", {}, reason));
  if (fingerprint !== request.digest) {
    return note(
      "danger",
      h(
        "p",
        {},
        "The server's fingerprint of this request doesn't match what is shown here, so it can't be approved from this page. Reload; if it stays so, tell your administrator.",
      ),
      h("div", { class: "actions" }, rejectButton(path, screen)),
    );
  }
  const approve = async () => {
    // The fingerprint covers exactly the data on the screen, so nothing else can be approved.
    /** @type {Decision} */
    const answer = await call("POST", `${path}/approve`, { body: { digest: fingerprint } });
    toast("Approved.");
    if (answer.passwordHalf) {
      await showHalf(
        "second",
        answer.passwordHalf,
        String(request.subject.name ?? request.subject.login ?? "the person"),
      );
    }
  };
  return h(
    "div",
    { class: "decision" },
    h("p", { class: "muted small" }, "Your decision is final and is written to the audit log."),
    h(
      "div",
      { class: "actions" },
      rejectButton(path, screen),
      h(
        "button",
        {
          type: "button",
          id: "approve",
          class: "primary",
          click: once(async () => {
            await approve();
            await screen.refresh();
          }),
        },
        "Approve",
      ),
      next &&
        h(
          "button",
          {
            type: "button",
            id: "approve-next",
            "aria-keyshortcuts": "Control+Enter",
            title: "Ctrl+Enter",
            click: once(async () => {
              await approve();
              go(screen.link(`approvals/${next.approvalID}`));
            }),
          },
          "Approve and next",
        ),
    ),
  );
}

/**
 * @param {string} path
 * @param {Screen} screen
 */
function rejectButton(path, screen) {
  return h(
    "button",
    {
      type: "button",
      id: "reject",
      click: () =>
        askReason({
          title: "Reject this request?",
          text: "The maker sees the reason. They can ask again with a corrected request.",
          submit: "Reject",
          send: async (reason) => {
            await call("POST", `${path}/reject`, { body: { reason } });
            toast("Rejected.");
            await screen.refresh();
          },
        }),
    },
    "Reject",
  );
}
