//! Changes of members: adding a member, a role or a new password takes two people; removing takes one.

use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::approvals::open_requests::refuse_too_many;
use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, InternalError, Outcome, refuse};
use crate::id::UserID;
use crate::people::ability::ability;
use crate::people::caller::Caller;
use crate::people::model::{Actor, Admission, Member, Role, in_order, read_roles};
use crate::people::requests::{Ask, ask, end_all_about, refuse_repeated};
use crate::people::second_factor::events::{FactorEvent, MemberFactors};
use crate::store::Store;
use crate::text::input::Input;
use crate::{approvals, keys, webhooks};

/// Result of a member change: the part done at once, and the part that waits for another person.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The member after the change.
    pub member: Member,
    /// The request for the part that needs approval.
    pub approval: Option<Approval>,
}

/// Changes a member on behalf of an admin. Removing roles and disabling take effect at once; adding roles and enabling
/// need another person's approval.
pub fn change(store: &mut dyn Store, moment: Moment, caller: &Caller, id: &str, input: &Input) -> Outcome<Changed> {
    let member = store.find_member(id)?;
    caller.may(&[Role::Admin])?;
    caller.must_prove()?;
    let mut body = input.object()?;
    let roles = if body.has("roles") { Some(read_roles(&mut body)) } else { None };
    let disabled = body.boolean("disabled");
    body.finish()?;
    let wanted = roles.unwrap_or_else(|| member.roles.clone());
    let disabled = disabled.unwrap_or(member.disabled);
    let kept: Vec<Role> = member.roles.iter().copied().filter(|role| wanted.contains(role)).collect();
    let gained: Vec<Role> = wanted.iter().copied().filter(|role| !member.roles.contains(role)).collect();
    let enables = member.disabled && !disabled;

    let tightens = kept != member.roles || (disabled && !member.disabled);
    let (version, now_disabled) = (member.version + u64::from(tightens), member.disabled || disabled);
    let admission = match &member.admission {
        // Disabling an invited person voids the code.
        Admission::Invited(_) if now_disabled => Admission::Invited(None),
        admission => admission.clone(),
    };
    let tightened = Member { version, roles: kept, disabled: now_disabled, admission, ..member.clone() };
    if tightens {
        refuse_last(store, &tightened)?;
    }
    let loosens = enables || !gained.is_empty();
    let subject = json!({
        "userID": member.person.id, "login": member.login, "name": member.person.name, "roles": in_order(&wanted),
        "gains": gained, "enables": enables, "memberVersion": version,
    });
    if loosens {
        store.profile().refuse_suspended()?;
        refuse_too_many(store, caller, moment.now)?;
        if member.is_same_person(&caller.member) && !tightened.holds(Role::Admin) {
            return refuse(
                Code::InvalidState,
                "Nobody asks for roles who is no admin any more: ask for yours first, then give up being an admin.",
            );
        }
        refuse_repeated(store, ApprovalKind::GrantUser, &subject)?;
    }
    if tightens {
        let details = json!({
            "roles": tightened.roles, "disabled": tightened.disabled, "before": member.roles,
        });
        tighten(store, moment.now, &caller.actor(), ("user.tightened", details), &member, &tightened)?;
    }
    let approval = if loosens {
        let user = member.person.id;
        let (kind, entry) = (ApprovalKind::GrantUser, "user.grant-requested");
        Some(ask(store, moment, caller, Ask { kind, entry, user, subject, first_half: None, idempotency: None })?)
    } else {
        None
    };
    let member = if tightens { store.find_member(id)? } else { member };
    Ok(Changed { member, approval })
}

/// Ends a membership on behalf of its person, as disabling does. A person who left already is answered alike, so that a
/// leaving that broke off can be repeated. Returns the ID of the member who left.
pub fn leave(store: &mut dyn Store, now: Timestamp, account: UserID) -> Outcome<Option<UserID>> {
    let Some(member) = store.member_of(account) else { return Ok(None) };
    let left = Member { version: member.version + 1, admission: Admission::Left { account }, ..(*member).clone() };
    refuse_last(store, &left)?;
    let actor = Actor::User(member.person.clone());
    tighten(store, now, &actor, ("user.left", json!({ "login": member.login })), &member, &left)?;
    Ok(Some(member.person.id))
}

/// Records an event of a person's second factors. It changes no right, so requests about the member stay.
pub fn note_factors(
    store: &mut dyn Store,
    now: Timestamp,
    account: UserID,
    event: FactorEvent,
    has: &MemberFactors,
) -> Result<(), InternalError> {
    let Some(member) = store.member_of(account) else { return Ok(()) };
    let Some(factors) = member.factors.clone().unwrap_or_default().after(event, has, now) else { return Ok(()) };
    let mut entry = EntryBuilder::begin(store, now, event.kind(), Actor::User(member.person.clone()));
    let id = entry.member(Member { factors: Some(factors), ..(*member).clone() })?;
    entry.done(id, event.method().map_or_else(|| json!({}), |method| json!({ "method": method })))
}

/// Refuses a change that leaves nobody to manage users, or nobody to decide other people's requests.
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

/// Removes roles, disables or ends the membership at once; pending requests that the person may no longer make lapse.
fn tighten(
    store: &mut dyn Store,
    now: Timestamp,
    actor: &Actor,
    (kind, details): (&'static str, Value),
    before: &Member,
    after: &Member,
) -> Result<(), InternalError> {
    let lost = |role: Role| before.holds(role) && !after.holds(role);
    let (no_maker, no_admin) = (lost(Role::Maker), lost(Role::Admin));
    let mut entry = EntryBuilder::begin(store, now, kind, actor.clone());
    let id = entry.member(after.clone())?;
    entry.done(id, details)?;
    end_all_about(store, now, actor, id, None)?;
    for approval in store.pending_approvals()?.into_iter().filter(|approval| approval.maker.id == id) {
        let lapses = match approval.kind {
            ApprovalKind::IssueKey
            | ApprovalKind::RotateKey
            | ApprovalKind::CreateWebhook
            | ApprovalKind::RotateWebhook
            | ApprovalKind::EnableWebhook => no_maker,
            // Operations requested by a key stay: the key is not the person.
            ApprovalKind::Operation => no_maker && approval.subject_text("keyID").is_none(),
            ApprovalKind::CreateUser
            | ApprovalKind::GrantUser
            | ApprovalKind::ResetUser
            | ApprovalKind::ChangeSettings => no_admin,
        };
        if lapses {
            let reason = Some("The person who asked may no longer ask for this.".to_string());
            let ended = Approval { status: ApprovalStatus::Expired, decided_at: Some(now), reason, ..approval };
            approvals::decide::end(store, now, actor.clone(), ended)?;
        }
    }
    if no_maker {
        for key in store.approved_keys()?.into_iter().filter(|key| key.maker.id == id) {
            keys::lifecycle::lapse(store, now, actor.clone(), key, "Its maker may no longer claim it.")?;
        }
        webhooks::endpoints::lapse_all_of(store, now, actor, id)?;
    }
    Ok(())
}
