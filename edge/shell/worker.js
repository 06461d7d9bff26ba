// The entry: passes each request to Rust as strings, carries out the steps that Rust returns, and turns the
// answer into a response. Its only decision is whether a path is a static file's.

import { clock } from "./clock.js";
import { live, renew } from "./instance.js";
import { fault, tell, watching } from "./log.js";
import description from "./openapi.txt";
import { ask, follow, goesOn } from "./steps.js";

export { Distributor, Issuer, SignIns, User, Wallet, Webhook } from "./objects.js";

const OURS = /^\/(api|admin|issuer|healthz|openapi\.json)([/?]|$)/;
const MAX_BODY = 64 * 1024;
const NOTHING = new Uint8Array(0);
// The headers that Rust reads: of a request without a body, of any request, and of one that a browser may have sent.
const READ_HEADERS = ["Authorization", "CF-Connecting-IP"];
const HEADERS = [...READ_HEADERS, "Content-Type", "Idempotency-Key"];
const BROWSER_HEADERS = [...HEADERS, "Cookie", "Origin", "Sec-Fetch-Site", "Upgrade", "X-UW-Person"];

export default {
  fetch(request, env) {
    const { url } = request;
    const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
    if (!OURS.test(path)) return env.ASSETS.fetch(request);
    const id = crypto.randomUUID();
    const seen = watching(env);
    return seen ? told(request, path, env, id, seen) : answer(request, path, env, id);
  },
};

/** Answers a request, and logs it. */
async function told(request, path, env, id, seen) {
  const begun = Date.now();
  const response = await answer(request, path, env, id, seen);
  const pathname = path.split("?", 1)[0];
  const route = live(env).edge.Worker.route(request.method, pathname) || null;
  const distributor = /\/distributors\/([0-9A-Fa-f-]{36})(?:\/|$)/.exec(pathname)?.[1] ?? null;
  tell(env, request, route, distributor, id, seen, begun, response);
  return response;
}

/** Answers a request, at once if no object is needed. `seen`, if given, collects the rows and the text. */
function answer(request, path, env, id, seen) {
  const text = describe(request, path);
  const step = enter(env, id, (worker) => worker.begin(text, id, clock.now()));
  if (step[0] === "A" && !seen) return respond(step, request.method, id);
  return carryOut(request, text, env, id, step, seen).catch((error) => {
    fault("Worker", `request 1 ${id} `, `no answer: ${error}`);
    return respond(live(env).edge.Worker.failed(false, id), request.method, id);
  });
}

/** Carries out steps until the answer is complete. */
async function carryOut(request, text, env, id, step, seen) {
  const { method } = request;
  if (step === "B") {
    const { body, trouble } = await read(request);
    step = enter(env, id, (worker) => worker.begin_with_body(text, body, trouble, id, clock.now()));
  }
  if (goesOn(step)) {
    step = await follow(env, step, seen, (number, reply) =>
      enter(env, id, (worker) => worker.resume(number, reply, id)),
    );
  }
  if (step[0] === "L") step = enter(env, id, (worker) => worker.learn(step.slice(1), id, clock.now()));
  if (step[0] === "T") return respond(step.slice(1) + description, method, id);
  if (step[0] === "X") return stream(env, step, method, id);
  if (step[0] === "S") return listen(request, env, step.slice(1), id);
  if (step[0] === "E") {
    const unavailable = step === "E503";
    step = enter(env, id, (worker) => worker.failed(unavailable, id));
  }
  if (seen) seen.text = step;
  return respond(step, method, id);
}

/** Runs a synchronous call into Rust; after a trap, the answer to a trap. */
function enter(env, id, run) {
  try {
    const { edge, problem } = live(env);
    return problem ? edge.Worker.misconfigured(problem, id) : run(edge.Worker);
  } catch (error) {
    renew("Worker", `request 1 ${id} `, error);
    return live(env).edge.Worker.failed(false, id);
  }
}

/** The request as Rust reads it: method, URL, then headers, one a line; a header that was sent follows `=`. */
function describe({ method, url, headers }, path) {
  let text = `${method}\n${url}`;
  const names = path.startsWith("/admin/") ? BROWSER_HEADERS : method === "GET" ? READ_HEADERS : HEADERS;
  for (const name of names) {
    const value = headers.get(name);
    text += value === null ? "\n" : `\n=${value}`;
  }
  return text;
}

/** A streamed answer: its body continues with the pages that a Distributor returns. */
function stream(env, text, method, id) {
  const end = text.indexOf("\n");
  let [name, message] = JSON.parse(text.slice(1, end));
  const first = respond(text.slice(end + 1), method, id);
  if (method === "HEAD") return first;
  const encoder = new TextEncoder();
  const reader = first.body.getReader();
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      if (!message) return controller.close();
      const reply = await ask(env.DISTRIBUTOR, "DISTRIBUTOR", name, message);
      if (!reply.startsWith("RD")) return controller.error(new Error("The export broke off."));
      const [lines, next] = JSON.parse(reply.slice(2));
      message = next;
      controller.enqueue(encoder.encode(lines));
    },
  });
  return new Response(body, first);
}

/** Opens a WebSocket at a Distributor, which takes the listener from the header that only the Worker sets. */
async function listen(request, env, step, id) {
  const [name, message] = JSON.parse(step);
  const headers = { Upgrade: "websocket", "UW-Listener": message };
  const response = await env.DISTRIBUTOR.get(env.DISTRIBUTOR.idFromName(name)).fetch(request.url, { headers });
  if (response.status === 101) return response;
  const text = enter(env, id, (worker) => (response.status === 404 ? worker.nothing(id) : worker.failed(false, id)));
  return respond(text, request.method, id);
}

/** The body up to the size limit, or the reason why there is none. */
async function read(request) {
  const length = request.headers.get("Content-Length");
  if (length === null && request.body === null) return { body: NOTHING, trouble: "" };
  if (!/^(identity)?$/i.test(request.headers.get("Content-Encoding") ?? ""))
    return { body: NOTHING, trouble: "encoded" };
  if (length > MAX_BODY) return { body: NOTHING, trouble: "large" };
  try {
    const bytes = length === null ? await collect(request.body) : await request.arrayBuffer();
    return bytes === null ? { body: NOTHING, trouble: "large" } : { body: new Uint8Array(bytes), trouble: "" };
  } catch {
    return { body: NOTHING, trouble: "broken" };
  }
}

/** The bytes of a body without a declared length; `null` if they are too many. */
async function collect(body) {
  const chunks = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_BODY) return null;
    chunks.push(chunk);
  }
  return new Blob(chunks).arrayBuffer();
}

/** An answer: status, header lines, a blank line, the body. */
function respond(text, method, id) {
  const end = text.indexOf("\n\n");
  let line = text.indexOf("\n");
  const status = Number(text.slice(1, line));
  const cookies = [];
  const headers = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Request-ID": id,
  };
  while (line < end) {
    const [colon, next] = [text.indexOf(": ", line), text.indexOf("\n", line + 1)];
    const [name, value] = [text.slice(line + 1, colon), text.slice(colon + 2, next)];
    if (name === "Set-Cookie") cookies.push(value);
    else headers[name] = value;
    line = next;
  }
  if (status === 204) delete headers["Content-Type"];
  const body = method === "HEAD" || status === 204 ? null : text.slice(end + 2);
  const response = new Response(body, { status, headers });
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
  return response;
}
