// Rust answers each call with the next step: a letter and its argument. The shell carries it out.

import { clock } from "./clock.js";
import { fault } from "./log.js";

/** Whether the shell carries a step out and comes back to Rust. */
export const goesOn = (step) => step[0] === "O" || step[0] === "P" || step[0] === "J";

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

async function counted(object, message, rows) {
  const { reply, read, written } = await object.counted(message);
  rows.read += read;
  rows.written += written;
  return reply;
}
