// A customer's wallet: accepts each operation once and keeps a running balance.

import { DurableObject } from "cloudflare:workers";

const TABLES = `
CREATE TABLE IF NOT EXISTS entries (
  n INTEGER PRIMARY KEY, operation TEXT NOT NULL UNIQUE, amount TEXT NOT NULL, balance TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
`;

export class Wallet extends DurableObject {
  #sql = this.ctx.storage.sql;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql.exec(TABLES);
  }

  credit(operation, amount) {
    const [taken] = this.#sql.exec("SELECT n FROM entries WHERE operation = ?", operation);
    if (taken) return;
    const [last] = this.#sql.exec("SELECT balance FROM entries ORDER BY n DESC LIMIT 1");
    const balance = BigInt(last?.balance ?? 0) + amount;
    this.#sql.exec(
      "INSERT INTO entries (operation, amount, balance, created_at) VALUES (?, ?, ?, ?)",
      operation,
      String(amount),
      String(balance),
      Date.now(),
    );
  }
}
