//! Usage of keys: counted in memory, written every ten seconds at most. Volume and operations are
//! not counted here: they are written with the operation itself.

use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::json;
use universal_wallet::id::KeyID;
use universal_wallet::{Amount, Timestamp};
use universal_wallet_core::act::Act;
use universal_wallet_core::api_key::{Key, Usage};
use universal_wallet_core::people::Actor;
use universal_wallet_core::refusal::{Code, Fault, Outcome};

use super::Open;
use super::lists::Query;
use super::store::SqlStore;
use crate::messages::Call;
use crate::platform::answer::Answer;

/// What may be written later is written so long after it happened, at the latest.
pub(super) const FLUSH_MS: i64 = 10_000;
/// A key's refusals of one kind make an entry of the chain once in so long at most.
const TELL_MS: i64 = 3_600_000;

/// How a key was used.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct KeyUsage {
    /// By UTC day, oldest first.
    days: Vec<UsedDay>,
    /// By address, most recent first.
    ips: Vec<UsedAddress>,
    /// Its refusals by code, most recent first.
    denials: Vec<UsedDenial>,
}

/// A UTC day.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UsedDay {
    /// Which.
    #[cfg_attr(test, schemars(extend("format" = "date")))]
    date: String,
    /// Calls, refused ones included.
    requests: u64,
    /// Refused calls.
    denied: u64,
    /// Operations that it asked for.
    operations: u64,
    /// Their volume.
    volume: Amount,
}

/// An address that a key was used from.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UsedAddress {
    /// The address, or `others` for those that are too many to be kept.
    ip: String,
    /// The first call.
    first_seen_at: Timestamp,
    /// The last call.
    last_seen_at: Timestamp,
    /// Calls, refused ones included.
    requests: u64,
    /// Refused calls.
    denied: u64,
}

/// Refusals of one kind.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UsedDenial {
    /// Why.
    #[cfg_attr(test, schemars(with = "String"))]
    code: Code,
    /// How many.
    count: u64,
    /// The last one.
    last_at: Timestamp,
    /// Where that came from.
    #[serde(rename = "lastIP")]
    last_ip: Option<String>,
}

/// What was counted since the last writing.
#[derive(Default)]
pub(crate) struct Counts {
    days: FxHashMap<(KeyID, KeyID, i64), (u64, u64)>,
    last: FxHashMap<KeyID, (Timestamp, Option<String>)>,
    denials: FxHashMap<(KeyID, Code), Denials>,
    since: Option<Timestamp>,
    /// When the chain was last told of a key's refusals, where that was read.
    told: FxHashMap<(KeyID, Code), Timestamp>,
}

/// Refusals of one kind.
#[derive(Default)]
struct Denials {
    count: u64,
    at: Option<Timestamp>,
    ip: Option<String>,
}

impl Counts {
    /// Counts a call that the key may make.
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

    /// A call that was counted is refused after all.
    pub(crate) fn count_refused(&mut self, key: &Key, code: Code, ip: Option<&str>, now: Timestamp) {
        self.days.entry((key.lineage, key.id, now.utc_day())).or_default().1 += 1;
        let denials = self.denials.entry((key.id, code)).or_default();
        denials.count += 1;
        denials.at = Some(now);
        denials.ip = ip.map(str::to_owned);
        self.since.get_or_insert(now);
    }

    /// When the counts have to be written.
    pub(crate) fn flush_at(&self) -> Option<Timestamp> {
        self.since.map(|since| since.plus_ms(FLUSH_MS))
    }

