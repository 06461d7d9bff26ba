//! A wallet's storage over SQLite.

use std::rc::Rc;

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::OperationID;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;
use universal_wallet_core::wallet::{Funds, Hold, WalletStore};
use universal_wallet_sdk::{Amount, Timestamp};

use crate::platform::migrations::Migrations;
use crate::platform::sql_values::{Blob, Exact};
use crate::platform::storage::{NONE, Storage};

pub(super) const MIGRATIONS: Migrations = Migrations { table: "entries", retired: Some("operation TEXT"), steps: &[] };

/// Entries name their operation by the 16 bytes of its ID; the balance is that after the entry.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS entries (
  n INTEGER PRIMARY KEY, operation BLOB NOT NULL UNIQUE, minor INTEGER NOT NULL, balance INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
";

/// Most wallets never hold anything: these tables come with the first hold.
const HOLDS: &str = "
CREATE TABLE IF NOT EXISTS holds (
  id TEXT PRIMARY KEY, status TEXT NOT NULL, doc TEXT NOT NULL, idempotency TEXT UNIQUE, request TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS holds_open ON holds (id) WHERE status IN ('announcing', 'held');
";

/// A wallet's storage with its loaded values.
pub(super) struct SqlWallet {
    pub(super) db: Rc<Storage>,
    /// True if the tables exist: a wallet that was never used has none.
    pub(super) made: bool,
    /// True if the tables of holds exist.
    pub(super) holds: bool,
    pub(super) funds: Funds,
}

impl SqlWallet {
    /// Loads the wallet.
    pub(super) fn open(db: Rc<Storage>) -> Result<Self, InternalError> {
        let (made, holds) = (db.has_table("entries")?, db.has_table("holds")?);
        let mut wallet = Self { made, holds, db, funds: Funds::default() };
        if wallet.made {
            let last: Option<(Exact,)> =
                wallet.db.row("SELECT CAST(balance AS TEXT) FROM entries ORDER BY n DESC LIMIT 1", NONE)?;
            if let Some((Exact(minor),)) = last {
                let balance = Amount::from_minor(minor);
                wallet.funds.balance =
                    balance.ok_or_else(|| InternalError::new("a stored balance that is no amount"))?;
            }
        }
        if wallet.holds {
            let holds: Vec<(String,)> =
                wallet.db.rows("SELECT doc FROM holds WHERE status IN ('announcing', 'held')", NONE)?;
            for (text,) in holds {
                let hold: Hold = json_text::read(&text)?;
                wallet.funds.held = wallet
                    .funds
                    .held
                    .checked_add(hold.amount)
                    .ok_or_else(|| InternalError::new("holds that exceed the maximum balance"))?;
            }
        }
        Ok(wallet)
    }

    /// Creates the tables if they are missing.
    pub(super) fn make(&mut self) -> Result<(), InternalError> {
        if !self.made {
            MIGRATIONS.create(&self.db, TABLES)?;
            self.made = true;
        }
        Ok(())
    }

    /// Creates the tables, with those of holds, if they are missing.
    pub(super) fn make_holds(&mut self) -> Result<(), InternalError> {
        self.make()?;
        if !self.holds {
            self.db.run(HOLDS, NONE)?;
            self.holds = true;
        }
        Ok(())
    }

    /// The hold that an earlier call with this idempotency key placed, and the digest of that call.
    pub(super) fn by_idempotency(&self, key: &str) -> Result<Option<(Hold, Digest)>, InternalError> {
        if !self.holds {
            return Ok(None);
        }
        let row: Option<(String, Digest)> =
            self.db.row("SELECT doc, request FROM holds WHERE idempotency = ?", (key,))?;
        row.map(|(doc, request)| Ok((json_text::read(&doc)?, request))).transpose()
    }

    /// The first unacknowledged holds.
    pub(super) fn announcing(&self) -> Result<Vec<OperationID>, InternalError> {
        if !self.holds {
            return Ok(Vec::new());
        }
        let rows: Vec<(OperationID,)> = self.db.rows(
            "SELECT id FROM holds WHERE status = 'announcing' AND status IN ('announcing', 'held') LIMIT 100",
            NONE,
        )?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

impl WalletStore for SqlWallet {
    fn funds(&self) -> Funds {
        self.funds
    }

    fn append(
        &mut self,
        id: OperationID,
        minor: i64,
        balance: Amount,
        now: Timestamp,
    ) -> Result<Option<i64>, InternalError> {
        let uuid = id.uuid();
        let operation = Blob(uuid.as_bytes());
        let added = self.db.run(
            "INSERT INTO entries (operation, minor, balance, at) VALUES (?, ?, ?, ?)",
            (&operation, Exact(minor), Exact(balance.minor()), now.unix_ms()),
        );
        let Err(fault) = added else {
            self.funds.balance = balance;
            return Ok(None);
        };
        // Most operations come once, so the unique index detects a repeated one.
        let row: Option<(Exact,)> =
            self.db.row("SELECT CAST(minor AS TEXT) FROM entries WHERE operation = ?", (&operation,))?;
        row.map(|(Exact(minor),)| Some(minor)).ok_or(fault)
    }

    fn hold(&self, id: OperationID) -> Result<Option<Hold>, InternalError> {
        if !self.holds {
            return Ok(None);
        }
        let row: Option<(String,)> = self.db.row("SELECT doc FROM holds WHERE id = ?", (id,))?;
        row.map(|(doc,)| json_text::read(&doc)).transpose()
    }

    fn put_hold(&mut self, hold: &Hold, held: Amount) -> Result<(), InternalError> {
        self.db.run(
            "INSERT INTO holds (id, status, doc) VALUES (?, ?, ?) \
             ON CONFLICT (id) DO UPDATE SET status = excluded.status, doc = excluded.doc",
            (hold.id, hold.status, json_text::write(&hold)?),
        )?;
        self.funds.held = held;
        Ok(())
    }
}
