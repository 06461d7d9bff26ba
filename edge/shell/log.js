// Log lines, JSON each. A request has one line if the deployment wants it, in development also a header with its
// duration; a fault always has one line. No line holds a secret, a phone number, an amount or a path, which may hold
// any of them.

/** Counter of the rows that a request reads and writes; undefined if rows are not counted. */
export function watching(env) {
  return env.LOG_REQUESTS === "1" || env.SERVER_TIMING === "1" ? { read: 0, written: 0, text: "" } : undefined;
}

/** Logs a fault in the shell; the event is a message, whose envelope names the request and its route. */
export function fault(object, event, text) {
  const [, , requestID, route] = event.split(" ", 4);
  console.error(JSON.stringify({ level: "error", requestID, route, object, fault: text }));
}

/** Logs an answered request. */
export function tell(env, request, route, distributor, id, { read, written, text }, begun, response) {
  const wallMs = Date.now() - begun;
  if (env.SERVER_TIMING === "1" && response.status !== 101) {
    response.headers.set("Server-Timing", `edge;dur=${wallMs}, rows;desc="${read} read, ${written} written"`);
  }
  if (env.LOG_REQUESTS !== "1") return;
  console.log(
    JSON.stringify({
      level: response.status < 500 ? "info" : "error",
      requestID: id,
      route,
      distributor,
      status: response.status,
      code: code(response.status, text),
      keyPrefix:
        /^bearer +(uwk_[0-9A-Za-z]{4})[0-9A-Za-z]{48}$/i.exec(request.headers.get("Authorization"))?.[1] ?? null,
      ip: request.headers.get("CF-Connecting-IP"),
      wallMs,
      rowsRead: read,
      rowsWritten: written,
    }),
  );
}

/** The code of a refusal, read from the answer's text. */
function code(status, text) {
  if (status < 400 || text === "") return null;
  return JSON.parse(text.slice(text.indexOf("\n\n") + 2)).code;
}
