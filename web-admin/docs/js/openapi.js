// @ts-check
/** Reading an OpenAPI 3.1 document: its calls, and its references resolved. */

/** @typedef {Record<string, any>} Schema */
/** @typedef {{ name: string, in: string, required?: boolean, description?: string, schema?: Schema, example?: unknown }} Parameter */
/** @typedef {{ description?: string, content?: Record<string, { schema?: Schema, example?: unknown, examples?: Record<string, { value: unknown }> }> }} Body */
/**
 * @typedef {object} Call
 * @property {string} id
 * @property {string} method
 * @property {string} path
 * @property {string} tag
 * @property {string} summary
 * @property {string} description
 * @property {string[]} schemes names of the ways to prove who calls
 * @property {Parameter[]} parameters
 * @property {Body | null} body
 * @property {[status: string, body: Body][]} responses
 */

const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * The target of a `$ref`, or the value itself.
 * @param {Record<string, any>} document
 * @param {any} thing
 * @returns {any}
 */
export function resolve(document, thing) {
  const reference = thing?.$ref;
  if (typeof reference !== "string" || !reference.startsWith("#/")) return thing ?? {};
  const names = reference
    .slice(2)
    .split("/")
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  const { $ref: _, ...beside } = thing;
  return {
    ...resolve(
      document,
      names.reduce((place, name) => place?.[name], /** @type {any} */ (document)),
    ),
    ...beside,
  };
}

/**
 * The document's calls, in its order.
 * @param {Record<string, any>} document
 * @returns {Call[]}
 */
export function calls(document) {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const operation = item[method];
      const schemes = operation.security ?? document.security ?? [];
      return {
        id: operation.operationId ?? `${method}-${path}`.replaceAll(/\W+/g, "-"),
        method: method.toUpperCase(),
        path,
        tag: operation.tags?.[0] ?? "Other",
        summary: operation.summary ?? "",
        description: operation.description ?? "",
        schemes: schemes.flatMap((/** @type {object} */ scheme) => Object.keys(scheme)),
        parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) => resolve(document, one)),
        body: operation.requestBody ? resolve(document, operation.requestBody) : null,
        responses: Object.entries(operation.responses ?? {}).map(([status, one]) => [status, resolve(document, one)]),
      };
    }),
  );
}

/**
 * An example of a body: the document's own, or one made from its schema.
 * @param {Record<string, any>} document
 * @param {Body | null} body
 */
export function exampleOf(document, body) {
  const content = body?.content?.["application/json"];
  if (!content) return undefined;
  return content.example ?? Object.values(content.examples ?? {})[0]?.value ?? made(document, content.schema ?? {}, 0);
}

/**
 * @param {Record<string, any>} document
 * @param {Schema} given
 * @param {number} depth
 * @returns {unknown}
 */
function made(document, given, depth) {
  const schema = resolve(document, given);
  const told = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.default ?? schema.enum?.[0];
  if (told !== undefined || depth > 6) return told ?? null;
  const choice = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (choice) return made(document, choice, depth + 1);
  if (schema.allOf)
    return Object.assign({}, ...schema.allOf.map((/** @type {Schema} */ one) => made(document, one, depth + 1)));
  if (schema.properties) {
    const wanted = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
    return Object.fromEntries(wanted.map(([name, one]) => [name, made(document, one, depth + 1)]));
  }
  const type = [schema.type].flat()[0];
  if (type === "array") return [made(document, schema.items ?? {}, depth + 1)];
  return { string: "…", integer: schema.minimum ?? 1, number: 1, boolean: true }[/** @type {string} */ (type)] ?? null;
}
