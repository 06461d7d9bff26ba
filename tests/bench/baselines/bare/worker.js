// The floor: the platform's part of a call to the edge, and nothing else. The same events, statements, texts and
// headers, in JavaScript, with constants in place of all decisions. The difference is the cost of the edge's own code.

import { DurableObject } from "cloudflare:workers";

const ID = "op_36e48800-22ce-4ea0-b37a-198f7978cd53";
const KEY = "key_36e48800-22ce-4ea0-b37a-198f7978cd53";
const HASH = "5".repeat(64);
const ENTRY = "e".repeat(724);
const STATE = "s".repeat(183);
// A call's text besides its body, and the number of its characters that are the Idempotency-Key.
const CALL = "c".repeat(180);
const ONCE = 36;

const BALANCE = '{"balance":"900000000000.00","available":"900000000000.00","held":"0.00","currency":"NGN"}';
const RECEIPT = JSON.stringify({ operationID: ID, status: "completed" });
const REFUSAL = JSON.stringify({
  error: "Unauthorized",
  message: "This is not a valid API key; check that it was copied whole.",
  code: "invalid_api_key",
  requestID: "36e48800-22ce-4ea0-b37a-198f7978cd53",
});
const RATE = { "RateLimit-Policy": '"default";q=1000000;w=1', RateLimit: '"default";r=999999;t=1' };

const TABLES = `
CREATE TABLE IF NOT EXISTS operations (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL, entry TEXT NOT NULL, hash TEXT NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL,
  status TEXT NOT NULL, state TEXT NOT NULL, scope TEXT NOT NULL, once TEXT NOT NULL, request TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS operations_once ON operations (scope, once);
CREATE TABLE IF NOT EXISTS days (
  line TEXT NOT NULL, day INTEGER NOT NULL, volume INTEGER NOT NULL, PRIMARY KEY (line, day)
) STRICT, WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS made AS SELECT *, NULL AS line, NULL AS day, NULL AS minor FROM operations;
CREATE TRIGGER IF NOT EXISTS make INSTEAD OF INSERT ON made BEGIN
  INSERT INTO operations VALUES (NEW.n, NEW.id, NEW.entry, NEW.hash, NEW.type, NEW.key, NEW.status, NEW.state, NEW.scope,
    NEW.once, NEW.request);
  INSERT INTO days VALUES (NEW.line, NEW.day, NEW.minor) ON CONFLICT DO UPDATE SET volume = volume + excluded.volume;
END;
`;
const ENTRIES = `
CREATE TABLE IF NOT EXISTS entries (
  n INTEGER PRIMARY KEY, operation TEXT NOT NULL UNIQUE, minor INTEGER NOT NULL, balance TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
`;

export class Distributor extends DurableObject {
  #sql = this.ctx.storage.sql;
  #last;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql.exec(TABLES);
    this.#last = this.#sql.exec("SELECT COALESCE(MAX(n), 0) AS n FROM operations").one().n;
  }

  balance() {
    return BALANCE;
  }

  async cashIn(call) {
    this.#last += 1;
    const n = this.#last;
    this.#sql.exec(
      "INSERT INTO made VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      n,
      ID,
      ENTRY,
      HASH,
      "cash-in",
      KEY,
      "processing",
      STATE,
      KEY,
      call.slice(0, ONCE),
      HASH,
      KEY,
      20_000,
      100,
    );
    const phone = /\+[0-9]+/.exec(call)[0];
    await this.env.WALLET.get(this.env.WALLET.idFromName(`phone:${phone}`)).credit(`Credit\n${ID}\n1.00`);
    return RECEIPT;
  }
}

export class Wallet extends DurableObject {
  #sql = this.ctx.storage.sql;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql.exec(ENTRIES);
  }

  credit() {
    const operation = `op_${crypto.randomUUID()}`;
    this.#sql.exec(
      "INSERT INTO entries (operation, minor, balance, at) VALUES (?, ?, ?, ?)",
      operation,
      100,
      "1.00",
      Date.now(),
    );
    return "done";
  }
}

export default {
  async fetch(request, env) {
    const { headers, method, url } = request;
    const key = headers.get("Authorization") + headers.get("CF-Connecting-IP");
    if (url.endsWith("/refusal")) return answer(REFUSAL, { "WWW-Authenticate": 'Bearer error="invalid_token"' }, 401);
    const object = env.DISTRIBUTOR.get(env.DISTRIBUTOR.idFromName("one"));
    if (method === "GET") return answer(await object.balance(key + CALL), RATE);
    const once = headers.get("Idempotency-Key") + headers.get("Content-Type");
    return answer(await object.cashIn(once + CALL + (await request.text())), RATE);
  },
};

function answer(body, more, status) {
  const headers = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Request-ID": crypto.randomUUID(),
    ...more,
  };
  return new Response(body, { status, headers });
}
