//! Usage of keys: counted in memory and written at most every ten seconds. Volume and operations are not counted here:
//! they are written with the operation itself.

use rustc_hash::FxHashMap;
use universal_wallet_core::error::{Code, InternalError};
use universal_wallet_core::id::KeyID;
use universal_wallet_core::keys::model::Key;
use universal_wallet_sdk::Timestamp;

use crate::objects::distributor::store::SqlStore;

/// Upper bound on how long counters stay in memory before a flush.
pub(crate) const FLUSH_MS: i64 = 10_000;

/// Calls counted since the last write.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) days: FxHashMap<(KeyID, KeyID, i64), (u64, u64)>,
    pub(crate) last: FxHashMap<KeyID, (Timestamp, Option<String>)>,
    pub(crate) denials: FxHashMap<(KeyID, Code), Denials>,
    since: Option<Timestamp>,
    /// Time at which the chain last recorded a key's refusals, once read.
    pub(crate) told: FxHashMap<(KeyID, Code), Timestamp>,
}

/// Refusals with one code.
#[derive(Default)]
pub(crate) struct Denials {
    pub(crate) count: u64,
    pub(crate) at: Option<Timestamp>,
    pub(crate) ip: Option<String>,
}

impl Counts {
    /// Counts an allowed call.
    pub(crate) fn count(&mut self, key: &Key, ip: Option<&str>, now: Timestamp) {
        self.days.entry((key.lineage, key.id, now.utc_day())).or_default().0 += 1;
        match self.last.get_mut(&key.id) {
            Some((at, before)) if before.as_deref() == ip => *at = now,
            _ => drop(self.last.insert(key.id, (now, ip.map(str::to_owned)))),
        }
        self.since.get_or_insert(now);
    }

    /// Counts a refused call.
    pub(crate) fn count_denied(&mut self, key: &Key, code: Code, ip: Option<&str>, now: Timestamp) {
        self.days.entry((key.lineage, key.id, now.utc_day())).or_default().0 += 1;
        self.count_refused(key, code, ip, now);
    }

    /// Counts an already counted call as refused.
    pub(crate) fn count_refused(&mut self, key: &Key, code: Code, ip: Option<&str>, now: Timestamp) {
        self.days.entry((key.lineage, key.id, now.utc_day())).or_default().1 += 1;
        let denials = self.denials.entry((key.id, code)).or_default();
        denials.count += 1;
        denials.at = Some(now);
        denials.ip = ip.map(str::to_owned);
        self.since.get_or_insert(now);
    }

    /// Time at which the counts are due to be written.
    pub(crate) fn flush_at(&self) -> Option<Timestamp> {
        self.since.map(|since| since.plus_ms(FLUSH_MS))
    }

    /// Forgets all counts after they were committed; the times of the chain's records stay.
    pub(crate) fn written(&mut self) {
        let told = std::mem::take(&mut self.told);
        *self = Self { told, ..Self::default() };
    }

    /// Writes all counts.
    pub(crate) fn write(&self, store: &SqlStore) -> Result<(), InternalError> {
        for ((lineage, key, day), (requests, denied)) in &self.days {
            store.db.run(
                "INSERT INTO days (lineage, day, key, requests, denied) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET requests = requests + ?4, denied = denied + ?5",
                (store.key_number(*lineage)?, day, store.key_number(*key)?, requests, denied),
            )?;
        }
        for (key, (at, ip)) in &self.last {
            store.db.run(
                "INSERT INTO last_used (key, at, ip) VALUES (?, ?, ?) \
                 ON CONFLICT (key) DO UPDATE SET at = excluded.at, ip = excluded.ip",
                (key, at.unix_ms(), ip),
            )?;
        }
        for ((key, code), Denials { count, at, ip }) in &self.denials {
            store.db.run(
                "INSERT INTO denials (key, code, count, at, ip) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET count = count + ?3, at = ?4, ip = ?5",
                (key, code, count, at.map(Timestamp::unix_ms), ip),
            )?;
        }
        Ok(())
    }
}
