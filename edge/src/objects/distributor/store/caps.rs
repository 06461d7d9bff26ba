//! Counts that keep storage bounded: operations given back in a day, refused announcements.

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::{KeyID, OperationID};
use universal_wallet_core::keys::model::DAY_MS;
use universal_wallet_sdk::Timestamp;

use super::SqlStore;

impl SqlStore {
    /// Number of operations of a line that were given back on a day.
    pub(super) fn count_of_given_back(&self, lineage: KeyID, day: i64) -> Result<u32, InternalError> {
        if let Some(count) = self.given_back.borrow().get(&(lineage, day)) {
            return Ok(*count);
        }
        let row: Option<(u32,)> =
            self.db.row("SELECT count FROM given_back WHERE lineage = ? AND day = ?", (lineage, day))?;
        let count = row.map_or(0, |(count,)| count);
        self.given_back.borrow_mut().insert((lineage, day), count);
        Ok(count)
    }

    /// Counts one that was given back.
    pub(super) fn note_given_back(&mut self, lineage: KeyID, day: i64) -> Result<(), InternalError> {
        // Loaded values stay true; a rollback loads everything again.
        if let Some(count) = self.given_back.get_mut().get_mut(&(lineage, day)) {
            *count = count.saturating_add(1);
        }
        self.db.run(
            "INSERT INTO given_back (lineage, day, count) VALUES (?1, ?2, 1) ON CONFLICT (lineage) DO UPDATE SET \
             count = CASE WHEN day = ?2 THEN count + 1 ELSE 1 END, day = ?2",
            (lineage, day),
        )
    }

    /// Number of the last refused announcement of a request; zero where none was.
    pub(super) fn number_of_refused(&self, id: OperationID) -> Result<u32, InternalError> {
        let row: Option<(u32,)> = self.db.row("SELECT number FROM refused_announcements WHERE id = ?", (id,))?;
        Ok(row.map_or(0, |(number,)| number))
    }

    /// Remembers a refused announcement for a day: no earlier one is under way for longer.
    pub(super) fn note_refused(&mut self, id: OperationID, number: u32, now: Timestamp) -> Result<(), InternalError> {
        self.db.run("DELETE FROM refused_announcements WHERE at <= ?", (now.unix_ms() - DAY_MS,))?;
        self.db.run(
            "INSERT INTO refused_announcements (id, number, at) VALUES (?, ?, ?) \
             ON CONFLICT (id) DO UPDATE SET number = excluded.number, at = excluded.at",
            (id, number, now.unix_ms()),
        )
    }
}
