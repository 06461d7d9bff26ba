//! The list of what needs a person's attention: keys that end soon, are idle, used from new addresses, refused, near
//! their limits, old, or known to somebody who lost the right to act; resets, people who decide without a passkey, passkeys
//! that may have been copied, a low float, and scarce storage.

use serde::Serialize;
use universal_wallet_core::error::{InternalError, Outcome};
use universal_wallet_core::id::{KeyID, UserID};
use universal_wallet_core::keys::model::{DAY_MS, Key};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::model::{PAUSE_MS, Role};
use universal_wallet_core::people::second_factor::factors::Method;
use universal_wallet_core::room::{FULL, SCARCE};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::json_text;
use universal_wallet_sdk::Timestamp;

use crate::http::answer::Answer;
use crate::objects::distributor::counters::addresses::Address;
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::usage::Denied;
use crate::platform::storage::NONE;

const ENDS_SOON_DAYS: i64 = 30;
const IDLE_DAYS: i64 = 90;
const NEW_ADDRESS_DAYS: i64 = 7;
const OLD_DAYS: i64 = 180;
const RESET_DAYS: i64 = 30;
const COPIED_DAYS: i64 = 30;
/// Percentage of the daily volume.
const NEARLY_SPENT: i64 = 80;

/// Things that need a person's attention.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Attention {
    /// Resets by the issuer, then items by key, newest key first.
    items: Vec<AttentionItem>,
}

/// One observation about a key or a person.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AttentionItem {
    /// Kind of the observation.
    #[cfg_attr(test, schemars(extend("enum" = KINDS)))]
    kind: &'static str,
    /// The key, for an observation about one.
    #[serde(rename = "keyID", skip_serializing_if = "Option::is_none")]
    key_id: Option<KeyID>,
    /// The person, for an observation about one.
    #[serde(rename = "userID", skip_serializing_if = "Option::is_none")]
    user_id: Option<UserID>,
    /// Sentence that describes the observation.
    message: String,
    /// Recommended action.
    action: &'static str,
    /// Time since which the observation holds.
    since: Timestamp,
}

#[cfg(test)]
const KINDS: [&str; 14] = [
    "password-reset-by-issuer",
    "password-reset",
    "passkey-copy-suspected",
    "low-float",
    "no-passkey",
    "recovery-codes-used-up",
    "storage",
    "expiring",
    "unused",
    "new-ip",
    "denials",
    "volume",
    "old",
    "known-to-disabled",
];

struct Found {
    kind: &'static str,
    message: String,
    action: &'static str,
    since: Timestamp,
}

impl DistributorState {
    /// `GET /attention`.
    pub(super) fn attention(&self, caller: &Caller, now: Timestamp) -> Outcome<Answer> {
        caller.may(&[])?;
        let rows: Vec<(String,)> =
            self.store.db.rows("SELECT doc FROM keys WHERE status = 'active' ORDER BY n DESC LIMIT 1000", NONE)?;
        let mut items = self.resets(now);
        items.extend(self.low_float());
        items.extend(self.weak_factors());
        items.extend(self.copied_passkeys(now));
        items.extend(self.scarce_room(now));
        for (text,) in rows {
            let key: Key = json_text::read(&text)?;
            for Found { kind, message, action, since } in self.found(&key, now)? {
                let user_id = (kind == "known-to-disabled").then_some(key.maker.id);
                items.push(AttentionItem { kind, key_id: Some(key.id), user_id, message, action, since });
            }
        }
        Ok(Answer::json(200, &Attention { items })?)
    }

    /// Members whose password was reset in the last weeks, by the issuer or by two people.
    fn resets(&self, now: Timestamp) -> Vec<AttentionItem> {
        let members = self.store.members();
        let reset = members.iter().filter(|member| !member.has_left()).filter_map(|member| {
            let since = member.reset_at.filter(|at| now < at.plus_ms(RESET_DAYS * DAY_MS))?;
            let by_issuer = member.paused_until == Some(since.plus_ms(PAUSE_MS));
            let (kind, by) =
                if by_issuer { ("password-reset-by-issuer", "The issuer") } else { ("password-reset", "Two people") };
            Some(AttentionItem {
                kind,
                key_id: None,
                user_id: Some(member.person.id),
                message: format!("{by} reset the password of {}.", member.login.as_str()),
                action: "Ask the person whether they wanted it; disable them if not.",
                since,
            })
        });
        reset.collect()
    }

    /// A float below the amount that the settings name.
    fn low_float(&self) -> Option<AttentionItem> {
        let (profile, head) = (self.store.profile(), self.store.head());
        let least = profile.low_float.filter(|_| profile.is_low(head.book.available()))?;
        Some(AttentionItem {
            kind: "low-float",
            key_id: None,
            user_id: None,
            message: format!("The float is low: {} is available, less than {least}.", head.book.available()),
            action: "Ask the issuer for a top-up.",
            since: profile.low_since.unwrap_or(head.at),
        })
    }

    /// People who decide and have no passkey, or no recovery code left; those without any factor enrol one at once.
    fn weak_factors(&self) -> Vec<AttentionItem> {
        let mut items = Vec::new();
        for member in self.store.members().iter().filter(|member| member.is_active()) {
            let decides = member.holds(Role::Admin) || member.holds(Role::Checker);
            let Some(factors) = member.factors.as_ref().filter(|factors| decides && !factors.enrolled.is_empty())
            else {
                continue;
            };
            let mut add = |kind, message, action| {
                let (user_id, since) = (Some(member.person.id), member.created_at);
                items.push(AttentionItem { kind, key_id: None, user_id, message, action, since });
            };
            let name = &member.person.name;
            if !factors.enrolled.contains(&Method::Passkey) {
                let message = format!("{name} decides and has no passkey; a false page can ask for a code.");
                add("no-passkey", message, "Ask them to add a passkey under their account.");
            }
            if factors.recovery_codes_left == 0 {
                let message = format!("{name} has no recovery code left.");
                add("recovery-codes-used-up", message, "Ask them to make new ones under their account.");
            }
        }
        items
    }

    /// Members of whose passkeys a copy was suspected in the last weeks.
    fn copied_passkeys(&self, now: Timestamp) -> Vec<AttentionItem> {
        let members = self.store.members();
        let copied = members.iter().filter(|member| !member.has_left()).filter_map(|member| {
            let at = member.factors.as_ref()?.copied_at;
            let since = at.filter(|at| now < at.plus_ms(COPIED_DAYS * DAY_MS))?;
            Some(AttentionItem {
                kind: "passkey-copy-suspected",
                key_id: None,
                user_id: Some(member.person.id),
                message: format!("A passkey of {} may have been copied: its counter went back.", member.person.name),
                action: "Ask them to remove it, and to make a new one.",
                since,
            })
        });
        copied.collect()
    }

    /// Storage that ends within sight.
    fn scarce_room(&self, now: Timestamp) -> Option<AttentionItem> {
        let room = self.store.room();
        (room.percent >= SCARCE).then(|| AttentionItem {
            kind: "storage",
            key_id: None,
            user_id: None,
            message: format!(
                "{} % of this distributor's storage is used; at {FULL} % nothing new is made.",
                room.percent
            ),
            action: "Tell the issuer, who has to make room.",
            since: now,
        })
    }

    fn found(&self, key: &Key, now: Timestamp) -> Result<Vec<Found>, InternalError> {
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
