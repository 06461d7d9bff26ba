// @ts-check
/** Use of a key: by day, by address, and its refused calls. */

import { DAY_MS } from "../lib/day.js";
import { h } from "../lib/dom.js";
import { grouped } from "../lib/money.js";
import { ago, date } from "../lib/time.js";
import { table, typed } from "../ui/parts.js";
import { bars, everyDay, usageWords } from "../ui/sparkline.js";

/** @import { Key, KeyUsage, UsedAddress } from "../types/api.d.ts" */

const NEW_IP_DAYS = 7;

/** @type {Record<string, string>} */
const DENIALS = {
  ip_not_allowed: "From an address that isn't allowed",
  permission_denied: "Without the permission",
  transaction_limit_exceeded: "Above the limit per operation",
  daily_volume_exceeded: "Above the limit per day",
  rate_limited: "Too many calls at once",
  revoked_api_key: "After it was revoked",
  expired_api_key: "After it expired",
  insufficient_balance: "Not enough float",
  distributor_suspended: "While the distributor was suspended",
  unknown_merchant: "To an unknown merchant",
};

/**
 * @param {Key} key
 * @param {KeyUsage} usage
 * @param {string} currency
 */
export function usageSection(key, usage, currency) {
  const days = everyDay(usage.days);
  return [
    h(
      "section",
      { class: "card" },
      h("h2", {}, "Last 30 days"),
      days.some((day) => day.requests > 0) &&
        h(
          "div",
          { class: "chart" },
          bars(days, 80, usageWords(days)),
          h(
            "div",
            { class: "chart-ends muted small", "aria-hidden": "true" },
            h("span", {}, date(days[0]?.date ?? "")),
            h("span", {}, "Today"),
          ),
        ),
      h("p", { class: "muted small" }, usageWords(days), "."),
      h(
        "details",
        { id: "usage-table" },
        h("summary", {}, "Show as a table"),
        table({
          caption: "Use by day",
          hideCaption: true,
          columns: [
            { text: "Day (UTC)" },
            { text: "Calls", number: true },
            { text: "Refused", number: true },
            { text: "Operations", number: true },
            { text: `Volume, ${currency}`, number: true },
          ],
          rows: [...usage.days]
            .sort((a, b) => (a.date < b.date ? 1 : -1))
            .map((day) => [
              date(day.date),
              String(day.requests),
              String(day.denied),
              String(day.operations),
              grouped(day.volume),
            ]),
        }),
      ),
    ),
    h(
      "section",
      { class: "card" },
      h("h2", {}, "Addresses"),
      usage.ips.length === 0
        ? h("p", { class: "muted" }, "No call has come in yet.")
        : table({
            caption: "Addresses that used this key",
            hideCaption: true,
            columns: [
              { text: "Address" },
              { text: "Standing" },
              { text: "First" },
              { text: "Last" },
              { text: "Calls", number: true },
              { text: "Refused", number: true },
            ],
            rows: usage.ips.map((one) => [
              h("code", {}, one.ip),
              standing(key, one),
              ago(one.firstSeenAt),
              ago(one.lastSeenAt),
              one.requests.toLocaleString("en"),
              one.denied.toLocaleString("en"),
            ]),
          }),
    ),
    h(
      "section",
      { class: "card" },
      h("h2", {}, "Refused calls"),
      usage.denials.length === 0
        ? h("p", { class: "muted" }, "None.")
        : table({
            caption: "Refused calls",
            hideCaption: true,
            columns: [{ text: "Why" }, { text: "Times", number: true }, { text: "Last" }, { text: "From" }],
            rows: usage.denials.map((one) => [
              DENIALS[one.code] ?? one.code,
              one.count.toLocaleString("en"),
              ago(one.lastAt),
              one.lastIP ? typed(one.lastIP) : "unknown",
            ]),
          }),
    ),
  ];
}

/**
 * Badge of an address: refused, new or known.
 * @param {Key} key
 * @param {UsedAddress} one
 */
function standing(key, one) {
  if (one.requests === one.denied) return h("span", { class: "badge badge-bad" }, "Refused");
  const first = Date.parse(one.firstSeenAt);
  const sinceClaim = key.claimedAt ? first - Date.parse(key.claimedAt) : 0;
  if (Date.now() - first < NEW_IP_DAYS * DAY_MS && sinceClaim > DAY_MS)
    return h("span", { class: "badge badge-wait" }, "New");
  return h("span", { class: "badge badge-plain" }, "Known");
}
