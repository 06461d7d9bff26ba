// An object's storage, as Rust uses it: one crossing a statement.

const ROLLBACK = Symbol("rollback");
const OPEN = 1;
// Ends each value that a statement is given or answers.
const END = "\x1f";

/** The values of a statement; what stands behind the last of them is their kinds. */
function read(text) {
  const values = text.split(END);
  const kinds = values.pop();
  for (let place = 0; place < kinds.length; place += 1) {
    if (kinds[place] === "i") values[place] = Number(values[place]);
    else if (kinds[place] === "n") values[place] = null;
  }
  return values;
}

/** A value of a row, with its kind before it. */
function spell(value) {
  if (typeof value === "string") return `t${value}${END}`;
  return value === null ? `n${END}` : `i${value}${END}`;
}

export class Db {
  constructor(ctx) {
    this.ctx = ctx;
    this.storage = ctx.storage;
    this.sql = ctx.storage.sql;
  }

  query(sql, values) {
    const cursor = this.sql.exec(sql, ...read(values));
    let rows = "";
    for (const row of cursor.raw()) for (const value of row) rows += spell(value);
    if (this.rows) this.#count(cursor);
    return rows;
  }

  execute(sql, values) {
    const cursor = this.sql.exec(sql, ...read(values));
    if (this.rows) this.#count(cursor);
  }

  #count(cursor) {
    this.rows.read += cursor.rowsRead;
    this.rows.written += cursor.rowsWritten;
  }

  transaction(run) {
    try {
      this.storage.transactionSync(() => {
        if (!run()) throw ROLLBACK;
      });
    } catch (error) {
      if (error !== ROLLBACK) throw error;
    }
  }

  setAlarm(at) {
    this.storage.setAlarm(at);
  }

  /** The sockets of a person, or all; one that was closed and whose other side is silent takes no message. */
  listening(person) {
    return this.ctx.getWebSockets(person).filter((socket) => socket.readyState === OPEN);
  }

  broadcast(message, now) {
    const sockets = this.listening();
    for (const socket of sockets) {
      if (now < socket.deserializeAttachment().until) socket.send(message);
      else socket.close(4401, "The session has ended.");
    }
    return sockets.length;
  }

  closeSockets(person, code) {
    const reason = code === 4401 ? "The session has ended." : "The membership has ended.";
    for (const socket of this.listening(person)) socket.close(code, reason);
  }
}
