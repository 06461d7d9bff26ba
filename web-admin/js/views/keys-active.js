// @ts-check
/** Active keys at a glance: permissions, limits, use and end. */

import { h, icon } from "../lib/dom.js";
import { money, toMinor } from "../lib/money.js";
import { ago, daysUntil } from "../lib/time.js";
import { counted, expiryWords, ipWords, limitWords } from "../lib/words.js";
import { holds } from "../server/session.js";
import { permissionTags, typed } from "../ui/parts.js";
import { usageLine } from "../ui/sparkline.js";
import { empty } from "../ui/states.js";
import { revokeKey } from "./key-revoke.js";

/** @import { Key } from "../types/api.d.ts" */
/** @import { Screen } from "../ui/screen.js" */

/** Rows that each press of the button adds. */
const SHOWN_AT_ONCE = 50;
/** Number of keys from which on the list can be searched. */
const SEARCH_FROM = 8;
/** Days before the end of a key when the page warns of it. */
export const WARN_DAYS = 30;

/** Text of the search, kept while the list is drawn again. */
let search = "";

/**
 * @param {Key[]} all
 * @param {Screen} screen
 */
export function activeKeys(all, screen) {
  if (all.length === 0) {
    search = "";
    return empty(
      "No key is active",
      holds(screen.member, "maker")
        ? "Ask for one; a checker grants it, then you claim it here."
        : "A maker can ask for one.",
      holds(screen.member, "maker") &&
        h("a", { class: "button", href: screen.link("settings/api-keys/new") }, "Create API Key"),
    );
  }
  const list = h("ul", { class: "rows" });
  const more = h("button", { type: "button", id: "more-keys" });
  const found = h("p", { class: "muted small", role: "status" });
  let limit = SHOWN_AT_ONCE;
  const draw = () => {
    const wanted = search.trim().toLowerCase();
    const matching = all.filter((key) =>
      `${key.label} ${key.keyPrefix ?? ""} ${key.makerName}`.toLowerCase().includes(wanted),
    );
    list.replaceChildren(...matching.slice(0, limit).map((key) => keyRow(key, screen)));
    more.hidden = matching.length <= limit;
    more.textContent = `Show ${Math.min(SHOWN_AT_ONCE, matching.length - limit)} more of ${matching.length}`;
    found.textContent = wanted ? `${counted(matching.length, "key")} found` : counted(all.length, "active key");
  };
  more.addEventListener("click", () => {
    const first = limit;
    limit += SHOWN_AT_ONCE;
    draw();
    list.children[first]?.querySelector("a")?.focus();
  });
  const box = h("input", {
    type: "search",
    id: "search-keys",
    "aria-label": "Search keys by label, first characters or maker",
    placeholder: "Search keys",
    autocomplete: "off",
  });
  box.value = search;
  box.addEventListener("input", () => {
    search = box.value;
    limit = SHOWN_AT_ONCE;
    draw();
  });
  if (all.length < SEARCH_FROM) search = "";
  draw();
  return [
    h("div", { class: "filters" }, all.length >= SEARCH_FROM && box, found),
    list,
    h("div", { class: "actions actions-center" }, more),
  ];
}

/**
 * @param {Key} key
 * @param {Screen} screen
 */
function keyRow(key, screen) {
  const { currency, member } = screen;
  const ending = key.expiresAt !== null && daysUntil(key.expiresAt) <= WARN_DAYS;
  return h(
    "li",
    { class: "row row-key" },
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
        h("code", {}, `${key.keyPrefix ?? ""}…`),
        " · by ",
        typed(key.makerName),
        key.checkerName && [", approved by ", typed(key.checkerName)],
      ),
      permissionTags(key.permissions),
    ),
    h(
      "dl",
      { class: "facts" },
      h("div", {}, h("dt", {}, "Max Transaction Amount"), h("dd", {}, limitWords(key.maxTransactionAmount, currency))),
      h("div", {}, h("dt", {}, "Max Daily Volume"), h("dd", {}, limitWords(key.maxDailyVolume, currency))),
      h("div", {}, h("dt", {}, "Allowed IPs"), h("dd", { class: "clip" }, typed(ipWords(key.allowedIPs)))),
    ),
    h(
      "div",
      { class: "row-usage" },
      usageLine(key, screen),
      h(
        "p",
        { class: "small" },
        counted(key.usage.requestsToday, "call"),
        " today",
        toMinor(key.usage.volumeToday)
          ? [" · ", h("span", { class: "amount" }, money(key.usage.volumeToday, currency))]
          : "",
      ),
      h("p", { class: "muted small" }, key.lastUsedAt ? ["Last used ", ago(key.lastUsedAt)] : "Never used"),
    ),
    h(
      "div",
      { class: "row-side" },
      key.expiresAt &&
        h(
          "p",
          { class: ending ? "small ending" : "muted small" },
          ending && icon("warning"),
          expiryWords(key.expiresAt),
        ),
      holds(member, "maker", "checker", "admin") &&
        h(
          "button",
          {
            type: "button",
            class: "quiet danger-text small",
            id: `revoke-${key.keyID}`,
            "aria-label": `Revoke ${key.label}`,
            click: () => revokeKey(key, screen),
          },
          "Revoke",
        ),
    ),
  );
}
