//! A key's life cycle: requested, claimed, revoked.

use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::approvals::open_requests::refuse_too_many;
use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, InternalError, Outcome, refuse};
use crate::id::KeyID;
use crate::keys::expiry;
use crate::keys::model::{DAY_MS, Key, KeyStatus};
use crate::keys::settings::Settings;
use crate::keys::token::Minted;
use crate::operations;
use crate::people::caller::Caller;
use crate::people::model::{Actor, Role};
use crate::store::{Deadline, Store};
use crate::text::input::Idempotency;
use crate::text::input::{Input, read_reason};
use crate::text::json_text;

/// A key, and whether an earlier call made it.
#[derive(Clone, Debug)]
pub struct Requested {
    /// The key.
    pub key: Key,
    /// True if the same call was made before.
    pub replayed: bool,
}

/// The key that an earlier call with this idempotency key made.
pub fn replay(store: &dyn Store, idempotency: Option<&Idempotency>) -> Outcome<Option<Requested>> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    let Some(subject) = store.recall(idempotency)? else { return Ok(None) };
    Ok(Some(Requested { key: store.find_key(&subject)?, replayed: true }))
}

/// Requests a key on behalf of a maker.
pub fn request(store: &mut dyn Store, moment: Moment, caller: &Caller, input: &Input) -> Outcome<Requested> {
    caller.may(&[Role::Maker])?;
    let idempotency_key = input.idempotency_key()?;
    let mut body = input.object()?;
    let settings = Settings::read(&mut body);
    body.finish()?;
    let Some(settings) = settings else { return refuse(Code::InvalidRequest, "The request is not complete.") };
    let idempotency = match idempotency_key {
        Some(_) => {
            let values = json_text::write(&settings)?;
            input.idempotency(&caller.member.person.id.to_string(), "POST api-keys", &values)?
        }
        None => None,
    };
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(before);
    }
    store.profile().refuse_suspended()?;
    refuse_too_many(store, caller, moment.now)?;

    let profile = store.profile();
    let mut entry = EntryBuilder::begin(store, moment.now, "api-key.requested", caller.actor());
    let uuid = profile.numbering().uuid(entry.number(), moment.now, moment.random);
    let key = Key::request(uuid, settings, &caller.member.person, moment.now);
    let id = key.id;
    let kind = ApprovalKind::IssueKey;
    let approval = Approval::ask(key.approval, profile.id, kind, key.subject(), &key.maker, moment.now)?;
    entry.store.add_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
    let details = json!({ "approvalID": approval.id, "digest": approval.digest, "label": key.settings.label });
    entry.approval(approval)?;
    entry.key(key.clone())?;
    if let Some(idempotency) = &idempotency {
        entry.store.remember(idempotency, &id.to_string())?;
    }
    entry.done(id, details)?;
    Ok(Requested { key, replayed: false })
}

/// Gives the maker the secret, once.
pub fn claim(
    store: &mut dyn Store,
    moment: Moment,
    caller: &Caller,
    id: &str,
    input: &Input,
    mint: impl FnOnce() -> Result<Minted, InternalError>,
) -> Outcome<(Minted, Key)> {
    let mut key = store.find_key(id)?;
    caller.may(&[Role::Maker])?;
    if !store.is_same_person(key.maker.id, &caller.member) {
        return refuse(Code::NotTheMaker, "Only the person who asked for this key can claim it.");
    }
    caller.must_prove()?;
    input.idempotency_key()?;
    input.optional_object()?.finish()?;
    store.profile().refuse_suspended()?;
    caller.member.refuse_paused(moment.now)?;
    match key.status {
        KeyStatus::Approved if key.claim_until().is_some_and(|end| moment.now < end) => {}
        KeyStatus::Pending | KeyStatus::Rejected | KeyStatus::Withdrawn => {
            return refuse(Code::InvalidState, format!("This key is {}; it was not approved.", key.status.as_str()));
        }
        _ if key.claimed_at.is_some() => {
            return refuse(
                Code::AlreadyClaimed,
                "This key was shown already and cannot be shown again; ask for a new one.",
            );
        }
        KeyStatus::Lapsed if key.reason.is_some() => {
            let reason = key.reason.as_deref().unwrap_or_default();
            return refuse(Code::InvalidState, format!("This key lapsed: {reason} Ask for a new one."));
        }
        KeyStatus::Lapsed if key.decided_at.is_none() => {
            return refuse(Code::InvalidState, "Nobody approved this key in time; ask for a new one.");
        }
        KeyStatus::Revoked => return refuse(Code::InvalidState, "This key was revoked; ask for a new one."),
        _ => {
            return refuse(Code::ClaimExpired, "More than 24 hours have passed since the approval; ask for a new key.");
        }
    }

    let minted = mint()?;
    let claim_until = key.claim_until();
    key.status = KeyStatus::Active;
    key.prefix = Some(minted.prefix.clone());
    key.digest = Some(minted.digest);
    key.claimed_at = Some(moment.now);
    let expires_at = moment.now.plus_ms(key.settings.expires_in_days * DAY_MS);
    key.expires_at = Some(expires_at);
    let mut entry = EntryBuilder::begin(store, moment.now, "api-key.claimed", caller.actor());
    if let Some(at) = claim_until {
        entry.store.remove_deadline(at, Deadline::Claim(key.id))?;
    }
    expiry::reschedule(entry.store, moment.now, key.id, None, Some(expires_at))?;
    entry.key(key.clone())?;
    entry.done(key.id, json!({ "keyPrefix": minted.prefix, "expiresAt": expires_at }))?;
    if let Some(replaced) = key.replaces {
        retire(store, moment.now, replaced, &key)?;
    }
    Ok((minted, key))
}

