//! Deadlines: what is over at `now` is ended before anything else is decided or answered, so that
//! no answer depends on whether an alarm ran.

use universal_wallet::Timestamp;

use super::{approvals, cash_outs};
use crate::act::Act;
use crate::api_key::{Key, KeyStatus};
use crate::approval::ApprovalStatus;
use crate::people::Actor;
use crate::refusal::Fault;
use crate::store::{Due, Store};
use serde_json::json;

/// Whether a deadline has passed.
pub fn is_due(store: &dyn Store, now: Timestamp) -> bool {
    store.first_deadline().is_some_and(|(at, _)| at <= now)
}

/// Ends all that is over.
pub fn settle(store: &mut dyn Store, now: Timestamp) -> Result<(), Fault> {
    while let Some((at, due)) = store.first_deadline().filter(|(at, _)| *at <= now) {
        store.remove_deadline(at, due)?;
        match due {
            Due::Approval(id) => {
                if let Some(approval) = store.approval(id)?.filter(|it| it.status == ApprovalStatus::Pending) {
                    approvals::lapse(store, now, approval)?;
                }
            }
            Due::Claim(id) => end_key(store, now, id, KeyStatus::Approved, KeyStatus::Lapsed, "api-key.lapsed")?,
            Due::Expiry(id) => end_key(store, now, id, KeyStatus::Active, KeyStatus::Expired, "api-key.expired")?,
            Due::Request(id) => cash_outs::expire(store, now, id)?,
        }
    }
    Ok(())
}

fn end_key(
    store: &mut dyn Store,
    now: Timestamp,
    id: universal_wallet::id::KeyID,
    from: KeyStatus,
    to: KeyStatus,
    kind: &'static str,
) -> Result<(), Fault> {
    let Some(key) = store.key(id)?.filter(|key| key.status == from) else { return Ok(()) };
    let mut act = Act::begin(store, now, kind, Actor::System);
    act.key(Key { status: to, ..(*key).clone() })?;
    act.done(id, json!({}))
}
