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
/// Maximum number of addresses per key in memory between two writes.
const MAX_COUNTED: usize = 2 * MAX_KEPT;
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

/// Addresses of a key.
#[derive(Default)]
struct Known {
    addresses: Vec<Address>,
    /// Addresses counted as others, whose rows are to be deleted.
    folded: Vec<String>,
}

/// Addresses of the keys that called since the object was loaded.
#[derive(Default)]
pub(crate) struct Addresses {
    keys: FxHashMap<KeyID, Known>,
    told: FxHashMap<KeyID, (Timestamp, u32)>,
}

impl Addresses {
    /// The addresses of a key, loaded on first use.
    fn of<'a>(&'a mut self, store: &SqlStore, key: KeyID) -> Result<&'a mut Known, InternalError> {
        Ok(match self.keys.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Known { addresses: load(store, key)?, folded: Vec::new() }),
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
        if let Some(address) = known.addresses.iter_mut().find(|address| address.ip == ip) {
            address.last = now;
            address.requests += 1;
            address.denied += u64::from(denied);
            address.changed = true;
            return Ok(false);
        }
        if known.addresses.len() >= MAX_COUNTED {
            known.fold();
        }
        known.addresses.push(Address {
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
    pub(crate) fn count_refused(&mut self, key: KeyID, ip: &str) {
        let known = self.keys.get_mut(&key).into_iter().flat_map(|known| &mut known.addresses);
        for address in known.filter(|address| address.ip == ip) {
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

    /// Merges the least recent addresses beyond the maximum, before they are written.
    pub(crate) fn fold(&mut self) {
        for known in self.keys.values_mut().filter(|known| known.addresses.len() > MAX_KEPT + 1) {
            known.fold();
        }
    }

    /// Writes changed addresses.
    pub(crate) fn write(&self, store: &SqlStore) -> Result<(), InternalError> {
        for (key, known) in &self.keys {
            for ip in &known.folded {
                store.db.run("DELETE FROM addresses WHERE key = ? AND ip = ?", (key, ip))?;
            }
            for address in known.addresses.iter().filter(|address| address.changed) {
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
            }
        }
        Ok(())
    }

    /// Notes that all addresses were written and committed.
    pub(crate) fn written(&mut self) {
        for known in self.keys.values_mut() {
            known.folded.clear();
            for address in &mut known.addresses {
                address.changed = false;
            }
        }
    }
}

/// Sorts addresses, most recent first.
fn sort(known: &mut [Address]) {
    known.sort_unstable_by(|one, other| other.last.cmp(&one.last).then_with(|| one.ip.cmp(&other.ip)));
}

impl Known {
    /// Counts all but the most recent addresses together.
    fn fold(&mut self) {
        let known = &mut self.addresses;
        let others = known.iter().position(|address| address.ip == OTHERS).map(|place| known.swap_remove(place));
        sort(known);
        let dropped = known.split_off(MAX_KEPT.min(known.len()));
        let none = |first: &Address| Address { ip: OTHERS.into(), requests: 0, denied: 0, ..first.clone() };
        let Some(mut others) = others.or_else(|| dropped.first().map(none)) else { return };
        for address in dropped {
            others.first = others.first.min(address.first);
            others.last = others.last.max(address.last);
            others.requests += address.requests;
            others.denied += address.denied;
            self.folded.push(address.ip);
        }
        others.changed = true;
        self.addresses.push(others);
    }
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
            Some(known) => known.addresses.clone(),
            None => load(store, key)?,
        };
        sort(&mut known);
        Ok(known)
    }
}
