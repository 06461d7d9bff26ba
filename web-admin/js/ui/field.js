// @ts-check
/** One labelled control with its hint and its error. */

import { find, h, replace, template, uniqueID } from "../lib/dom.js";

/** @import { Child } from "../lib/dom.js" */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

/**
 * @typedef {object} FieldOptions
 * @property {string} name as the server calls it
 * @property {string} label
 * @property {Child} [hint]
 * @property {boolean} [required]
 * @property {string} [type]
 * @property {string} [value]
 * @property {string} [prefix] text before the control, such as the currency
 * @property {(text: string) => string} [clean] the text to send, made from the typed one
 * @property {(text: string) => string} [check] the reason why the cleaned text can't be sent, or ""
 * @property {Child} [after] below the control, such as a helping button
 * @property {Record<string, unknown>} [attributes]
 */

/** @type {WeakMap<Element, (text: string) => string>} */
const checks = new WeakMap();
/** @type {WeakMap<Element, (text: string) => string>} */
const cleaners = new WeakMap();

/**
 * @param {FieldOptions} options
 * @param {Control} [control] made here unless given
 */
export function field(options, control) {
  const { name, label, hint, required, type = "text", value, prefix, check, after } = options;
  const input = control ?? h("input", { type });
  if (!control && value !== undefined) input.value = value;
  input.id = uniqueID(name);
  input.name = name;
  if (required) input.required = true;
  for (const [attribute, content] of Object.entries(options.attributes ?? {})) {
    if (content !== false && content !== undefined) input.setAttribute(attribute, String(content));
  }
  if (check) checks.set(input, check);
  if (options.clean) cleaners.set(input, options.clean);

  const element = find(template("field"), ".field", HTMLElement);
  const caption = find(element, "label", HTMLLabelElement);
  const hintElement = find(element, ".hint", HTMLElement);
  const error = find(element, ".error", HTMLElement);
  caption.htmlFor = input.id;
  caption.append(label, required ? "" : h("span", { class: "optional" }, " optional"));
  error.id = `${input.id}-error`;
  hintElement.id = `${input.id}-hint`;
  if (hint) replace(hintElement, hint);
  else hintElement.remove();
  input.setAttribute("aria-describedby", hint ? `${hintElement.id} ${error.id}` : error.id);
  find(element, ".control", HTMLElement).append(
    ...(prefix ? [h("span", { class: "prefix", "aria-hidden": "true" }, prefix)] : []),
    input,
  );
  if (after) error.before(h("div", { class: "after" }, after));
  return element;
}

/**
 * A field of several rows. Its text is one line, which the Enter key doesn't break, unless `lines` says otherwise.
 * @param {FieldOptions & { rows?: number, lines?: boolean }} options
 */
export function textField(options) {
  const area = h("textarea", { rows: options.rows ?? 2 });
  if (options.value !== undefined) area.value = options.value;
  if (!options.lines) area.addEventListener("input", () => joinLines(area));
  return field(options, area);
}

/** @param {HTMLTextAreaElement} area */
function joinLines(area) {
  if (!/[\n\t]/.test(area.value)) return;
  const caret = area.selectionEnd;
  area.value = area.value.replace(/[\n\t]/g, " ");
  area.setSelectionRange(caret, caret);
}

/**
 * A choice from a short list.
 * @param {FieldOptions & { options: [value: string, label: string][] }} options
 */
export function selectField(options) {
  const select = h(
    "select",
    {},
    options.options.map(([value, label]) => h("option", { value, selected: value === options.value }, label)),
  );
  return field(options, select);
}

/**
 * Several checkboxes that together are one answer.
 * @param {object} options
 * @param {string} options.name
 * @param {string} options.legend
 * @param {Child} [options.hint]
 * @param {{ value: string, label: string, text: string, checked?: boolean, mark?: Child }[]} options.choices
 */
export function choices({ name, legend, hint, choices: list }) {
  const errorID = uniqueID(`${name}-error`);
  const hintID = uniqueID(`${name}-hint`);
  return h(
    "fieldset",
    { class: "field choices", "data-choices": name, "aria-describedby": `${hintID} ${errorID}` },
    h("legend", {}, legend),
    h("p", { class: "hint", id: hintID }, hint),
    list.map(({ value, label, text, checked, mark }) => {
      const id = uniqueID(name);
      return h(
        "div",
        { class: "choice" },
        h("input", { type: "checkbox", id, name, value, checked, "aria-describedby": `${id}-text` }),
        h("label", { for: id }, label, " ", mark),
        h("p", { id: `${id}-text` }, text),
      );
    }),
    h("p", { class: "error", id: errorID }),
  );
}

/**
 * The text that a control sends.
 * @param {Control} control
 */
export function textOf(control) {
  const text = control.value.trim();
  return cleaners.get(control)?.(text) ?? text;
}

/**
 * The reason why a control can't be sent, in plain words; "" when it can.
 * @param {Control} control
 */
export function problem(control) {
  const { validity } = control;
  const text = textOf(control);
  if (control.required && text === "") return "Fill this in.";
  if (validity.tooLong) return `At most ${control.getAttribute("maxlength")} characters.`;
  if (validity.rangeUnderflow || validity.rangeOverflow || validity.stepMismatch || validity.badInput) {
    const { min, max } = /** @type {HTMLInputElement} */ (control);
    return `Write a whole number from ${min} to ${max}.`;
  }
  if (text === "") return "";
  return checks.get(control)?.(text) ?? (validity.valid ? "" : control.validationMessage);
}

/**
 * Shows an error at the control, or takes it away.
 * @param {Element} control a control, or a fieldset of choices
 * @param {string} message "" for none
 */
export function showProblem(control, message) {
  const place = control.closest(".field")?.querySelector(".error");
  if (!place) return;
  if (place.textContent !== message) place.textContent = message;
  if (message) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}
