//! Requests about members: a new member, further roles, a new code.

use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::approvals::open_requests::refuse_too_many;
use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, InternalError, Outcome, refuse};
use crate::id::{ApprovalID, UserID};
use crate::people::caller::Caller;
use crate::people::codes::{CodeDigest, HalfDigest, VALID_MS};
use crate::people::model::{
    Actor, Admission, Invitation, Login, Member, Person, Role, in_order, read_name, read_roles,
};
use crate::store::{Deadline, Store};
use crate::text::input::Idempotency;
use crate::text::input::Input;
use crate::text::json_text;

/// A person that an admin wants to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// Login of the new member.
    pub login: Login,
    /// Name of the person at this distributor.
    pub name: String,
    /// Roles of the new member.
    pub roles: Vec<Role>,
}

/// A request about a user.
#[derive(Clone, Debug)]
pub struct Requested {
    /// The request.
    pub approval: Approval,
    /// True if the same call was made before.
    pub replayed: bool,
}

/// Reads the body of `POST /users`.
pub fn read_new(caller: &Caller, input: &Input) -> Outcome<NewUser> {
    caller.may(&[Role::Admin])?;
    caller.must_prove()?;
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
    input.idempotency(&caller.member.person.id.to_string(), route, &json_text::write(values)?)
}

fn replay(store: &dyn Store, idempotency: Option<&Idempotency>) -> Outcome<Option<Requested>> {
    let Some(key) = idempotency else { return Ok(None) };
    let Some(subject) = store.recall(key)? else { return Ok(None) };
    Ok(Some(Requested { approval: store.find_approval(&subject)?, replayed: true }))
}

pub(crate) struct Ask<'a> {
    pub(crate) kind: ApprovalKind,
    pub(crate) entry: &'static str,
    pub(crate) user: UserID,
    pub(crate) subject: Value,
    pub(crate) first_half: Option<HalfDigest>,
    pub(crate) idempotency: Option<&'a Idempotency>,
}

/// Refuses a request that waits for its decision already: approved twice, the second would undo what came between.
pub(crate) fn refuse_repeated(store: &dyn Store, kind: ApprovalKind, subject: &Value) -> Outcome<()> {
    // The ID of a person who is no member yet is made for each request.
    let same = |open: &Value| match kind {
        ApprovalKind::CreateUser => open.get("login") == subject.get("login"),
        _ => open == subject,
    };
    if store.pending_approvals()?.iter().any(|open| open.kind == kind && same(&open.subject)) {
        return refuse(Code::AlreadyExists, "The same was asked for already and waits for its decision.");
    }
    Ok(())
}

/// Ends every open request about a member who changed, but for the one that changed them.
pub(crate) fn end_all_about(
    store: &mut dyn Store,
    now: Timestamp,
    actor: &Actor,
    user: UserID,
    but: Option<ApprovalID>,
) -> Result<(), InternalError> {
    let about =
        |approval: &Approval| approval.kind.is_about_user() && subject_user(approval).is_ok_and(|of| of == user);
    for approval in store.pending_approvals()?.into_iter().filter(|it| about(it) && Some(it.id) != but) {
        let reason = Some("The person that it is about changed since it was asked for.".to_owned());
        let ended = Approval { status: ApprovalStatus::Expired, decided_at: Some(now), reason, ..approval };
        end(store, now, actor.clone(), &ended)?;
    }
    Ok(())
}

/// Makes a request about a member, in one entry.
pub(crate) fn ask(
    store: &mut dyn Store,
    moment: Moment,
    caller: &Caller,
    ask: Ask<'_>,
) -> Result<Approval, InternalError> {
    let profile = store.profile();
    let mut entry = EntryBuilder::begin(store, moment.now, ask.entry, caller.actor());
    let id = ApprovalID::from_uuid(profile.numbering().uuid(entry.number(), moment.now, moment.random));
    let approval = Approval {
        first_half: ask.first_half,
        ..Approval::ask(id, profile.id, ask.kind, ask.subject, &caller.member.person, moment.now)?
    };
    entry.store.add_deadline(approval.expires_at, Deadline::Approval(id))?;
    entry.approval(approval.clone())?;
    if let Some(key) = ask.idempotency {
        entry.store.remember(key, &id.to_string())?;
    }
    entry.done(ask.user, json!({ "approvalID": id, "digest": approval.digest, "subject": approval.subject }))?;
    Ok(approval)
}

