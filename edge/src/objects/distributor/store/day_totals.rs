//! Totals of each UTC day, kept behind the writing: an alarm carries them on, and whoever reads them carries them on to
//! the head first. They are made of the chain alone, so what is lost is made again.

use universal_wallet_core::error::InternalError;
use universal_wallet_core::operations::statement::{DayTotals, Movement, Tally};
use universal_wallet_core::text::json_text;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::Amount;

use super::SqlStore;
use crate::platform::sql_values::{Exact, NONE};

/// Numbers of the chain that are added in one stretch.
const SLICE: u64 = 1000;

impl SqlStore {
    /// The totals of a day; zero for a day without movements.
    pub(crate) fn day_totals(&mut self, day: i64) -> Result<DayTotals, InternalError> {
        while self.tally_slice()? {}
        Ok(self.kept_tally(day)?.unwrap_or_default().totals)
    }

    fn kept_tally(&self, day: i64) -> Result<Option<Tally>, InternalError> {
        super::stored(self.db.row("SELECT tally FROM day_totals WHERE day = ?", (day,))?)
    }

    /// Carries the totals on by one slice; true if there is more to do.
    pub(crate) fn tally_slice(&mut self) -> Result<bool, InternalError> {
        let mut tally = self.last_tally()?;
        let from = tally.below.max(1);
        let until = (self.head.number + 1).min(from + SLICE);
        if from >= until {
            self.tally = Some(tally);
            return Ok(false);
        }
        let mut changed = Vec::new();
        for (day, movement, amount) in self.movements(from, until)? {
            if day != tally.day {
                changed.push(Tally { below: from, ..tally });
                let operations = tally.operations;
                tally = Tally { operations, ..self.kept_tally(day)?.unwrap_or(Tally { day, ..Tally::default() }) };
            }
            tally.totals.add(movement, amount);
        }
        let made: Option<(u64,)> =
            self.db.row("SELECT COUNT(*) FROM operations WHERE n >= ? AND n < ?", (from, until))?;
        tally.operations += made.map_or(0, |(count,)| count);
        tally.below = until;
        changed.push(tally);
        self.db.atomically(|| {
            for tally in changed.iter().filter(|tally| tally.below > 0) {
                self.db.run(
                    "INSERT OR REPLACE INTO day_totals (day, tally) VALUES (?, ?)",
                    (tally.day, json_text::write(tally)?),
                )?;
            }
            Ok::<_, InternalError>(())
        })?;
        self.tally = Some(tally);
        Ok(true)
    }

    fn last_tally(&self) -> Result<Tally, InternalError> {
        if let Some(tally) = self.tally {
            return Ok(tally);
        }
        let last = self.db.row("SELECT tally FROM day_totals ORDER BY day DESC LIMIT 1", NONE)?;
        Ok(super::stored(last)?.unwrap_or_default())
    }

    /// Number of operations as far as the totals tell.
    pub(super) fn operations_told(&self) -> Result<u64, InternalError> {
        Ok(self.last_tally()?.operations)
    }

    /// Movements of the float among entries, by days that rise.
    fn movements(&self, from: u64, until: u64) -> Result<Vec<(i64, Movement, Total)>, InternalError> {
        let mut movements = Vec::new();
        // A cash-in that was decided at once moved the float with its first entry; other operations do so later.
        let at_once: Vec<(i64, Exact)> = self.db.rows(
            "SELECT at / 86400000, CAST(minor AS TEXT) FROM operations WHERE n >= ? AND n < ? AND moved = 0",
            (from, until),
        )?;
        for (day, Exact(minor)) in at_once {
            movements.push((day, Movement::CashIn, Total::default().plus_minor(minor)));
        }
        for entry in self.entries_apart(from, until)? {
            let content = self.content(&entry)?;
            let Some(movement) = Movement::of(&content.kind) else { continue };
            let before = match self.entry(entry.number - 1)? {
                Some(entry) => self.content(&entry)?.book.balance,
                None => Amount::ZERO,
            };
            let moved = Total::default().plus(content.book.balance).minus(before);
            if moved != Total::default() {
                movements.push((content.at.utc_day(), movement, moved.size()));
            }
        }
        movements.sort_by_key(|(day, ..)| *day);
        Ok(movements)
    }
}
