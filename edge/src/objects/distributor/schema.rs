//! Tables of a distributor. A row written costs as much as three requests, so each table has only the indexes that its
//! queries need.

use universal_wallet_core::error::InternalError;

use crate::platform::migrations::Migrations;
use crate::platform::storage::Storage;

/// Changes of the tables since version 1; test builds have one version more.
pub(super) const MIGRATIONS: Migrations = Migrations {
    table: "entries",
    steps: if cfg!(feature = "fault_injection") {
        &["CREATE TABLE version_2 (n INTEGER PRIMARY KEY) STRICT"]
    } else {
        &[]
    },
};

const TABLES: &str = "
-- Who the distributor is, and marks of what was done: a document or number by name.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The chain, but for the entries that are an operation's first: those are rows of `operations`.
CREATE TABLE entries (n INTEGER PRIMARY KEY, text TEXT NOT NULL, hash TEXT NOT NULL) STRICT;

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

-- Volume and usage of a key on a UTC day; a line of rotated keys lies together.
CREATE TABLE days (
  lineage TEXT NOT NULL, day INTEGER NOT NULL, key TEXT NOT NULL,
  volume INTEGER NOT NULL DEFAULT 0, operations INTEGER NOT NULL DEFAULT 0,
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

-- An operation is its own first entry of the chain: text and hash are as in `entries`.
CREATE TABLE operations (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL,
  type TEXT NOT NULL, key TEXT, status TEXT NOT NULL, state TEXT NOT NULL, superseded INTEGER NOT NULL DEFAULT 0,
  scope TEXT, idempotency TEXT, request TEXT
) STRICT;
CREATE UNIQUE INDEX operations_by_idempotency ON operations (scope, idempotency) WHERE idempotency IS NOT NULL;
CREATE INDEX operations_by_rare_status ON operations (status, n)
  WHERE status IN ('pending', 'rejected', 'expired', 'failed');
CREATE INDEX operations_pending_by_key ON operations (key, n) WHERE status = 'pending';
CREATE INDEX operations_cash_out ON operations (n) WHERE type = 'cash-out-fulfillment';

CREATE TABLE requests (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, phone TEXT NOT NULL, amount TEXT NOT NULL, status TEXT NOT NULL,
  released INTEGER NOT NULL DEFAULT 1, doc TEXT NOT NULL
) STRICT;
CREATE INDEX requests_open ON requests (n) WHERE status = 'open';
CREATE INDEX requests_open_by_phone ON requests (phone, amount, n) WHERE status = 'open';
CREATE INDEX requests_unreleased ON requests (n) WHERE released = 0;

CREATE TABLE remembered (
  scope TEXT NOT NULL, idempotency TEXT NOT NULL, request TEXT NOT NULL, subject TEXT NOT NULL,
  PRIMARY KEY (scope, idempotency)
) STRICT, WITHOUT ROWID;

-- Where a new operation and its key's volume of the day are written by one statement.
CREATE VIEW new_operations AS SELECT
  n, id, text, hash, type, key, status, state, scope, idempotency, request, NULL AS lineage, NULL AS day, NULL AS minor
  FROM operations;
CREATE TRIGGER new_operation INSTEAD OF INSERT ON new_operations BEGIN
  SELECT RAISE(ABORT, 'an idempotency key that was used before') FROM remembered
    WHERE scope = NEW.scope AND idempotency = NEW.idempotency;
  INSERT INTO operations (n, id, text, hash, type, key, status, state, scope, idempotency, request)
    VALUES (NEW.n, NEW.id, NEW.text, NEW.hash, NEW.type, NEW.key, NEW.status, NEW.state, NEW.scope, NEW.idempotency,
      NEW.request);
  INSERT INTO days (lineage, day, key, volume, operations)
    SELECT NEW.lineage, NEW.day, NEW.key, CAST(NEW.minor AS INTEGER), 1 WHERE NEW.lineage IS NOT NULL
    ON CONFLICT DO UPDATE SET volume = volume + excluded.volume, operations = operations + 1;
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
