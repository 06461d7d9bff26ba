//! The list of what needs a person's attention: keys (see [`keys`]), resets, people who decide without a passkey, passkeys
//! that may have been copied, a low float, scarce storage, and endpoints whose receiver fails or was given up.

mod keys;

use serde::Serialize;
use universal_wallet_core::error::{InternalError, Outcome};
use universal_wallet_core::id::{KeyID, UserID, WebhookID};
use universal_wallet_core::keys::model::{DAY_MS, Key};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::model::{PAUSE_MS, Role};
use universal_wallet_core::people::second_factor::factors::Method;
use universal_wallet_core::room::{FULL, SCARCE};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::json_text;
use universal_wallet_core::webhooks::model::EndpointStatus;
use universal_wallet_sdk::Timestamp;

use self::keys::Found;
use crate::http::answer::Answer;
use crate::objects::distributor::state::DistributorState;
use crate::platform::storage::NONE;

const RESET_DAYS: i64 = 30;
const COPIED_DAYS: i64 = 30;
/// Days for which an endpoint that was given up is shown.
const GIVEN_UP_DAYS: i64 = 30;

/// Things that need a person's attention.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Attention {
    /// Items about people, then the float, then endpoints, then keys, newest first.
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
const KINDS: [&str; 16] = [
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
    "webhook-failing",
    "webhook-disabled",
];

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
                webhook_id: None,
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
            webhook_id: None,
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
                items.push(AttentionItem { kind, key_id: None, webhook_id: None, user_id, message, action, since });
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
                webhook_id: None,
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
            webhook_id: None,
            user_id: None,
            message: format!(
                "{} % of this distributor's storage is used; at {FULL} % nothing new is made.",
                room.percent
            ),
            action: "Tell the issuer, who has to make room.",
            since: now,
        })
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
}
