//! Usage of keys: counters, chain records, and sums of written and unwritten values.

use serde_json::json;
use universal_wallet_core::audit::entry_builder::EntryBuilder;
use universal_wallet_core::error::{Code, InternalError};
use universal_wallet_core::id::KeyID;
use universal_wallet_core::keys::model::{Key, Usage};
use universal_wallet_core::people::model::Actor;
use universal_wallet_core::text::ip::{client_address, subscriber};
use universal_wallet_sdk::Timestamp;

use super::counters::usage::Denials;
use super::state::DistributorState;
use super::store::{VOLUME, stored_volume};

/// Minimum time between two chain entries about a key's refusals with one code.
const TELL_MS: i64 = 3_600_000;

/// A key's refusals with one code.
pub(super) struct Denied {
    pub(super) code: Code,
    pub(super) count: u64,
    pub(super) at: Timestamp,
    pub(super) ip: Option<String>,
}

/// True for refusals that people should see.
const fn is_told(code: Code) -> bool {
    matches!(code, Code::RevokedApiKey | Code::ExpiredApiKey | Code::IPNotAllowed)
}

impl DistributorState {
    /// Counts a refused use of a key, and records it in the chain if people should see it. The first refusal makes an
    /// entry; further ones within an hour are only counted, so an attacker cannot fill the chain.
    pub(super) fn note_denial(
        &mut self,
        key: &Key,
        code: Code,
        ip: Option<&str>,
        now: Timestamp,
    ) -> Result<(), InternalError> {
        self.counts.count_denied(key, code, ip, now);
        if !is_told(code) || self.counts.told.get(&(key.id, code)).is_some_and(|told| now < told.plus_ms(TELL_MS)) {
            return Ok(());
        }
        let row: Option<(i64, u64, u64)> = self
            .store
            .db
            .row("SELECT told, count, told_count FROM denials WHERE key = ? AND code = ?", (key.id, code))?;
        let (told, count, told_count) = row.unwrap_or((0, 0, 0));
        let told = Timestamp::from_unix_ms(told);
        if now < told.plus_ms(TELL_MS) {
            self.counts.told.insert((key.id, code), told);
            return Ok(());
        }
        let counted = count + self.counts.denials.get(&(key.id, code)).map_or(0, |denials| denials.count);
        let details = json!({ "code": code, "count": (counted - told_count), "ip": ip, "label": key.settings.label });
        let written = self.write(|store| {
            EntryBuilder::begin(store, now, "api-key.refused", Actor::System).done(key.id, details)?;
            Ok(store.db.run(
                "INSERT INTO denials (key, code, count, at, ip, told, told_count) VALUES (?1, ?2, 0, ?3, ?4, ?3, ?5) \
                 ON CONFLICT DO UPDATE SET told = ?3, told_count = ?5",
                (key.id, code, now.unix_ms(), ip, counted),
            )?)
        });
        self.counts.told.insert((key.id, code), now);
        written.map_err(|_| InternalError::new("a denial that could not be recorded in the chain"))
    }

    /// Writes all counters.
    pub(super) fn flush(&mut self, now: Timestamp) -> Result<(), InternalError> {
        if self.counts.flush_at().is_some_and(|at| at <= now) {
            self.addresses.fold();
            // Everything counted stays until it is committed.
            let (counts, addresses) = (std::mem::take(&mut self.counts), std::mem::take(&mut self.addresses));
            let written = self.write(|store| {
                counts.write(store)?;
                Ok(addresses.write(store)?)
            });
            (self.counts, self.addresses) = (counts, addresses);
            written.map_err(|_| InternalError::new("usage counters that could not be written"))?;
            self.counts.written();
            self.addresses.written();
        }
        Ok(())
    }

    /// A key's refusals by code, including unwritten ones, most recent first.
    pub(super) fn denials_of(&self, key: KeyID) -> Result<Vec<Denied>, InternalError> {
        let rows: Vec<(Code, u64, i64, Option<String>)> =
            self.store.db.rows("SELECT code, count, at, ip FROM denials WHERE key = ?", (key,))?;
        let denied = |(code, count, at, ip)| Denied { code, count, at: Timestamp::from_unix_ms(at), ip };
        let mut found: Vec<Denied> = rows.into_iter().map(denied).collect();
        for ((id, code), Denials { count, at, ip }) in &self.counts.denials {
            let (true, Some(at)) = (*id == key, *at) else { continue };
            let known = found.iter_mut().find(|known| known.code == *code);
            let stored = known.as_ref().map_or(0, |known| known.count);
            let denied = Denied { code: *code, count: stored + count, at, ip: ip.clone() };
            match known {
                Some(known) => *known = denied,
                None => found.push(denied),
            }
        }
        found.retain(|denied| denied.count > 0);
        found.sort_unstable_by_key(|denied| (std::cmp::Reverse(denied.at), denied.code.as_str()));
        Ok(found)
    }

    /// Usage of a key, including unwritten counts.
    pub(super) fn usage(&self, key: &Key, now: Timestamp) -> Result<Usage, InternalError> {
        let today = now.utc_day();
        let rows: Vec<(i64, i64, String, u64)> = self.store.db.rows(
            format!("SELECT day, {VOLUME}, requests FROM days WHERE lineage = ? AND day > ? AND key = ?"),
            (self.store.key_number(key.lineage)?, today - 30, self.store.key_number(key.id)?),
        )?;
        let mut usage = Usage::default();
        for (day, parts, rest, requests) in rows {
            usage.requests_30_days += requests;
            if day == today {
                usage.requests_today = requests;
                usage.volume_today = stored_volume((parts, rest))?;
            }
        }
        for ((_, id, day), (requests, _)) in &self.counts.days {
            if *id == key.id {
                usage.requests_30_days += requests;
                usage.requests_today += if *day == today { *requests } else { 0 };
            }
        }
        let last = match self.counts.last.get(&key.id) {
            Some((at, ip)) => Some((*at, ip.clone())),
            None => self
                .store
                .db
                .row::<(i64, Option<String>)>("SELECT at, ip FROM last_used WHERE key = ?", (key.id,))?
                .map(|(at, ip)| (Timestamp::from_unix_ms(at), ip)),
        };
        if let Some((at, ip)) = last {
            usage.last_used_at = Some(at);
            usage.last_used_ip = ip;
        }
        Ok(usage)
    }

    /// Counts a call's address; the first call from a new address makes a chain entry.
    pub(super) fn note_address(
        &mut self,
        key: &Key,
        ip: Option<&str>,
        denied: bool,
        now: Timestamp,
    ) -> Result<(), InternalError> {
        let subscriber = subscriber(client_address(ip));
        let ip = subscriber.as_str();
        if ip.is_empty() {
            return Ok(());
        }
        let is_new = self.addresses.count(&self.store, key.id, ip, denied, now)?;
        if !is_new || !self.addresses.may_tell(key.id, now) {
            return Ok(());
        }
        let details = json!({ "ip": ip, "label": key.settings.label });
        self.write(|store| {
            Ok(EntryBuilder::begin(store, now, "api-key.new-address", Actor::System).done(key.id, details)?)
        })
        .map_err(|_| InternalError::new("a new address that could not be recorded in the chain"))
    }
}
