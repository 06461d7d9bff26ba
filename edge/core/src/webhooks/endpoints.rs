//! An endpoint's secret and its end: claimed once by its maker, disabled at once, lapsed where nobody claims it.

use crate::id::{UserID, WebhookID};
use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::audit::entry_builder::EntryBuilder;
use crate::error::{Code, InternalError, Outcome, refuse};
use crate::people::caller::Caller;
use crate::people::model::{Actor, Role};
use crate::store::{Deadline, Store};
use crate::text::digest::Digest;
use crate::text::input::{Input, read_reason};
use crate::webhooks::model::{Endpoint, EndpointStatus, Rotation, RotationStatus, SecretUse};

/// Finds the endpoint if the caller may claim its secret now.
pub fn claimable(store: &dyn Store, now: Timestamp, caller: &Caller, id: &str, input: &Input) -> Outcome<Endpoint> {
    let endpoint = store.find_webhook(id)?;
    caller.may(&[Role::Maker])?;
    if !store.is_same_person(endpoint.claimant.id, &caller.member) {
        return refuse(Code::NotTheMaker, "Only the person who asked for this secret can claim it.");
    }
    caller.must_prove()?;
    input.idempotency_key()?;
    input.optional_object()?.finish()?;
    store.profile().refuse_suspended()?;
    caller.member.refuse_paused(now)?;
    if endpoint.claim_until().is_some_and(|until| now < until) {
        return Ok(endpoint);
    }
    let expired = (Code::ClaimExpired, "More than 24 hours have passed since the approval; ask for a new secret.");
    let (code, sentence) = match (&endpoint.rotation, endpoint.status) {
        (Some(Rotation { status: RotationStatus::Pending, .. }), _) => {
            (Code::InvalidState, "The new secret was not approved yet.")
        }
        (Some(_), _) | (None, EndpointStatus::Approved) => expired,
        (None, EndpointStatus::Active | EndpointStatus::Disabled) => {
            (Code::AlreadyClaimed, "This secret was shown already and cannot be shown again; ask for a new one.")
        }
        (None, EndpointStatus::Lapsed) if endpoint.decided_at.is_some() && endpoint.reason.is_none() => expired,
        _ => (Code::InvalidState, "This endpoint was not approved."),
    };
    refuse(code, sentence)
}

/// Records that the maker was given a secret, which signs from now on.
pub fn claim(
    store: &mut dyn Store,
    now: Timestamp,
    caller: &Caller,
    id: &str,
    input: &Input,
    secret: Digest,
) -> Outcome<Endpoint> {
    let mut endpoint = claimable(store, now, caller, id, input)?;
    let until = endpoint.claim_until();
    let kind = if endpoint.status == EndpointStatus::Approved { "webhook.claimed" } else { "webhook.rotated" };
    let mut entry = EntryBuilder::begin(store, now, kind, caller.actor());
    if let Some(at) = until {
        entry.store.remove_deadline(at, Deadline::SecretClaim(endpoint.id))?;
    }
    if let Some(rotation) = endpoint.rotation.take() {
        let end = now.plus_ms(rotation.overlap_hours * 3_600_000);
        for old in &mut endpoint.secrets {
            old.until = Some(old.until.map_or(end, |until| until.min(end)));
        }
        endpoint.secrets.retain(|old| old.signs(now));
    } else {
        endpoint.status = EndpointStatus::Active;
        endpoint.claimed_at = Some(now);
        endpoint.starts_after = entry.number();
    }
    endpoint.secrets.insert(0, SecretUse { digest: secret, until: None });
    entry.webhook(endpoint.clone())?;
    entry.done(endpoint.id, json!({ "secrets": endpoint.secrets.len() }))?;
    Ok(endpoint)
}

/// Stops sending at once.
fn stop(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    mut endpoint: Endpoint,
    reason: Option<String>,
) -> Result<Endpoint, InternalError> {
    endpoint.status = EndpointStatus::Disabled;
    endpoint.disabled_at = Some(now);
    endpoint.reason.clone_from(&reason);
    let mut entry = EntryBuilder::begin(store, now, "webhook.disabled", actor);
    entry.webhook(endpoint.clone())?;
    entry.done(endpoint.id, json!({ "reason": reason }))?;
    Ok(endpoint)
}

/// Disables an endpoint on behalf of a member.
pub fn disable(store: &mut dyn Store, now: Timestamp, caller: &Caller, id: &str, input: &Input) -> Outcome<Endpoint> {
    let endpoint = store.find_webhook(id)?;
    caller.may(&[Role::Maker, Role::Checker, Role::Admin])?;
    caller.must_prove()?;
    let reason = read_reason(input, true)?;
    if endpoint.status != EndpointStatus::Active {
        let status = endpoint.status.as_str();
        return refuse(Code::InvalidState, format!("This endpoint is {status}; only an active one can be disabled."));
    }
    Ok(stop(store, now, caller.actor(), endpoint, reason)?)
}

/// Disables an endpoint whose receiver is dead or wants no more messages; a repeated report changes nothing.
pub fn give_up(store: &mut dyn Store, now: Timestamp, id: WebhookID, reason: String) -> Result<(), InternalError> {
    match store.webhook(id)? {
        Some(endpoint) if endpoint.status == EndpointStatus::Active => {
            stop(store, now, Actor::System, (*endpoint).clone(), Some(reason)).map(drop)
        }
        _ => Ok(()),
    }
}

/// Ends an approved secret that nobody claimed in time, or may claim any more.
pub fn lapse(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    id: WebhookID,
    reason: Option<&str>,
) -> Result<(), InternalError> {
    let Some(endpoint) = store.webhook(id)? else { return Ok(()) };
    let Some(until) = endpoint.claim_until() else { return Ok(()) };
    let mut endpoint = (*endpoint).clone();
    if let Some(rotation) = &mut endpoint.rotation {
        rotation.status = RotationStatus::Lapsed;
    } else {
        endpoint.status = EndpointStatus::Lapsed;
        endpoint.reason = reason.map(str::to_owned);
    }
    let mut entry = EntryBuilder::begin(store, now, "webhook.lapsed", actor);
    entry.store.remove_deadline(until, Deadline::SecretClaim(id))?;
    entry.webhook(endpoint)?;
    entry.done(id, json!({ "reason": reason }))
}

/// Ends the unclaimed secrets of a person who may no longer claim any.
pub fn lapse_all_of(store: &mut dyn Store, now: Timestamp, actor: &Actor, user: UserID) -> Result<(), InternalError> {
    for endpoint in store.live_webhooks()?.into_iter().filter(|endpoint| endpoint.claimant.id == user) {
        lapse(store, now, actor.clone(), endpoint.id, Some("Its maker may no longer claim it."))?;
    }
    Ok(())
}