/// Fixes the end of the old key when its replacement is claimed.
fn retire(store: &mut dyn Store, now: Timestamp, old: KeyID, new: &Key) -> Result<(), InternalError> {
    let Some(old) = store.key(old)? else { return Ok(()) };
    let (KeyStatus::Active, Some(expires_at)) = (old.status, old.expires_at) else { return Ok(()) };
    let end = expires_at.min(now.plus_ms(new.overlap_hours.unwrap_or_default() * 3_600_000));
    let mut entry = EntryBuilder::begin(store, now, "api-key.replaced", Actor::System);
    expiry::reschedule(entry.store, now, old.id, Some(expires_at), Some(end))?;
    entry.key(Key { expires_at: Some(end), replaced_by: Some(new.id), ..(*old).clone() })?;
    entry.done(old.id, json!({ "replacedBy": new.id, "expiresAt": end }))
}

/// Ends a key at once: the next call is refused, and pending operations are rejected.
pub fn revoke(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    mut key: Key,
    reason: Option<String>,
) -> Outcome<Key> {
    if !matches!(key.status, KeyStatus::Approved | KeyStatus::Active) {
        return refuse(
            Code::InvalidState,
            format!("This key is {}; only an approved or active key can be revoked.", key.status.as_str()),
        );
    }
    let claim_until = key.claim_until().filter(|_| key.status == KeyStatus::Approved);
    key.status = KeyStatus::Revoked;
    key.revoked_at = Some(now);
    key.reason.clone_from(&reason);
    let mut entry = EntryBuilder::begin(store, now, "api-key.revoked", actor);
    if let Some(at) = claim_until {
        entry.store.remove_deadline(at, Deadline::Claim(key.id))?;
    }
    expiry::reschedule(entry.store, now, key.id, key.expires_at, None)?;
    entry.key(key.clone())?;
    entry.done(key.id, json!({ "reason": reason }))?;
    while let Some(operation) = store.first_pending_of_key(key.id)? {
        operations::lifecycle::reject_for_revoked_key(store, now, operation)?;
    }
    if let Some(successor) = store.open_rotation(key.id)? {
        let actor = Actor::System;
        lapse(store, now, actor, (*successor).clone(), "The key that it takes over from was revoked.")?;
    }
    Ok(key)
}

/// Ends a key that nobody claimed yet, and the request for it where that is still open.
pub fn lapse(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    mut key: Key,
    reason: &str,
) -> Result<(), InternalError> {
    let mut entry = EntryBuilder::begin(store, now, "api-key.lapsed", actor);
    if let Some(at) = key.claim_until() {
        entry.store.remove_deadline(at, Deadline::Claim(key.id))?;
    }
    let approval = entry.store.approval(key.approval)?.filter(|it| it.status == ApprovalStatus::Pending);
    if let Some(approval) = approval {
        entry.store.remove_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
        let (status, decided_at, reason) = (ApprovalStatus::Expired, Some(now), Some(reason.to_owned()));
        entry.approval(Approval { status, decided_at, reason, ..approval })?;
    }
    let id = key.id;
    key.status = KeyStatus::Lapsed;
    key.reason = Some(reason.to_owned());
    entry.key(key)?;
    entry.done(id, json!({ "reason": reason }))
}

/// Revokes a key on behalf of a member.
pub fn revoke_by_member(
    store: &mut dyn Store,
    now: Timestamp,
    caller: &Caller,
    id: &str,
    input: &Input,
) -> Outcome<Key> {
    let key = store.find_key(id)?;
    caller.may(&[Role::Maker, Role::Checker, Role::Admin])?;
    let reason = read_reason(input, false)?;
    revoke(store, now, caller.actor(), key, reason)
}

/// Revokes a key on behalf of the issuer, in an emergency.
pub fn revoke_by_issuer(store: &mut dyn Store, now: Timestamp, id: &str, input: &Input) -> Outcome<Key> {
    let key = store.find_key(id)?;
    let reason = read_reason(input, false)?;
    revoke(store, now, Actor::Issuer, key, reason)
}
