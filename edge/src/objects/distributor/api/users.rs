//! Members: adding one and resetting a password involve the person's own object, so these calls ask it before or after
//! the decision.

use serde::Serialize;
use universal_wallet_core::approvals::decide;
use universal_wallet_core::approvals::model::{Approval, ApprovalKind};
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{Code, InternalError, Outcome, refuse};
use universal_wallet_core::id::{ApprovalID, UserID};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::members;
use universal_wallet_core::people::model::{Person, Role};
use universal_wallet_core::people::password::{HALF_CHARACTERS, HalfMark, random_text};
use universal_wallet_core::people::requests::{self, Identity, Requested};
use universal_wallet_core::responses::{ApprovalView, UserView};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;
use zeroize::Zeroizing;

use super::lists::{Cursors, page};
use super::member::for_member;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::messages::to_distributor::ConsoleCaller;
use crate::messages::to_user::{Known, ToUser, Welcome};
use crate::objects::distributor::state::DistributorState;
use crate::platform::random;
use crate::platform::sockets::Closing;

/// A request about a user.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserRequested {
    /// ID of the request.
    #[serde(rename = "approvalID")]
    approval_id: ApprovalID,
    /// ID of the user that the request concerns.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// The request.
    approval: ApprovalView,
    /// First half of a new password, shown only in this answer; absent for an existing login.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_half: Option<String>,
}

/// A changed user, and the request for the part that waits for another person.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserChanged {
    #[serde(flatten)]
    member: UserView,
    /// The same user in a nested object.
    user: UserView,
    /// ID of the request for added roles or enabling.
    #[serde(rename = "approvalID", skip_serializing_if = "Option::is_none")]
    approval_id: Option<ApprovalID>,
    /// The request for added roles or enabling.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
}

fn half() -> Result<Zeroizing<String>, InternalError> {
    Ok(random_text(&random::bytes()?, HALF_CHARACTERS))
}

/// The answer to a request about a user, with one half of a new password, shown only once.
fn requested(requested: &Requested, half: Option<&str>) -> Outcome<Answer> {
    let approval = &requested.approval;
    let body = UserRequested {
        approval_id: approval.id,
        user_id: requests::subject_user(approval)?,
        approval: approval.view(),
        password_half: half.filter(|_| !requested.replayed).map(str::to_owned),
    };
    Ok(Answer::json(201, &body)?.replayed(requested.replayed))
}

/// `POST /users`.
pub(super) async fn request_user(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    call: &Call,
) -> Outcome<Answer> {
    let new = for_member(state, from, |_, caller, _| requests::read_new(caller, &call.input)).await?;
    let known: Option<Known> = objects::user(new.login.as_str()).ask(&ToUser::Look).await?;
    let first = half()?;
    let identity = match known {
        Some(known) => Identity::Known(Person { id: known.user, name: known.name }),
        None => Identity::New(UserID::from_uuid(random::uuid()?), HalfMark::of(&first)),
    };
    for_member(state, from, |state, caller, now| {
        let moment = Moment { now, random: random::bits()? };
        let made = state.write(|store| requests::request_new(store, moment, caller, &call.input, &identity))?;
        requested(&made, matches!(identity, Identity::New(..)).then_some(first.as_str()))
    })
    .await
}

/// `POST /users/{userID}/reset-password`.
pub(super) async fn request_reset(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    call: &Call,
) -> Outcome<Answer> {
    let member = for_member(state, from, |state, _, _| state.store.find_member(&call.subject)).await?;
    let known: Option<Known> = objects::user(member.login.as_str()).ask(&ToUser::Look).await?;
    let first = half()?;
    for_member(state, from, |state, caller, now| {
        if known.is_none_or(|known| known.distributors != [call.distributor]) {
            // The role is checked first, so nobody can probe for other memberships.
            caller.may(&[Role::Admin])?;
            return refuse(
                Code::InvalidState,
                "This person is a member of other distributors too; ask the issuer to reset the password.",
            );
        }
        let (moment, mark) = (Moment { now, random: random::bits()? }, HalfMark::of(&first));
        let made =
            state.write(|store| requests::request_reset(store, moment, caller, &call.subject, &call.input, mark))?;
        requested(&made, Some(&first))
    })
    .await
}

