// @ts-check
/**
 * A form that checks before it sends, sends once however often it is clicked, shows the server's
 * refusals at their fields, and keeps everything typed whatever happens.
 */

import { find, h, replace } from "../lib/dom.js";
import { splitIPs } from "../lib/ips.js";
import { ApiError } from "../server/api.js";
import { refreshSession } from "../server/session.js";
import { isOutdated } from "./act.js";
import { draftHere } from "./draft.js";
import { problem, showProblem, textOf } from "./field.js";
import { explain, note, requestID } from "./states.js";

/** @import { Child } from "../lib/dom.js" */
/** @import { Content } from "./draft.js" */
/** @import { Control } from "./field.js" */

/**
 * The typed values: text by name, and for choices the list of chosen values.
 * @typedef {{ text: (name: string) => string, chosen: (name: string) => string[] }} Values
 */

/**
 * @typedef {object} FormOptions
 * @property {Child} content fields
 * @property {string} submit
 * @property {"primary" | "danger" | ""} [look]
 * @property {() => void} [cancel]
 * @property {(values: Values) => { name: string, message: string }[]} [check] rules between fields
 * @property {(values: Values, idempotencyKey: (body: unknown) => string) => Promise<void>} send
 * @property {(values: Values) => void} [changed] called at first, and after each change
 * @property {boolean} [draft] keeps what is typed for the tab, until it is sent or cancelled
 */

/**
 * @param {FormOptions} options
 */
export function form({ content, submit, look = "primary", cancel, check, send, changed, draft = false }) {
  const message = h("div", { class: "form-message", role: "alert" });
  const button = h("button", { type: "submit", class: look || false }, submit);
  const kept = draft ? draftHere() : null;
  const element = h(
    "form",
    { novalidate: true, autocomplete: "off" },
    content,
    message,
    h(
      "div",
      { class: "actions actions-end" },
      cancel && h("button", { type: "button", click: leave }, "Cancel"),
      button,
    ),
  );
  const keys = new Map(kept?.read()?.keys);
  const keep = () => kept?.keep({ values: contentOf(element), keys: [...keys] });
  const idempotencyKey = (/** @type {unknown} */ body) => {
    const key = keyOf(body, keys);
    keep();
    return key;
  };
  let sending = false;

  function leave() {
    kept?.drop();
    cancel?.();
  }

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    replace(message, null);
    if (!passes(element, check)) return;
    sending = true;
    element.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
    try {
      await send(valuesOf(element), idempotencyKey);
      kept?.drop();
    } catch (error) {
      showRefusal(element, message, error);
      if (isOutdated(error)) void refreshSession().catch(() => {});
    } finally {
      sending = false;
      element.removeAttribute("aria-busy");
      button.removeAttribute("aria-disabled");
    }
  });
  element.addEventListener("input", (event) => {
    if (event.target instanceof Element) showProblem(holderOf(event.target), "");
    changed?.(valuesOf(element));
    keep();
  });
  element.addEventListener("focusout", (event) => {
    // Only on the way to another field: a message that appears under a pointer on its way to a
    // button would move the button away.
    const control = event.target;
    if (!isControl(event.relatedTarget) || event.relatedTarget === control) return;
    if (isControl(control) && control.type !== "checkbox" && control.value !== "") {
      showProblem(control, problem(control));
    }
  });
  fillIn(element, kept?.read()?.values ?? {});
  changed?.(valuesOf(element));
  return element;
}

/**
 * @param {HTMLFormElement} element
 * @param {Content["values"]} values
 */
