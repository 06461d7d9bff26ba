//! Deadlines: everything due at `now` ends before any decision or answer, so no answer depends on whether an alarm ran.

use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::ApprovalStatus;
use crate::audit::entry_builder::EntryBuilder;
use crate::error::InternalError;
use crate::keys::model::{Key, KeyStatus};
use crate::people::model::Actor;
use crate::store::{Deadline, Store};
use crate::{approvals, keys, operations, webhooks};

/// True if a deadline has passed.
pub fn is_due(store: &dyn Store, now: Timestamp) -> bool {
    store.first_deadline().is_some_and(|(at, _)| at <= now)
}

/// Ends everything whose deadline has passed.
pub fn settle(store: &mut dyn Store, now: Timestamp) -> Result<(), InternalError> {
    while let Some((at, due)) = store.first_deadline().filter(|(at, _)| *at <= now) {
        store.remove_deadline(at, due)?;
        match due {
            Deadline::Approval(id) => {
                if let Some(approval) = store.approval(id)?.filter(|it| it.status == ApprovalStatus::Pending) {
                    approvals::decide::lapse(store, now, approval)?;
                }
            }
            Deadline::Claim(id) => end_key(store, now, id, KeyStatus::Approved, KeyStatus::Lapsed, "api-key.lapsed")?,
            Deadline::Expiry(id) => end_key(store, now, id, KeyStatus::Active, KeyStatus::Expired, "api-key.expired")?,
            Deadline::ExpiryNotice(id) => keys::expiry::notice(store, now, id)?,
            Deadline::CashOutRequest(id) => operations::cash_outs::expire(store, now, id)?,
            Deadline::SecretClaim(id) => webhooks::endpoints::lapse(store, now, Actor::System, id, None)?,
        }
    }
    Ok(())
}

fn end_key(
    store: &mut dyn Store,
    now: Timestamp,
    id: crate::id::KeyID,
    from: KeyStatus,
    to: KeyStatus,
    kind: &'static str,
) -> Result<(), InternalError> {
    let Some(key) = store.key(id)?.filter(|key| key.status == from) else { return Ok(()) };
    let mut entry = EntryBuilder::begin(store, now, kind, Actor::System);
    entry.key(Key { status: to, ..(*key).clone() })?;
    entry.done(id, json!({}))
}