/// Requests a new member on behalf of an admin, who knows the first half of the joining code. The user ID is made for the
/// membership, so the answer tells nothing of the login.
pub fn request_new(
    store: &mut dyn Store,
    moment: Moment,
    caller: &Caller,
    input: &Input,
    user: UserID,
    first: HalfDigest,
) -> Outcome<Requested> {
    let new = read_new(caller, input)?;
    let values = (&new.login, &new.name, &new.roles);
    let idempotency = idempotency(caller, input, "POST users", &values)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(before);
    }
    store.profile().refuse_suspended()?;
    refuse_too_many(store, caller, moment.now)?;
    if is_member(store, &new.login) {
        return refuse(Code::AlreadyExists, "This login is a member of the distributor already.");
    }
    let subject = json!({ "userID": user, "login": new.login, "name": new.name, "roles": new.roles });
    let kind = ApprovalKind::CreateUser;
    refuse_repeated(store, kind, &subject)?;
    let (entry, first_half) = ("user.requested", Some(first));
    let approval =
        ask(store, moment, caller, Ask { kind, entry, user, subject, first_half, idempotency: idempotency.as_ref() })?;
    Ok(Requested { approval, replayed: false })
}

/// True if a member has the login; who left has not.
pub fn is_member(store: &dyn Store, login: &Login) -> bool {
    store.members().iter().any(|member| member.login == *login && !member.has_left())
}

/// Requests a new code for a member on behalf of an admin: a new password, or a new joining code while the member is
/// invited.
pub fn request_reset(
    store: &mut dyn Store,
    moment: Moment,
    caller: &Caller,
    id: &str,
    input: &Input,
    first: HalfDigest,
) -> Outcome<Requested> {
    let member = store.find_member(id)?;
    caller.may(&[Role::Admin])?;
    caller.must_prove()?;
    input.optional_object()?.finish()?;
    let idempotency = idempotency(caller, input, "POST users reset-password", &id)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(before);
    }
    store.profile().refuse_suspended()?;
    refuse_too_many(store, caller, moment.now)?;
    let user = member.person.id;
    let subject = json!({
        "userID": user, "login": member.login, "name": member.person.name, "memberVersion": member.version,
    });
    let kind = ApprovalKind::ResetUser;
    refuse_repeated(store, kind, &subject)?;
    let entry = "user.reset-requested";
    let first_half = Some(first);
    let approval =
        ask(store, moment, caller, Ask { kind, entry, user, subject, first_half, idempotency: idempotency.as_ref() })?;
    Ok(Requested { approval, replayed: false })
}

/// The user that a request concerns.
pub fn subject_user(approval: &Approval) -> Outcome<UserID> {
    let id = approval.subject_text("userID").and_then(|id| id.parse().ok());
    Ok(id.ok_or_else(|| InternalError::new("a request about a user without an ID"))?)
}

/// The login that a request concerns.
fn subject_login(approval: &Approval) -> Result<Login, InternalError> {
    let login = approval.subject_text("login").and_then(|login| login.parse().ok());
    login.ok_or_else(|| InternalError::new("a stored login that cannot be parsed"))
}

fn roles_of(approval: &Approval, member: &str) -> Result<Vec<Role>, InternalError> {
    Ok(serde_json::from_value(approval.subject.get(member).cloned().unwrap_or_default())?)
}

