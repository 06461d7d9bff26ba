// @ts-check
/** Overview: the float, open requests, attention, the float's last days, the last operations. */

import { h, icon } from "../lib/dom.js";
import { fromMinor, grouped, money, toMinor } from "../lib/money.js";
import { ago } from "../lib/time.js";
import { counted, operationWords } from "../lib/words.js";
import { get, getLinked } from "../server/api.js";
import { loadInbox } from "../server/inbox.js";
import { isMe, person } from "../server/session.js";
import { head, typed } from "../ui/parts.js";
import { note } from "../ui/states.js";
import { approvalRows } from "./approval-row.js";
import { operationRow } from "./operation-row.js";

/** @import { Page } from "../server/api.js" */
/** @import { Summary as Distributor, Key, Operation, AttentionItem, Attention } from "../types/api.d.ts" */
/** @import { Inbox } from "../server/inbox.js" */
/** @import { Screen, View } from "../ui/screen.js" */

/** Rows of a list on the overview. */
const MAX_ROWS = 5;
/** Time within which a decided operation should have reached its wallet. */
const STUCK_MS = 10 * 60_000;

/**
 * @typedef {object} Data
 * @property {Distributor} distributor
 * @property {Inbox} inbox
 * @property {Key[]} keys
 * @property {Operation[]} operations
 * @property {AttentionItem[]} attention
 * @property {Operation[]} stuck operations that should have reached their wallet long ago
 */

/** @type {View<Data>} */
export const overview = {
  title: "Overview",
  load: async (screen) => {
    const { base, member, signal } = screen;
    const [distributor, inbox, keys, operations, attention, processing] = await Promise.all([
      /** @type {Promise<Distributor>} */ (get(base, signal)),
      loadInbox(member, signal),
      /** @type {Promise<Page<Key>>} */ (get(`${base}/api-keys?status=active&limit=1000`, signal)),
      /** @type {Promise<Page<Operation>>} */ (getLinked(`${base}/operations?limit=${MAX_ROWS}`, signal)),
      /** @type {Promise<Attention>} */ (get(`${base}/attention`, signal)),
      /** @type {Promise<Page<Operation>>} */ (getLinked(`${base}/operations?status=processing&limit=100`, signal)),
    ]);
    return {
      distributor,
      inbox,
      keys: keys.items,
      operations: operations.items,
      attention: attention.items,
      stuck: processing.items.filter((one) => Date.now() - Date.parse(one.updatedAt) > STUCK_MS),
    };
  },
  render: (data, screen) => [
    head(`Good ${partOfDay()}, ${person().name.split(" ")[0]}`, typed(data.distributor.name)),
    data.distributor.status === "suspended" &&
      note(
        "danger",
        h(
          "p",
          {},
          "This distributor is suspended: operations, new keys and approvals are refused until the issuer resumes it.",
        ),
      ),
    figures(data),
    h(
      "div",
      { class: "columns" },
      h("div", {}, waiting(data.inbox, screen), attention(data, screen), floatCard(data, screen)),
      lastOperations(data.operations, screen),
    ),
  ],
};

function partOfDay() {
  const hour = new Date().getHours();
  return hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening";
}

/** @param {Data} data */
function figures({ distributor, keys }) {
  const { currency, available, balance, held } = distributor;
  const volume = keys.reduce((sum, key) => sum + (toMinor(key.usage.volumeToday) ?? 0n), 0n);
  const calls = keys.reduce((sum, key) => sum + key.usage.requestsToday, 0);
  return h(
    "dl",
    { class: "figures" },
    h(
      "div",
      { class: "figure-main" },
      h("dt", {}, "Available"),
      h("dd", { class: "figure" }, h("span", { class: "currency" }, currency), " ", grouped(available)),
      h("dd", { class: "muted small" }, "What can be paid out now"),
    ),
    small("Balance", money(balance, currency), "The whole float"),
    small("Held", money(held, currency), "For cash-ins that wait"),
    small(
      "Through keys today",
      money(fromMinor(volume), currency),
      `${counted(calls, "call")} with ${counted(keys.length, "active key")}`,
    ),
  );
}

/** @param {string} name @param {string} value @param {string} text */
function small(name, value, text) {
  return h(
    "div",
    {},
    h("dt", {}, name),
    h("dd", { class: "figure-small" }, value),
    h("dd", { class: "muted small" }, text),
  );
}

