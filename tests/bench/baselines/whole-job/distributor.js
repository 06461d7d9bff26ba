// A distributor: its keys, its operations and the ledger of its float.

import { DurableObject } from "cloudflare:workers";
import { inRange, range } from "./address.js";
import { spell } from "./money.js";
import { Buckets } from "./rate.js";
import { Refusal, refuse } from "./refusal.js";

const DAY_MS = 86_400_000;
const REDELIVER_MS = 10_000;

// Amounts are texts, since SQLite's integers arrive as floats.
const TABLES = `
CREATE TABLE IF NOT EXISTS keys (
  id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, permissions TEXT NOT NULL, allowed_ips TEXT NOT NULL,
  expires_at INTEGER NOT NULL, revoked_at INTEGER,
  max_transaction TEXT NOT NULL, max_daily TEXT NOT NULL, auto_approve TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS days (
  key TEXT NOT NULL, day INTEGER NOT NULL, volume TEXT NOT NULL, PRIMARY KEY (key, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
  n INTEGER PRIMARY KEY, operation TEXT NOT NULL, amount TEXT NOT NULL, balance TEXT NOT NULL, held TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS operations (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL, key TEXT NOT NULL, status TEXT NOT NULL, amount TEXT NOT NULL,
  phone TEXT NOT NULL, phone_to TEXT NOT NULL, memo TEXT NOT NULL, idempotency_key TEXT, created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS operations_once ON operations (key, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS operations_processing ON operations (n) WHERE status = 'processing';
`;

