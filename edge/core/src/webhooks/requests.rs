//! Requests about endpoints. Data leaves only where two people agreed, so a new endpoint, a new secret and enabling wait
//! for another person.

use crate::id::{ApprovalID, WebhookID};
use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::approvals::open_requests;
use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, InternalError, Outcome, refuse};
use crate::people::caller::Caller;
use crate::people::model::{Actor, Role};
use crate::store::{Deadline, Store};
use crate::text::body::Body;
use crate::text::input::{Idempotency, Input};
use crate::text::json_text;
use crate::webhooks::event::EventType;
use crate::webhooks::model::{Endpoint, EndpointSettings, EndpointStatus, Rotation, RotationStatus};
use crate::webhooks::url::EndpointUrl;

/// Maximum number of endpoints that wait or send.
pub const MAX_ENDPOINTS: usize = 10;
/// Maximum number of secrets that sign at once.
pub const MAX_SECRETS: usize = 3;
/// Maximum time in hours for which a replaced secret signs beside the new one.
const MAX_OVERLAP_HOURS: i64 = 24;

/// An endpoint, and whether an earlier call made it.
#[derive(Clone, Debug)]
pub struct Requested {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// True if the same call was made before.
    pub replayed: bool,
}

/// A request about an existing endpoint, and whether an earlier call made it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request.
    pub approval: Approval,
    /// True if the same call was made before.
    pub replayed: bool,
}

fn read_settings(body: &mut Body, demo: bool) -> Option<EndpointSettings> {
    let url = body.required_text("url").and_then(|text| match EndpointUrl::parse(&text, demo) {
        Ok(url) => Some(url),
        Err(error) => {
            body.error("url", error);
            None
        }
    });
    let before = body.mistakes();
    let asked: Vec<EventType> = body.list("events").unwrap_or_default();
    // The order of the contract, whatever order was asked for.
    let events: Vec<EventType> = EventType::ALL.iter().copied().filter(|kind| asked.contains(kind)).collect();
    if body.mistakes() == before && (events.is_empty() || events.len() != asked.len()) {
        body.error("events", "must name at least one type of message, none twice");
    }
    let description = body.line("description", 256);
    let description = description.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    url.map(|url| EndpointSettings { url, events, description })
}

/// Refuses another endpoint where there are as many as may be.
fn refuse_too_many_endpoints(store: &dyn Store) -> Outcome<()> {
    if store.live_webhooks()?.iter().filter(|endpoint| endpoint.status.is_open()).count() >= MAX_ENDPOINTS {
        return refuse(
            Code::InvalidState,
            format!("A distributor has at most {MAX_ENDPOINTS} endpoints; disable one first."),
        );
    }
    Ok(())
}

/// Requests an endpoint on behalf of a maker.
pub fn request(
    store: &mut dyn Store,
    moment: Moment,
    caller: &Caller,
    input: &Input,
    demo: bool,
) -> Outcome<Requested> {
    caller.may(&[Role::Maker])?;
    caller.must_prove()?;
    input.idempotency_key()?;
    let mut body = input.object()?;
    let settings = read_settings(&mut body, demo);
    body.finish()?;
    let Some(settings) = settings else { return refuse(Code::InvalidRequest, "The request is not complete.") };
    let scope = caller.member.person.id.to_string();
    let idempotency = input.idempotency(&scope, "POST webhooks", &json_text::write(&settings)?)?;
    if let Some(key) = &idempotency
        && let Some(subject) = store.recall(key)?
    {
        return Ok(Requested { endpoint: store.find_webhook(&subject)?, replayed: true });
    }
    store.profile().refuse_suspended()?;
    open_requests::refuse_too_many(store, caller, moment.now)?;
    refuse_too_many_endpoints(store)?;

    let profile = store.profile();
    let mut entry = EntryBuilder::begin(store, moment.now, "webhook.requested", caller.actor());
    let uuid = profile.numbering().uuid(entry.number(), moment.now, moment.random);
    let (id, approval) = (WebhookID::from_uuid(uuid), ApprovalID::from_uuid(uuid));
    let endpoint = Endpoint::request(id, approval, settings, &caller.member.person, moment.now);
    let kind = ApprovalKind::CreateWebhook;
    let approval = Approval::ask(approval, profile.id, kind, endpoint.subject(kind), &endpoint.maker, moment.now)?;
    entry.store.add_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
    let details = json!({ "approvalID": approval.id, "digest": approval.digest, "url": endpoint.settings.url });
    entry.approval(approval)?;
    entry.webhook(endpoint.clone())?;
    if let Some(key) = &idempotency {
        entry.store.remember(key, &id.to_string())?;
    }
    entry.done(id, details)?;
    Ok(Requested { endpoint, replayed: false })
}

