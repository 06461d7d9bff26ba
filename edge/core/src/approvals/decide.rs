//! Decisions about another person's request: approve, reject, withdraw.

use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::audit::entry_builder::EntryBuilder;
use crate::error::{Code, InternalError, Outcome, refuse};
use crate::id::{ApprovalID, UserID};
use crate::keys::model::{Key, KeyStatus};
use crate::operations::model::Operation;
use crate::people::caller::Caller;
use crate::people::codes::HalfDigest;
use crate::people::model::{Actor, Login, Member, Person, Role};
use crate::store::{Deadline, Store};
use crate::text::digest::Digest;
use crate::text::input::{Input, read_reason};
use crate::webhooks::model::Endpoint;
use crate::{operations, people, settings, webhooks};

/// A decided request and its subject.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The request.
    pub approval: Approval,
    /// The key, for a request about a key.
    pub key: Option<Key>,
    /// The operation, for a request about an operation.
    pub operation: Option<Operation>,
    /// The member, for a request about a user.
    pub user: Option<Member>,
    /// The endpoint, for a request about one.
    pub webhook: Option<Endpoint>,
}

impl From<Approval> for Decided {
    fn from(approval: Approval) -> Self {
        Self { approval, key: None, operation: None, user: None, webhook: None }
    }
}

impl Decided {
    /// True if the second half became part of a code.
    pub fn makes_code(&self) -> bool {
        self.approval.status == ApprovalStatus::Approved && self.approval.first_half.is_some()
    }
}

/// Roles that may decide a request of this kind.
const fn deciders(kind: ApprovalKind) -> &'static [Role] {
    match kind {
        ApprovalKind::IssueKey
        | ApprovalKind::RotateKey
        | ApprovalKind::Operation
        | ApprovalKind::CreateWebhook
        | ApprovalKind::RotateWebhook
        | ApprovalKind::EnableWebhook => &[Role::Checker],
        ApprovalKind::CreateUser | ApprovalKind::GrantUser | ApprovalKind::ResetUser | ApprovalKind::ChangeSettings => {
            &[Role::Admin, Role::Checker]
        }
    }
}

/// Finds the request if the caller may decide it: the caller holds a deciding role and is not its maker.
fn may_decide(store: &dyn Store, caller: &Caller, id: &str) -> Outcome<Approval> {
    let approval = store.find_approval(id)?;
    caller.may(deciders(approval.kind))?;
    refuse_self_approval(store, &approval.maker, &caller.member)?;
    if approval.kind.is_about_user() {
        let about = people::requests::subject_user(&approval)?;
        if store.is_same_person(about, &caller.member) {
            return refuse(Code::SelfApproval, "This request is about you, so another person has to decide it.");
        }
    }
    Ok(approval)
}

/// Refuses a decision by the person who made the request: the rule behind dual control. The comparison uses the stored
/// maker and the accounts, so leaving and joining again does not evade it.
fn refuse_self_approval(store: &dyn Store, maker: &Person, decider: &Member) -> Outcome<()> {
    if store.is_same_person(maker.id, decider) {
        return refuse(
            Code::SelfApproval,
            "You made this request, so another person has to decide it; you can withdraw it.",
        );
    }
    Ok(())
}

/// Approves a request: its subject is carried out after every check was repeated. The second half becomes part of a code
/// where the request makes one.
pub fn approve(
    store: &mut dyn Store,
    now: Timestamp,
    caller: &Caller,
    id: &str,
    input: &Input,
    second: HalfDigest,
) -> Outcome<Decided> {
    let approval = approvable(store, now, caller, id, input)?;
    let by = &caller.member.person;
    match approval.kind {
        ApprovalKind::IssueKey | ApprovalKind::RotateKey => grant_key(store, now, caller, approval),
        ApprovalKind::Operation => {
            let operation = operations::lifecycle::find(store, &approval)?;
            operations::lifecycle::must_still_be_allowed(store, &operation)?;
            let approval = decided(approval, ApprovalStatus::Approved, Some(by), now, None);
            let operation = operations::lifecycle::carry_out(store, now, caller.actor(), operation, &approval)?;
            Ok(Decided { operation: Some(operation), ..approval.into() })
        }
        ApprovalKind::CreateUser | ApprovalKind::GrantUser | ApprovalKind::ResetUser => {
            people::requests::must_still_be_possible(store, &approval)?;
            let approval = decided(approval, ApprovalStatus::Approved, Some(by), now, None);
            let user = people::requests::carry_out(store, now, caller.actor(), approval.clone(), second)?;
            Ok(Decided { user: Some(user), ..approval.into() })
        }
        ApprovalKind::ChangeSettings => {
            settings::must_still_be_possible(store, &approval)?;
            let approval = decided(approval, ApprovalStatus::Approved, Some(by), now, None);
            settings::carry_out(store, now, caller.actor(), approval.clone())?;
            Ok(approval.into())
        }
        ApprovalKind::CreateWebhook | ApprovalKind::RotateWebhook | ApprovalKind::EnableWebhook => {
            let approval = decided(approval, ApprovalStatus::Approved, Some(by), now, None);
            let webhook = webhooks::requests::carry_out(store, now, caller.actor(), approval.clone())?;
            Ok(Decided { webhook: Some(webhook), ..approval.into() })
        }
    }
}

