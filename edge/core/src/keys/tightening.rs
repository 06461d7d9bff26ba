//! Tightening: one person lowers a key's limits, effective at once.

use serde_json::json;
use universal_wallet_sdk::{Amount, Timestamp};

use crate::approvals::model::{Approval, digest};
use crate::audit::entry_builder::EntryBuilder;
use crate::error::{Code, InternalError, Outcome, Refusal, refuse};
use crate::keys::expiry;
use crate::keys::lifecycle::lapse;
use crate::keys::model::{Key, KeyStatus};
use crate::keys::settings::{Permission, Settings, read_ips, read_limit, read_permissions};
use crate::people::caller::Caller;
use crate::people::model::Role;
use crate::store::Store;
use crate::text::body::Body;
use crate::text::input::Input;
use crate::text::ip::{self, IPBlock};

/// Changes that a PATCH asks for; `None` leaves a setting unchanged.
#[derive(Debug, Default)]
#[expect(clippy::option_option, reason = "a member that is absent, null or a value means three things")]
struct Change {
    max_transaction_amount: Option<Option<Amount>>,
    max_daily_volume: Option<Option<Amount>>,
    auto_approve_limit: Option<Amount>,
    permissions: Option<Vec<Permission>>,
    allowed_ips: Option<Vec<IPBlock>>,
    expires_at: Option<Option<Timestamp>>,
}

fn read(body: &mut Body) -> Change {
    let mut limit = |field: &str| if body.has(field) { Some(read_limit(body, field)) } else { None };
    let max_transaction_amount = limit("maxTransactionAmount");
    let max_daily_volume = limit("maxDailyVolume");
    let auto_approve_limit = limit("autoApproveLimit").map(Option::unwrap_or_default);
    Change {
        max_transaction_amount,
        max_daily_volume,
        auto_approve_limit,
        permissions: body.has("permissions").then(|| read_permissions(body, "permissions")),
        allowed_ips: body.has("allowedIPs").then(|| read_ips(body, "allowedIPs")),
        expires_at: body.has("expiresAt").then(|| body.parsed("expiresAt")),
    }
}

/// True if a limit is looser than another; no limit is the loosest.
fn looser(new: Option<Amount>, old: Option<Amount>) -> bool {
    match (new, old) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(new), Some(old)) => new > old,
    }
}

impl Change {
    /// The first field that the change would loosen.
    fn loosened(&self, key: &Key) -> Option<&'static str> {
        let settings = &key.settings;
        if self.max_transaction_amount.is_some_and(|new| looser(new, settings.max_transaction_amount)) {
            return Some("maxTransactionAmount");
        }
        if self.max_daily_volume.is_some_and(|new| looser(new, settings.max_daily_volume)) {
            return Some("maxDailyVolume");
        }
        if self.auto_approve_limit.is_some_and(|new| new > settings.auto_approve_limit) {
            return Some("autoApproveLimit");
        }
        if let Some(new) = &self.permissions
            && new.iter().any(|permission| !settings.permissions.contains(permission))
        {
            return Some("permissions");
        }
        if let Some(new) = &self.allowed_ips
            && !settings.allowed_ips.is_empty()
            && (new.is_empty() || new.iter().any(|new| !ip::cover(&settings.allowed_ips, *new)))
        {
            return Some("allowedIPs");
        }
        if let Some(new) = self.expires_at
            && new.is_none_or(|new| key.expires_at.is_some_and(|old| new > old))
        {
            return Some("expiresAt");
        }
        None
    }

    /// The settings after the change; values that depend on a lowered limit are lowered with it.
    fn apply(&self, settings: &Settings) -> Settings {
        let mut after = settings.clone();
        if let Some(Some(limit)) = self.max_transaction_amount {
            after.max_transaction_amount = Some(limit);
        }
        if let Some(Some(limit)) = self.max_daily_volume {
            after.max_daily_volume = Some(limit);
        }
        if let Some(limit) = self.auto_approve_limit {
            after.auto_approve_limit = limit;
        }
        after.lower_dependent_limits();
        if let Some(new) = &self.permissions {
            after.permissions.clone_from(new);
        }
        if let Some(new) = &self.allowed_ips {
            after.allowed_ips.clone_from(new);
        }
        after
    }
}

/// Tightens a key at once. A pending replacement takes the tighter values too, which makes a digest that its checker
/// saw stale.
pub fn tighten(store: &mut dyn Store, now: Timestamp, caller: &Caller, id: &str, input: &Input) -> Outcome<Key> {
    let key = store.find_key(id)?;
    caller.may(&[Role::Maker, Role::Checker, Role::Admin])?;
    let mut body = input.object()?;
    let change = read(&mut body);
    if let Some(Some(at)) = change.expires_at
        && at <= now
    {
        body.error("expiresAt", "must lie in the future; revoke the key to end it now");
    }
    body.finish()?;
    if !matches!(key.status, KeyStatus::Approved | KeyStatus::Active) {
        return refuse(
            Code::InvalidState,
            format!("This key is {}; only an approved or active key can be changed.", key.status.as_str()),
        );
    }
    if let Some(field) = change.loosened(&key) {
        let message = format!("{field} would be loosened, which needs two people: ask for a new key instead.");
        let mut refusal = Refusal::field(Code::ApprovalRequired, field, "would be loosened");
        refusal.message = message.into();
        return Err(refusal.into());
    }
    if change.expires_at.is_some() && key.expires_at.is_none() {
        return refuse(Code::InvalidState, "This key has no end before it is claimed; change it then.");
    }
    let mut after = Key { settings: change.apply(&key.settings), ..key.clone() };
    if let Some(Some(at)) = change.expires_at {
        after.expires_at = Some(at);
    }
    if after == key {
        return Ok(key);
    }
    let mut entry = EntryBuilder::begin(store, now, "api-key.tightened", caller.actor());
    if after.expires_at != key.expires_at {
        expiry::reschedule(entry.store, now, key.id, key.expires_at, after.expires_at)?;
    }
    let details = json!({ "before": key.settings, "after": after.settings, "expiresAt": after.expires_at });
    entry.key(after.clone())?;
    entry.done(key.id, details)?;
    follow(store, now, caller, &key, &after)?;
    Ok(after)
}

/// Tightens a replacement that nobody claimed yet by the change of the old key. It never becomes looser, and where the
/// two have nothing in common any more it lapses.
fn follow(
    store: &mut dyn Store,
    now: Timestamp,
    caller: &Caller,
    before: &Key,
    after: &Key,
) -> Result<(), InternalError> {
    let Some(new) = store.open_rotation(after.id)? else { return Ok(()) };
    let Some(settings) = new.settings.tightened_by(&before.settings, &after.settings) else {
        let reason = "The key that it takes over from was tightened to settings that it does not have.";
        return lapse(store, now, caller.actor(), (*new).clone(), reason);
    };
    if settings == new.settings {
        return Ok(());
    }
    let details = json!({ "follows": after.id, "before": new.settings, "after": settings });
    let key = Key { settings, ..(*new).clone() };
    let profile = store.profile();
    let approval = store.approval(key.approval)?.ok_or_else(|| InternalError::new("a key without its request"))?;
    let mut entry = EntryBuilder::begin(store, now, "api-key.tightened", caller.actor());
    if key.status == KeyStatus::Pending {
        let subject = key.subject();
        let digest = digest(approval.id, profile.id, approval.kind, &approval.maker, &subject)?;
        entry.approval(Approval { subject, digest, ..approval })?;
    }
    let id = key.id;
    entry.key(key)?;
    entry.done(id, details)
}