/// Makes a request about an existing endpoint, in one entry; `change` is what the request itself changes in it.
fn ask(
    store: &mut dyn Store,
    moment: Moment,
    caller: &Caller,
    (kind, name): (ApprovalKind, &'static str),
    mut endpoint: Endpoint,
    change: impl FnOnce(&mut Endpoint, ApprovalID),
    idempotency: Option<&Idempotency>,
) -> Outcome<Asked> {
    let profile = store.profile();
    let mut entry = EntryBuilder::begin(store, moment.now, name, caller.actor());
    let approval = ApprovalID::from_uuid(profile.numbering().uuid(entry.number(), moment.now, moment.random));
    change(&mut endpoint, approval);
    let maker = &caller.member.person;
    let approval = Approval::ask(approval, profile.id, kind, endpoint.subject(kind), maker, moment.now)?;
    entry.store.add_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
    entry.approval(approval.clone())?;
    entry.webhook(endpoint.clone())?;
    if let Some(key) = idempotency {
        entry.store.remember(key, &approval.id.to_string())?;
    }
    entry.done(endpoint.id, json!({ "approvalID": approval.id, "digest": approval.digest }))?;
    Ok(Asked { approval, replayed: false })
}

fn replay(store: &dyn Store, idempotency: Option<&Idempotency>) -> Outcome<Option<Asked>> {
    let Some(key) = idempotency else { return Ok(None) };
    let Some(subject) = store.recall(key)? else { return Ok(None) };
    Ok(Some(Asked { approval: store.find_approval(&subject)?, replayed: true }))
}

/// Requests a new secret on behalf of a maker.
pub fn rotate(store: &mut dyn Store, moment: Moment, caller: &Caller, id: &str, input: &Input) -> Outcome<Asked> {
    let endpoint = store.find_webhook(id)?;
    caller.may(&[Role::Maker])?;
    caller.must_prove()?;
    input.idempotency_key()?;
    let mut body = input.optional_object()?;
    let overlap_hours = body.integer("overlapHours", 0, MAX_OVERLAP_HOURS).unwrap_or(MAX_OVERLAP_HOURS);
    body.finish()?;
    let scope = caller.member.person.id.to_string();
    let values = json_text::write(&(id, overlap_hours))?;
    let idempotency = input.idempotency(&scope, "POST rotate-secret", &values)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(before);
    }
    store.profile().refuse_suspended()?;
    open_requests::refuse_too_many(store, caller, moment.now)?;
    if !matches!(endpoint.status, EndpointStatus::Active | EndpointStatus::Disabled) {
        let status = endpoint.status.as_str();
        return refuse(Code::InvalidState, format!("This endpoint is {status}; it has no secret to replace."));
    }
    if endpoint.rotation.as_ref().is_some_and(|rotation| rotation.status != RotationStatus::Lapsed) {
        return refuse(Code::InvalidState, "A new secret was asked for already.");
    }
    if endpoint.secrets.iter().filter(|secret| secret.signs(moment.now)).count() >= MAX_SECRETS {
        return refuse(
            Code::InvalidState,
            format!("{MAX_SECRETS} secrets of this endpoint sign at present; wait until one of them ends."),
        );
    }
    let (kind, claimant) = (ApprovalKind::RotateWebhook, caller.member.person.clone());
    let change = |endpoint: &mut Endpoint, approval| {
        endpoint.claimant = claimant;
        endpoint.rotation =
            Some(Rotation { approval, status: RotationStatus::Pending, overlap_hours, decided_at: None });
    };
    ask(store, moment, caller, (kind, "webhook.rotation-requested"), endpoint, change, idempotency.as_ref())
}

/// Requests that a disabled endpoint sends again, on behalf of a maker.
pub fn enable(store: &mut dyn Store, moment: Moment, caller: &Caller, id: &str, input: &Input) -> Outcome<Asked> {
    let endpoint = store.find_webhook(id)?;
    caller.may(&[Role::Maker])?;
    caller.must_prove()?;
    input.optional_object()?.finish()?;
    let scope = caller.member.person.id.to_string();
    let idempotency = input.idempotency(&scope, "POST webhooks enable", id)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(before);
    }
    store.profile().refuse_suspended()?;
    open_requests::refuse_too_many(store, caller, moment.now)?;
    let kind = ApprovalKind::EnableWebhook;
    if about(store, endpoint.id)?.iter().any(|open| open.kind == kind) {
        return refuse(Code::AlreadyExists, "The same was asked for already and waits for its decision.");
    }
    must_be_disabled(&endpoint)?;
    refuse_too_many_endpoints(store)?;
    ask(store, moment, caller, (kind, "webhook.enable-requested"), endpoint, |_, _| (), idempotency.as_ref())
}

