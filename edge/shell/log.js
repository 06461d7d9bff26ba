// Lines to the log, JSON each. Of a request one line where the deployment wants it, in development also to the caller
// how long it took; of a fault one line always. No line has a secret, a phone number, an amount or a path, which may hold
// any of them.

/** Where the rows that a request reads and writes are counted; nothing where nobody wants to know. */
export function watching(env) {
  return env.LOG_REQUESTS === "1" || env.SERVER_TIMING === "1" ? { read: 0, written: 0, text: "" } : undefined;
}

/** Tells of a fault that the shell met; the event is a message, whose envelope names the request and its route. */
export function fault(object, event, text) {
  const [, , requestID, route] = event.split(" ", 4);
  console.error(JSON.stringify({ level: "error", requestID, route, object, fault: text }));
}

/** Tells of a request that was answered. */
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

/** The code of a refusal, from the answer's text. */
function code(status, text) {
  if (status < 400 || text === "") return null;
  return JSON.parse(text.slice(text.indexOf("\n\n") + 2)).code;
}