/// Repeats, at the moment of approval, the checks whose result may have changed since the request.
pub fn must_still_be_possible(store: &dyn Store, approval: &Approval) -> Outcome<()> {
    if !store.member(approval.maker.id).is_some_and(|maker| maker.holds(Role::Admin)) {
        return refuse(Code::InvalidState, "The person who asked for this is no longer an admin.");
    }
    let user = subject_user(approval)?;
    match (approval.kind, store.member(user).filter(|member| !member.has_left())) {
        (ApprovalKind::CreateUser, Some(_)) => refuse(Code::InvalidState, "This person is a member already."),
        (ApprovalKind::CreateUser, None) if is_member(store, &subject_login(approval)?) => {
            refuse(Code::InvalidState, "This login is a member already.")
        }
        (ApprovalKind::CreateUser, None) => Ok(()),
        (_, None) => refuse(Code::InvalidState, "This person is no member."),
        (_, Some(member)) if approval.subject.get("memberVersion") != Some(&json!(member.version)) => {
            refuse(Code::ApprovalStale, "This person changed since the request was made; ask again.")
        }
        (_, Some(_)) => Ok(()),
    }
}

/// Carries out an approved request: the member is invited or changed. The second half completes the code of a request that
/// makes one.
pub fn carry_out(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    approval: Approval,
    second: HalfDigest,
) -> Outcome<Member> {
    let user = subject_user(&approval)?;
    let code = approval.first_half.map(|first| CodeDigest { first, second });
    let (kind, member) = match (approval.kind, store.member(user), code) {
        (ApprovalKind::CreateUser, None, Some(code)) => {
            let name = approval.subject_text("name").unwrap_or_default().to_owned();
            let (person, roles) = (Person { id: user, name }, roles_of(&approval, "roles")?);
            ("user.created", Member::invited(person, subject_login(&approval)?, roles, code, now))
        }
        (ApprovalKind::GrantUser, Some(member), None) => {
            // Roles removed since the request stay removed, apart from the requested ones.
            let mut roles = member.roles.clone();
            roles.extend(roles_of(&approval, "gains")?);
            let roles = in_order(&roles);
            let enables = approval.subject.get("enables") == Some(&Value::Bool(true));
            let (version, disabled) = (member.version + 1, member.disabled && !enables);
            ("user.granted", Member { version, roles, disabled, ..(*member).clone() })
        }
        (ApprovalKind::ResetUser, Some(member), Some(code)) => {
            let version = member.version + 1;
            let changed = match &member.admission {
                Admission::Invited(_) => {
                    let admission = Admission::Invited(Some(Invitation { code, until: now.plus_ms(VALID_MS) }));
                    Member { version, admission, ..(*member).clone() }
                }
                _ => Member { version, factors: None, reset_at: Some(now), ..(*member).clone() },
            };
            ("user.reset", changed)
        }
        _ => return Err(InternalError::new("a user request that does not match its member").into()),
    };
    let id = approval.id;
    let mut entry = EntryBuilder::begin(store, now, kind, actor.clone());
    entry.store.remove_deadline(approval.expires_at, Deadline::Approval(id))?;
    let details = json!({ "approvalID": id, "digest": approval.digest, "roles": member.roles });
    entry.approval(approval)?;
    entry.member(member.clone())?;
    entry.done(user, details)?;
    end_all_about(store, now, &actor, user, Some(id))?;
    Ok(member)
}

/// Ends a request about a user without carrying it out.
pub fn end(store: &mut dyn Store, now: Timestamp, actor: Actor, approval: &Approval) -> Result<(), InternalError> {
    let kind = match approval.status {
        ApprovalStatus::Rejected => "user.rejected",
        ApprovalStatus::Withdrawn => "user.withdrawn",
        _ => "user.lapsed",
    };
    let mut entry = EntryBuilder::begin(store, now, kind, actor);
    entry.store.remove_deadline(approval.expires_at, Deadline::Approval(approval.id))?;
    entry.approval(approval.clone())?;
    let subject: String =
        approval.subject.get("userID").and_then(Value::as_str).map_or_else(|| approval.id.to_string(), String::from);
    entry.done(subject, json!({ "approvalID": approval.id, "reason": approval.reason }))
}
