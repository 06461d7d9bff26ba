// @ts-check
/** The operations that wait: several are selected, and decided one after the other, each with its own result. */

import { digest } from "../lib/digest.js";
import { h, replace } from "../lib/dom.js";
import { fromMinor, toMinor } from "../lib/money.js";
import { counted, statusWords } from "../lib/words.js";
import { ApiError, call } from "../server/api.js";
import { mayDecide, openRequests } from "../server/inbox.js";
import { moreList } from "../ui/more.js";
import { amount } from "../ui/parts.js";
import { explain } from "../ui/states.js";
import { approvalRow } from "./approval-row.js";
import { askReason } from "./reason.js";
import { subjectLine } from "./subject.js";

/** @import { Page } from "../server/api.js" */
/** @import { Approval, Decision } from "../types/api.d.ts" */
/** @import { Screen } from "../ui/screen.js" */

const PAGE = 100;

/** @typedef {{ approval: Approval, text: string, tone: "wait" | "good" | "bad" }} Result */

/** @type {Map<string, Approval>} the selected ones as they were shown */
const selected = new Map();
/** @type {Map<string, string>} an idempotency key for each approval, so that a lost answer can be asked for again */
const keys = new Map();
/** @type {Result[]} of the last run */
let outcome = [];
let deciding = false;
let distributorID = "";

/** Whether a run goes on. */
export function isDeciding() {
  return deciding;
}

/**
 * @param {Page<Approval>} page
 * @param {Screen} screen
 */
export function queue(page, screen) {
  startFor(screen);
  /** @type {Approval[]} */
  const shown = [];
  const bar = h("div", { class: "queue-bar", id: "queue-bar" });
  const draw = () => replace(bar, barContent(shown, draw, screen));
  const row = (/** @type {Approval} */ one) => {
    if (!mayDecide(one, screen.member)) return approvalRow(one, screen);
    shown.push(one);
    return approvalRow(one, screen, checkbox(one, draw, screen.currency));
  };
  const list = moreList({
    items: page.items,
    nextCursor: page.nextCursor,
    more: async (cursor) => {
      const next = await openRequests(screen.member, "operations", { limit: PAGE, cursor });
      // The rows are made right after this.
      queueMicrotask(draw);
      return next;
    },
    row,
    empty: null,
    label: "Show later ones",
  });
  draw();
  return [list, bar];
}

/** @param {Screen} screen */
function startFor(screen) {
  if (distributorID === screen.member.distributorID) return;
  distributorID = screen.member.distributorID;
  selected.clear();
  outcome = [];
}

/**
 * @param {Approval} one
 * @param {() => void} draw
 * @param {string} currency
 */
function checkbox(one, draw, currency) {
  const box = h("input", {
    type: "checkbox",
    class: "pick",
    id: `select-${one.approvalID}`,
    "data-pick": one.approvalID,
    "aria-label": `Select ${h("span", {}, subjectLine(one, currency)).textContent}`,
    checked: selected.has(one.approvalID),
    change: () => {
      if (box.checked) selected.set(one.approvalID, one);
      else selected.delete(one.approvalID);
      draw();
    },
  });
  return box;
}

/**
 * @param {Approval[]} shown
 * @param {() => void} draw
 * @param {Screen} screen
 */
function barContent(shown, draw, screen) {
  if (shown.length === 0) return null;
  const all = h("input", {
    type: "checkbox",
    id: "select-all",
    checked: shown.every((one) => selected.has(one.approvalID)),
    change: () => {
      for (const one of shown) {
        if (all.checked) selected.set(one.approvalID, one);
        else selected.delete(one.approvalID);
      }
      for (const box of document.querySelectorAll("input[data-pick]")) {
        /** @type {HTMLInputElement} */ (box).checked = all.checked;
      }
      draw();
    },
  });
  const none = selected.size === 0 || deciding;
  return [
    h("label", { for: "select-all" }, all, ` All ${shown.length} shown`),
    h("p", { role: "status" }, selected.size > 0 && [counted(selected.size, "operation"), ": ", sums(screen.currency)]),
    h(
      "div",
      { class: "actions" },
      h(
        "button",
        { type: "button", id: "reject-selected", disabled: none, click: () => reject(draw, screen) },
        "Reject",
      ),
      h(
        "button",
        {
          type: "button",
          class: "primary",
          id: "approve-selected",
          disabled: none,
          click: () => run((one) => approve(one, screen), draw, screen),
        },
        "Approve selected",
      ),
    ),
  ];
}

