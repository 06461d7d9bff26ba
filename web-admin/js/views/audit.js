// @ts-check
/** The audit log: everything that happened, each entry sealed by the hash of the one before. */

import { call, get, withQuery } from "../api.js";
import { h } from "../dom.js";
import { ago } from "../time.js";
import { once } from "../ui/act.js";
import { moreList } from "../ui/more.js";
import { head, typed } from "../ui/parts.js";
import { empty, note } from "../ui/states.js";
import { counted } from "../words.js";

/** @typedef {import("../types.js").Verification} Verification */
/** @typedef {import("../screen.js").Screen} Screen */
/** @typedef {import("../screen.js").View} View */

const PAGE = 50;

/** @type {View} */
export const audit = {
  title: "Audit log",
  load: (screen) => get(`${screen.base}/audit?limit=${PAGE}`, screen.signal),
  render: (page, screen) => {
    const result = h("div", { id: "verification", role: "status" });
    return [
      head("Audit log", "Who did what, and when. Entries are chained: changing, removing or adding one in the past breaks the chain.",
        h("button", { type: "button", class: "primary", id: "verify", click: once(async () => {
          result.replaceChildren(note("info", h("p", {}, "Checking every entry…")));
          try {
            result.replaceChildren(verdict(await verify(screen)));
          } catch (error) {
            result.replaceChildren();
            throw error;
          }
        }) }, "Verify the chain")),
      result,
      moreList({
        items: page.items,
        nextCursor: page.nextCursor,
        more: (cursor) => get(withQuery(`${screen.base}/audit`, { limit: PAGE, cursor })),
        row: (entry) => auditRow(entry),
        empty: empty("Nothing yet", "The first act of a person or a key appears here."),
      }),
    ];
  },
};

/**
 * The server checks a part of the chain a call; this goes on to its end or first break.
 * @param {Screen} screen
 * @returns {Promise<Verification & { checked: number }>}
 */
async function verify(screen) {
  let from = "";
  let checked = 0;
  for (;;) {
    const part = /** @type {Verification} */ (await call("GET", withQuery(`${screen.base}/audit/verify`, { from })));
    checked += part.entries;
    if (!part.valid || !part.nextFrom) return { ...part, checked };
    from = String(part.nextFrom);
  }
}

/** @param {Verification & { checked: number }} result */
function verdict(result) {
  if (!result.valid) {
    return note("danger",
      h("p", {}, h("strong", {}, "The chain is broken"), result.brokenAt ? ` at entry ${result.brokenAt}` : "", "."),
      h("p", {}, "Somebody or something changed what was recorded. Stop relying on this log and tell the issuer now."));
  }
  return note("success",
    h("p", {}, h("strong", {}, "The chain is whole"), `: ${counted(result.checked, "entry", "entries")} checked.`),
    result.anchoredAt
      ? h("p", {}, `The issuer keeps a seal of the first ${counted(result.anchoredEntries ?? 0, "entry", "entries")}, taken `, ago(result.anchoredAt), ".")
      : h("p", {}, "The issuer hasn't taken a seal of it yet; that happens every hour."),
    h("p", { class: "small" }, "Last hash ", h("code", { class: "wrap" }, result.head)));
}

/** @param {Record<string, unknown>} entry */
function auditRow(entry) {
  const text = (/** @type {string} */ name) => (typeof entry[name] === "string" || typeof entry[name] === "number" ? String(entry[name]) : "");
  return h("li", { class: "row row-audit" },
    h("div", { class: "row-main" },
      h("p", { class: "row-title" }, typed(text("action"))),
      h("p", { class: "muted small" }, typed(text("actorName")), " ", text("at") && ago(text("at")))),
    h("div", { class: "row-side" }, h("span", { class: "muted small" }, `#${text("sequence")}`)));
}
