//! Client addresses of keys: the hundred most recent per key, counted in memory and written with the rest of the usage.
//! The first use from a new address is recorded in the chain at once.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::KeyID;
use universal_wallet_sdk::Timestamp;

use crate::objects::distributor::store::SqlStore;

/// Maximum number of addresses kept per key.
const MAX_KEPT: usize = 100;
/// Name under which all older addresses are counted.
const OTHERS: &str = "others";
/// Maximum number of new addresses per key and hour that are recorded in the chain, so that an attacker with many
/// addresses cannot fill it.
const MAX_TOLD: u32 = 20;

/// One address of a key.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) ip: String,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) requests: u64,
    pub(crate) denied: u64,
    /// True if the stored row is out of date.
    changed: bool,
}

/// Addresses of the keys that called since the object was loaded.
#[derive(Default)]
pub(crate) struct Addresses {
    keys: FxHashMap<KeyID, Vec<Address>>,
    told: FxHashMap<KeyID, (Timestamp, u32)>,
}

impl Addresses {
    /// The addresses of a key, loaded on first use.
    fn of<'a>(&'a mut self, store: &SqlStore, key: KeyID) -> Result<&'a mut Vec<Address>, InternalError> {
        Ok(match self.keys.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(load(store, key)?),
        })
    }

    /// Counts a call; returns whether the address is new to the key and not its first.
    pub(crate) fn count(
        &mut self,
        store: &SqlStore,
        key: KeyID,
        ip: &str,
        denied: bool,
        now: Timestamp,
    ) -> Result<bool, InternalError> {
        let known = self.of(store, key)?;
        if let Some(address) = known.iter_mut().find(|address| address.ip == ip) {
            address.last = now;
            address.requests += 1;
            address.denied += u64::from(denied);
            address.changed = true;
            return Ok(false);
        }
        known.push(Address {
            ip: ip.into(),
            first: now,
            last: now,
            requests: 1,
            denied: u64::from(denied),
            changed: true,
        });
        Ok(!denied)
    }

    /// Counts an already counted call as refused.
    pub(crate) fn count_refused(&mut self, key: KeyID, ip: Option<&str>) {
        let known = self.keys.get_mut(&key).into_iter().flatten();
        for address in known.filter(|address| Some(&*address.ip) == ip) {
            address.denied += 1;
            address.changed = true;
        }
    }

    /// True if a new address of a key may be recorded in the chain.
    pub(crate) fn may_tell(&mut self, key: KeyID, now: Timestamp) -> bool {
        let (since, count) = self.told.entry(key).or_insert((now, 0));
        if now >= since.plus_ms(3_600_000) {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= MAX_TOLD
    }

    /// Writes changed addresses; the least recent beyond the maximum are merged.
    pub(crate) fn write(&mut self, store: &SqlStore) -> Result<(), InternalError> {
        for (key, known) in &mut self.keys {
            if known.len() > MAX_KEPT + 1 {
                fold(store, *key, known)?;
            }
            for address in known.iter_mut().filter(|address| address.changed) {
                store.db.run(
                    "INSERT INTO addresses (key, ip, first, last, requests, denied) VALUES (?, ?, ?, ?, ?, ?) \
                     ON CONFLICT DO UPDATE SET last = excluded.last, requests = excluded.requests, \
                     denied = excluded.denied",
                    (
                        key,
                        &address.ip,
                        address.first.unix_ms(),
                        address.last.unix_ms(),
                        address.requests,
                        address.denied,
                    ),
                )?;
                address.changed = false;
            }
        }
        Ok(())
    }
}

/// Sorts addresses, most recent first.
fn sort(known: &mut [Address]) {
    known.sort_unstable_by(|one, other| other.last.cmp(&one.last).then_with(|| one.ip.cmp(&other.ip)));
}

fn fold(store: &SqlStore, key: KeyID, known: &mut Vec<Address>) -> Result<(), InternalError> {
    let others = known.iter().position(|address| address.ip == OTHERS).map(|place| known.swap_remove(place));
    sort(known);
    let dropped = known.split_off(MAX_KEPT.min(known.len()));
    for address in &dropped {
        store.db.run("DELETE FROM addresses WHERE key = ? AND ip = ?", (key, &address.ip))?;
    }
    let none = |first: &Address| Address { ip: OTHERS.into(), requests: 0, denied: 0, ..first.clone() };
    let Some(mut others) = others.or_else(|| dropped.first().map(none)) else { return Ok(()) };
    for address in dropped {
        others.first = others.first.min(address.first);
        others.last = others.last.max(address.last);
        others.requests += address.requests;
        others.denied += address.denied;
    }
    others.changed = true;
    known.push(others);
    Ok(())
}

fn load(store: &SqlStore, key: KeyID) -> Result<Vec<Address>, InternalError> {
    let rows: Vec<(String, i64, i64, u64, u64)> = store
        .db
        .rows("SELECT ip, first, last, requests, denied FROM addresses WHERE key = ? ORDER BY last DESC", (key,))?;
    let address = |(ip, first, last, requests, denied)| Address {
        ip,
        first: Timestamp::from_unix_ms(first),
        last: Timestamp::from_unix_ms(last),
        requests,
        denied,
        changed: false,
    };
    Ok(rows.into_iter().map(address).collect())
}

impl Addresses {
    /// The addresses of a key, including unwritten ones, most recent first.
    pub(crate) fn of_key(&self, store: &SqlStore, key: KeyID) -> Result<Vec<Address>, InternalError> {
        let mut known = match self.keys.get(&key) {
            Some(known) => known.clone(),
            None => load(store, key)?,
        };
        sort(&mut known);
        Ok(known)
    }
}
