// @ts-check
/** A schema as a list of its members. */

import { h } from "../../js/lib/dom.js";
import { resolve } from "./openapi.js";

/** @import { Schema } from "./openapi.js" */

/** @param {Record<string, any>} document @param {Schema} given @returns {string} */
function typeOf(document, given) {
  const schema = resolve(document, given);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return [...new Set(choices.map((/** @type {Schema} */ one) => typeOf(document, one)))].join(" or ");
  if (schema.type === "null") return "null";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((/** @type {unknown} */ one) => JSON.stringify(one)).join(" | ");
  const types = [schema.type ?? "any"].flat().filter((type) => type !== "null");
  const nullable = [schema.type].flat().includes("null") ? " or null" : "";
  if (types[0] === "array") return `array of ${typeOf(document, schema.items ?? {})}${nullable}`;
  return types.join(" or ") + nullable;
}

/** The bounds of a value, in words. @param {Schema} schema */
function bounds(schema) {
  const words = [
    schema.pattern && `as ${schema.pattern}`,
    schema.minLength !== undefined && `at least ${schema.minLength} characters`,
    schema.maxLength !== undefined && `at most ${schema.maxLength} characters`,
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `to ${schema.maximum}`,
    schema.maxItems !== undefined && `at most ${schema.maxItems} of them`,
    schema.default !== undefined && schema.default !== null && `${JSON.stringify(schema.default)} unless given`,
  ];
  return words.filter(Boolean).join(", ");
}

/** The schemas whose members are this one's. @param {Record<string, any>} document @param {Schema} given @returns {Schema[]} */
function parts(document, given) {
  const schema = resolve(document, given);
  const inner = [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  const items = schema.items ? [schema.items] : [];
  return [schema, ...[...inner, ...items].flatMap((one) => parts(document, one))];
}

/**
 * The members of an object, each with its own below it.
 * @param {Record<string, any>} document
 * @param {Schema} given
 * @param {number} [depth]
 * @returns {HTMLElement | null}
 */
export function members(document, given, depth = 0) {
  const found = new Map();
  for (const part of parts(document, given)) {
    for (const [name, one] of Object.entries(part.properties ?? {})) {
      if (!found.has(name)) found.set(name, { schema: one, required: part.required?.includes(name) ?? false });
    }
  }
  if (found.size === 0 || depth > 4) return null;
  return h(
    "ul",
    { class: "members" },
    [...found].map(([name, { schema, required }]) => {
      const resolved = resolve(document, schema);
      return h(
        "li",
        {},
        h("code", {}, name),
        " ",
        h("span", { class: "muted small" }, typeOf(document, schema), required ? "" : ", optional"),
        resolved.description && h("p", {}, resolved.description),
        bounds(resolved) && h("p", { class: "muted small" }, bounds(resolved)),
        members(document, schema, depth + 1),
      );
    }),
  );
}
