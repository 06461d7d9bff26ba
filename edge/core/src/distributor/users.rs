//! Members: adding one, a role, or a new password needs two people; taking away needs one.

use std::string::{String, ToString};
use std::vec::Vec;

use universal_wallet::Timestamp;
use universal_wallet::id::{ApprovalID, UserID};

use super::{Caller, approvals, refuse_suspended};
use crate::act::{Act, Moment};
use crate::api_key::KeyStatus;
use crate::approval::{Approval, ApprovalKind, ApprovalStatus};
use crate::document;
use crate::input::Input;
use crate::password::HalfMark;
use crate::people::{Actor, Login, Member, Person, Role, ability, in_order, read_name, read_roles};
use crate::refusal::{Code, Fault, Outcome, Refusal, refuse};
use crate::store::{Due, Idempotency, Store};
use serde_json::{Value, json};

/// A person that an admin wants to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// What they will sign in with.
    pub login: Login,
    /// What they are called, where the login is new.
    pub name: String,
    /// What they may do here.
    pub roles: Vec<Role>,
}

/// Who a login belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Somebody; they keep their name and password.
    Known(Person),
    /// Nobody yet: they will have this ID, and a password whose first half has this mark.
    New(UserID, HalfMark),
}

/// A request about a user.
#[derive(Clone, Debug)]
pub struct Requested {
    /// The request.
    pub approval: Approval,
    /// The same call was made before.
    pub replayed: bool,
}

/// Reads a member that must be there.
pub fn find(store: &dyn Store, id: &str) -> Outcome<Member> {
    let id: UserID = id.parse().map_err(|_| Refusal::not_found())?;
    Ok((*store.member(id).ok_or_else(Refusal::not_found)?).clone())
}

/// Reads `POST /users`: who is to be added.
pub fn read_new(caller: &Caller, input: &Input) -> Outcome<NewUser> {
    caller.may(&[Role::Admin])?;
    input.idempotency_key()?;
    let mut body = input.object()?;
    let login = body.required("login");
    let name = read_name(&mut body, "name");
    let roles = read_roles(&mut body);
    body.finish()?;
    match (login, name) {
        (Some(login), Some(name)) => Ok(NewUser { login, name, roles }),
        _ => refuse(Code::InvalidRequest, "The request is not complete."),
    }
}

fn idempotency(
    caller: &Caller,
    input: &Input,
    route: &str,
    values: &impl serde::Serialize,
) -> Outcome<Option<Idempotency>> {
    input.idempotency(&caller.member.person.id.to_string(), route, &document::write(values)?)
}

fn replay(store: &dyn Store, idempotency: Option<&Idempotency>) -> Outcome<Option<Requested>> {
    let Some(key) = idempotency else { return Ok(None) };
    let Some(subject) = store.recall(key)? else { return Ok(None) };
    Ok(Some(Requested { approval: approvals::find(store, &subject)?, replayed: true }))
}

struct Ask<'a> {
    kind: ApprovalKind,
    entry: &'static str,
    user: UserID,
    subject: Value,
    first_half: Option<HalfMark>,
    idempotency: Option<&'a Idempotency>,
}

fn ask(store: &mut dyn Store, moment: Moment, caller: &Caller, ask: Ask<'_>) -> Result<Approval, Fault> {
    let profile = store.profile();
    let mut act = Act::begin(store, moment.now, ask.entry, caller.actor());
    let id = ApprovalID::from_uuid(profile.numbering().uuid(act.number(), moment.now, moment.random));
    let approval = Approval {
        first_half: ask.first_half,
        ..Approval::ask(id, profile.id, ask.kind, ask.subject, &caller.member.person, moment.now)?
    };
    act.store.add_deadline(approval.expires_at, Due::Approval(id))?;
    act.approval(approval.clone())?;
    if let Some(key) = ask.idempotency {
        act.store.remember(key, &id.to_string())?;
    }
    act.done(ask.user, json!({ "approvalID": id, "digest": approval.digest, "subject": approval.subject }))?;
    Ok(approval)
}

/// An admin asks for a new member.
pub fn request_new(
    store: &mut dyn Store,
    moment: Moment,
    caller: &Caller,
    input: &Input,
    identity: &Identity,
) -> Outcome<Requested> {
    let new = read_new(caller, input)?;
    let values = (&new.login, &new.name, &new.roles);
    let idempotency = idempotency(caller, input, "POST users", &values)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(before);
    }
    refuse_suspended(&store.profile())?;
    if store.members().iter().any(|member| member.login == new.login) {
        return refuse(Code::AlreadyExists, "This login is a member of the distributor already.");
    }
    let (user, name, first_half) = match identity {
        Identity::Known(person) => (person.id, person.name.clone(), None),
        Identity::New(user, half) => (*user, new.name, Some(*half)),
    };
    let subject = json!({ "userID": user, "login": new.login, "name": name, "roles": new.roles });
    let kind = ApprovalKind::CreateUser;
    let entry = "user.requested";
    let approval =
        ask(store, moment, caller, Ask { kind, entry, user, subject, first_half, idempotency: idempotency.as_ref() })?;
    Ok(Requested { approval, replayed: false })
}