fn must_be_disabled(endpoint: &Endpoint) -> Outcome<()> {
    if endpoint.status == EndpointStatus::Disabled {
        return Ok(());
    }
    let status = endpoint.status.as_str();
    refuse(Code::InvalidState, format!("This endpoint is {status}; only a disabled one can be enabled."))
}

/// The open requests about an endpoint.
fn about(store: &dyn Store, id: WebhookID) -> Result<Vec<Approval>, InternalError> {
    let mut open = store.pending_approvals()?;
    open.retain(|approval| approval.kind.is_about_webhook() && subject_webhook(approval) == Some(id));
    Ok(open)
}

/// The endpoint that a request concerns.
fn subject_webhook(approval: &Approval) -> Option<WebhookID> {
    approval.subject_text("webhookID")?.parse().ok()
}

fn endpoint_of(store: &dyn Store, approval: &Approval) -> Result<Endpoint, InternalError> {
    let endpoint = match subject_webhook(approval) {
        Some(id) => store.webhook(id)?,
        None => None,
    };
    Ok((*endpoint.ok_or_else(|| InternalError::new("a request about a missing endpoint"))?).clone())
}

/// Carries out an approved request, after every check whose result may have changed since it was made. `decided` is the
/// request with the decision.
pub fn carry_out(store: &mut dyn Store, now: Timestamp, actor: Actor, decided: Approval) -> Outcome<Endpoint> {
    let mut endpoint = endpoint_of(store, &decided)?;
    if endpoint.subject(decided.kind) != decided.subject {
        return Err(InternalError::new("an endpoint that differs from its request").into());
    }
    if !store.member(decided.maker.id).is_some_and(|maker| maker.holds(Role::Maker)) {
        return refuse(Code::InvalidState, "The person who asked for this is no longer a maker.");
    }
    let kind = match decided.kind {
        ApprovalKind::CreateWebhook => {
            endpoint.status = EndpointStatus::Approved;
            endpoint.checker.clone_from(&decided.decided_by);
            endpoint.decided_at = Some(now);
            "webhook.approved"
        }
        ApprovalKind::RotateWebhook => {
            let rotation = endpoint.rotation.as_mut().filter(|rotation| rotation.approval == decided.id);
            let rotation = rotation.ok_or_else(|| InternalError::new("a request for a secret that is not open"))?;
            rotation.status = RotationStatus::Approved;
            rotation.decided_at = Some(now);
            "webhook.rotation-approved"
        }
        ApprovalKind::EnableWebhook => {
            must_be_disabled(&endpoint)?;
            refuse_too_many_endpoints(store)?;
            (endpoint.status, endpoint.reason, endpoint.disabled_at) = (EndpointStatus::Active, None, None);
            endpoint.enabled_at = Some(now);
            "webhook.enabled"
        }
        _ => return Err(InternalError::new("a request that concerns no endpoint").into()),
    };
    let mut entry = EntryBuilder::begin(store, now, kind, actor);
    entry.store.remove_deadline(decided.expires_at, Deadline::Approval(decided.id))?;
    if let Some(at) = endpoint.claim_until().filter(|_| decided.kind != ApprovalKind::EnableWebhook) {
        entry.store.add_deadline(at, Deadline::SecretClaim(endpoint.id))?;
    }
    let details = json!({ "approvalID": decided.id, "digest": decided.digest });
    entry.approval(decided)?;
    entry.webhook(endpoint.clone())?;
    entry.done(endpoint.id, details)?;
    Ok(endpoint)
}

/// Ends a request without carrying it out.
pub fn end(store: &mut dyn Store, now: Timestamp, actor: Actor, ended: &Approval) -> Result<(), InternalError> {
    let mut endpoint = endpoint_of(store, ended)?;
    let (status, kind) = match ended.status {
        ApprovalStatus::Rejected => (EndpointStatus::Rejected, "webhook.rejected"),
        ApprovalStatus::Withdrawn => (EndpointStatus::Withdrawn, "webhook.withdrawn"),
        _ => (EndpointStatus::Lapsed, "webhook.lapsed"),
    };
    match ended.kind {
        ApprovalKind::CreateWebhook => {
            endpoint.status = status;
            endpoint.reason.clone_from(&ended.reason);
            if status == EndpointStatus::Rejected {
                endpoint.checker.clone_from(&ended.decided_by);
                endpoint.decided_at = ended.decided_at;
            }
        }
        ApprovalKind::RotateWebhook => endpoint.rotation = None,
        _ => {}
    }
    let mut entry = EntryBuilder::begin(store, now, kind, actor);
    entry.store.remove_deadline(ended.expires_at, Deadline::Approval(ended.id))?;
    entry.approval(ended.clone())?;
    entry.webhook(endpoint.clone())?;
    entry.done(endpoint.id, json!({ "approvalID": ended.id, "reason": ended.reason }))
}