/** The selected amounts, cash-ins and cash-outs apart. @param {string} currency */
function sums(currency) {
  const sum = (/** @type {boolean} */ cashIn) => {
    const those = [...selected.values()].filter(({ subject }) => (subject.operationType === "cash-in") === cashIn);
    const total = those.reduce((all, { subject }) => all + (toMinor(String(subject.amount)) ?? 0n), 0n);
    return those.length > 0 && [cashIn ? "cash-ins " : "cash-outs ", amount(fromMinor(total), currency)];
  };
  const [ins, outs] = [sum(true), sum(false)];
  return [ins, ins && outs && ", ", outs];
}

/**
 * Decides the selected ones in their order. Without an answer it stops: those left stay selected.
 * @param {(one: Approval) => Promise<string>} decide returns the result in words
 * @param {() => void} draw
 * @param {Screen} screen
 */
async function run(decide, draw, screen) {
  if (deciding) return;
  deciding = true;
  outcome = [...selected.values()].map((approval) => ({ approval, text: "Waits", tone: "wait" }));
  draw();
  for (const result of outcome) {
    drawResults(screen);
    try {
      result.text = await decide(result.approval);
      result.tone = "good";
    } catch (error) {
      result.text = explain(error);
      result.tone = "bad";
      if (error instanceof ApiError && error.outcomeUnknown) break;
    }
    selected.delete(result.approval.approvalID);
  }
  for (const result of outcome) if (result.tone === "wait") result.text = "Not tried; it stays selected";
  deciding = false;
  draw();
  drawResults(screen);
  await screen.refresh();
}

/** @param {Approval} one @param {Screen} screen */
async function approve(one, screen) {
  // The fingerprint covers exactly the data that was shown, so nothing else can be approved.
  const fingerprint = await digest(one, screen.member.distributorID);
  if (fingerprint !== one.digest) throw new ApiError(409, "approval_stale", "Its fingerprint doesn't match: open it.");
  const key = keys.get(one.approvalID) ?? crypto.randomUUID();
  keys.set(one.approvalID, key);
  /** @type {Decision} */
  const { operation } = await call("POST", `${screen.base}/approvals/${one.approvalID}/approve`, {
    body: { digest: fingerprint },
    idempotencyKey: key,
  });
  return operation ? `Approved, ${statusWords(operation.status)[0].toLowerCase()}` : "Approved";
}

/** @param {() => void} draw @param {Screen} screen */
function reject(draw, screen) {
  askReason({
    title: `Reject ${counted(selected.size, "operation")}?`,
    text: "Their makers see the reason. They can ask again with a corrected request.",
    submit: "Reject all of them",
    send: async (reason) => {
      void run(
        async (one) => {
          await call("POST", `${screen.base}/approvals/${one.approvalID}/reject`, { body: { reason } });
          return "Rejected";
        },
        draw,
        screen,
      );
    },
  });
}

/** Results of the last run. @param {Screen} screen */
export function results(screen) {
  startFor(screen);
  const panel = h("div", { id: "queue-results" });
  replace(panel, resultList(screen));
  return panel;
}

/** @param {Screen} screen */
function drawResults(screen) {
  const panel = document.querySelector("#queue-results");
  if (panel instanceof HTMLElement) replace(panel, resultList(screen));
}

/** @param {Screen} screen */
function resultList(screen) {
  if (outcome.length === 0) return null;
  const done = outcome.filter(({ tone }) => tone === "good").length;
  return h(
    "section",
    { class: "card", "aria-labelledby": "results-title" },
    h(
      "div",
      { role: "status" },
      h("h2", { id: "results-title" }, `${deciding ? "Deciding" : "Decided"}: ${done} of ${outcome.length}`),
    ),
    h(
      "ul",
      { class: "rows rows-plain rows-results" },
      outcome.map(({ approval, text, tone }) =>
        h(
          "li",
          { class: "row" },
          h(
            "a",
            {
              class: "row-title",
              id: `result-${approval.approvalID}`,
              href: screen.link(`approvals/${approval.approvalID}`),
            },
            subjectLine(approval, screen.currency),
          ),
          h("span", { class: `badge badge-${tone}` }, text),
        ),
      ),
    ),
    !deciding &&
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          {
            type: "button",
            class: "quiet small",
            id: "clear-results",
            click: () => {
              outcome = [];
              drawResults(screen);
            },
          },
          "Clear these results",
        ),
      ),
  );
}
