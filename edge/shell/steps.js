// Rust answers each call with the next step: a letter and the rest. The shell carries it out.

import { fault } from "./log.js";

/** Carries messages until there is something else to do. `rows`, where given, grows by what that costs. */
export async function follow(env, step, rows, resume) {
  while (step[0] === "O") {
    // The object's kind, the number of the call that waits, the object's name, the message.
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

/** Asks an object; `E503` or `E500` where it does not answer. */
export async function ask(objects, kind, name, message, rows) {
  try {
    const object = objects.get(objects.idFromName(name));
    return rows ? await counted(object, message, rows) : await object.call(message);
  } catch (error) {
    fault(kind, message, `did not answer: ${error}`);
    return error?.overloaded ? "E503" : "E500";
  }
}

async function counted(object, message, rows) {
  const { reply, read, written } = await object.counted(message);
  rows.read += read;
  rows.written += written;
  return reply;
}
