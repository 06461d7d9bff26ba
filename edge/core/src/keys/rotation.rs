//! Rotation: a new key replaces an active one.

use serde_json::json;

use crate::approvals::model::{Approval, ApprovalKind};
use crate::approvals::open_requests::refuse_too_many;
use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, Outcome, refuse};
use crate::keys::lifecycle::{Requested, replay};
use crate::keys::model::{Key, KeyStatus};
use crate::people::caller::Caller;
use crate::people::model::Role;
use crate::store::{Deadline, Store};
use crate::text::input::Input;
use crate::text::json_text;

/// Maximum time in hours for which the old key stays valid beside the new one.
const MAX_OVERLAP_HOURS: i64 = 168;

/// Requests a replacement for an active key, with the key's current settings.
pub fn rotate(store: &mut dyn Store, moment: Moment, caller: &Caller, id: &str, input: &Input) -> Outcome<Requested> {
    let old = store.find_key(id)?;
    caller.may(&[Role::Maker])?;
    input.idempotency_key()?;
    let mut body = input.optional_object()?;
    let overlap = body.integer("overlapHours", 0, MAX_OVERLAP_HOURS).unwrap_or(24);
    body.finish()?;
    let scope = caller.member.person.id.to_string();
    let idempotency = input.idempotency(&scope, "POST rotate", &json_text::write(&(id, overlap))?)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(before);
    }
    store.profile().refuse_suspended()?;
    refuse_too_many(store, caller, moment.now)?;
    if old.status != KeyStatus::Active {
        return refuse(
            Code::InvalidState,
            format!("This key is {}; only an active key can be rotated.", old.status.as_str()),
        );
    }
    if old.replaced_by.is_some() || store.open_rotation(old.id)?.is_some() {
        return refuse(Code::InvalidState, "A key that takes over from this one was asked for already.");
    }

    let profile = store.profile();
    let mut entry = EntryBuilder::begin(store, moment.now, "api-key.rotation-requested", caller.actor());
    let uuid = profile.numbering().uuid(entry.number(), moment.now, moment.random);
    let key = Key {
        lineage: old.lineage,
        replaces: Some(old.id),
        overlap_hours: Some(overlap),
        ..Key::request(uuid, old.settings.clone(), &caller.member.person, moment.now)
    };
    let kind = ApprovalKind::RotateKey;
    let approval = Approval::ask(key.approval, profile.id, kind, key.subject(), &key.maker, moment.now)?;
    entry.store.add_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
    let details = json!({ "approvalID": approval.id, "digest": approval.digest, "replaces": old.id });
    entry.approval(approval)?;
    entry.key(key.clone())?;
    if let Some(idempotency) = &idempotency {
        entry.store.remember(idempotency, &key.id.to_string())?;
    }
    entry.done(key.id, details)?;
    Ok(Requested { key, replayed: false })
}
