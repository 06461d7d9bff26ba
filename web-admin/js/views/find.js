// @ts-check
/** The field that finds operations, and what is looked for as chips that are taken away one by one. */

import { h, icon } from "../lib/dom.js";
import { understand } from "../lib/find.js";
import { money } from "../lib/money.js";
import { go } from "../lib/router.js";
import { date } from "../lib/time.js";
import { statusWords } from "../lib/words.js";
import { ApiError, check, withQuery } from "../server/api.js";
import { once } from "../ui/act.js";
import { typed } from "../ui/parts.js";
import { explain } from "../ui/states.js";

/** @import { FilterName, Filters } from "../lib/find.js" */
/** @import { Status } from "../lib/words.js" */
/** @import { Screen } from "../ui/screen.js" */

/** @typedef {{ names: FilterName[], label: string, value: string }} Chip one thing that is looked for */

/** @type {[title: string, name: FilterName, values: string[]][]} */
const MENU = [
  ["Kind", "operationType", ["cash-in", "cash-out-fulfillment"]],
  ["Status", "status", ["pending", "processing", "completed", "rejected", "expired", "failed"]],
];
const KINDS = new Map([
  ["cash-in", "Cash-ins"],
  ["cash-out-fulfillment", "Cash-outs"],
]);

/**
 * @param {Filters} filters
 * @returns {Chip[]}
 */
export function chipsOf({ operationType, status, phone, amount, reference, keyID, from, to }) {
  const one = (/** @type {FilterName} */ name, /** @type {string} */ label, /** @type {string | undefined} */ value) =>
    value === undefined ? [] : [{ names: [name], label, value }];
  return [
    ...one("operationType", "Kind", operationType),
    ...one("status", "Status", status),
    ...one("phone", "Phone", phone),
    ...one("amount", "Amount", amount),
    ...one("reference", "Reference", reference),
    ...one("keyID", "Key", keyID),
    ...(from !== undefined && to !== undefined
      ? [/** @type {Chip} */ ({ names: ["from", "to"], label: "Day", value: from === to ? from : `${from}/${to}` })]
      : [...one("from", "Since", from), ...one("to", "Until", to)]),
  ];
}

/**
 * A chip in words. Values may be anything, since an address can be typed by hand.
 * @param {Chip} chip
 * @param {string} currency
 */
export function words({ names: [name], label, value }, currency) {
  switch (name) {
    case "operationType":
      return typed(KINDS.get(value) ?? value);
    case "status":
      return typed(statusWords(/** @type {Status} */ (value))?.[0] ?? value);
    case "keyID":
      return typed(value);
    case "amount":
      return [`${label} `, typed(money(value, currency))];
    case "from":
    case "to": {
      const days = value.split("/").map((day) => (Number.isNaN(Date.parse(day)) ? day : date(day)));
      return [label === "Day" ? "" : `${label} `, typed(days.join(" – ")), " (UTC)"];
    }
    default:
      return [`${label} `, typed(value)];
  }
}

/**
 * Shows exactly these filters; Back leads to the ones before.
 * @param {Screen} screen
 * @param {Filters} filters
 */
export function showFilters(screen, filters) {
  go(screen.link("operations", { ...filters }));
}

/** Boxes that are on the screen; news about operations must not take away what is being typed. @type {WeakMap<Screen, HTMLElement>} */
const boxes = new WeakMap();

/**
 * @param {Screen} screen
 * @param {Filters} filters
 * @param {string} refused why the server does not take the filters, or ""
 */
export function findBox(screen, filters, refused) {
  const made = boxes.get(screen) ?? make(screen, filters, refused);
  boxes.set(screen, made);
  return made;
}

/**
 * @param {Screen} screen
 * @param {Filters} filters
 * @param {string} refused
 */
function make(screen, filters, refused) {
  const problem = h("p", { class: "error", id: "find-problem", role: "alert" }, refused);
  const field = h("input", {
    type: "search",
    id: "find",
    "aria-label": "Find operations",
    "aria-describedby": "find-problem",
    "aria-keyshortcuts": "/",
    "aria-invalid": refused !== "" && "true",
    placeholder: "Phone, amount, day, reference, ID…",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "search",
    input: () => tell(""),
  });
  function tell(/** @type {string} */ text) {
    problem.textContent = text;
    field.setAttribute("aria-invalid", String(text !== ""));
  }
  const find = once(async () => {
    const meaning = understand(field.value, screen.currency);
    if (!meaning) return;
    if ("problem" in meaning) {
      tell(meaning.problem);
    } else if ("open" in meaning) {
      await open(meaning.open, screen, tell);
    } else {
      field.value = "";
      showFilters(screen, { ...filters, ...meaning.filters });
    }
  });
  return h(
    "div",
    { class: "find" },
    h(
      "div",
      { class: "filters" },
      h(
        "form",
        {
          class: "filter-form",
          role: "search",
          "aria-label": "Operations",
          submit: (/** @type {Event} */ event) => {
            event.preventDefault();
            void find(event);
          },
        },
        field,
        problem,
      ),
      h("div", { class: "filter-menus" }, filterMenu(screen, filters), exportMenu(screen, filters)),
    ),
    chipList(screen, filters),
  );
}

