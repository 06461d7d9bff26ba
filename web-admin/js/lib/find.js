// @ts-check
/** Meaning of the text by which a person looks for an operation. */

import { DAY_MS, utcDay } from "./day.js";
import { amountProblem, toMinor, typedAmount } from "./money.js";
import { phoneProblem, typedPhone } from "./phones.js";
import { plain } from "./typed.js";

/** @typedef {"phone" | "amount" | "reference" | "keyID" | "from" | "to" | "status" | "operationType"} FilterName */
/** @typedef {Partial<Record<FilterName, string>>} Filters as the server takes them */
/**
 * `open` is the ID of one operation; `problem` a sentence for the person.
 * @typedef {{ filters: Filters } | { open: string } | { problem: string }} Meaning
 */

/** @type {FilterName[]} */
export const FILTER_NAMES = ["operationType", "status", "phone", "amount", "reference", "keyID", "from", "to"];

/** Maximum length of a filter's value, in characters. */
const MAX_LENGTH = 64;
const MAX_PHONE_LENGTH = 32;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** @type {Map<string, Filters>} */
const WORDS = new Map([
  ["pending", { status: "pending" }],
  ["waiting", { status: "pending" }],
  ["processing", { status: "processing" }],
  ["completed", { status: "completed" }],
  ["done", { status: "completed" }],
  ["rejected", { status: "rejected" }],
  ["withdrawn", { status: "rejected" }],
  ["expired", { status: "expired" }],
  ["failed", { status: "failed" }],
  ["cash-in", { operationType: "cash-in" }],
  ["cash-out", { operationType: "cash-out-fulfillment" }],
]);

/**
 * The meaning of a text; null for one without a visible character. What is nothing else is a reference.
 * @param {string} text as typed or pasted
 * @param {string} currency amounts may be copied with it
 * @param {number} [now] milliseconds
 * @returns {Meaning | null}
 */
export function understand(text, currency, now = Date.now()) {
  const line = plain(text);
  if (line === "") return null;
  const meaning = identifier(line) ?? period(line, now) ?? number(line, currency) ?? words(line, currency, now);
  if (meaning) return meaning;
  // A reference is compared exactly, so it stays as it was typed.
  const reference = text.trim();
  return [...reference].length > MAX_LENGTH
    ? { problem: `At most ${MAX_LENGTH} characters: that is the longest reference.` }
    : { filters: { reference } };
}

/**
 * Other meanings of digits: a transaction ID may look like an amount or a phone.
 * @param {Filters} filters
 * @returns {Filters[]}
 */
export function otherMeanings(filters) {
  const [[name, value] = ["", ""], ...more] = Object.entries(filters);
  const bare = bareDigits(value);
  if (more.length > 0 || !/^\+?[0-9]+$/.test(bare)) return [];
  /** @type {Filters[]} */
  const all = [{ reference: value }, { amount: bare }, { phone: bare }];
  return all.filter((one) => {
    if (name in one) return false;
    if (one.amount) return toMinor(one.amount) !== null;
    return !one.phone || /^[0-9]{7,15}$/.test(one.phone);
  });
}

/** @param {string} text */
function bareDigits(text) {
  return text.replace(/[ \-()]/g, "");
}

/**
 * @param {string} line
 * @returns {Meaning | null}
 */
function identifier(line) {
  const [, kind = "", rest = ""] = /^(op|key)_([0-9a-f-]*)$/.exec(line.toLowerCase()) ?? [];
  if (kind === "") return null;
  if (!UUID.test(rest)) return { problem: `This is a part of an ID. Copy it whole: ${kind}_ and 36 characters.` };
  return kind === "op" ? { open: `op_${rest}` } : { filters: { keyID: `key_${rest}` } };
}

/**
 * A phone or an amount.
 * @param {string} line
 * @param {string} currency
 * @returns {Meaning | null}
 */
