// @ts-check
/** Examples of a call, made from its description alone. Values come from the shell's variables. */

/** @import { Call } from "./openapi.js" */

/** The variable that holds the bearer token of an area. */
const BEARER = /** @type {const} */ ({ api: "UNIVERSAL_WALLET_API_KEY", issuer: "ISSUER_TOKEN" });

/** @param {Call} call */
function area(call) {
  return call.path.split("/")[1] ?? "";
}

/** @param {string} name `operationID` becomes `OPERATION_ID` */
function variable(name) {
  if (name === "distributorID") return "UNIVERSAL_WALLET_DISTRIBUTOR_ID";
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** The variables that an example of the call reads, the edge's address first. @param {Call} call */
function variables(call) {
  const inPath = [...call.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => variable(name ?? ""));
  const bearer = bearerOf(call);
  return ["UNIVERSAL_WALLET_URL", ...(bearer ? [bearer] : []), ...(hasSession(call) ? ["SESSION"] : []), ...inPath];
}

/** True for calls of a signed-in person: curl keeps the cookie in a file, JavaScript receives it. @param {Call} call */
function hasSession(call) {
  return call.schemes.length > 0 && area(call) === "admin";
}

/** @param {Call} call */
function bearerOf(call) {
  return call.schemes.length > 0 && area(call) in BEARER
    ? BEARER[/** @type {keyof typeof BEARER} */ (area(call))]
    : null;
}

/** The parameters that the call requires. @param {Call} call */
function query(call) {
  const required = call.parameters.filter((one) => one.in === "query" && one.required);
  const text = required.map(
    (one) => `${one.name}=${one.example ?? one.schema?.enum?.[0] ?? one.schema?.examples?.[0] ?? ""}`,
  );
  return text.length > 0 ? `?${text.join("&")}` : "";
}

/** Writes have an idempotency key, so that they can be repeated. @param {Call} call */
function isKeyed(call) {
  return call.parameters.some((one) => one.in === "header" && one.name.toLowerCase() === "idempotency-key");
}

/** @param {Call} call @param {unknown} body */
export function curl(call, body) {
  const path = call.path.replaceAll(/\{(\w+)\}/g, (_, name) => `$${variable(name)}`);
  const bearer = bearerOf(call);
  const cookies = hasSession(call) ? "-b session" : area(call) === "admin" ? "-c session" : "";
  const lines = [
    ["curl -s --fail-with-body", call.method === "GET" ? "" : `-X ${call.method}`, cookies].filter(Boolean).join(" "),
    bearer && `-H "Authorization: Bearer $${bearer}"`,
    isKeyed(call) && `-H "Idempotency-Key: ${call.id}-1"`,
    body !== undefined && `-H "Content-Type: application/json"`,
    body !== undefined && `-d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
    `"$UNIVERSAL_WALLET_URL${path}${query(call)}"`,
  ];
  return lines.filter(Boolean).join(" \\\n  ");
}

/** @param {Call} call @param {unknown} body */
export function javaScript(call, body) {
  const path = call.path.replaceAll(/\{(\w+)\}/g, (_, name) => `\${${variable(name)}}`);
  const bearer = bearerOf(call);
  const headers = [
    bearer && `Authorization: \`Bearer \${${bearer}}\``,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the example's template, not this file's.
    hasSession(call) && "Cookie: `__Host-uw_session=${SESSION}`",
    isKeyed(call) && `"Idempotency-Key": "${call.id}-1"`,
    body !== undefined && `"Content-Type": "application/json"`,
  ].filter(Boolean);
  const options = [
    call.method !== "GET" && `method: "${call.method}"`,
    headers.length > 0 && `headers: { ${headers.join(", ")} }`,
    body !== undefined && `body: JSON.stringify(${JSON.stringify(body)})`,
  ].filter(Boolean);
  const inside = options.length > 0 ? `, {\n${options.map((line) => `  ${line},\n`).join("")}}` : "";
  return [
    `const { ${variables(call).join(", ")} } = process.env;`,
    `const answer = await fetch(\`\${UNIVERSAL_WALLET_URL}${path}${query(call)}\`${inside});`,
    "console.log(answer.status, await answer.text());",
  ].join("\n");
}
