// A receiver of messages that knows nothing of the edge: it verifies with the official package of Standard Webhooks.
// `POST /hook` takes a message, `POST /control` sets secrets and behaviour, or opens
// a port with TLS, `GET /received` lists what was verified. The
// first argument is a file in which verified messages survive the receiver's own end, the second a port.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Webhook } from "standardwebhooks";

const [, , file, wantedPort] = process.argv;
const control = `${file}.control`;
let { secrets, mode } = existsSync(control)
  ? JSON.parse(readFileSync(control, "utf8"))
  : { secrets: [], mode: "ok" };
let attempts = 0;
let open = 0;
let mostOpen = 0;

/** The names of the secrets that verify a message, by their places. */
function verified(body, headers) {
  return secrets.flatMap((secret, place) => {
    try {
      new Webhook(secret).verify(body, headers);
      return [place];
    } catch {
      return [];
    }
  });
}

const BEHAVIOUR = {
  ok: (response) => response.writeHead(204).end(),
  silent: () => {},
  slow: (response) => setTimeout(() => response.writeHead(200).end("late"), 300),
  endless(response) {
    response.writeHead(500);
    const write = () => {
      while (!response.destroyed && response.write("x".repeat(1024)));
    };
    response.on("drain", write);
    write();
  },
  redirect: (response) => response.writeHead(307, { Location: "/elsewhere" }).end(),
  gone: (response) => response.writeHead(410).end(),
  fail: (response) => response.writeHead(500, { "Content-Type": "text/html" }).end("<script>alert(1)</script>"),
};

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function answer(request, response) {
  if (request.url === "/received") {
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
    response.end(JSON.stringify({ attempts, mostOpen, messages: lines.map((line) => JSON.parse(line)) }));
    return;
  }
  const body = await text(request);
  if (request.url === "/control") {
    const wanted = JSON.parse(body);
    if (wanted.tls) {
      const secure = createSecureServer(wanted.tls, answer);
      secure.listen(0, "127.0.0.1", () => response.end(JSON.stringify({ port: secure.address().port })));
      return;
    }
    ({ secrets = secrets, mode = mode } = wanted);
    writeFileSync(control, JSON.stringify({ secrets, mode }));
    response.end("{}");
    return;
  }
  attempts += 1;
  open += 1;
  mostOpen = Math.max(mostOpen, open);
  response.on("close", () => {
    open -= 1;
  });
  const by = verified(body, request.headers);
  const line = { path: request.url, id: request.headers["webhook-id"], by, at: Date.now(), ...JSON.parse(body) };
  if (mode === "ok" || mode === "slow" || by.length === 0) appendFileSync(file, `${JSON.stringify(line)}\n`);
  BEHAVIOUR[mode](response);
}

const server = createServer(answer);
server.listen(Number(wantedPort ?? 0), "127.0.0.1", () => console.log(server.address().port));
