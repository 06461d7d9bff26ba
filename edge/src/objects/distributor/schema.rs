//! Tables of a distributor. A row written costs as much as three requests, so each table has only the indexes that its
//! queries need.

use universal_wallet_core::error::InternalError;

use crate::platform::migrations::Migrations;
use crate::platform::storage::Storage;

/// Changes of the tables since version 1; test builds have one version more.
pub(super) const MIGRATIONS: Migrations = Migrations {
    table: "entries",
    retired: Some("hash TEXT"),
    steps: if cfg!(feature = "fault_injection") {
        &[WEBHOOKS, "CREATE TABLE later_version (n INTEGER PRIMARY KEY) STRICT"]
    } else {
        &[WEBHOOKS]
    },
};

/// Endpoints. `live` is 1 while one counts towards the limit or has a secret to claim; `failing` is the time since which
/// its receiver fails, as its own object reported it.
const WEBHOOKS: &str = "
CREATE TABLE webhooks (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL, live INTEGER NOT NULL, failing INTEGER, doc TEXT NOT NULL
) STRICT;
CREATE INDEX webhooks_live ON webhooks (live, n) WHERE live = 1;
";

const TABLES: &str = "
-- Who the distributor is, and marks of what was done: a document or number by name.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The chain, but for the entries that are an operation's first: those are rows of `operations`.
CREATE TABLE entries (n INTEGER PRIMARY KEY, text TEXT NOT NULL, hash BLOB NOT NULL) STRICT;

CREATE TABLE members (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, doc TEXT NOT NULL) STRICT;

CREATE TABLE keys (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL, status TEXT NOT NULL, digest TEXT, replaces TEXT, doc TEXT NOT NULL
) STRICT;
CREATE INDEX keys_by_replaced ON keys (replaces) WHERE replaces IS NOT NULL;
CREATE UNIQUE INDEX keys_by_digest ON keys (digest) WHERE digest IS NOT NULL;
CREATE INDEX keys_by_status ON keys (status, n);

CREATE TABLE approvals (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL, doc TEXT NOT NULL
) STRICT;
CREATE INDEX approvals_by_status ON approvals (status, n);
CREATE INDEX approvals_by_kind ON approvals (kind, n);
CREATE INDEX approvals_by_kind_and_status ON approvals (kind, status, n);

CREATE TABLE deadlines (at INTEGER NOT NULL, due TEXT NOT NULL, PRIMARY KEY (at, due)) STRICT, WITHOUT ROWID;

