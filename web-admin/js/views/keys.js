// @ts-check
/** Settings → API Keys: active ones, pending ones, and those that are over. */

import { h, icon } from "../lib/dom.js";
import { ago } from "../lib/time.js";
import { get, withQuery } from "../server/api.js";
import { loadInbox } from "../server/inbox.js";
import { holds } from "../server/session.js";
import { moreList } from "../ui/more.js";
import { badge, head, tabs, typed } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { activeKeys } from "./keys-active.js";
import { pendingKeys } from "./keys-pending.js";

/** @import { Page } from "../server/api.js" */
/** @import { Key, Approval } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

const OVER = ["expired", "revoked", "rejected", "withdrawn", "lapsed"];

/** @param {Screen} screen */
function tabOf(screen) {
  return screen.path[2] ?? "active";
}

/** @param {Key} key */
function isOver(key) {
  return OVER.includes(key.status);
}

/**
 * Every key of one status: people search in them, so all are fetched.
 * @param {Screen} screen
 * @param {string} status
 */
async function all(screen, status) {
  /** @type {Key[]} */
  const items = [];
  let cursor = "";
  do {
    /** @type {Page<Key>} */
    const page = await get(withQuery(`${screen.base}/api-keys`, { status, limit: 1000, cursor }), screen.signal);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}

/** @typedef {{ requests: Approval[], approved: Key[], active: Key[], page: Page<Key> | null }} Data */

/** @type {View<Data>} */
export const keys = {
  title: "API Keys",
  load: async (screen) => {
    const inbox = loadInbox(screen.member, screen.signal);
    const tab = tabOf(screen);
    const [{ pending }, approved, active, page] = await Promise.all([
      inbox,
      all(screen, "approved"),
      tab === "active" ? all(screen, "active") : [],
      /** @type {Promise<Page<Key>> | null} */ (
        tab === "history" ? get(`${screen.base}/api-keys?limit=100`, screen.signal) : null
      ),
    ]);
    return { requests: pending.filter((one) => one.kind.startsWith("api-key")), approved, active, page };
  },
  render: ({ requests, approved, active, page }, screen) => {
    const tab = tabOf(screen);
    const maker = holds(screen.member, "maker");
    return [
      head(
        "API Keys",
        "Software signs in with these. A maker asks for a key, a checker grants it, and the maker gets to see it once.",
        maker &&
          h(
            "a",
            { class: "button primary", id: "new-key", href: screen.link("settings/api-keys/new") },
            icon("plus"),
            "Create API Key",
          ),
      ),
      tabs("API Keys", [
        { href: screen.link("settings/api-keys/active"), text: "Active", current: tab === "active" },
        {
          href: screen.link("settings/api-keys/pending"),
          text: "Pending",
          current: tab === "pending",
          count: requests.length + approved.length,
        },
        { href: screen.link("settings/api-keys/history"), text: "History", current: tab === "history" },
      ]),
      tab === "active" && activeKeys(active, screen),
      tab === "pending" && pendingKeys(requests, approved, screen),
      page &&
        moreList({
          items: page.items.filter(isOver),
          nextCursor: page.nextCursor,
          more: (cursor) => get(withQuery(`${screen.base}/api-keys`, { limit: 100, cursor })),
          keep: isOver,
          row: (key) => historyRow(key, screen),
          empty: empty("Nothing here yet", "Keys that expired, were revoked or never came to be stay visible here."),
        }),
    ];
  },
};

/**
 * @param {Key} key
 * @param {Screen} screen
 */
function historyRow(key, screen) {
  const at = key.revokedAt ?? (key.status === "expired" ? key.expiresAt : key.decidedAt) ?? key.createdAt;
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
        "Asked for by ",
        typed(key.makerName),
        key.reason && [" · Reason: ", typed(key.reason)],
      ),
    ),
    h("div", { class: "row-side" }, badge(key.status), h("p", { class: "muted small" }, ago(at))),
  );
}