/// A new password that two people agreed to, which the person's own object has to set before the decision is recorded.
#[derive(Clone, Debug)]
pub struct Reset {
    /// The request.
    pub approval: ApprovalID,
    /// Login of the member.
    pub login: Login,
    /// The member.
    pub member: UserID,
    /// Digest of the code's first half.
    pub first: HalfDigest,
}

/// The new password that approving this request sets; none if the request is about anything else or decided already. An
/// invited person has no password yet: the code is the Distributor's own matter then.
pub fn reset_to_make(
    store: &dyn Store,
    now: Timestamp,
    caller: &Caller,
    id: &str,
    input: &Input,
) -> Outcome<Option<Reset>> {
    let approval = store.find_approval(id)?;
    if approval.kind != ApprovalKind::ResetUser || approval.status != ApprovalStatus::Pending {
        return Ok(None);
    }
    let approval = approvable(store, now, caller, id, input)?;
    people::requests::must_still_be_possible(store, &approval)?;
    let member = store.member(people::requests::subject_user(&approval)?);
    let Some(member) = member.filter(|member| member.account().is_some()) else { return Ok(None) };
    let first = approval.first_half.ok_or_else(|| InternalError::new("a reset without a first half"))?;
    Ok(Some(Reset { approval: approval.id, login: member.login.clone(), member: member.person.id, first }))
}

/// The request, if the caller may approve it as it stands; nothing is carried out.
pub fn approvable(store: &dyn Store, now: Timestamp, caller: &Caller, id: &str, input: &Input) -> Outcome<Approval> {
    let approval = may_decide(store, caller, id)?;
    caller.must_prove()?;
    let mut body = input.object()?;
    let digest = body.required_text("digest");
    body.finish()?;
    store.profile().refuse_suspended()?;
    caller.member.refuse_paused(now)?;
    approval.must_be_pending()?;
    let Some(digest) = digest else { return refuse(Code::InvalidRequest, "The request is not complete.") };
    // An unparsable digest never matches.
    approval.must_match(&digest.parse().unwrap_or(Digest::ZERO))?;
    Ok(approval)
}

fn decided(
    approval: Approval,
    status: ApprovalStatus,
    by: Option<&Person>,
    at: Timestamp,
    reason: Option<String>,
) -> Approval {
    Approval { status, decided_by: by.cloned(), decided_at: Some(at), reason, ..approval }
}

/// The key that a request is about.
fn key_of(store: &dyn Store, approval: &Approval) -> Result<Key, InternalError> {
    let id = approval.subject_text("keyID").and_then(|id| id.parse().ok());
    let key = match id {
        Some(id) => store.key(id)?,
        None => None,
    };
    Ok((*key.ok_or_else(|| InternalError::new("a request about a missing key"))?).clone())
}

fn grant_key(store: &mut dyn Store, now: Timestamp, caller: &Caller, approval: Approval) -> Outcome<Decided> {
    let mut key = key_of(store, &approval)?;
    if key.status != KeyStatus::Pending || key.subject() != approval.subject {
        return Err(InternalError::new("a key that differs from its request").into());
    }
    if !store.member(key.maker.id).is_some_and(|maker| maker.holds(Role::Maker)) {
        return refuse(Code::InvalidState, "The person who asked for this key is no longer a maker.");
    }
    let by = &caller.member.person;
    key.status = KeyStatus::Approved;
    key.checker = Some(by.clone());
    key.decided_at = Some(now);
    let approval = decided(approval, ApprovalStatus::Approved, Some(by), now, None);
    let mut entry = EntryBuilder::begin(store, now, "api-key.approved", caller.actor());
    entry.store.remove_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
    if let Some(at) = key.claim_until() {
        entry.store.add_deadline(at, Deadline::Claim(key.id))?;
    }
    entry.approval(approval.clone())?;
    entry.key(key.clone())?;
    entry.done(key.id, json!({ "approvalID": approval.id, "digest": approval.digest }))?;
    Ok(Decided { key: Some(key), ..approval.into() })
}