-- Volume and usage of a key on a UTC day; a line of rotated keys lies together. The volume may pass 64 bits: it is
-- `parts` times 10^18 minor units and `volume`.
CREATE TABLE days (
  lineage INTEGER NOT NULL, day INTEGER NOT NULL, key INTEGER NOT NULL, -- keys by the numbers of their rows
  volume INTEGER NOT NULL DEFAULT 0, parts INTEGER NOT NULL DEFAULT 0, operations INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0, denied INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (lineage, day, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE last_used (key TEXT PRIMARY KEY, at INTEGER NOT NULL, ip TEXT) STRICT, WITHOUT ROWID;
-- The hundred most recent addresses of a key; those before them are counted together as `others`.
CREATE TABLE addresses (
  key TEXT NOT NULL, ip TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  requests INTEGER NOT NULL, denied INTEGER NOT NULL, PRIMARY KEY (key, ip)
) STRICT, WITHOUT ROWID;
CREATE TABLE denials (
  key TEXT NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL, at INTEGER NOT NULL, ip TEXT,
  told INTEGER NOT NULL DEFAULT 0, told_count INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (key, code)
) STRICT, WITHOUT ROWID;

-- Operations of a line of keys that were given back on a UTC day; only its last day is kept.
CREATE TABLE given_back (lineage TEXT PRIMARY KEY, day INTEGER NOT NULL, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Refused announcements of customers' requests, for a day: no earlier one is under way for longer.
CREATE TABLE refused_announcements (id TEXT PRIMARY KEY, number INTEGER NOT NULL, at INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;

-- An operation is its own first entry of the chain, each fact once: the entry's text is spelt from the columns. `took`,
-- `moved`, `entry` and `decided` are differences to `at` and `n`, so most of them take no byte.
CREATE TABLE operations (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  random INTEGER NOT NULL, -- random bits of its ID and its request's ID, beside time and number
  own BLOB, -- a cash-out's ID: the customer's request has the same
  type INTEGER NOT NULL, -- 0 cash-in of a customer, 1 of a merchant, 2 cash-out in cash, 3 by bank transfer
  party INTEGER NOT NULL, -- the digits of the phone, or the merchant's short code
  spelt TEXT, -- the phone, where its caller spelt it in another way
  reference TEXT,
  minor INTEGER NOT NULL,
  memo TEXT,
  key INTEGER, -- number of its row
  maker TEXT, -- the person, where there is no key
  approval INTEGER, -- status of its request: 0 pending, 1 approved, 2 rejected, 3 withdrawn, 4 expired
  decided INTEGER, -- entries until the decision
  status INTEGER NOT NULL, -- 0 processing, 1 completed, 2 pending, 3 rejected, 4 expired, 5 failed
  took INTEGER NOT NULL DEFAULT 0, -- milliseconds from `at` to its last change
  moved INTEGER, -- entries until it changed the float
  entry INTEGER NOT NULL DEFAULT 0, -- entries until its last change
  error TEXT,
  superseded INTEGER NOT NULL DEFAULT 0,
  hash BLOB NOT NULL,
  held INTEGER NOT NULL, issued INTEGER NOT NULL, charged INTEGER NOT NULL, cashed_out INTEGER NOT NULL,
  totals TEXT, -- the last three, where one of them passes 64 bits
  states TEXT -- what else the entry writes
) STRICT;
CREATE INDEX operations_by_approval ON operations (approval, n) WHERE approval IS NOT NULL;
CREATE INDEX operations_pending_by_key ON operations (key, n) WHERE approval = 0;
CREATE INDEX operations_failed ON operations (n) WHERE status = 5;
CREATE INDEX operations_cash_out ON operations (n) WHERE type >= 2;

-- Totals of each UTC day, and how far the chain was read for them; made of the chain alone.
CREATE TABLE day_totals (day INTEGER PRIMARY KEY, tally TEXT NOT NULL) STRICT;

-- Blocks of a full segment of the chain that hold a value, by part of the values' hashes: made of operations alone.
-- Segments are small (level 0) or large (1); a part of a large one is in its small ones until it is merged.
CREATE TABLE search_index (
  level INTEGER NOT NULL, part INTEGER NOT NULL, facet INTEGER NOT NULL, segment INTEGER NOT NULL,
  postings BLOB NOT NULL,
  PRIMARY KEY (level, part, facet, segment)
) STRICT, WITHOUT ROWID;

-- Merchants that were paid, by short code.
CREATE TABLE merchants (short_code INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL) STRICT;

-- Idempotency keys that were used, by 16 bytes of the digest of scope and value. A cash-in's request digest is that of
-- its own facts, so it is not stored.
CREATE TABLE used (place BLOB PRIMARY KEY, n INTEGER, request BLOB, subject TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, phone TEXT NOT NULL, amount TEXT NOT NULL, status TEXT NOT NULL,
  released INTEGER NOT NULL DEFAULT 1, doc TEXT NOT NULL
) STRICT;
CREATE INDEX requests_open ON requests (n) WHERE status = 'open';
CREATE INDEX requests_open_by_phone ON requests (phone, amount, n) WHERE status = 'open';
CREATE INDEX requests_unreleased ON requests (n) WHERE released = 0;

-- Where a new operation, its idempotency key and its key's volume of the day are written by one statement.
CREATE VIEW new_operations AS SELECT
  n, at, random, own, type, party, spelt, reference, minor, memo, key, maker, approval, status, moved, hash,
  held, issued, charged, cashed_out, totals, states, NULL AS place, NULL AS request, NULL AS lineage
  FROM operations;
CREATE TRIGGER new_operation INSTEAD OF INSERT ON new_operations BEGIN
  INSERT INTO used (place, n, request) SELECT NEW.place, NEW.n, NEW.request WHERE NEW.place IS NOT NULL;
  INSERT INTO operations (n, at, random, own, type, party, spelt, reference, minor, memo, key, maker, approval, status,
      moved, hash, held, issued, charged, cashed_out, totals, states)
    VALUES (NEW.n, NEW.at, NEW.random, NEW.own, NEW.type, NEW.party, NEW.spelt, NEW.reference, NEW.minor, NEW.memo,
      NEW.key, NEW.maker, NEW.approval, NEW.status, NEW.moved, NEW.hash, NEW.held, NEW.issued, NEW.charged,
      NEW.cashed_out, NEW.totals, NEW.states);
  INSERT INTO days (lineage, day, key, volume, operations)
    SELECT NEW.lineage, CAST(NEW.at AS INTEGER) / 86400000, NEW.key, NEW.minor, 1 WHERE NEW.lineage IS NOT NULL
    ON CONFLICT DO UPDATE SET volume = (volume + excluded.volume) % 1000000000000000000,
      parts = parts + (volume + excluded.volume) / 1000000000000000000, operations = operations + 1;
END;
-- The same for most of them: a key's cash-in, decided at once, with an idempotency key.
CREATE VIEW new_cash_ins AS SELECT
  n, at, random, type, party, minor, memo, key, hash, held, issued, charged, cashed_out, NULL AS place, NULL AS lineage
  FROM operations;
CREATE TRIGGER new_cash_in INSTEAD OF INSERT ON new_cash_ins BEGIN
  INSERT INTO used (place, n) VALUES (NEW.place, NEW.n);
  INSERT INTO operations (n, at, random, type, party, minor, memo, key, status, moved, hash, held, issued, charged,
      cashed_out)
    VALUES (NEW.n, NEW.at, NEW.random, NEW.type, NEW.party, NEW.minor, NEW.memo, NEW.key, 0, 0, NEW.hash, NEW.held,
      NEW.issued, NEW.charged, NEW.cashed_out);
  INSERT INTO days (lineage, day, key, volume, operations)
    VALUES (NEW.lineage, CAST(NEW.at AS INTEGER) / 86400000, NEW.key, NEW.minor, 1)
    ON CONFLICT DO UPDATE SET volume = (volume + excluded.volume) % 1000000000000000000,
      parts = parts + (volume + excluded.volume) / 1000000000000000000, operations = operations + 1;
END;
";

/// True if the distributor was created.
pub(super) fn exists(db: &Storage) -> Result<bool, InternalError> {
    db.has_table("meta")
}

/// Creates the tables.
pub(super) fn create(db: &Storage) -> Result<(), InternalError> {
    MIGRATIONS.create(db, TABLES)
}