/// An admin asks for a new password for a member.
pub fn request_reset(
    store: &mut dyn Store,
    moment: Moment,
    caller: &Caller,
    id: &str,
    input: &Input,
    half: HalfMark,
) -> Outcome<Requested> {
    let member = find(store, id)?;
    caller.may(&[Role::Admin])?;
    input.optional_object()?.finish()?;
    let idempotency = idempotency(caller, input, "POST users reset-password", &id)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(before);
    }
    refuse_suspended(&store.profile())?;
    let user = member.person.id;
    let subject = json!({ "userID": user, "login": member.login, "name": member.person.name });
    let kind = ApprovalKind::ResetUser;
    let entry = "user.reset-requested";
    let first_half = Some(half);
    let approval =
        ask(store, moment, caller, Ask { kind, entry, user, subject, first_half, idempotency: idempotency.as_ref() })?;
    Ok(Requested { approval, replayed: false })
}

/// What a change of a member did: at once, and what waits for another person.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The member now.
    pub member: Member,
    /// What was asked for.
    pub approval: Option<Approval>,
}

/// An admin changes a member: roles are taken and disabling is done at once, roles are given and
/// enabling is done after another person agreed.
pub fn change(store: &mut dyn Store, moment: Moment, caller: &Caller, id: &str, input: &Input) -> Outcome<Changed> {
    let member = find(store, id)?;
    caller.may(&[Role::Admin])?;
    let mut body = input.object()?;
    let roles = if body.has("roles") { Some(read_roles(&mut body)) } else { None };
    let disabled = body.boolean("disabled");
    body.finish()?;
    let wanted = roles.unwrap_or_else(|| member.roles.clone());
    let disabled = disabled.unwrap_or(member.disabled);
    let kept: Vec<Role> = member.roles.iter().copied().filter(|role| wanted.contains(role)).collect();
    let gained: Vec<Role> = wanted.iter().copied().filter(|role| !member.roles.contains(role)).collect();
    let enables = member.disabled && !disabled;

    let tightened = Member { roles: kept, disabled: member.disabled || disabled, ..member.clone() };
    let tightens = tightened != member;
    if tightens {
        refuse_last(store, &tightened)?;
    }
    let loosens = enables || !gained.is_empty();
    if loosens {
        refuse_suspended(&store.profile())?;
    }
    if tightens {
        tighten(store, moment.now, caller, &member, &tightened)?;
    }
    let approval = if loosens {
        let user = member.person.id;
        let subject = json!({ "userID": user, "login": member.login, "name": member.person.name, "roles": in_order(&wanted), "gains": gained, "enables": enables });
        let (kind, entry) = (ApprovalKind::GrantUser, "user.grant-requested");
        Some(ask(store, moment, caller, Ask { kind, entry, user, subject, first_half: None, idempotency: None })?)
    } else {
        None
    };
    let member = if tightens { find(store, id)? } else { member };
    Ok(Changed { member, approval })
}

/// Refuses what would leave nobody to manage users, or nobody to decide what others ask for.
fn refuse_last(store: &dyn Store, changed: &Member) -> Outcome<()> {
    let before: Vec<Member> = store.members().iter().map(|member| (**member).clone()).collect();
    let mut after = before.clone();
    for member in &mut after {
        if member.person.id == changed.person.id {
            member.clone_from(changed);
        }
    }
    let (before, after) = (ability(before.iter()), ability(after.iter()));
    if before.admin && !after.admin {
        return refuse(Code::InvalidState, "This is the last active admin; make another person admin first.");
    }
    if (before.keys && !after.keys) || (before.users && !after.users) {
        return refuse(
            Code::InvalidState,
            "Without this person nobody could approve what others ask for; add another person first.",
        );
    }
    Ok(())
}