export class Distributor extends DurableObject {
  #sql = this.ctx.storage.sql;
  #rates = new Buckets(Number(this.env.RATE_LIMIT_PER_KEY));
  #alarmAt = 0;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql.exec(TABLES);
  }

  setUp({ keyHash, permissions, allowedIPs, expiresAt, maxTransaction, maxDaily, autoApprove, float }) {
    const hash = Uint8Array.fromHex(keyHash);
    this.#sql.exec(
      "INSERT INTO keys VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?)",
      `key_${crypto.randomUUID()}`,
      hash,
      permissions.join(),
      allowedIPs.join(),
      expiresAt,
      maxTransaction,
      maxDaily,
      autoApprove,
    );
    this.#sql.exec("INSERT INTO entries VALUES (1, 'topup', ?, ?, '0', ?)", float, float, Date.now());
  }

  balance(caller) {
    return answer(() => {
      const { rate } = this.#admit(caller, "read-balance", Date.now());
      const { balance, held } = this.#position();
      const body = {
        balance: spell(balance),
        available: spell(balance - held),
        held: spell(held),
        currency: this.env.CURRENCY,
      };
      return { rate, body };
    });
  }

  /** The latest operations, and whether there are more. */
  list(caller, distributorID, limit) {
    return answer(() => {
      const { rate } = this.#admit(caller, "read-transactions", Date.now());
      const rows = this.#sql.exec("SELECT * FROM operations ORDER BY n DESC LIMIT ?", limit + 1).toArray();
      const more = rows.length > limit;
      const body = rows.slice(0, limit).map((row) => ({
        operationID: row.id,
        distributorID,
        operationType: "cash-in",
        status: row.status,
        amount: spell(BigInt(row.amount)),
        phoneTo: row.phone_to,
        memo: row.memo || null,
        walletOperationID: row.status === "completed" ? `wo${row.id.slice(2)}` : null,
        sequenceNumber: row.n,
        blockchainID: null,
        lastError: null,
        createdAt: new Date(row.created_at).toISOString(),
        updatedAt: new Date(row.created_at).toISOString(),
      }));
      return { rate, body, next: more ? rows[limit - 1].n : undefined };
    });
  }

  async cashIn(caller, once, operation) {
    const now = Date.now();
    const taken = answer(() => this.ctx.storage.transactionSync(() => this.#take(caller, once, operation, now)));
    if (taken.body?.status !== "processing") return taken;
    if (this.#alarmAt <= now) {
      this.#alarmAt = now + REDELIVER_MS;
      this.ctx.storage.setAlarm(this.#alarmAt);
    }
    try {
      await this.#deliver(taken.body.operationID, operation.phone, operation.amount, taken.n);
      taken.body.status = "completed";
    } catch (error) {
      console.error(error);
    }
    return taken;
  }

  /** Resends to the wallets the operations that they did not acknowledge. */
  async alarm() {
    const before = Date.now() - REDELIVER_MS;
    const late = this.#sql.exec(
      "SELECT n, id, phone, amount FROM operations WHERE status = 'processing' AND created_at < ?",
      before,
    );
    for (const { n, id, phone, amount } of late.toArray()) await this.#deliver(id, phone, BigInt(amount), n);
    const [open] = this.#sql.exec("SELECT 1 FROM operations WHERE status = 'processing' LIMIT 1");
    if (open) {
      this.#alarmAt = Date.now() + REDELIVER_MS;
      this.ctx.storage.setAlarm(this.#alarmAt);
    }
  }

  /** Checks the key and its permissions, in the order of the contract. */
  #admit({ hash, ip }, permission, now) {
    const [key] = this.#sql.exec("SELECT * FROM keys WHERE hash = ?", hash);
    if (!key || !crypto.subtle.timingSafeEqual(key.hash, hash))
      refuse(401, "invalid_api_key", "This is no API key of ours.");
    if (key.revoked_at !== null) refuse(401, "revoked_api_key", "The key was revoked.");
    if (now >= key.expires_at) refuse(401, "expired_api_key", "The key has expired.");
    if (key.allowed_ips !== "" && !(ip && key.allowed_ips.split(",").some((block) => inRange(ip, range(block))))) {
      refuse(403, "ip_not_allowed", "The key may not be used from this address.");
    }
    if (!key.permissions.split(",").includes(permission))
      refuse(403, "permission_denied", `The key lacks ${permission}.`);
    const rate = this.#rates.take(key.id, now);
    if (rate?.refused) refuse(429, "rate_limited", "The key calls too often.");
    return { key, rate };
  }

  /** Stores the operation and debits the float. */
  #take(caller, once, { amount, phone, phoneTo, memo }, now) {
    const { key, rate } = this.#admit(caller, "perform-operations", now);
    if (once !== null) {
      const [made] = this.#sql.exec(
        "SELECT n, id, status, amount, phone, memo FROM operations WHERE key = ? AND idempotency_key = ?",
        key.id,
        once,
      );
      if (made) {
        const same = made.amount === String(amount) && made.phone === phone && made.memo === memo;
        if (!same) refuse(422, "idempotency_key_reused", "The Idempotency-Key was used with another body.");
        return { rate, n: made.n, replayed: true, body: { operationID: made.id, status: made.status } };
      }
    }
    if (amount > BigInt(key.max_transaction))
      refuse(403, "transaction_limit_exceeded", "The amount is above the key's limit.");
    const day = Math.floor(now / DAY_MS);
    const [today] = this.#sql.exec("SELECT volume FROM days WHERE key = ? AND day = ?", key.id, day);
    const volume = BigInt(today?.volume ?? 0) + amount;
    if (volume > BigInt(key.max_daily))
      refuse(403, "daily_volume_exceeded", "The key's limit of the day would be passed.");
    const { balance, held } = this.#position();
    if (amount > balance - held) refuse(400, "insufficient_balance", "The float does not cover this.");
    const auto = amount <= BigInt(key.auto_approve);
    const status = auto ? "processing" : "pending";
    const left = auto ? [balance - amount, held] : [balance, held + amount];
    const id = `op_${crypto.randomUUID()}`;
    const { n } = this.#sql
      .exec(
        "INSERT INTO operations (id, key, status, amount, phone, phone_to, memo, idempotency_key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        id,
        key.id,
        status,
        String(amount),
        phone,
        phoneTo,
        memo,
        once,
        now,
      )
      .one();
    this.#sql.exec(
      "INSERT INTO entries (operation, amount, balance, held, created_at) VALUES (?, ?, ?, ?, ?)",
      id,
      String(amount),
      String(left[0]),
      String(left[1]),
      now,
    );
    this.#sql.exec(
      "INSERT INTO days VALUES (?, ?, ?) ON CONFLICT (key, day) DO UPDATE SET volume = excluded.volume",
      key.id,
      day,
      String(volume),
    );
    return { rate, n, body: { operationID: id, status } };
  }

  async #deliver(id, phone, amount, n) {
    const wallet = this.env.WALLET.get(this.env.WALLET.idFromName(`phone:${phone}`));
    await wallet.credit(id, amount);
    this.#sql.exec("UPDATE operations SET status = 'completed' WHERE n = ?", n);
  }

  #position() {
    const { balance, held } = this.#sql.exec("SELECT balance, held FROM entries ORDER BY n DESC LIMIT 1").one();
    return { balance: BigInt(balance), held: BigInt(held) };
  }
}

/** Runs the decision; a refusal is an answer too. */
function answer(decide) {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Refusal) return { refusal: [error.status, error.code, error.message] };
    throw error;
  }
}