/// Rejects a request, with a reason.
pub fn reject(store: &mut dyn Store, now: Timestamp, caller: &Caller, id: &str, input: &Input) -> Outcome<Decided> {
    let approval = may_decide(store, caller, id)?;
    let reason = read_reason(input, true)?;
    approval.must_be_pending()?;
    let approval = decided(approval, ApprovalStatus::Rejected, Some(&caller.member.person), now, reason);
    Ok(end(store, now, caller.actor(), approval)?)
}

/// Withdraws a request on behalf of its maker.
pub fn withdraw(store: &mut dyn Store, now: Timestamp, caller: &Caller, id: &str, input: &Input) -> Outcome<Decided> {
    let approval = store.find_approval(id)?;
    caller.may(&[])?;
    if !store.is_same_person(approval.maker.id, &caller.member) {
        return refuse(Code::NotTheMaker, "Only the person who made this request can withdraw it.");
    }
    input.optional_object()?.finish()?;
    approval.must_be_pending()?;
    let approval = decided(approval, ApprovalStatus::Withdrawn, Some(&caller.member.person), now, None);
    Ok(end(store, now, caller.actor(), approval)?)
}

/// Ends a request that nobody decided in time.
pub fn lapse(store: &mut dyn Store, now: Timestamp, approval: Approval) -> Result<(), InternalError> {
    let at = approval.expires_at;
    let approval = decided(approval, ApprovalStatus::Expired, None, at, None);
    end(store, now, Actor::System, approval).map(|_| ())
}

/// Ends a request without carrying it out and gives back everything that it held.
pub fn end(store: &mut dyn Store, now: Timestamp, actor: Actor, approval: Approval) -> Result<Decided, InternalError> {
    if approval.kind == ApprovalKind::Operation {
        let operation = operations::lifecycle::find(store, &approval)?;
        let why = match approval.status {
            ApprovalStatus::Expired => {
                approval.reason.clone().unwrap_or_else(|| "Nobody decided within 24 hours.".to_string())
            }
            ApprovalStatus::Withdrawn => {
                let name = approval.decided_by.as_ref().map(|person| person.name.as_str()).unwrap_or_default();
                format!("Withdrawn by {name}.")
            }
            _ => approval.reason.clone().unwrap_or_default(),
        };
        let operation = operations::lifecycle::give_back(store, now, actor, operation, &approval, why)?;
        return Ok(Decided { operation: Some(operation), ..approval.into() });
    }

    if approval.kind == ApprovalKind::ChangeSettings {
        settings::end(store, now, actor, &approval)?;
        return Ok(approval.into());
    }

    if approval.kind.is_about_webhook() {
        webhooks::requests::end(store, now, actor, &approval)?;
        return Ok(approval.into());
    }
    if !matches!(approval.kind, ApprovalKind::IssueKey | ApprovalKind::RotateKey) {
        people::requests::end(store, now, actor, &approval)?;
        return Ok(approval.into());
    }

    let mut key = key_of(store, &approval)?;
    let (status, kind) = match approval.status {
        ApprovalStatus::Rejected => (KeyStatus::Rejected, "api-key.rejected"),
        ApprovalStatus::Withdrawn => (KeyStatus::Withdrawn, "api-key.withdrawn"),
        _ => (KeyStatus::Lapsed, "api-key.lapsed"),
    };
    key.status = status;
    key.reason.clone_from(&approval.reason);
    if approval.status == ApprovalStatus::Rejected {
        key.checker.clone_from(&approval.decided_by);
        key.decided_at = approval.decided_at;
    }
    let mut entry = EntryBuilder::begin(store, now, kind, actor);
    entry.store.remove_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
    entry.approval(approval.clone())?;
    entry.key(key.clone())?;
    entry.done(key.id, json!({ "approvalID": approval.id, "reason": approval.reason }))?;
    Ok(Decided { key: Some(key), ..approval.into() })
}
