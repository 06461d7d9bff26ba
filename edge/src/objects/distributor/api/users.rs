//! Members: adding one and resetting a password involve the person's own object, so these calls ask it before or after
//! the decision.

use serde::Serialize;
use serde_json::Value;
use universal_wallet_core::approvals::decide::{self, Reset};
use universal_wallet_core::approvals::model::Approval;
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{Code, InternalError, Outcome, refuse};
use universal_wallet_core::id::{ApprovalID, DistributorID, UserID};
use universal_wallet_core::people::account::Membership;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::codes::{self, CodeDigest, HalfDigest};
use universal_wallet_core::people::members;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::people::requests::{self, Requested};
use universal_wallet_core::responses::{ApprovalView, UserView};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;

use super::lists::{Cursors, page};
use super::member::for_member;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::messages::to_distributor::{ConsoleCaller, ToDistributor};
use crate::messages::to_user::{Known, ToUser};
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
    /// First half of the joining code or new password, shown only in this answer.
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

/// A new half of a code.
pub(super) fn new_half() -> Result<Secret, InternalError> {
    Ok(codes::half(&random::bytes()?).into())
}

/// The answer to a request about a user, with one half of the code, shown only once.
fn requested(requested: &Requested, half: &Secret) -> Outcome<Answer> {
    let approval = &requested.approval;
    let body = UserRequested {
        approval_id: approval.id,
        user_id: requests::subject_user(approval)?,
        approval: approval.view(),
        password_half: (!requested.replayed).then(|| half.expose().to_owned()),
    };
    Ok(Answer::json(201, &body)?.replayed(requested.replayed))
}

/// `POST /users`. The login's object only learns that the distributor asks for it, whether it has an account or not.
pub(super) async fn request_user(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    call: &Call,
) -> Outcome<Answer> {
    let new = for_member(state, from, |_, caller, _| requests::read_new(caller, &call.input))?;
    let invite = ToUser::Invite { distributor: call.distributor };
    objects::user(new.login.as_str()).ask::<bool>(&invite).await?;
    for_member(state, from, |state, caller, now| {
        let (moment, first) = (Moment { now, random: random::bits()? }, new_half()?);
        let (user, half) = (UserID::from_uuid(random::uuid()?), HalfDigest::of(first.expose()));
        let made = state.write(|store| requests::request_new(store, moment, caller, &call.input, user, half))?;
        requested(&made, &first)
    })
}

/// The memberships of a login elsewhere that their Distributor does not know, as a broken-off joining leaves them. A
/// Distributor that does not answer counts as one that knows it.
async fn unknown_elsewhere(login: &str, here: DistributorID) -> Outcome<(Vec<Membership>, bool)> {
    let known: Option<Known> = objects::user(login).ask(&ToUser::Look).await?;
    let (mut unknown, mut elsewhere) = (Vec::new(), false);
    let Some(Known { account, memberships, .. }) = known else { return Ok((unknown, elsewhere)) };
    for listed in memberships.into_iter().filter(|listed| listed.distributor != here) {
        let ask = ToDistributor::Membership { account };
        match objects::distributor(listed.distributor).ask::<Option<Value>>(&ask).await {
            Ok(None) => unknown.push(listed),
            Ok(Some(_)) | Err(_) => elsewhere = true,
        }
    }
    Ok((unknown, elsewhere))
}

/// `POST /users/{userID}/reset-password`.
pub(super) async fn request_reset(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    call: &Call,
) -> Outcome<Answer> {
    let member = for_member(state, from, |state, caller, _| {
        let member = state.store.find_member(&call.subject)?;
        caller.may(&[Role::Admin])?;
        Ok(member)
    })?;
    let joined = member.account().is_some();
    if joined && unknown_elsewhere(member.login.as_str(), call.distributor).await?.1 {
        return refuse(
            Code::InvalidState,
            "This person is a member of other distributors too; ask the issuer to reset the password.",
        );
    }
    for_member(state, from, |state, caller, now| {
        let (moment, first) = (Moment { now, random: random::bits()? }, new_half()?);
        let half = HalfDigest::of(first.expose());
        let made =
            state.write(|store| requests::request_reset(store, moment, caller, &call.subject, &call.input, half))?;
        requested(&made, &first)
    })
}

/// `POST /approvals/{approvalID}/approve` of a new password: the person's own object judges it in the step that voids the
/// old password. Until it has, nobody else decides the request.
pub(super) async fn approve_reset(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    call: &Call,
    second: &Secret,
) -> Outcome<()> {
    let begun = for_member(state, from, |state, caller, now| {
        if state.was_decided(caller, call)? {
            return Ok(None);
        }
        let Some(reset) = decide::reset_to_make(&state.store, now, caller, &call.subject, &call.input)? else {
            return Ok(None);
        };
        state.deciding.begin(reset.approval, now)?;
        Ok(Some(reset))
    })?;
    let Some(Reset { approval, login, member, first }) = begun else { return Ok(()) };
    let by = Membership { distributor: call.distributor, member };
    let code = CodeDigest { first, second: HalfDigest::of(second.expose()) };
    let result = async {
        let (unknown, _) = unknown_elsewhere(login.as_str(), call.distributor).await?;
        objects::user(login.as_str()).ask::<()>(&ToUser::Reset { by, unknown, code }).await
    }
    .await;
    state.step(|state, _| {
        state.deciding.end(approval);
        if result.is_ok() {
            // The person's sessions have ended, so their sockets are closed.
            state.store.db.close_sockets(&member.to_string(), Closing::SessionEnded)?;
        }
        result
    })
}

impl DistributorState {
    /// `GET /users`: in the order in which they were added.
    pub(super) fn list_users(&self, caller: &Caller, call: &Call) -> Outcome<Answer> {
        caller.may(&[])?;
        let query = Query::of(call.route, &call.query)?;
        let limit = query.limit()?;
        let cursors = Cursors::new(&self.store, "users");
        let shown = cursors.read(&query)?.unwrap_or(0);
        let members = self.store.members();
        let members: Vec<_> = members.iter().filter(|member| !member.has_left()).collect();
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
