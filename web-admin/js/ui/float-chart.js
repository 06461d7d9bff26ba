// @ts-check
/** The float as a picture: its balance over the days, and below what went out of it and came into it. */

import { h, svg } from "../lib/dom.js";
import { fromMinor, grouped, money, toMinor } from "../lib/money.js";
import { date } from "../lib/time.js";
import { counted } from "../lib/words.js";
import { table } from "./parts.js";

/** @import { DayStatement } from "../types/api.d.ts" */

/** Width of a day in the picture, which is stretched to the space that it gets. */
const STEP = 10;
const GAP = 2;
const BALANCE_HEIGHT = 100;
const FLOW_HEIGHT = 30;
/** Days that the picture has room for, so that a young distributor's are not stretched over all of it. */
const MIN_DAYS = 30;

/** @param {string} amount */
function minor(amount) {
  return toMinor(amount) ?? 0n;
}

/**
 * Share of the largest in the picture; exact as far as a picture can be, also beyond 2^53.
 * @param {bigint} part
 * @param {bigint} largest
 * @param {number} height
 */
function scaled(part, largest, height) {
  return largest === 0n ? 0 : (Number((part * 10_000n) / largest) / 10_000) * height;
}

/** @param {bigint[]} values */
function largest(values) {
  return values.toSorted((a, b) => (a < b ? -1 : 1)).at(-1) ?? 0n;
}

/** @param {DayStatement} day */
function dayWords({ date: name, closingBalance, totals: { cashIns, cashOuts }, currency, final }) {
  return [
    `${date(name)}${final ? "" : " so far"}: balance ${money(closingBalance, currency)}`,
    `${counted(cashIns.count, "cash-in")}, ${money(cashIns.amount, currency)}`,
    `${counted(cashOuts.count, "cash-out")}, ${money(cashOuts.amount, currency)}`,
  ].join("; ");
}

/**
 * @param {DayStatement[]} days
 * @param {string | null} low the float below which the distributor is warned
 */
function summary(days, low) {
  const sorted = days.toSorted((a, b) => (minor(a.closingBalance) < minor(b.closingBalance) ? -1 : 1));
  const [lowest, highest, last] = [sorted[0], sorted.at(-1), days.at(-1)];
  const of = (/** @type {DayStatement | undefined} */ day) => (day ? money(day.closingBalance, day.currency) : "");
  const text = `Balance at the end of each day: now ${of(last)}, highest ${of(highest)}, lowest ${of(lowest)}`;
  return low === null ? text : `${text}; warning below ${money(low, last?.currency ?? "")}`;
}

/**
 * @param {string} className
 * @param {number} height
 * @param {string} label
 * @param {DayStatement[]} days
 * @param {import("../lib/dom.js").Child} shapes
 */