/**
 * @param {Inbox} inbox
 * @param {Screen} screen
 */
function waiting({ toDecide, pending, more }, screen) {
  const mine = pending.filter((one) => isMe(one.makerID));
  const shown = toDecide.slice(0, MAX_ROWS);
  return h(
    "section",
    { class: "card", "aria-labelledby": "waiting" },
    h("h2", { id: "waiting" }, "Waits for you"),
    shown.length === 0
      ? h(
          "p",
          { class: "muted" },
          mine.length > 0
            ? `Nothing. ${counted(mine.length, "request")} of yours ${mine.length === 1 ? "waits" : "wait"} for somebody else.`
            : "Nothing. Enjoy the calm.",
        )
      : h("ul", { class: "rows rows-plain" }, approvalRows(shown, screen)),
    more && h("p", { class: "muted small" }, `There are more than ${pending.length} open requests.`),
    (more || toDecide.length > MAX_ROWS || mine.length > 0) &&
      h("p", { class: "more" }, h("a", { href: screen.link("approvals") }, "All requests", icon("arrow"))),
  );
}

/**
 * @param {Data} data
 * @param {Screen} screen
 */
function attention({ attention: items, stuck }, screen) {
  if (items.length + stuck.length === 0) return null;
  const row = (
    /** @type {string} */ href,
    /** @type {string} */ message,
    /** @type {string} */ action,
    /** @type {string} */ at,
  ) =>
    h(
      "li",
      { class: "row" },
      h(
        "div",
        { class: "row-main" },
        h("a", { class: "row-title", href }, typed(message)),
        h("p", { class: "muted small" }, typed(action)),
      ),
      h("p", { class: "muted small" }, ago(at)),
    );
  return h(
    "section",
    { class: "card", "aria-labelledby": "attention" },
    h("h2", { id: "attention" }, "Worth a look"),
    h(
      "ul",
      { class: "rows rows-plain" },
      stuck.map((one) =>
        row(
          screen.link(`operations/${one.operationID}`),
          `${operationWords(one.operationType)} of ${money(one.amount, screen.currency)} is still on its way.`,
          "It is tried again by itself. If it stays so, tell the issuer its operation ID.",
          one.updatedAt,
        ),
      ),
      items.map((item) => {
        const key = item.keyID ? `settings/api-keys/${item.keyID}` : item.userID ? "users" : "operations";
        const path = item.webhookID ? `settings/webhooks/${item.webhookID}` : key;
        return row(screen.link(path), item.message, item.action, item.since);
      }),
    ),
  );
}

/**
 * The card of the float's last days, kept while news draw the view again, and the signal of the view that it is in.
 * @type {{ base: string, card: HTMLElement, seen: boolean, signal: AbortSignal } | null}
 */
let float = null;

/**
 * Filled once it is in sight, and so after the first paint.
 * @param {Data} data
 * @param {Screen} screen
 */
function floatCard({ distributor, operations }, { base, signal }) {
  if (toMinor(distributor.balance) === 0n && operations.length === 0) return null;
  const show = async (/** @type {NonNullable<typeof float>} */ mine) => {
    // Without an answer the card stays as it is, and news or the next visit try again.
    const module = await import("./float.js").catch(() => null);
    await module?.showFloat(mine.card, base, mine.signal);
  };
  if (float?.base !== base) {
    const card = h(
      "section",
      { class: "card", "aria-labelledby": "float" },
      h("h2", { id: "float" }, "Float in the last 30 days"),
      h("div", { class: "float" }),
    );
    const mine = { base, card, seen: false, signal };
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      mine.seen = true;
      void show(mine);
    });
    observer.observe(card);
    float = mine;
  } else {
    float.signal = signal;
    if (float.seen) void show(float);
  }
  return float.card;
}

/**
 * @param {Operation[]} operations
 * @param {Screen} screen
 */
function lastOperations(operations, screen) {
  return h(
    "section",
    { class: "card", "aria-labelledby": "last" },
    h("h2", { id: "last" }, "Last operations"),
    operations.length === 0
      ? h("p", { class: "muted" }, "None yet. Cash-ins and cash-outs appear here as they happen.")
      : [
          h(
            "ul",
            { class: "rows rows-plain" },
            operations.map((one) => operationRow(one, screen)),
          ),
          h("p", { class: "more" }, h("a", { href: screen.link("operations") }, "All operations", icon("arrow"))),
        ],
  );
}
