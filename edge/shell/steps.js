// Rust answers each call with the next step: a letter and its argument. The shell carries it out.

import { clock } from "./clock.js";
import { fault } from "./log.js";

/** Whether the shell carries a step out and comes back to Rust. */
export const goesOn = (step) => step[0] === "O" || step[0] === "F" || step[0] === "P" || step[0] === "J";

// Time that a receiver outside the edge has to answer, and the bytes of its answer that are read.
const DEADLINE_MS = 15_000;
const MAX_ANSWER = 4096;

/**
 * Carries out steps until another kind comes. `resume` goes on with a call; `turn` waits for the object's next turn.
 * `rows`, if given, counts the rows of the calls.
 */
export async function follow(env, step, rows, resume, turn) {
  while (goesOn(step)) {
    if (step[0] === "P") {
      await turn();
      step = resume(step.slice(1), "");
    } else if (step[0] === "J") {
      const [number, steps] = JSON.parse(step.slice(1));
      await Promise.all(steps.map((one) => follow(env, one, rows, resume, turn)));
      step = resume(number, "");
    } else if (step[0] === "F") {
      const end = step.indexOf("\n");
      step = resume(step.slice(1, end), await send(JSON.parse(step.slice(end + 1))));
    } else {
      // Fields: the object's kind and a deadline, the number of the waiting call, the object's name, the message.
      const head = step.indexOf("\n");
      const waits = step.indexOf("\n", head + 1);
      const name = step.indexOf("\n", waits + 1);
      const [kind, deadline] = step.slice(1, head).split(" ");
      const reply = await ask(env[kind], kind, step.slice(waits + 1, name), step.slice(name + 1), rows, deadline);
      if (waits === head + 1) return reply;
      step = resume(step.slice(head + 1, waits), reply);
    }
  }
  return step;
}

const NOWHERE = new Error("No object has this ID.");

/** The ID that a name gives after its blank. */
function byID(objects, name) {
  try {
    return objects.idFromString(name.slice(1));
  } catch {
    throw NOWHERE;
  }
}

/** Calls an object; `E503` or `E500` if it does not answer, or not within the deadline; `E404` if none has the ID. */
export async function ask(objects, kind, name, message, rows, deadline) {
  try {
    const object = objects.get(name[0] === " " ? byID(objects, name) : objects.idFromName(name));
    const reply = rows ? counted(object, message, rows) : object.call(message);
    return await (deadline ? within(Number(deadline), reply) : reply);
  } catch (error) {
    if (error === NOWHERE) return "E404";
    fault(kind, message, `did not answer: ${error}`);
    return error?.overloaded ? "E503" : "E500";
  }
}

/** The value of a promise that has a deadline. */
function within(ms, promise) {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(new Error(`nothing within ${ms} ms`)));
    const settle = (done) => (value) => {
      clearTimeout(timer);
      done(value);
    };
    promise.then(settle(resolve), settle(reject));
  });
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
