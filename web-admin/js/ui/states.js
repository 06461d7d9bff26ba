// @ts-check
/** The states of a view without content: loading, empty or failed. */

import { h, icon } from "../lib/dom.js";
import { ApiError } from "../server/api.js";

/** @import { Child } from "../lib/dom.js" */

export function loading() {
  return h(
    "div",
    { class: "loading", role: "status" },
    h("span", { class: "visually-hidden" }, "Loading…"),
    h("div", { class: "bone bone-wide", "aria-hidden": "true" }),
    h("div", { class: "bone", "aria-hidden": "true" }),
    h("div", { class: "bone", "aria-hidden": "true" }),
  );
}

/**
 * @param {Child} title
 * @param {Child} hint the next step
 * @param {...Child} actions
 */
export function empty(title, hint, ...actions) {
  return h(
    "div",
    { class: "empty" },
    icon("empty"),
    h("p", { class: "empty-title" }, title),
    h("p", { class: "muted" }, hint),
    actions.length > 0 && h("div", { class: "actions" }, actions),
  );
}

/**
 * @param {unknown} error
 * @returns {string} a sentence for the person
 */
export function explain(error) {
  if (error instanceof ApiError) return error.message;
  console.error(error);
  return "Something in this page went wrong. Reload it and try again.";
}

/**
 * @param {unknown} error
 * @param {() => void} retry
 */
export function failed(error, retry) {
  const missing = error instanceof ApiError && error.status === 404;
  return h(
    "div",
    { class: "failed", role: "alert" },
    icon("warning"),
    h("p", { class: "empty-title" }, missing ? "Not here" : "This could not be loaded"),
    h(
      "p",
      { class: "muted" },
      missing
        ? "There is nothing at this address, or you may not see it. This server may also not offer it yet."
        : explain(error),
    ),
    requestID(error),
    h("div", { class: "actions" }, h("button", { type: "button", click: retry }, "Try again")),
  );
}

/** @param {unknown} error */
export function requestID(error) {
  return (
    error instanceof ApiError &&
    error.status >= 500 &&
    error.requestID !== "" &&
    h("p", { class: "muted small" }, "For support: request ", h("code", {}, error.requestID))
  );
}

/**
 * A note in the flow of a page.
 * @param {"info" | "warning" | "danger" | "success"} kind
 * @param {...Child} children
 */
export function note(kind, ...children) {
  const name = { info: "info", warning: "warning", danger: "warning", success: "check" }[kind];
  return h("div", { class: `note note-${kind}` }, icon(name), h("div", {}, children));
}
