// Rust answers each call with the next step: a letter and the rest. The shell carries it out.

/** Carries a message to an object; the reply, or `E` and why there is none. `rows`, where given, grows by what it costs. */
export async function carry(env, to, name, message, rows) {
  try {
    const objects = env[to];
    const object = objects.get(objects.idFromName(name));
    if (!rows) return await object.call(message);
    const { reply, read, written } = await object.counted(message);
    rows.read += read;
    rows.written += written;
    return reply;
  } catch (error) {
    console.error(JSON.stringify({ level: "error", fault: `${to} did not answer`, error: String(error) }));
    return error?.overloaded ? "E503" : "E500";
  }
}

/** Carries messages until there is something else to do. */
export async function follow(env, step, resume, rows) {
  while (step[0] === "O") {
    // The object's kind, the number of the call that waits, the object's name, the message.
    const kind = step.indexOf("\n");
    const waits = step.indexOf("\n", kind + 1);
    const name = step.indexOf("\n", waits + 1);
    const reply = await carry(env, step.slice(1, kind), step.slice(waits + 1, name), step.slice(name + 1), rows);
    if (waits === kind + 1) return reply;
    step = resume(step.slice(kind + 1, waits), reply);
  }
  return step;
}