/// True if approving the request involves the person's own object.
pub(super) async fn is_about_user(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    call: &Call,
) -> Outcome<bool> {
    for_member(state, from, |state, _, _| {
        Ok(state
            .store
            .find_approval(&call.subject)
            .is_ok_and(|approval| matches!(approval.kind, ApprovalKind::CreateUser | ApprovalKind::ResetUser)))
    })
    .await
}

/// `POST /approvals/{approvalID}/approve` of a new member or a new password.
pub(super) async fn approve(state: &Shared<DistributorState>, from: &ConsoleCaller, call: &Call) -> Outcome<Answer> {
    let second = Secret::from(half()?);
    let approval = for_member(state, from, |state, caller, now| {
        let approval = decide::approvable(&state.store, caller, &call.subject, &call.input)?;
        requests::must_still_be_possible(&state.store, &approval)?;
        if approval.kind == ApprovalKind::ResetUser {
            first_half(&approval)?;
            // Decided first: a password reset without a decision would be a loosening that nobody agreed to.
            state.decide_user(caller, call, now)?;
        }
        Ok(approval)
    })
    .await?;
    let text = |name: &str| approval.subject_text(name).unwrap_or_default().to_owned();
    let (login, user) = (text("login"), requests::subject_user(&approval)?);
    let person = objects::user(&login);
    if approval.kind == ApprovalKind::ResetUser {
        let (distributor, first_half) = (call.distributor, first_half(&approval)?);
        person.ask::<()>(&ToUser::Reset { distributor, first_half, second_half: second.clone() }).await?;
        return for_member(state, from, |state, _, _| {
            // The person's sessions have ended, so their sockets are closed.
            state.store.db.close_sockets(&user.to_string(), Closing::SessionEnded)?;
            state.decided(&call.subject, Some(second.expose()))
        })
        .await;
    }
    let welcome = Welcome {
        user,
        login: login.parse().map_err(|_| InternalError::new("a stored login that cannot be parsed"))?,
        name: text("name"),
        distributor: call.distributor,
        approval: approval.id.to_string(),
        halves: approval.first_half.map(|first| (first, second.clone())),
    };
    person.ask::<()>(&ToUser::Welcome(welcome)).await?;
    for_member(state, from, |state, caller, now| {
        state.decide_user(caller, call, now)?;
        state.decided(&call.subject, approval.first_half.is_some().then_some(second.expose()))
    })
    .await
}

/// The mark of a reset's first password half.
fn first_half(approval: &Approval) -> Result<HalfMark, InternalError> {
    approval.first_half.ok_or_else(|| InternalError::new("a reset without the first half's mark"))
}

impl DistributorState {
    fn decide_user(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<()> {
        self.write(|store| decide::approve(store, now, caller, &call.subject, &call.input).map(|_| ()))
    }

    /// `GET /users`: in the order in which they were added.
    pub(super) fn list_users(&self, caller: &Caller, call: &Call) -> Outcome<Answer> {
        caller.may(&[])?;
        let query = Query::of(call.route, &call.query)?;
        let limit = query.limit()?;
        let cursors = Cursors::new(&self.store, "users");
        let shown = cursors.read(&query)?.unwrap_or(0);
        let members = self.store.members();
        let rest = usize::try_from(shown).ok().and_then(|shown| members.get(shown..)).unwrap_or_default();
        let items = rest.iter().take(limit as usize).map(|member| member.view()).collect();
        let more = rest.len() > limit as usize;
        page(items, more.then(|| cursors.make(shown + u64::from(limit))))
    }

    /// `PATCH /users/{userID}`: removals take effect at once, additions wait for another person.
    pub(super) fn change_user(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let changed = self.write(|store| members::change(store, moment, caller, &call.subject, &call.input))?;
        let body = UserChanged {
            member: changed.member.view(),
            user: changed.member.view(),
            approval_id: changed.approval.as_ref().map(|approval| approval.id),
            approval: changed.approval.as_ref().map(Approval::view),
        };
        if changed.member.disabled || changed.member.roles.is_empty() {
            self.store.db.close_sockets(&changed.member.person.id.to_string(), Closing::MembershipEnded)?;
        }
        Ok(Answer::json(200, &body)?)
    }
}
