//! `GET /api-keys/{keyID}/usage`: usage of a key by day, address and refusal.

use serde::Serialize;
use universal_wallet_core::error::{Code, Outcome};
use universal_wallet_core::keys::model::Key;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::Timestamp;

use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::store::{VOLUME, stored_volume};
use crate::objects::distributor::usage::Denied;

/// Usage of a key.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct KeyUsage {
    /// Usage by UTC day, oldest first.
    days: Vec<UsedDay>,
    /// Usage by address, most recent first.
    ips: Vec<UsedAddress>,
    /// Refusals by code, most recent first.
    denials: Vec<UsedDenial>,
}

/// Usage on a UTC day.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UsedDay {
    /// The UTC day.
    #[cfg_attr(test, schemars(extend("format" = "date")))]
    date: String,
    /// Calls, including refused ones.
    requests: u64,
    /// Refused calls.
    denied: u64,
    /// Operations that the key made.
    operations: u64,
    /// Volume of those operations.
    volume: Total,
}

/// Usage from one address.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UsedAddress {
    /// The address, or `others` for the sum of addresses beyond the kept ones.
    ip: String,
    /// Time of the first call.
    first_seen_at: Timestamp,
    /// Time of the last call.
    last_seen_at: Timestamp,
    /// Calls, including refused ones.
    requests: u64,
    /// Refused calls.
    denied: u64,
}

/// Refusals with one code.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UsedDenial {
    /// Code of the refusals.
    #[cfg_attr(test, schemars(with = "String"))]
    code: Code,
    /// Number of refusals.
    count: u64,
    /// Time of the last refusal.
    last_at: Timestamp,
    /// Client address of the last refusal.
    #[serde(rename = "lastIP")]
    last_ip: Option<String>,
}

impl DistributorState {
    /// `GET /api-keys/{keyID}/usage`: days oldest first, addresses and refusals most recent first.
    pub(super) fn usage_answer(&self, key: &Key, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let days = Query::of(call.route, &call.query)?.days()?;
        let today = now.utc_day();
        let rows: Vec<(i64, i64, String, u64, u64, u64)> = self.store.db.rows(
            format!(
                "SELECT day, {VOLUME}, operations, requests, denied FROM days WHERE lineage = ? AND day > ? AND key = ?"
            ),
            (self.store.key_number(key.lineage)?, today - days, self.store.key_number(key.id)?),
        )?;
        let mut list = Vec::new();
        for day in (today - days + 1)..=today {
            let stored = rows.iter().find(|(of, ..)| *of == day);
            let (volume, operations, mut requests, mut denied) = match stored {
                Some((_, parts, rest, operations, requests, denied)) => {
                    (stored_volume((*parts, rest.clone()))?, *operations, *requests, *denied)
                }
                None => (Total::default(), 0, 0, 0),
            };
            if let Some((more, refused)) = self.counts.days.get(&(key.lineage, key.id, day)) {
                requests += more;
                denied += refused;
            }
            let date = Timestamp::start_of_day(day).date();
            list.push(UsedDay { date, requests, denied, operations, volume });
        }
        let ips = self.addresses.of_key(&self.store, key.id)?.into_iter().map(|address| UsedAddress {
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
}
