// An object's storage, as Rust uses it: one crossing a statement.

const ROLLBACK = Symbol("rollback");
const OPEN = 1;

export class Db {
  constructor(ctx) {
    this.ctx = ctx;
    this.storage = ctx.storage;
    this.sql = ctx.storage.sql;
  }

  query(sql, bindings) {
    const cursor = this.sql.exec(sql, ...JSON.parse(bindings));
    const rows = JSON.stringify([...cursor.raw()]);
    if (this.rows) this.#count(cursor);
    return rows;
  }

  execute(sql, bindings) {
    const cursor = this.sql.exec(sql, ...JSON.parse(bindings));
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
