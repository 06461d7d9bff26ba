// @ts-check
/** Small pieces that several views show. */

import { h, icon } from "../lib/dom.js";
import { money } from "../lib/money.js";
import { PERMISSIONS, permissionLabel, statusWords } from "../lib/words.js";

/** @import { Child } from "../lib/dom.js" */
/** @import { Status } from "../lib/words.js" */

/** @param {Status} status */
export function badge(status) {
  const [label, tone] = statusWords(status);
  return h("span", { class: `badge badge-${tone}` }, label);
}

/** @param {string[]} permissions */
export function permissionTags(permissions) {
  return h(
    "ul",
    { class: "tags", "aria-label": "Permissions" },
    permissions.map((permission) =>
      h(
        "li",
        { class: PERMISSIONS.find((one) => one.value === permission)?.risky ? "tag tag-risky" : "tag" },
        permissionLabel(permission),
      ),
    ),
  );
}

/**
 * Text that a person typed: isolated, so that its direction doesn't disturb the text around it.
 * @param {string} text
 * @param {string} [className]
 */
export function typed(text, className) {
  return h("bdi", { class: className ?? false }, text);
}

/**
 * @param {[name: string, value: Child][]} entries a value of null or false leaves its entry out
 * @param {string} [className]
 */
export function details(entries, className = "") {
  return h(
    "dl",
    { class: `details ${className}` },
    entries
      .filter(([, value]) => value !== null && value !== false && value !== undefined)
      .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/**
 * @param {string} amount
 * @param {string} currency
 */
export function amount(amount, currency) {
  return h("span", { class: "amount" }, money(amount, currency));
}

/**
 * The head of a view.
 * @param {string} title
 * @param {Child} [sub]
 * @param {...Child} actions
 */
export function head(title, sub, ...actions) {
  return h(
    "header",
    { class: "view-head" },
    h("div", {}, h("h1", {}, h("bdi", {}, title)), sub && h("p", { class: "muted" }, sub)),
    actions.length > 0 && h("div", { class: "actions" }, actions),
  );
}

/**
 * Links that look like tabs: each is an address of its own.
 * @param {string} label
 * @param {{ href: string, text: string, current: boolean, count?: number }[]} entries
 */
export function tabs(label, entries) {
  return h(
    "nav",
    { class: "tabs", "aria-label": label },
    h(
      "ul",
      {},
      entries.map(({ href, text, current, count }) =>
        h(
          "li",
          {},
          h(
            "a",
            { href, id: `tab-${text.toLowerCase()}`, "aria-current": current ? "page" : false },
            text,
            count ? h("span", { class: "count" }, count) : null,
          ),
        ),
      ),
    ),
  );
}

/**
 * A link styled as the way back up.
 * @param {string} href
 * @param {string} text
 */
export function up(href, text) {
  return h("p", { class: "up" }, h("a", { href }, icon("arrow"), text));
}

/**
 * A table that scrolls by itself when it is wider than the screen.
 * @param {object} options
 * @param {string} options.caption
 * @param {{ text: string, number?: boolean }[]} options.columns
 * @param {Child[][]} options.rows
 * @param {boolean} [options.hideCaption]
 */
export function table({ caption, columns, rows, hideCaption }) {
  return h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: hideCaption ? "visually-hidden" : false }, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map(({ text, number }) => h("th", { scope: "col", class: number ? "number" : false }, text)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((cells) =>
          h(
            "tr",
            {},
            cells.map((cell, index) => h("td", { class: columns[index]?.number ? "number" : false }, cell)),
          ),
        ),
      ),
    ),
  );
}
