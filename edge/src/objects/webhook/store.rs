//! An endpoint's storage: whose it is, its secrets, its position in the chain, and its deliveries.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use universal_wallet_core::error::{InternalError, Outcome, Refusal};
use universal_wallet_core::id::MessageID;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_core::webhooks::health::Health;
use universal_wallet_core::webhooks::model::SecretUse;
use universal_wallet_core::webhooks::schedule::Attempt;
use universal_wallet_core::webhooks::signing::secret_digest;
use universal_wallet_sdk::Timestamp;

use crate::messages::to_webhook::{DeliveryState, Ownership};
use crate::platform::migrations::Migrations;
use crate::platform::storage::{NONE, Storage};

pub(super) const MIGRATIONS: Migrations = Migrations { table: "deliveries", retired: None, steps: &[] };

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secrets (
  digest TEXT PRIMARY KEY, secret TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- A message is named by its entry and type and made from the chain again; only that of a test has its body here.
CREATE TABLE IF NOT EXISTS deliveries (
  n INTEGER PRIMARY KEY, state TEXT NOT NULL, next INTEGER, tried INTEGER NOT NULL, doc TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (next) WHERE state = 'waiting';
";

/// Number of deliveries that are remembered, besides those that wait.
const REMEMBERED: u64 = 1000;
/// Deliveries are forgotten in steps of this many.
const FORGET_STEP: u64 = 100;
/// Time for which a secret is kept that the distributor's record does not name: its claim may be under way.
const UNCLAIMED_MS: i64 = 3_600_000;

/// Position in the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Number of the next entry to ask for.
    pub(super) next: u64,
    /// Entries whose operation was still on its way, with the operation's number.
    pub(super) awaited: Vec<(u64, u64)>,
}

/// A delivery as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    /// Number of the delivery; 0 before it is stored.
    pub(super) number: u64,
    pub(super) entry: u64,
    pub(super) kind: EventType,
    pub(super) message: MessageID,
    pub(super) at: Timestamp,
    pub(super) state: DeliveryState,
    pub(super) next: Option<Timestamp>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) body: Option<String>,
}

/// Reads a delivery. The column `next` is newer than the document where waiting deliveries were brought forward.
fn read((next, document): (Option<i64>, String)) -> Result<Stored, InternalError> {
    let next = next.map(Timestamp::from_unix_ms);
    Ok(Stored { next, ..json_text::read(&document)? })
}

/// An endpoint's storage with its loaded values.
pub(super) struct SqlOutbox {
    pub(super) db: Rc<Storage>,
    pub(super) owner: Option<Ownership>,
    pub(super) cursor: Cursor,
    pub(super) health: Health,
    /// Number of the last delivery.
    pub(super) last: u64,
    /// Deliveries up to this number may be forgotten already.
    forgotten: u64,
}

impl SqlOutbox {
    /// Loads the endpoint.
    pub(super) fn open(db: Rc<Storage>) -> Result<Self, InternalError> {
        let mut store =
            Self { owner: None, cursor: Cursor::default(), health: Health::default(), last: 0, forgotten: 0, db };
        if store.db.has_table("deliveries")? {
            store.owner = store.meta("owner")?;
            store.cursor = store.meta("cursor")?.unwrap_or_default();
            store.health = store.meta("health")?.unwrap_or_default();
            let last: Option<(Option<u64>,)> = store.db.row("SELECT MAX(n) FROM deliveries", NONE)?;
            store.last = last.and_then(|(last,)| last).unwrap_or_default();
        }
        Ok(store)
    }

    fn meta<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, InternalError> {
        let row: Option<(String,)> = self.db.row("SELECT value FROM meta WHERE name = ?", (name,))?;
        row.map(|(value,)| json_text::read(&value)).transpose()
    }

