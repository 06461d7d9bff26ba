// An object's storage, as Rust uses it: one crossing a statement.

const ROLLBACK = Symbol("rollback");

export class Db {
  constructor(ctx) {
    this.ctx = ctx;
    this.storage = ctx.storage;
    this.sql = ctx.storage.sql;
  }

  query(sql, bindings) {
    return JSON.stringify([...this.sql.exec(sql, ...JSON.parse(bindings)).raw()]);
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

  broadcast(message, now) {
    const sockets = this.ctx.getWebSockets();
    for (const socket of sockets) {
      if (now < socket.deserializeAttachment().until) socket.send(message);
      else socket.close(4401, "The session has ended.");
    }
    return sockets.length;
  }

  closeSockets(person, code) {
    for (const socket of this.ctx.getWebSockets(person)) socket.close(code, code === 4401 ? "The session has ended." : "The membership has ended.");
  }
}