/// Takes roles or disables, at once; what the person had asked for and may no longer ask lapses.
fn tighten(
    store: &mut dyn Store,
    now: Timestamp,
    caller: &Caller,
    before: &Member,
    after: &Member,
) -> Result<(), Fault> {
    let lost = |role: Role| before.holds(role) && !after.holds(role);
    let (no_maker, no_admin) = (lost(Role::Maker), lost(Role::Admin));
    let mut act = Act::begin(store, now, "user.tightened", caller.actor());
    let details = json!({ "roles": after.roles, "disabled": after.disabled, "before": before.roles });
    let id = act.member(after.clone())?;
    act.done(id, details)?;
    for approval in store.pending_approvals()?.into_iter().filter(|approval| approval.maker.id == id) {
        let lapses = match approval.kind {
            ApprovalKind::IssueKey | ApprovalKind::RotateKey => no_maker,
            // What a key asked for stays: the key is not the person.
            ApprovalKind::Operation => no_maker && approval.subject["keyID"].as_str().unwrap_or_default().is_empty(),
            ApprovalKind::CreateUser | ApprovalKind::GrantUser | ApprovalKind::ResetUser => no_admin,
        };
        if lapses {
            let reason = Some("The person who asked may no longer ask for this.".to_string());
            let ended = Approval { status: ApprovalStatus::Expired, decided_at: Some(now), reason, ..approval };
            approvals::end(store, now, caller.actor(), ended)?;
        }
    }
    if no_maker {
        for mut key in store.approved_keys()?.into_iter().filter(|key| key.maker.id == id) {
            let mut act = Act::begin(store, now, "api-key.lapsed", caller.actor());
            if let Some(at) = key.claim_until() {
                act.store.remove_deadline(at, Due::Claim(key.id))?;
            }
            key.status = KeyStatus::Lapsed;
            let key_id = key.id;
            act.key(key)?;
            act.done(key_id, json!({ "reason": "Its maker may no longer claim it." }))?;
        }
    }
    Ok(())
}

/// The person that a request is about.
pub fn subject_user(approval: &Approval) -> Outcome<UserID> {
    let id = approval.subject["userID"].as_str().unwrap_or_default().parse().ok();
    Ok(id.ok_or_else(|| Fault::new("a request about a user without an ID"))?)
}

fn roles_of(approval: &Approval, member: &str) -> Result<Vec<Role>, Fault> {
    Ok(serde_json::from_value(approval.subject[member].clone())?)
}

/// Checks again, at the moment of approval, what may have changed since the request was made.
pub fn must_still_be_possible(store: &dyn Store, approval: &Approval) -> Outcome<()> {
    if !store.member(approval.maker.id).is_some_and(|maker| maker.holds(Role::Admin)) {
        return refuse(Code::InvalidState, "The person who asked for this is no longer an admin.");
    }
    let user = subject_user(approval)?;
    let there = store.member(user).is_some();
    match approval.kind {
        ApprovalKind::CreateUser if there => refuse(Code::InvalidState, "This person is a member already."),
        ApprovalKind::GrantUser | ApprovalKind::ResetUser if !there => {
            refuse(Code::InvalidState, "This person is no member.")
        }
        _ => Ok(()),
    }
}

/// Another person agreed: the member is added or changed.
pub fn carry_out(store: &mut dyn Store, now: Timestamp, actor: Actor, approval: Approval) -> Outcome<Member> {
    let user = subject_user(&approval)?;
    let text = |name: &str| approval.subject[name].as_str().unwrap_or_default().to_string();
    let (kind, member) = match (approval.kind, store.member(user)) {
        (ApprovalKind::CreateUser, None) => {
            let login = text("login").parse().map_err(|_| Fault::new("a request for a login that is none"))?;
            let person = Person { id: user, name: text("name") };
            let roles = roles_of(&approval, "roles")?;
            ("user.created", Member { entry: 0, person, login, roles, disabled: false, created_at: now })
        }
        (ApprovalKind::GrantUser, Some(member)) => {
            // What was taken since the request was made is not given back by it.
            let mut roles = member.roles.clone();
            roles.extend(roles_of(&approval, "gains")?);
            let roles = in_order(&roles);
            let enables = approval.subject["enables"] == true;
            ("user.granted", Member { roles, disabled: member.disabled && !enables, ..(*member).clone() })
        }
        (ApprovalKind::ResetUser, Some(member)) => ("user.reset", (*member).clone()),
        _ => return Err(Fault::new("a request about a user that does not fit").into()),
    };
    let mut act = Act::begin(store, now, kind, actor);
    act.store.remove_deadline(approval.expires_at, Due::Approval(approval.id))?;
    let details = json!({ "approvalID": approval.id, "digest": approval.digest, "roles": member.roles });
    act.approval(approval)?;
    act.member(member.clone())?;
    act.done(user, details)?;
    Ok(member)
}

/// A request about a user ends without being carried out.
pub fn end(store: &mut dyn Store, now: Timestamp, actor: Actor, approval: &Approval) -> Result<(), Fault> {
    let kind = match approval.status {
        ApprovalStatus::Rejected => "user.rejected",
        ApprovalStatus::Withdrawn => "user.withdrawn",
        _ => "user.lapsed",
    };
    let mut act = Act::begin(store, now, kind, actor);
    act.store.remove_deadline(approval.expires_at, Due::Approval(approval.id))?;
    act.approval(approval.clone())?;
    let subject: String =
        approval.subject.get("userID").and_then(Value::as_str).map_or_else(|| approval.id.to_string(), String::from);
    act.done(subject, json!({ "approvalID": approval.id, "reason": approval.reason }))
}
