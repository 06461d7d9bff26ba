// Rust answers each call with the next step: a letter and the rest. The shell carries it out.

/** Carries messages until there is something else to do. `rows`, where given, grows by what that costs. */
export async function follow(env, step, rows, resume) {
  while (step[0] === "O") {
    // The object's kind, the number of the call that waits, the object's name, the message.
    const kind = step.indexOf("\n");
    const waits = step.indexOf("\n", kind + 1);
    const name = step.indexOf("\n", waits + 1);
    const to = step.slice(1, kind);
    let reply;
    try {
      const objects = env[to];
      const object = objects.get(objects.idFromName(step.slice(waits + 1, name)));
      const message = step.slice(name + 1);
      reply = rows ? await counted(object, message, rows) : await object.call(message);
    } catch (error) {
      console.error(JSON.stringify({ level: "error", fault: `${to} did not answer`, error: String(error) }));
      reply = error?.overloaded ? "E503" : "E500";
    }
    if (waits === kind + 1) return reply;
    step = resume(step.slice(kind + 1, waits), reply);
  }
  return step;
}

async function counted(object, message, rows) {
  const { reply, read, written } = await object.counted(message);
  rows.read += read;
  rows.written += written;
  return reply;
}
