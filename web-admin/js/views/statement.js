// @ts-check
/** The statement of one UTC day: totals, then entries; also for paper. */

import { DAY_MS, utcDay } from "../lib/day.js";
import { h } from "../lib/dom.js";
import { grouped, money } from "../lib/money.js";
import { date, exact } from "../lib/time.js";
import { counted } from "../lib/words.js";
import { ApiError } from "../server/api.js";
import { readStatement } from "../server/statements.js";
import { downloadButton } from "../ui/download.js";
import { amount, details, head, table, typed, up } from "../ui/parts.js";
import { sheet } from "../ui/sheet.js";
import { empty, note } from "../ui/states.js";
import { MOVEMENTS, movementWords, signed, titled } from "./movements.js";

/** @import { DayStatement, StatementEntry } from "../types/api.d.ts" */
/** @import { Screen, View } from "../ui/screen.js" */

/** Entries shown of a day; files hold them all. */
const MAX_ENTRIES = 1000;

/** @type {WeakMap<Screen, DayStatement>} days that are over, which never change */
const over = new WeakMap();

/** @param {Screen} screen */
function dayOf(screen) {
  return screen.path[1] ?? "";
}

/** @param {string} day @param {number} by */
function shifted(day, by) {
  return utcDay(Date.parse(day) + by * DAY_MS);
}

/** @type {View<DayStatement | null>} */
export const statement = {
  title: "Statement",
  load: async (screen) => {
    const kept = over.get(screen);
    if (kept) return kept;
    await sheet("/styles/statements.css");
    try {
      const day = await readStatement(screen.base, dayOf(screen), MAX_ENTRIES, screen.signal);
      if (day.final) over.set(screen, day);
      return day;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  },
  render: (day, screen) =>
    day
      ? shown(day, screen)
      : [
          up(screen.link("statements"), "Statements"),
          head("No statement"),
          empty(
            "This day has no statement",
            "It is before the day on which this distributor began, or still to come.",
            h("a", { class: "button", href: screen.link("statements") }, "Show the latest"),
          ),
        ],
};

/**
 * @param {DayStatement} day
 * @param {Screen} screen
 */
function shown(day, screen) {
  const path = `${screen.base}/statements/${day.date}`;
  const file = `statement-${day.date}`;
  return [
    up(screen.link(`statements/${day.date.slice(0, 7)}`), "Statements"),
    head(
      `Statement of ${date(day.date)}`,
      [typed(screen.member.name ?? ""), `, one UTC day, in ${day.currency}`],
      downloadButton({ path: `${path}?format=csv`, name: `${file}.csv`, text: "CSV" }),
      downloadButton({ path: `${path}?format=camt053`, name: `${file}.xml`, text: "camt.053" }),
      h("button", { type: "button", id: "print", click: () => print() }, "Print"),
    ),
    !day.final && note("warning", h("p", {}, "Not final: the day is not over, so this may still grow.")),
    h("section", { class: "card" }, totals(day)),
    entries(day, screen),
    h(
      "section",
      { class: "card" },
      details(
        [
          ["Distributor", h("code", { class: "wrap" }, day.distributorID)],
          ["Head of the chain", h("code", { class: "wrap" }, day.head)],
        ],
        "small",
      ),
    ),
    h(
      "nav",
      { class: "actions", "aria-label": "Days" },
      h(
        "a",
        { class: "button", id: "day-before", href: screen.link(`statements/${shifted(day.date, -1)}`) },
        "Day before",
      ),
      day.date < utcDay() &&
        h(
          "a",
          { class: "button", id: "day-after", href: screen.link(`statements/${shifted(day.date, 1)}`) },
          "Day after",
        ),
    ),
  ];
}

/** @param {DayStatement} day */
function totals({ openingBalance, closingBalance, currency, totals: sums, final }) {
  return table({
    caption: "Balances and totals",
    columns: [{ text: "What" }, { text: "Number", number: true }, { text: "Amount", number: true }],
    rows: [
      ["Opening balance", "", amount(openingBalance, currency)],
      ...MOVEMENTS.filter(({ total, type }) => type !== "cash-in-returned" || sums[total].count > 0).map(
        ({ total, one, sign }) => [
          titled(`${one}s`),
          sums[total].count.toLocaleString("en"),
          sums[total].count > 0 ? signed(sign, money(sums[total].amount, currency)) : amount("0.00", currency),
        ],
      ),
      [
        h("strong", {}, final ? "Closing balance" : "Balance so far"),
        "",
        h("strong", {}, amount(closingBalance, currency)),
      ],
    ],
  });
}

/**
 * @param {DayStatement} day
 * @param {Screen} screen
 */
function entries(day, screen) {
  const all = MOVEMENTS.reduce((sum, { total }) => sum + day.totals[total].count, 0);
  if (all === 0) return empty("Nothing moved", "No entry of this day changed the float.");
  const left = all - day.entries.length;
  return h(
    "section",
    { class: "card" },
    table({
      caption: `${left > 0 ? `The first ${counted(day.entries.length, "entry", "entries")}` : "Entries"}, in ${day.currency}`,
      columns: [
        { text: "Time (UTC)" },
        { text: "What" },
        { text: "Amount", number: true },
        { text: "Balance", number: true },
        { text: "Ledger number", number: true },
      ],
      rows: day.entries.map((entry) => [
        h("time", { datetime: entry.at, title: exact(entry.at) }, entry.at.slice(11, 19)),
        about(entry, screen),
        signed(entry.amount.startsWith("-") ? "−" : "+", grouped(entry.amount.replace("-", ""))),
        grouped(entry.balance),
        String(entry.sequenceNumber),
      ]),
    }),
    left > 0 &&
      h("p", { class: "muted" }, `${counted(left, "more entry", "more entries")} of this day: save the CSV for all.`),
  );
}

/**
 * @param {StatementEntry} entry
 * @param {Screen} screen
 */
function about({ type, operationID, reference }, screen) {
  const words = h("span", { class: "one-line" }, movementWords(type));
  if (operationID) return h("a", { href: screen.link(`operations/${operationID}`) }, words);
  return [words, reference && [" ", typed(reference, "muted")]];
}
