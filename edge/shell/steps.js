// Rust answers each call with the next step: a letter and its argument. The shell carries it out.

import { fault } from "./log.js";

/** Carries messages until another kind of step comes. `rows`, if given, counts the rows of the calls. */
export async function follow(env, step, rows, resume) {
  while (step[0] === "O") {
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

const NOWHERE = new Error("No object has this ID.");

/** The ID that a name gives after its blank. */
function byID(objects, name) {
  try {
    return objects.idFromString(name.slice(1));
  } catch {
    throw NOWHERE;
  }
}

/** Calls an object; `E503` or `E500` if it does not answer, `E404` if no object has the ID. */
export async function ask(objects, kind, name, message, rows) {
  try {
    const object = objects.get(name[0] === " " ? byID(objects, name) : objects.idFromName(name));
    return rows ? await counted(object, message, rows) : await object.call(message);
  } catch (error) {
    if (error === NOWHERE) return "E404";
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
