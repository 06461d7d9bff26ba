// An object that reads one row.

import { DurableObject } from "cloudflare:workers";

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };

export class Distributor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(
      "CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY, balance TEXT NOT NULL, held TEXT NOT NULL)",
    );
    this.sql.exec("INSERT OR IGNORE INTO account VALUES (1, '50000.00', '0.00')");
  }

  balance() {
    return this.sql.exec("SELECT balance, held FROM account WHERE id = ?", 1).one();
  }
}

export default {
  async fetch(_request, env) {
    const object = env.DISTRIBUTOR.get(env.DISTRIBUTOR.idFromName("one"));
    const { balance, held } = await object.balance();
    const body = JSON.stringify({ balance, available: balance, held, currency: "NGN" });
    return new Response(body, { headers: HEADERS });
  },
};