function fillIn(element, values) {
  for (const control of element.elements) {
    const value = isControl(control) ? values[control.name] : undefined;
    if (!isControl(control) || value === undefined) continue;
    if (control instanceof HTMLInputElement && control.type === "checkbox") {
      control.checked = value.includes(control.value);
    } else if (typeof value === "string") {
      control.value = value;
      control.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}

/** @param {HTMLFormElement} element @returns {Content["values"]} */
function contentOf(element) {
  /** @type {Content["values"]} */
  const values = {};
  for (const control of element.elements) {
    if (!isControl(control) || control.type === "password") continue;
    if (control instanceof HTMLInputElement && control.type === "checkbox") {
      values[control.name] = [...(values[control.name] ?? []), ...(control.checked ? [control.value] : [])];
    } else values[control.name] = control.value;
  }
  return values;
}

/** @param {HTMLFormElement} element */
function valuesOf(element) {
  const data = new FormData(element);
  return {
    text: (/** @type {string} */ name) => {
      const control = named(element, name);
      return isControl(control) && data.has(name) ? textOf(control) : "";
    },
    chosen: (/** @type {string} */ name) => data.getAll(name).map(String),
  };
}

/**
 * @param {HTMLFormElement} element
 * @param {FormOptions["check"]} check
 */
function passes(element, check) {
  /** @type {Element[]} */
  const wrong = [];
  for (const control of element.elements) {
    if (!isControl(control) || control.type === "checkbox") continue;
    const text = problem(control);
    showProblem(control, text);
    if (text) wrong.push(control);
  }
  for (const { name, message } of check?.(valuesOf(element)) ?? []) {
    const control = named(element, name);
    if (!control || wrong.includes(control)) continue;
    showProblem(control, message);
    wrong.push(control);
  }
  focusFirst(wrong);
  return wrong.length === 0;
}

/**
 * @param {HTMLFormElement} element
 * @param {HTMLElement} message
 * @param {unknown} error
 */
function showRefusal(element, message, error) {
  /** @type {Map<Element, string[]>} */
  const atFields = new Map();
  /** @type {string[]} */
  const general = [];
  for (const { field, message: text } of error instanceof ApiError ? error.fields : []) {
    const control = named(element, field.replace(/[[.].*$/s, ""));
    if (control) atFields.set(control, [...(atFields.get(control) ?? []), sentence(control, field, text)]);
    else general.push(`${field}: ${text}`);
  }
  for (const [control, texts] of atFields) showProblem(control, texts.join(" "));
  focusFirst([...atFields.keys()]);
  if (atFields.size > 0 && general.length === 0) return;
  const unknown = error instanceof ApiError && error.outcomeUnknown;
  replace(
    message,
    note(
      "danger",
      h("p", {}, general.length > 0 ? general.join(" ") : explain(error)),
      unknown &&
        h("p", {}, "It may have arrived all the same. Sending it again is safe: the same request counts once."),
      requestID(error),
    ),
  );
  message.scrollIntoView({ block: "nearest" });
}

/**
 * The server words the fault of a field as the rest of a sentence that begins with the field, or with
 * the one entry of a list.
 * @param {Element} control
 * @param {string} field such as `label` or `allowedIPs[1]`
 * @param {string} text
 */
function sentence(control, field, text) {
  if (!/^[a-z]/.test(text)) return text;
  const index = /\[(\d+)\]$/.exec(field)?.[1];
  const entry = index !== undefined && isControl(control) ? splitIPs(control.value)[Number(index)] : undefined;
  return `${entry ? `“${entry}”` : "This"} ${text}${/[.!?]$/.test(text) ? "" : "."}`;
}

/**
 * The control or fieldset that holds the answer with this name.
 * @param {HTMLFormElement} element
 * @param {string} name
 */
function named(element, name) {
  return element.querySelector(
    `[data-choices="${CSS.escape(name)}"], [name="${CSS.escape(name)}"]:not([type="checkbox"])`,
  );
}

/** @param {Element} control */
function holderOf(control) {
  return control.closest("[data-choices]") ?? control;
}

/** @param {Element[]} wrong */
function focusFirst(wrong) {
  const [first] = wrong.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  if (!first) return;
  const target = isControl(first) ? first : find(first, "input:not(:disabled)", HTMLInputElement);
  target.focus();
}

/**
 * @param {unknown} target
 * @returns {target is Control}
 */
function isControl(target) {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}

/**
 * One idempotency key for each different body: sending the same again after a lost answer counts
 * once, a corrected form is a new request.
 * @param {unknown} body
 * @param {Map<string, string>} keys
 */
function keyOf(body, keys) {
  const text = JSON.stringify(body);
  const key = keys.get(text) ?? crypto.randomUUID();
  keys.set(text, key);
  return key;
}
