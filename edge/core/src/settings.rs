//! Settings of a distributor: whether its members need a second factor, and when its float is low. Tightening acts at
//! once; doing without a factor takes two people.

use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::approvals::open_requests::refuse_too_many;
use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, InternalError, Outcome, refuse};
use crate::id::ApprovalID;
use crate::people::caller::Caller;
use crate::people::model::{Actor, Role};
use crate::people::second_factor::proof::Requirement;
use crate::store::{Deadline, Profile, Store};
use crate::text::input::Input;

/// The subject of a request to do without a second factor.
fn subject() -> Value {
    json!({ "secondFactor": Requirement::Optional })
}

/// Changes settings on behalf of an admin; returns the request for a change that needs another person.
pub fn change(store: &mut dyn Store, moment: Moment, caller: &Caller, input: &Input) -> Outcome<Option<Approval>> {
    caller.may(&[Role::Admin])?;
    caller.must_prove()?;
    let before = store.profile();
    let mut body = input.object()?;
    let second_factor = match body.text("secondFactor").as_deref() {
        None => before.second_factor,
        Some("required") => Requirement::Required,
        Some("optional") => Requirement::Optional,
        Some(_) => {
            body.error("secondFactor", "must be required or optional");
            before.second_factor
        }
    };
    let low_float = if body.has("lowFloat") { body.amount("lowFloat") } else { before.low_float };
    body.finish()?;
    let loosens = before.second_factor.is_required() && !second_factor.is_required();
    if loosens {
        before.refuse_suspended()?;
        let asks = |open: &Approval| open.kind == ApprovalKind::ChangeSettings;
        if store.pending_approvals()?.iter().any(asks) {
            return refuse(Code::AlreadyExists, "The same was asked for already and waits for its decision.");
        }
        refuse_too_many(store, caller, moment.now)?;
    }
    let kept = if loosens { before.second_factor } else { second_factor };
    if (kept, low_float) != (before.second_factor, before.low_float) {
        let profile = Profile { second_factor: kept, low_float, ..(*before).clone() };
        write(store, moment.now, caller.actor(), profile, None)?;
    }
    if loosens { Ok(Some(ask(store, moment, caller)?)) } else { Ok(None) }
}

/// Writes the settings, with the request that they carry out, if any.
fn write(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    profile: Profile,
    approval: Option<Approval>,
) -> Result<(), InternalError> {
    let (id, details) = (profile.id, json!({ "secondFactor": profile.second_factor, "lowFloat": profile.low_float }));
    let mut entry = EntryBuilder::begin(store, now, "settings.changed", actor);
    if let Some(approval) = approval {
        entry.store.remove_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
        entry.approval(approval)?;
    }
    entry.profile(profile)?;
    entry.done(id, details)
}

fn ask(store: &mut dyn Store, moment: Moment, caller: &Caller) -> Result<Approval, InternalError> {
    let profile = store.profile();
    let mut entry = EntryBuilder::begin(store, moment.now, "settings.requested", caller.actor());
    let id = ApprovalID::from_uuid(profile.numbering().uuid(entry.number(), moment.now, moment.random));
    let (kind, maker) = (ApprovalKind::ChangeSettings, &caller.member.person);
    let approval = Approval::ask(id, profile.id, kind, subject(), maker, moment.now)?;
    entry.store.add_deadline(approval.expires_at, Deadline::Approval(id))?;
    entry.approval(approval.clone())?;
    entry.done(profile.id, json!({ "approvalID": id, "digest": approval.digest, "subject": approval.subject }))?;
    Ok(approval)
}

/// Repeats, at the moment of approval, the check whose result may have changed since the request.
pub fn must_still_be_possible(store: &dyn Store, approval: &Approval) -> Outcome<()> {
    if !store.member(approval.maker.id).is_some_and(|maker| maker.holds(Role::Admin)) {
        return refuse(Code::InvalidState, "The person who asked for this is no longer an admin.");
    }
    Ok(())
}

/// Carries out an approved request.
pub fn carry_out(store: &mut dyn Store, now: Timestamp, actor: Actor, approval: Approval) -> Result<(), InternalError> {
    let profile = Profile { second_factor: Requirement::Optional, ..(*store.profile()).clone() };
    write(store, now, actor, profile, Some(approval))
}

/// Ends a request without carrying it out.
pub fn end(store: &mut dyn Store, now: Timestamp, actor: Actor, approval: &Approval) -> Result<(), InternalError> {
    let kind = match approval.status {
        ApprovalStatus::Rejected => "settings.rejected",
        ApprovalStatus::Withdrawn => "settings.withdrawn",
        _ => "settings.lapsed",
    };
    let distributor = store.profile().id;
    let mut entry = EntryBuilder::begin(store, now, kind, actor);
    entry.store.remove_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
    entry.approval(approval.clone())?;
    entry.done(distributor, json!({ "approvalID": approval.id, "reason": approval.reason }))
}
