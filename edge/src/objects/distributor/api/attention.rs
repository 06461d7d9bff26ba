//! Everything that needs a person's attention: keys that end soon, are idle, used from new addresses, refused, near their
//! limits, old, or known to somebody who lost the right to act; passwords that the issuer reset; endpoints whose receiver
//! fails or was given up.

use serde::Serialize;
use universal_wallet_core::error::{InternalError, Outcome};
use universal_wallet_core::id::{KeyID, UserID, WebhookID};
use universal_wallet_core::keys::model::{DAY_MS, Key};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::model::PAUSE_MS;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::json_text;
use universal_wallet_core::webhooks::model::EndpointStatus;
use universal_wallet_sdk::{Amount, Timestamp};

use crate::http::answer::Answer;
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::usage::Denied;
use crate::platform::storage::NONE;

const ENDS_SOON_DAYS: i64 = 30;
const IDLE_DAYS: i64 = 90;
const NEW_ADDRESS_DAYS: i64 = 7;
const OLD_DAYS: i64 = 180;
/// Days for which an endpoint that was given up is shown.
const GIVEN_UP_DAYS: i64 = 30;
/// Percentage of the daily volume.
const NEARLY_SPENT: i64 = 80;

/// Things that need a person's attention.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Attention {
    /// Resets by the issuer, then items by endpoint, then by key, newest first.
    items: Vec<AttentionItem>,
}

/// One observation about a key, a person or an endpoint.
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
    /// The endpoint, for an observation about one.
    #[serde(rename = "webhookID", skip_serializing_if = "Option::is_none")]
    webhook_id: Option<WebhookID>,
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
const KINDS: [&str; 10] = [
    "password-reset-by-issuer",
    "expiring",
    "unused",
    "new-ip",
    "denials",
    "volume",
    "old",
    "known-to-disabled",
    "webhook-failing",
    "webhook-disabled",
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
            self.store.db.rows("SELECT doc FROM keys WHERE status = 'active' ORDER BY n DESC LIMIT 10000", NONE)?;
        let mut items = self.resets(now);
        items.extend(self.endpoints_in_trouble(now)?);
        for (text,) in rows {
            let key: Key = json_text::read(&text)?;
            for Found { kind, message, action, since } in self.found(&key, now)? {
                let user_id = (kind == "known-to-disabled").then_some(key.maker.id);
                let (key_id, webhook_id) = (Some(key.id), None);
                items.push(AttentionItem { kind, key_id, webhook_id, user_id, message, action, since });
            }
        }
        Ok(Answer::json(200, &Attention { items })?)
    }

    /// Members whose password the issuer reset within a day.
    fn resets(&self, now: Timestamp) -> Vec<AttentionItem> {
        let members = self.store.members();
        let paused = members.iter().filter(|member| !member.has_left()).filter_map(|member| {
            let until = member.paused_until.filter(|until| now < *until)?;
            Some(AttentionItem {
                kind: "password-reset-by-issuer",
                key_id: None,
                webhook_id: None,
                user_id: Some(member.person.id),
                message: format!("The issuer reset the password of {}.", member.login.as_str()),
                action: "Ask the person whether they wanted it; disable them if not.",
                since: until.plus_ms(-PAUSE_MS),
            })
        });
        paused.collect()
    }

    /// Endpoints whose receiver fails, and those that were given up and not by a person.
    fn endpoints_in_trouble(&self, now: Timestamp) -> Result<Vec<AttentionItem>, InternalError> {
        let (mut items, days_ago) = (Vec::new(), now.plus_ms(-GIVEN_UP_DAYS * DAY_MS));
        for (endpoint, failing) in self.store.endpoints_in_trouble()? {
            let failing = failing.filter(|since| endpoint.enabled_at.is_none_or(|at| *since > at));
            let (webhook_id, url) = (Some(endpoint.id), endpoint.settings.url.as_str());
            let mut add = |kind, message, action, since| {
                items.push(AttentionItem { kind, key_id: None, webhook_id, user_id: None, message, action, since });
            };
            match (endpoint.status, failing, endpoint.disabled_at) {
                (EndpointStatus::Active, Some(since), _) => add(
                    "webhook-failing",
                    format!("Messages to {url} fail."),
                    "Look at its deliveries; after five days of failures it is disabled.",
                    since,
                ),
                (EndpointStatus::Disabled, Some(_), Some(since)) if since >= days_ago => add(
                    "webhook-disabled",
                    format!("Messages to {url} ended: {}", endpoint.reason.as_deref().unwrap_or_default()),
                    "Mend the receiver, and ask for the endpoint to be enabled.",
                    since,
                ),
                _ => {}
            }
        }
        Ok(items)
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
        for address in &addresses {
            if address.first >= days_ago(NEW_ADDRESS_DAYS)
                && Some(address.first) != first
                && address.requests > address.denied
            {
                let message = format!("The key \"{label}\" was used from a new address: {}.", address.ip);
                add("new-ip", message, "If you do not know this address, revoke the key.", address.first);
            }
        }
        for Denied { code, count, at, .. } in self.denials_of(key.id)? {
            if at >= days_ago(1) {
                let message = format!("The key \"{label}\" was refused ({}), {count} times so far.", code.as_str());
                add("denials", message, "Look at its usage; if you do not know where it comes from, revoke it.", at);
            }
        }
        if let Some(most) = key.settings.max_daily_volume {
            let spent = self.store.volume(key.lineage, now.utc_day())?;
            if i128::from(spent.minor()) * 100 > i128::from(most.minor()) * i128::from(NEARLY_SPENT) {
                let left = most.checked_sub(spent).unwrap_or(Amount::ZERO);
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