function number(line, currency) {
  const amount = typedAmount(withoutCurrency(line, currency));
  const isAmount = toMinor(amount) !== null;
  const phone = typedPhone(line).replace("(0)", " ").replace(/ +/g, " ").replace(/^00/, "+");
  const bare = bareDigits(phone);
  const international = /^\+[0-9]+$/.test(bare);
  const national = /^0[0-9]{6,14}$/.test(bare) && !(isAmount && amount.includes("."));
  // Without plus and zero, eleven digits are sooner a phone than an amount.
  const long = /^[1-9][0-9]{10,14}$/.test(bare) && !/[.,]/.test(line);
  if (national || long || (international && phoneProblem(bare) === "")) {
    return { filters: { phone: phone.length > MAX_PHONE_LENGTH ? bare : phone } };
  }
  if (isAmount) return { filters: { amount } };
  if (international) return { problem: phoneProblem(bare) };
  const looksLikeAmount = /^[0-9][0-9,. ']*$/.test(amount) && (amount.includes(",") || amount.split(".").length === 2);
  return looksLikeAmount ? { problem: amountProblem(amount) } : null;
}

/**
 * Lists show amounts with a sign and the currency.
 * @param {string} line
 * @param {string} currency
 */
function withoutCurrency(line, currency) {
  const text = line.replace(/^[-+] ?/, "").replace(/^\p{Sc} ?/u, "");
  return text.toUpperCase().startsWith(currency) ? text.slice(currency.length).trim() : text;
}

/**
 * Status, kind and day in any order, and at most one phone or amount among them.
 * @param {string} line
 * @param {string} currency
 * @param {number} now
 * @returns {Meaning | null}
 */
function words(line, currency, now) {
  const rest = [];
  /** @type {Filters} */
  let filters = {};
  const pieces = line
    .toLowerCase()
    .replace(/\bcash[ -]?(in|out)s?\b/g, "cash-$1")
    .replace(/\b[0-9]{1,2} [a-z]+ [0-9]{4}\b/g, (day) => spelledDay(day) || day)
    .split(/[ ;]+|, /);
  for (const piece of pieces) {
    const found = WORDS.get(piece) ?? periodFilters(piece, now);
    if (!found) {
      rest.push(piece);
    } else if (Object.keys(found).some((name) => name in filters)) {
      return { problem: "One status, one kind and one day or period at a time." };
    } else {
      filters = { ...filters, ...found };
    }
  }
  if (Object.keys(filters).length === 0) return null;
  const left = rest.filter(Boolean).join(" ");
  if (left === "") return { filters };
  const last = number(left, currency);
  return last && "filters" in last ? { filters: { ...filters, ...last.filters } } : null;
}

/**
 * @param {string} text
 * @param {number} now
 */
function periodFilters(text, now) {
  const found = period(text, now);
  return found && "filters" in found ? found.filters : null;
}

/**
 * A day, a month, or a range of them; all are days of UTC, as in statements.
 * @param {string} line
 * @param {number} now
 * @returns {Meaning | null}
 */
function period(line, now) {
  const text = line.toLowerCase();
  const parts =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2}) ?[/-] ?([0-9]{4}-[0-9]{2}-[0-9]{2})$/.exec(text)?.slice(1) ??
    text.split(/ ?\.\.+ ?| - | to | until /);
  const open = parts.length === 1 ? (/^(since|from|until) /.exec(text)?.[1] ?? "") : "";
  if (parts.length > 2) return null;
  /** @type {[first: string, last: string][]} */
  const spans = [];
  for (const part of parts) {
    const found = span(part.replace(/^(since|from|until) /, ""), now);
    if (!found) return null;
    if (typeof found === "string") return { problem: found };
    spans.push(found);
  }
  const [from = "", to = ""] = [
    spans.map(([first]) => first).sort()[0],
    spans
      .map(([, last]) => last)
      .sort()
      .at(-1),
  ];
  if (open === "until") return { filters: { to } };
  return { filters: open === "" ? { from, to } : { from } };
}

/**
 * First and last day; a sentence for a day that no calendar has; null for what is no day.
 * @param {string} text in lower case
 * @param {number} now
 * @returns {[first: string, last: string] | string | null}
 */
function span(text, now) {
  if (text === "today") return [utcDay(now), utcDay(now)];
  if (text === "yesterday") return [utcDay(now - DAY_MS), utcDay(now - DAY_MS)];
  const [, ofYear = "", month = ""] = /^([0-9]{4})-([0-9]{2})$/.exec(text) ?? [];
  if (Number(month) >= 1 && Number(month) <= 12) {
    return [`${ofYear}-${month}-01`, utcDay(Date.UTC(Number(ofYear), Number(month), 0))];
  }
  const day = spelledDay(text);
  if (day === "") return null;
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) || utcDay(at) !== day ? `The calendar has no day ${text}.` : [day, day];
}

/**
 * A day in the spelling of the server, or "": `2026-11-27`, `27.11.2026`, `27/11/2026` and `27 Nov 2026` are one.
 * @param {string} text
 */
function spelledDay(text) {
  if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return text;
  const two = (/** @type {string | number} */ part) => String(part).padStart(2, "0");
  const [, day = "", , month = "", year = ""] = /^([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})$/.exec(text) ?? [];
  if (year) return `${year}-${two(month)}-${two(day)}`;
  const [, date = "", name = "", ofYear = ""] = /^([0-9]{1,2}) ([a-z]{3})[a-z]* ([0-9]{4})$/.exec(text) ?? [];
  const index = MONTHS.indexOf(name);
  return index < 0 ? "" : `${ofYear}-${two(index + 1)}-${two(date)}`;
}