    fn put_meta(&self, name: &str, value: &impl Serialize) -> Result<(), InternalError> {
        self.db.run(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json_text::write(value)?),
        )
    }

    /// Notes at the first message whose endpoint this is, and refuses messages for another.
    pub(super) fn belong_to(&mut self, of: Ownership) -> Outcome<()> {
        match self.owner {
            Some(owner) if owner == of => Ok(()),
            Some(_) => Err(Refusal::not_found().into()),
            None => {
                MIGRATIONS.create(&self.db, TABLES)?;
                self.put_meta("owner", &of)?;
                self.owner = Some(of);
                Ok(())
            }
        }
    }

    /// Keeps a secret.
    pub(super) fn keep(&self, secret: &Secret, now: Timestamp) -> Result<(), InternalError> {
        self.db.run(
            "INSERT INTO secrets (digest, secret, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (secret_digest(secret), secret.expose(), now.unix_ms()),
        )
    }

    /// The secrets that sign at a time; those that never will again are deleted.
    pub(super) fn secrets(&self, uses: &[SecretUse], now: Timestamp) -> Result<Vec<Secret>, InternalError> {
        let rows: Vec<(Digest, String, i64)> = self.db.rows("SELECT digest, secret, at FROM secrets", NONE)?;
        let mut found: Vec<(usize, Secret)> = Vec::new();
        for (digest, secret, at) in rows {
            match uses.iter().position(|secret| secret.digest == digest && secret.signs(now)) {
                Some(place) => found.push((place, Secret::from(secret))),
                None if at + UNCLAIMED_MS < now.unix_ms() => {
                    self.db.run("DELETE FROM secrets WHERE digest = ?", (digest,))?;
                }
                None => {}
            }
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(found.into_iter().map(|(_, secret)| secret).collect())
    }

    /// Writes the position.
    pub(super) fn put_cursor(&mut self, cursor: Cursor) -> Result<(), InternalError> {
        self.put_meta("cursor", &cursor)?;
        self.cursor = cursor;
        Ok(())
    }

    /// Writes the health.
    pub(super) fn put_health(&self) -> Result<(), InternalError> {
        self.put_meta("health", &self.health)
    }

    /// Writes deliveries that are new or had an attempt, and forgets the oldest that do not wait.
    pub(super) fn put(&mut self, deliveries: &mut [Stored]) -> Result<(), InternalError> {
        for delivery in &mut *deliveries {
            if delivery.number == 0 {
                self.last += 1;
                delivery.number = self.last;
            }
            let next = delivery.next.filter(|_| delivery.state == DeliveryState::Waiting);
            self.db.run(
                "INSERT INTO deliveries (n, state, next, tried, doc) VALUES (?, ?, ?, ?, ?) ON CONFLICT (n) DO UPDATE SET \
                 state = excluded.state, next = excluded.next, tried = excluded.tried, doc = excluded.doc",
                (
                    delivery.number,
                    delivery.state.as_str(),
                    next.map(Timestamp::unix_ms),
                    delivery.attempts.len(),
                    json_text::write(&*delivery)?,
                ),
            )?;
        }
        let keep_from = self.last.saturating_sub(REMEMBERED);
        if keep_from >= self.forgotten + FORGET_STEP {
            self.db.run("DELETE FROM deliveries WHERE n <= ? AND state <> 'waiting'", (keep_from,))?;
            self.forgotten = keep_from;
        }
        Ok(())
    }

    /// Deliveries that are due, the longest due first.
    pub(super) fn due(&self, now: Timestamp, most: usize) -> Result<Vec<Stored>, InternalError> {
        let sql = "SELECT next, doc FROM deliveries WHERE state = 'waiting' AND next <= ? ORDER BY next LIMIT ?";
        self.db.rows(sql, (now.unix_ms(), most))?.into_iter().map(read).collect()
    }

    /// Number of deliveries that wait, and the time of the first.
    pub(super) fn waiting(&self) -> Result<(usize, Option<Timestamp>), InternalError> {
        let row: Option<(usize, Option<i64>)> =
            self.db.row("SELECT COUNT(*), MIN(next) FROM deliveries WHERE state = 'waiting'", NONE)?;
        let (count, next) = row.unwrap_or_default();
        Ok((count, next.map(Timestamp::from_unix_ms)))
    }

    /// Makes all waiting deliveries due.
    pub(super) fn bring_forward(&self, now: Timestamp) -> Result<(), InternalError> {
        let now = now.unix_ms();
        self.db.run("UPDATE deliveries SET next = ?1 WHERE state = 'waiting' AND next > ?1", (now,))
    }

    /// The delivery with a number.
    pub(super) fn delivery(&self, number: u64) -> Result<Option<Stored>, InternalError> {
        self.db.row("SELECT next, doc FROM deliveries WHERE n = ?", (number,))?.map(read).transpose()
    }

    /// The last deliveries before a number, newest first.
    pub(super) fn page(&self, before: u64, most: u32) -> Result<Vec<Stored>, InternalError> {
        let sql = "SELECT next, doc FROM deliveries WHERE n < ? AND n > ? ORDER BY n DESC LIMIT ?";
        let oldest = self.last.saturating_sub(REMEMBERED);
        self.db.rows(sql, (before, oldest, most))?.into_iter().map(read).collect()
    }

    /// Number of deliveries that people asked for and that wait.
    pub(super) fn waiting_of_people(&self) -> Result<usize, InternalError> {
        let row: Option<(usize,)> =
            self.db.row("SELECT COUNT(*) FROM deliveries WHERE state = 'waiting' AND tried = 0", NONE)?;
        Ok(row.map_or(0, |(count,)| count))
    }
}
