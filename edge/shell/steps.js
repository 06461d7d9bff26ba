// Rust answers each call with the next step: a letter and its argument. The shell carries it out.

import { fault } from "./log.js";

// Time that a receiver outside the edge has to answer, and the bytes of its answer that are read.
const DEADLINE_MS = 15_000;
const MAX_ANSWER = 4096;

/** Carries messages until another kind of step comes. `rows`, if given, counts the rows of the calls. */
export async function follow(env, step, rows, resume) {
  while (step[0] === "O" || step[0] === "F") {
    if (step[0] === "F") {
      const end = step.indexOf("\n");
      step = resume(step.slice(1, end), await send(JSON.parse(step.slice(end + 1))));
      continue;
    }
    // Fields: the object's kind, the number of the waiting call, the object's name, the message.
    const kind = step.indexOf("\n");
    const waits = step.indexOf("\n", kind + 1);
    const name = step.indexOf("\n", waits + 1);
    const message = step.slice(name + 1);
    const reply = await ask(env[step.slice(1, kind)], step.slice(1, kind), step.slice(waits + 1, name), message, rows);
    if (waits === kind + 1) return reply;
    step = resume(step.slice(kind + 1, waits), reply);
  }
  return step;
}

/** Calls an object; `E503` or `E500` if it does not answer. */
export async function ask(objects, kind, name, message, rows) {
  try {
    const object = objects.get(objects.idFromName(name));
    return rows ? await counted(object, message, rows) : await object.call(message);
  } catch (error) {
    fault(kind, message, `did not answer: ${error}`);
    return error?.overloaded ? "E503" : "E500";
  }
}

/** Sends a message out of the edge: `S`, the status and the start of the answer; `T` without an answer in time; `N`. */
async function send({ url, headers, body, waitMs }) {
  if (waitMs > 0) await scheduler.wait(waitMs);
  try {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    return `S${response.status}\n${await start(response)}`;
  } catch (error) {
    return error?.name === "TimeoutError" ? "T" : "N";
  }
}

/** The start of an answer as text. An answer that breaks off or does not end is read as far as it came. */
async function start({ ok, body }) {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    while (!ok && size < MAX_ANSWER) {
      const { done, value } = await reader.read();
      if (done) break;
      const bytes = value.subarray(0, MAX_ANSWER - size);
      size += bytes.byteLength;
      text += decoder.decode(bytes, { stream: true });
    }
  } catch {
    // The status was answered in time.
  }
  // The rest is not wanted; cancelling closes the connection.
  reader.cancel().catch(() => {});
  return text;
}

async function counted(object, message, rows) {
  const { reply, read, written } = await object.counted(message);
  rows.read += read;
  rows.written += written;
  return reply;
}
