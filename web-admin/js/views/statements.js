// @ts-check
/** Statements: a month of UTC days, newest first, each with its balances and totals. */

import { DAY_MS, utcDay } from "../lib/day.js";
import { h } from "../lib/dom.js";
import { money } from "../lib/money.js";
import { date } from "../lib/time.js";
import { counted } from "../lib/words.js";
import { readDays } from "../server/statements.js";
import { downloadButton } from "../ui/download.js";
import { amount, head } from "../ui/parts.js";
import { sheet } from "../ui/sheet.js";
import { empty } from "../ui/states.js";
import { MOVEMENTS, signed } from "./movements.js";

/** @import { DayStatement } from "../types/api.d.ts" */
/** @import { Day } from "../server/statements.js" */
/** @import { Screen, View } from "../ui/screen.js" */

/** @typedef {{ month: string, days: Day[], began: boolean }} Data */

const monthFormat = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** The month that an address asks for, such as "2026-11"; the present one otherwise. @param {Screen} screen */
function monthOf(screen) {
  const month = screen.path[1];
  const present = utcDay().slice(0, 7);
  return month && month < present ? month : present;
}

/** @param {string} month @param {number} by */
function shifted(month, by) {
  const first = new Date(`${month}-01T00:00:00.000Z`);
  first.setUTCMonth(first.getUTCMonth() + by);
  return utcDay(first.getTime()).slice(0, 7);
}

/** The days of a month that have begun, newest first. @param {string} month */
function daysOf(month) {
  const last = Date.parse(`${month}-01T00:00:00Z`) + 30 * DAY_MS;
  return Array.from({ length: 31 }, (_, index) => utcDay(last - index * DAY_MS)).filter(
    (day) => day.startsWith(month) && day <= utcDay(),
  );
}

/** @type {View<Data>} */
export const statements = {
  title: "Statements",
  load: async (screen) => {
    const month = monthOf(screen);
    await sheet("/styles/statements.css");
    return { month, ...(await readDays(screen.base, daysOf(month), screen.signal)) };
  },
  render: ({ month, days, began }, screen) => {
    const link = (/** @type {string} */ text, /** @type {number} */ by) =>
      h("a", { class: "button", href: screen.link(`statements/${shifted(month, by)}`) }, text);
    return [
      head(
        `Statements of ${monthFormat.format(Date.parse(month))}`,
        "What moved the float, day by day. Days are UTC days; one closes as the next opens.",
        ...(began ? [] : [link("Month before", -1)]),
        ...(month < utcDay().slice(0, 7) ? [link("Month after", 1)] : []),
      ),
      days.length > 0
        ? h(
            "ul",
            { class: "rows" },
            days.map((day) => ("problem" in day ? brokenRow(day, screen) : dayRow(day, screen))),
          )
        : empty(
            "No statement",
            "The first statement is that of the day on which this distributor began.",
            h("a", { class: "button", href: screen.link("statements") }, "Show the latest"),
          ),
    ];
  },
};

/**
 * @param {DayStatement} day
 * @param {Screen} screen
 */
function dayRow(day, screen) {
  const name = date(day.date);
  const path = `${screen.base}/statements/${day.date}`;
  const moved = MOVEMENTS.filter(({ total }) => day.totals[total].count > 0);
  return h(
    "li",
    { class: "row row-day" },
    h(
      "div",
      { class: "row-main" },
      h(
        "a",
        { class: "row-title", id: `day-${day.date}`, href: screen.link(`statements/${day.date}`) },
        h("time", { datetime: day.date }, name),
      ),
      !day.final && h("span", { class: "badge badge-wait" }, "Not final"),
    ),
    moved.length > 0
      ? h(
          "dl",
          { class: "facts" },
          moved.map(({ total, one, sign }) =>
            h(
              "div",
              {},
              h("dt", {}, counted(day.totals[total].count, one)),
              h("dd", {}, signed(sign, money(day.totals[total].amount, day.currency))),
            ),
          ),
        )
      : h("p", { class: "muted small" }, "No movement"),
    h(
      "dl",
      { class: "facts" },
      h("div", {}, h("dt", {}, "Opening"), h("dd", {}, amount(day.openingBalance, day.currency))),
      h("div", {}, h("dt", {}, "Closing"), h("dd", { class: "strong" }, amount(day.closingBalance, day.currency))),
    ),
    h(
      "div",
      { class: "row-actions" },
      downloadButton({
        path: `${path}?format=csv`,
        name: `statement-${day.date}.csv`,
        text: "CSV",
        label: `CSV, ${name}`,
        look: "quiet small",
      }),
      downloadButton({
        path: `${path}?format=camt053`,
        name: `statement-${day.date}.xml`,
        text: "camt.053",
        label: `camt.053, ${name}`,
        look: "quiet small",
      }),
    ),
  );
}

/**
 * @param {{ date: string, problem: string }} day
 * @param {Screen} screen
 */
function brokenRow(day, screen) {
  return h(
    "li",
    { class: "row" },
    h(
      "div",
      { class: "row-main" },
      h("p", { class: "row-title" }, date(day.date)),
      h("p", { class: "muted small" }, day.problem),
    ),
    h("button", { type: "button", class: "small", click: () => void screen.refresh() }, "Try again"),
  );
}
