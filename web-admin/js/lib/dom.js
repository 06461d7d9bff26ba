// @ts-check
/**
 * Building elements. Everything that comes from a person or the server enters the page here, and
 * only as text: there is no way to pass markup.
 */

/** @typedef {import("./child.d.ts").Child} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Element} element
 * @param {Record<string, unknown>} attributes
 */
function assign(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") {
      element.addEventListener(name, /** @type {EventListener} */ (value));
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

/**
 * @param {Node} parent
 * @param {Child[]} children
 */
function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * An HTML element. Attributes that are functions become listeners of that event.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  assign(element, attributes);
  append(element, children);
  return element;
}

/**
 * An SVG element.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...Child} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  assign(element, attributes);
  append(element, children);
  return element;
}

/**
 * One of the symbols in index.html; decoration only.
 * @param {string} name
 */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

/**
 * A copy of a `<template>` of index.html.
 * @param {string} id
 */
export function template(id) {
  return /** @type {DocumentFragment} */ (
    /** @type {HTMLTemplateElement} */ (document.getElementById(id)).content.cloneNode(true)
  );
}

/**
 * The element in `root` that a selector must find; a missing one is a mistake in the page itself.
 * @template {HTMLElement} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(root, selector, type) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page has no ${selector}`);
  return element;
}

/**
 * Replaces what a container shows and leaves the person where they were: the focused element and
 * opened details are found again by their id.
 * @param {HTMLElement} container
 * @param {Child} content
 */
export function replace(container, content) {
  const active = document.activeElement;
  const focused = active && container.contains(active) ? active.id : "";
  const open = [...container.querySelectorAll("details[open]")].map((details) => details.id);
  const fragment = document.createDocumentFragment();
  append(fragment, [content]);
  container.replaceChildren(fragment);
  for (const id of open) {
    const details = id ? document.getElementById(id) : null;
    if (details instanceof HTMLDetailsElement) details.open = true;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

let counter = 0;

/**
 * An id that is unique on the page.
 * @param {string} prefix
 */
export function uniqueID(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