    fn write(&self, store: &SqlStore) -> Result<(), Fault> {
        for ((lineage, key, day), (requests, denied)) in &self.days {
            store.db.run(
                "INSERT INTO days (lineage, day, key, requests, denied) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET requests = requests + ?4, denied = denied + ?5",
                (lineage, day, key, requests, denied),
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

/// A key's refusals of one kind.
pub(super) struct Denied {
    pub(super) code: Code,
    pub(super) count: u64,
    pub(super) at: Timestamp,
    pub(super) ip: Option<String>,
}

/// The refusals that a person should know of.
const fn is_told(code: Code) -> bool {
    matches!(code, Code::RevokedApiKey | Code::ExpiredApiKey | Code::IPNotAllowed)
}

impl Open {
    /// Counts a refused use of a key, and tells the chain where a person should know of it. The
    /// first refusal makes an entry; further ones within an hour are only counted, so that an
    /// attacker cannot fill the chain.
    pub(super) fn note_denial(&mut self, key: &Key, code: Code, ip: Option<&str>, now: Timestamp) -> Result<(), Fault> {
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
            Act::begin(store, now, "api-key.refused", Actor::System).done(key.id, details)?;
            Ok(store.db.run(
                "INSERT INTO denials (key, code, count, at, ip, told, told_count) VALUES (?1, ?2, 0, ?3, ?4, ?3, ?5) \
                 ON CONFLICT DO UPDATE SET told = ?3, told_count = ?5",
                (key.id, code, now.unix_ms(), ip, counted),
            )?)
        });
        self.counts.told.insert((key.id, code), now);
        written.map_err(|_| Fault::new("a denial was not told"))
    }

    /// Writes what was counted.
    pub(super) fn flush(&mut self, now: Timestamp) -> Result<(), Fault> {
        if self.counts.flush_at().is_some_and(|at| at <= now) {
            let told = core::mem::take(&mut self.counts.told);
            let counts = core::mem::replace(&mut self.counts, Counts { told, ..Counts::default() });
            let mut addresses = core::mem::take(&mut self.addresses);
            let written = self.write(|store| {
                counts.write(store)?;
                Ok(addresses.write(store)?)
            });
            self.addresses = addresses;
            written.map_err(|_| Fault::new("usage was not written"))?;
        }
        Ok(())
    }

    /// A key's refusals by code, what is not written yet included, most recent first.
    pub(super) fn denials_of(&self, key: KeyID) -> Result<Vec<Denied>, Fault> {
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
        found.sort_unstable_by_key(|denied| (core::cmp::Reverse(denied.at), denied.code.as_str()));
        Ok(found)
    }

    /// `GET /api-keys/{keyID}/usage`: days oldest first, addresses and refusals most recent first.
    pub(super) fn usage_answer(&self, key: &Key, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let days = Query::parse(&call.query)?.days()?;
        let today = now.utc_day();
        let rows: Vec<(i64, String, u64, u64, u64)> = self.store.db.rows(
            "SELECT day, CAST(volume AS TEXT), operations, requests, denied FROM days \
             WHERE lineage = ? AND day > ? AND key = ?",
            (key.lineage, today - days, key.id),
        )?;
        let mut list = Vec::new();
        for day in (today - days + 1)..=today {
            let stored = rows.iter().find(|(of, ..)| *of == day);
            let (volume, operations, mut requests, mut denied) = match stored {
                Some((_, volume, operations, requests, denied)) => (
                    volume.parse().ok().and_then(Amount::from_minor).unwrap_or_default(),
                    *operations,
                    *requests,
                    *denied,
                ),
                None => (Amount::ZERO, 0, 0, 0),
            };
            if let Some((more, refused)) = self.counts.days.get(&(key.lineage, key.id, day)) {
                requests += more;
                denied += refused;
            }
            let date = Timestamp::start_of_day(day).date();
            list.push(UsedDay { date, requests, denied, operations, volume });
        }
        let ips = self.addresses_of(key.id)?.into_iter().map(|address| UsedAddress {
            ip: address.ip,
            first_seen_at: address.first,
            last_seen_at: address.last,
            requests: address.requests,
            denied: address.denied,
        });
        let denials = self.denials_of(key.id)?.into_iter().map(|Denied { code, count, at, ip }| UsedDenial {
            code,
            count,
            last_at: at,
            last_ip: ip,
        });
        Ok(Answer::json(200, &KeyUsage { days: list, ips: ips.collect(), denials: denials.collect() })?)
    }

    /// How much a key was used, what is not written yet included.
    pub(super) fn usage(&self, key: &Key, now: Timestamp) -> Result<Usage, Fault> {
        let today = now.utc_day();
        let rows: Vec<(i64, String, u64)> = self.store.db.rows(
            "SELECT day, CAST(volume AS TEXT), requests FROM days WHERE lineage = ? AND day > ? AND key = ?",
            (key.lineage, today - 30, key.id),
        )?;
        let mut usage = Usage::default();
        for (day, volume, requests) in rows {
            usage.requests_30_days += requests;
            if day == today {
                usage.requests_today = requests;
                usage.volume_today = volume.parse().ok().and_then(Amount::from_minor).unwrap_or_default();
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
}
