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

  broadcast(message) {
    for (const socket of this.ctx.getWebSockets()) socket.send(message);
  }
}
