//! Findings about keys: those that end soon, are idle, used from new addresses, refused, near their limits, old, or known
//! to somebody who lost the right to act.

use universal_wallet_core::error::InternalError;
use universal_wallet_core::keys::model::{DAY_MS, Key};
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use crate::objects::distributor::counters::addresses::Address;
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::usage::Denied;

const ENDS_SOON_DAYS: i64 = 30;
const IDLE_DAYS: i64 = 90;
const NEW_ADDRESS_DAYS: i64 = 7;
const OLD_DAYS: i64 = 180;
/// Percentage of the daily volume.
const NEARLY_SPENT: i64 = 80;

/// An observation about a key.
pub(super) struct Found {
    pub(super) kind: &'static str,
    pub(super) message: String,
    pub(super) action: &'static str,
    pub(super) since: Timestamp,
}

impl DistributorState {
    /// Everything that needs attention about an active key.
    pub(super) fn found(&self, key: &Key, now: Timestamp) -> Result<Vec<Found>, InternalError> {
        let label = &key.settings.label;
        let claimed = key.claimed_at.unwrap_or(key.created_at);
        let days_ago = |days: i64| now.plus_ms(-days * DAY_MS);
        let mut found = Vec::new();
        let mut add = |kind, message, action, since| found.push(Found { kind, message, action, since });
        if let Some(end) = key.expires_at.filter(|end| *end <= now.plus_ms(ENDS_SOON_DAYS * DAY_MS))
            && key.replaced_by.is_none()
        {
            let message = format!("The key \"{label}\" ends on {}.", end.date());
            add(
                "expiring",
                message,
                "Rotate it, so that its users can change over in time.",
                end.plus_ms(-ENDS_SOON_DAYS * DAY_MS).max(claimed),
            );
        }
        let usage = self.usage(key, now)?;
        let last = usage.last_used_at.unwrap_or(claimed);
        if last <= days_ago(IDLE_DAYS) {
            let message = format!("The key \"{label}\" was not used for {IDLE_DAYS} days.");
            add("unused", message, "Revoke it if nobody needs it.", last.plus_ms(IDLE_DAYS * DAY_MS));
        }
        let addresses = self.addresses.of_key(&self.store, key.id)?;
        let first = addresses.iter().map(|address| address.first).min();
        let is_new = |address: &&Address| {
            address.first >= days_ago(NEW_ADDRESS_DAYS)
                && Some(address.first) != first
                && address.requests > address.denied
        };
        let new: Vec<&Address> = addresses.iter().filter(is_new).collect();
        // One item, however many addresses somebody has.
        if let Some(newest) = new.iter().max_by_key(|address| address.first) {
            let message = match new.len() {
                1 => format!("The key \"{label}\" was used from a new address: {}.", newest.ip),
                number => {
                    format!("The key \"{label}\" was used from {number} new addresses, the last of them {}.", newest.ip)
                }
            };
            add("new-ip", message, "If you do not know where it is used from, revoke the key.", newest.first);
        }
        for Denied { code, count, at, .. } in self.denials_of(key.id)? {
            if at >= days_ago(1) {
                let message = format!("The key \"{label}\" was refused ({}), {count} times so far.", code.as_str());
                add("denials", message, "Look at its usage; if you do not know where it comes from, revoke it.", at);
            }
        }
        if let Some(most) = key.settings.max_daily_volume {
            let spent = self.store.volume(key.lineage, now.utc_day())?;
            if spent.minor() * 100 > i128::from(most.minor()) * i128::from(NEARLY_SPENT) {
                let left = spent.left_of(most);
                let message = format!("The key \"{label}\" has {left} left of its daily volume of {most}.");
                let since = Timestamp::start_of_day(now.utc_day());
                add("volume", message, "If this is more than usual, look at its operations.", since);
            }
        }
        if claimed <= days_ago(OLD_DAYS) && key.replaced_by.is_none() {
            let message = format!("The key \"{label}\" is older than {OLD_DAYS} days.");
            add("old", message, "Rotate it.", claimed.plus_ms(OLD_DAYS * DAY_MS));
        }
        if self.store.member(key.maker.id).is_none_or(|member| !member.is_active()) {
            let message =
                format!("{} claimed the key \"{label}\", may not act any more, and may still know it.", key.maker.name);
            add("known-to-disabled", message, "Rotate it, or revoke it.", claimed);
        }
        Ok(found)
    }
}
