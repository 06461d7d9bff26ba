// @ts-check
/** Times as people read them: relative, with the exact one on hover. */

import { DAY_MS } from "./day.js";
import { h } from "./dom.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const relativeFormat = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exactFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const dateFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * "5 minutes ago", "in 3 days".
 * @param {string} at RFC 3339
 * @param {number} [now] milliseconds
 */
export function relative(at, now = Date.now()) {
  const distance = Date.parse(at) - now;
  const size = Math.abs(distance);
  if (size < 45_000) return distance > 0 ? "in a moment" : "just now";
  if (size < 45 * MINUTE_MS) return relativeFormat.format(Math.round(distance / MINUTE_MS), "minute");
  if (size < 22 * HOUR_MS) return relativeFormat.format(Math.round(distance / HOUR_MS), "hour");
  if (size < 60 * DAY_MS) return relativeFormat.format(Math.round(distance / DAY_MS), "day");
  return dateFormat.format(Date.parse(at));
}

/** @param {string} at RFC 3339 */
export function exact(at) {
  return exactFormat.format(Date.parse(at));
}

/**
 * A day in words. A time falls on a day of the person's own zone; a day such as "2026-11-24" is a
 * UTC day already, and stays that one wherever the person is.
 * @param {string} at RFC 3339, or a day
 */
export function date(at) {
  return (DAY.test(at) ? dayFormat : dateFormat).format(Date.parse(at));
}

/**
 * A `<time>` that keeps itself right while the page stays open.
 * @param {string} at RFC 3339
 */
export function ago(at) {
  return h("time", { datetime: at, title: exact(at), "data-relative": true }, relative(at));
}

/**
 * The exact time, for details and tables.
 * @param {string} at RFC 3339
 */
export function moment(at) {
  return h("time", { datetime: at, title: relative(at) }, exact(at));
}

/** @param {string} at RFC 3339 */
export function daysUntil(at) {
  return Math.floor((Date.parse(at) - Date.now()) / DAY_MS);
}

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = relative(element.getAttribute("datetime") ?? "");
    if (element.textContent !== text) element.textContent = text;
  }
}, 20_000);