/**
 * @param {string} operationID
 * @param {Screen} screen
 * @param {(problem: string) => void} tell
 */
async function open(operationID, screen, tell) {
  try {
    await check(`${screen.base}/operations/${operationID}`);
    go(screen.link(`operations/${operationID}`));
  } catch (error) {
    tell(error instanceof ApiError && error.status === 404 ? `Nothing found for ${operationID}.` : explain(error));
  }
}

/**
 * @param {Screen} screen
 * @param {Filters} filters
 */
function chipList(screen, filters) {
  const chips = chipsOf(filters);
  if (chips.length === 0) return null;
  const without = (/** @type {Chip} */ chip) => {
    const left = { ...filters };
    for (const name of chip.names) delete left[name];
    return left;
  };
  return h(
    "ul",
    { class: "chips", "aria-label": "Looking for" },
    chips.map((chip) =>
      h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            class: "chip",
            id: `chip-${chip.names[0]}`,
            click: (/** @type {MouseEvent} */ event) => {
              // A chip that is taken away by the keyboard must not take the focus with it.
              if (event.detail === 0) document.getElementById("find")?.focus();
              showFilters(screen, without(chip));
            },
          },
          h("span", { class: "visually-hidden" }, "Remove "),
          h("span", { class: "chip-words" }, words(chip, screen.currency)),
          icon("close"),
        ),
      ),
    ),
    chips.length > 1 && h("li", {}, h("a", { href: screen.link("operations"), id: "find-all" }, "Show all")),
  );
}

/**
 * @param {string} id
 * @param {string} symbol
 * @param {string} label
 * @param {{ title?: string, entries: [text: string, act: () => void | Promise<void>][] }[]} groups
 */
function menu(id, symbol, label, groups) {
  const summary = h("summary", { class: "button quiet", id: `${id}-menu` }, icon(symbol), label);
  const details = h("details", { class: "menu-details", id, name: "find-menu" }, summary);
  const entry = (/** @type {string} */ text, /** @type {() => void | Promise<void>} */ act) =>
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        click: once(async () => {
          details.open = false;
          summary.focus();
          await act();
        }),
      },
      text,
    );
  const lists = groups.map(({ title, entries }) => [
    title && h("p", { class: "kind" }, title),
    h(
      "ul",
      { class: "plain" },
      entries.map(([text, act]) => h("li", {}, entry(text, act))),
    ),
  ]);
  details.append(h("div", { class: "menu-box" }, lists));
  return details;
}

/**
 * @param {Screen} screen
 * @param {Filters} filters
 */
function filterMenu(screen, filters) {
  return menu(
    "filter",
    "settings",
    "Filter",
    MENU.map(([title, name, values]) => ({
      title,
      entries: values.map((value) => [
        KINDS.get(value) ?? statusWords(/** @type {Status} */ (value))[0],
        () => showFilters(screen, { ...filters, [name]: value }),
      ]),
    })),
  );
}

/**
 * @param {Screen} screen
 * @param {Filters} filters
 */
function exportMenu(screen, filters) {
  return menu("export", "down", "Export", [
    {
      title: chipsOf(filters).length > 0 ? "Ledger of what is found" : "Ledger",
      entries: [
        ["As CSV", () => save(screen, filters, "csv")],
        ["As JSON lines", () => save(screen, filters, "jsonl")],
      ],
    },
  ]);
}

/**
 * Saves the ledger of the operations that are found as a file. The browser downloads the stream by itself; a check comes
 * first, since a refused download shows no reason.
 * @param {Screen} screen
 * @param {Filters} filters
 * @param {string} format
 */
async function save(screen, filters, format) {
  const path = withQuery(`${screen.base}/operations/export`, { format, ...filters });
  await check(path);
  h("a", { href: `/admin/v1${path}`, download: `operations.${format}` }).click();
}