function picture(className, height, label, days, shapes) {
  const width = Math.max(days.length, MIN_DAYS) * STEP;
  const start = width - days.length * STEP;
  return svg(
    "svg",
    {
      class: className,
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    svg(
      "g",
      { transform: `translate(${start})` },
      shapes,
      // A day is told in words wherever the pointer is in its column.
      days.map((day, index) =>
        svg(
          "rect",
          { class: "float-day", x: index * STEP, y: 0, width: STEP, height },
          svg("title", {}, dayWords(day)),
        ),
      ),
    ),
  );
}

/**
 * @param {DayStatement[]} days
 * @param {string | null} low
 */
function balances(days, low) {
  const values = days.map((day) => minor(day.closingBalance));
  const most = largest([...values, minor(low ?? "")]);
  // A little space above the line keeps its upper half in the picture.
  const heightOf = (/** @type {bigint} */ value) =>
    (BALANCE_HEIGHT - scaled(value, most, BALANCE_HEIGHT - 2)).toFixed(2);
  const line = values.map(
    (value, index) => `${index === 0 ? "M" : "L"}${index * STEP} ${heightOf(value)}H${(index + 1) * STEP}`,
  );
  return picture("float-balance", BALANCE_HEIGHT, summary(days, low), days, [
    svg("path", { class: "float-area", d: `${line.join("")}V${BALANCE_HEIGHT}H0Z` }),
    svg("path", { class: "float-line", d: line.join(""), "vector-effect": "non-scaling-stroke" }),
    low !== null &&
      svg("path", {
        class: "float-low",
        d: `M${Math.min(days.length - MIN_DAYS, 0) * STEP} ${heightOf(minor(low))}H${days.length * STEP}`,
        "vector-effect": "non-scaling-stroke",
      }),
  ]);
}

/** Cash-outs, which come in, rise; cash-ins, which go out, hang down. @param {DayStatement[]} days */
function flows(days) {
  const amounts = days.map(({ totals }) => ({ out: minor(totals.cashIns.amount), in: minor(totals.cashOuts.amount) }));
  const most = largest(amounts.flatMap((one) => [one.out, one.in]));
  const sum = (/** @type {"cashIns" | "cashOuts"} */ kind) =>
    days.reduce((total, { totals }) => total + totals[kind].count, 0);
  const label = `In ${counted(days.length, "day")}: ${counted(sum("cashIns"), "cash-in")}, ${counted(sum("cashOuts"), "cash-out")}`;
  const bar = (/** @type {string} */ name, /** @type {number} */ index, /** @type {bigint} */ part, up = false) => {
    const height = part === 0n ? 0 : Math.max(scaled(part, most, FLOW_HEIGHT), 1);
    const y = up ? FLOW_HEIGHT - height : FLOW_HEIGHT;
    return height > 0 && svg("rect", { class: name, x: index * STEP + GAP / 2, y, width: STEP - GAP, height });
  };
  return picture("float-flows", 2 * FLOW_HEIGHT, label, days, [
    amounts.map((one, index) => [bar("float-in", index, one.in, true), bar("float-out", index, one.out)]),
    svg("path", {
      class: "float-zero",
      d: `M0 ${FLOW_HEIGHT}H${days.length * STEP}`,
      "vector-effect": "non-scaling-stroke",
    }),
  ]);
}

const SQUARE = "M0 0H10V10H0Z";
const LINE = "M0 5H10";

/** @param {string} name @param {string} text */
function key(name, text, shape = SQUARE) {
  return h(
    "li",
    {},
    svg(
      "svg",
      { class: "float-key", viewBox: "0 0 10 10", "aria-hidden": "true" },
      svg("path", { class: name, d: shape, "vector-effect": "non-scaling-stroke" }),
    ),
    text,
  );
}

/**
 * @param {DayStatement[]} days oldest first, at least one
 * @param {string | null} low the float below which the distributor is warned
 */
export function floatChart(days, low) {
  const currency = days[0]?.currency ?? "";
  const most = fromMinor(largest(days.map((day) => minor(day.closingBalance))));
  return [
    h(
      "p",
      { class: "float-top muted small", "aria-hidden": "true" },
      h("span", {}, "Balance"),
      `highest ${money(most, currency)}`,
    ),
    balances(days, low),
    h(
      "ul",
      { class: "float-keys muted small" },
      low !== null && key("float-low", `Warning below ${money(low, currency)}`, LINE),
      key("float-in", "Cash-outs, into the float"),
      key("float-out", "Cash-ins, out of it"),
    ),
    flows(days),
    h(
      "div",
      { class: "chart-ends muted small", "aria-hidden": "true" },
      h("span", {}, days.length < MIN_DAYS ? "" : date(days[0]?.date ?? "")),
      h("span", {}, "Today"),
    ),
    h(
      "details",
      { id: "float-table" },
      h("summary", {}, "Show as a table"),
      table({
        caption: "The float by day",
        hideCaption: true,
        columns: [
          { text: "Day (UTC)" },
          { text: `Balance, ${currency}`, number: true },
          { text: "Cash-ins", number: true },
          { text: `Sum, ${currency}`, number: true },
          { text: "Cash-outs", number: true },
          { text: `Sum, ${currency}`, number: true },
        ],
        rows: days
          .toReversed()
          .map(({ date: name, closingBalance, totals: { cashIns, cashOuts } }) => [
            h("span", { class: "amount" }, date(name)),
            grouped(closingBalance),
            cashIns.count.toLocaleString("en"),
            grouped(cashIns.amount),
            cashOuts.count.toLocaleString("en"),
            grouped(cashOuts.amount),
          ]),
      }),
    ),
  ];
}
