// @ts-check
/** Modal dialogs on the native element: focus goes in, Escape closes, focus goes back. */

import { find, h, replace, template, uniqueID } from "../lib/dom.js";

/** @import { Child } from "../lib/dom.js" */

/**
 * @typedef {object} Dialog
 * @property {HTMLDialogElement} element
 * @property {(content: Child) => void} show replaces the content
 * @property {() => void} close
 * @property {Promise<void>} closed
 */

/** @type {Set<() => void>} of the dialogs that belong to the view under them */
const ofView = new Set();

/** Closes the dialogs of the last view when another one comes. */
export function closeDialogs() {
  for (const close of ofView) close();
}

/**
 * @param {object} options
 * @param {string} options.title
 * @param {"wide"} [options.size]
 * @param {() => boolean} [options.mayClose] asked before Escape or the close button closes; a dialog
 *   that asks stays open over the next view
 * @returns {Dialog}
 */
export function openDialog({ title, size, mayClose }) {
  const opener = document.activeElement;
  const element = find(template("dialog"), "dialog", HTMLDialogElement);
  const heading = find(element, "h2", HTMLElement);
  const body = find(element, ".dialog-body", HTMLElement);
  heading.id = uniqueID("dialog");
  heading.textContent = title;
  element.setAttribute("aria-labelledby", heading.id);
  if (size) element.classList.add(`dialog-${size}`);

  const tryClose = () => {
    if (!mayClose || mayClose()) element.close();
  };
  find(element, ".dialog-close", HTMLElement).addEventListener("click", tryClose);
  element.addEventListener("cancel", (event) => {
    event.preventDefault();
    tryClose();
  });
  // Chromium closes on a second Escape whatever `cancel` says; keydown is asked first.
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    tryClose();
  });

  const close = () => element.close();
  if (!mayClose) ofView.add(close);
  const closed = new Promise((/** @type {(value: void) => void} */ resolve) => {
    element.addEventListener("close", () => {
      ofView.delete(close);
      body.replaceChildren();
      element.remove();
      refocus(opener);
      resolve();
    });
  });
  document.body.append(element);
  element.showModal();
  const show = (/** @type {Child} */ next) => {
    replace(body, next);
    const first = body.querySelector("input:not(:disabled), textarea, select, button");
    if (first instanceof HTMLElement) first.focus();
  };
  return { element, show, close, closed };
}

/**
 * The browser gives the focus back to the opener, unless the view was drawn again meanwhile: then
 * it goes to the element that replaced the opener, or to the heading.
 * @param {Element | null} opener
 */
function refocus(opener) {
  if (!(opener instanceof HTMLElement) || opener.isConnected) return;
  const target = document.getElementById(opener.id) ?? document.querySelector("main h1");
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
}

/**
 * A question with two answers; no is the safe one.
 * @param {object} options
 * @param {string} options.title
 * @param {Child} options.content
 * @param {string} options.yes
 * @param {string} [options.no]
 * @param {"primary" | "danger-text"} [options.look] of the yes
 * @returns {Promise<boolean>}
 */
export async function ask({ title, content, yes, no = "Cancel", look = "primary" }) {
  let answer = false;
  const dialog = openDialog({ title });
  const decide = (/** @type {boolean} */ value) => () => {
    answer = value;
    dialog.close();
  };
  dialog.show([
    content,
    h(
      "div",
      { class: "actions actions-end" },
      h("button", { type: "button", class: look === "primary" ? false : "primary", click: decide(false) }, no),
      h("button", { type: "button", class: look, click: decide(true) }, yes),
    ),
  ]);
  await dialog.closed;
  return answer;
}
