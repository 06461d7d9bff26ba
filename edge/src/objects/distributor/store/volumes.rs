//! Volume of each key and UTC day, exact beyond 64 bits.

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::KeyID;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::Amount;

use super::{SqlStore, VOLUME, stored_volume};

impl SqlStore {
    /// Volume of a line of keys on a UTC day.
    pub(super) fn volume_of(&self, lineage: KeyID, day: i64) -> Result<Total, InternalError> {
        if let Some(volume) = self.volumes.borrow().get(&(lineage, day)) {
            return Ok(*volume);
        }
        let lineage_number = self.key_number(lineage)?;
        let sql = format!("SELECT {VOLUME} FROM days WHERE lineage = ? AND day = ?");
        let rows: Vec<(i64, String)> = self.db.rows(sql, (lineage_number, day))?;
        let mut volume = Total::default();
        for row in rows {
            volume = volume.plus_total(stored_volume(row)?);
        }
        self.volumes.borrow_mut().insert((lineage, day), volume);
        Ok(volume)
    }

    /// Subtracts a returned amount from the volume of a key and its line on a UTC day.
    pub(super) fn subtract_volume(
        &mut self,
        (id, lineage): (KeyID, KeyID),
        day: i64,
        amount: Amount,
    ) -> Result<(), InternalError> {
        self.db.run(
            "UPDATE days SET volume = (volume - CAST(?1 AS INTEGER) + 1000000000000000000) % 1000000000000000000, \
             parts = parts - (volume < CAST(?1 AS INTEGER)) WHERE lineage = ?2 AND day = ?3 AND key = ?4",
            (amount.minor().to_string(), self.key_number(lineage)?, day, self.key_number(id)?),
        )?;
        // Loaded values stay true; a rollback loads everything again.
        if let Some(volume) = self.volumes.get_mut().get_mut(&(lineage, day)) {
            *volume = volume.minus(amount);
        }
        Ok(())
    }
}
