// @ts-check
/** One call of the reference: parameters, body, answers and examples. */

import { h } from "../../js/lib/dom.js";
import { copyButton } from "./docs.js";
import { curl, javaScript } from "./examples.js";
import { exampleOf } from "./openapi.js";
import { members } from "./schema.js";

/** @import { Call } from "./openapi.js" */
/** @import { Child } from "../../js/lib/dom.js" */

/** @param {string} language @param {string} text */
function block(language, text) {
  return h(
    "div",
    { class: "block" },
    h("pre", { tabindex: "0" }, h("code", { class: `language-${language}` }, text)),
    copyButton(() => text),
  );
}

/** Descriptions are plain text with `code` in it. @param {string} text @returns {Child[]} */
export function words(text) {
  return text.split("`").map((part, place) => (place % 2 === 1 ? h("code", {}, part) : part));
}

/** @param {Call} call */
function parameters(call) {
  if (call.parameters.length === 0) return null;
  return [
    h("h3", {}, "Parameters"),
    h(
      "ul",
      { class: "members" },
      call.parameters.map((one) =>
        h(
          "li",
          {},
          h("code", {}, one.name),
          " ",
          h("span", { class: "muted small" }, `in the ${one.in}${one.required ? "" : ", optional"}`),
          h("p", {}, words(one.description ?? one.schema?.description ?? "")),
        ),
      ),
    ),
  ];
}

/** @param {Record<string, any>} document @param {Call} call */
function responses(document, call) {
  return call.responses.map(([status, body]) => {
    const content = Object.values(body.content ?? {})[0];
    const isError = !/^[23]/.test(status);
    return h(
      "li",
      {},
      h("span", { class: `badge ${isError ? "badge-wait" : "badge-good"}` }, status),
      " ",
      words(body.description ?? ""),
      !isError && content?.schema && members(document, content.schema),
    );
  });
}

/** The Rust example of a call that the client has; it is part of the page, where a test finds it. @param {Call} call */
function rust(call) {
  const name = `${call.method} ${call.path.replace("/api/v1/distributors/{distributorID}", "")}`;
  const template = [...document.querySelectorAll("template")].find((one) => one.dataset.call === name);
  return call.path.startsWith("/api/") ? (template?.content.textContent?.trim() ?? null) : null;
}

/** Filled on opening, since a page has dozens. @param {Record<string, any>} document @param {Call} call */
function details(document, call) {
  const body = exampleOf(document, call.body);
  const schema = call.body?.content?.["application/json"]?.schema;
  const inRust = rust(call);
  return [
    call.description !== "" && call.description.split("\n\n").map((text) => h("p", {}, words(text))),
    parameters(call),
    schema && [h("h3", {}, "Body"), members(document, schema)],
    h("h3", {}, "Answers"),
    h("ul", { class: "answers" }, responses(document, call)),
    h("h3", {}, "curl"),
    block("sh", curl(call, body)),
    h("h3", {}, "JavaScript"),
    block("js", javaScript(call, body)),
    inRust && [h("h3", {}, "Rust"), block("rust", inRust)],
  ];
}

/** @param {Record<string, any>} document @param {Call} call */
export function callView(document, call) {
  const content = h("div", { class: "call-body" });
  const element = h(
    "details",
    {
      class: "call",
      id: call.id,
      toggle: () => {
        if (element.open && content.childElementCount === 0) content.append(...flat(details(document, call)));
      },
    },
    h(
      "summary",
      {},
      h("span", { class: `method method-${call.method.toLowerCase()}` }, call.method),
      " ",
      h("code", {}, call.path),
      h("span", { class: "muted" }, call.summary),
    ),
    content,
  );
  return element;
}

/** @param {Child} child @returns {(Node | string)[]} */
function flat(child) {
  if (Array.isArray(child)) return child.flatMap(flat);
  return child === null || child === undefined || child === false || child === ""
    ? []
    : [child instanceof Node ? child : String(child)];
}
