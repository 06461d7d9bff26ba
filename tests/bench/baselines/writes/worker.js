// An object that accepts every operation unchecked: three writes in a transaction.

import { DurableObject } from "cloudflare:workers";

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };

const TABLES = `
CREATE TABLE IF NOT EXISTS operations (
  id TEXT PRIMARY KEY, phone TEXT NOT NULL, amount TEXT NOT NULL, created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (n INTEGER PRIMARY KEY, operation TEXT NOT NULL, amount TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
INSERT OR IGNORE INTO account VALUES (1, 9000000000000000);
`;

export class Distributor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.storage = ctx.storage;
    this.sql = ctx.storage.sql;
    this.sql.exec(TABLES);
  }

  cashIn({ phoneTo, amount }) {
    const id = `op_${crypto.randomUUID()}`;
    this.storage.transactionSync(() => {
      this.sql.exec(
        "INSERT INTO operations (id, phone, amount, created_at) VALUES (?, ?, ?, ?)",
        id,
        phoneTo,
        amount,
        Date.now(),
      );
      this.sql.exec("INSERT INTO entries (operation, amount) VALUES (?, ?)", id, amount);
      this.sql.exec("UPDATE account SET balance = balance - ? WHERE id = 1", 100);
    });
    return id;
  }
}

export default {
  async fetch(request, env) {
    const object = env.DISTRIBUTOR.get(env.DISTRIBUTOR.idFromName("one"));
    const operationID = await object.cashIn(await request.json());
    return new Response(JSON.stringify({ operationID, status: "completed" }), { headers: HEADERS });
  },
};
