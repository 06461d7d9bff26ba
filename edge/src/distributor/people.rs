//! Members: adding one and resetting a password involve the person's own object, so these calls
//! go there first, or last, and come back.

use serde::Serialize;
use universal_wallet::Timestamp;
use universal_wallet::id::{ApprovalID, UserID};
use universal_wallet_core::act::Moment;
use universal_wallet_core::approval::{Approval, ApprovalKind};
use universal_wallet_core::distributor::users::{Identity, Requested};
use universal_wallet_core::distributor::{Caller, approvals, users};
use universal_wallet_core::password::{HALF_CHARACTERS, HalfMark, random_text};
use universal_wallet_core::people::Person;
use universal_wallet_core::refusal::{Code, Fault, Outcome, Refusal, refuse};
use universal_wallet_core::store::Store;
use universal_wallet_core::view::{ApprovalView, UserView};
use zeroize::Zeroizing;

use super::{Next, Open, Shared};
use crate::messages::{Call, ConsoleCaller, Known, ToUser, Welcome};
use crate::platform::answer::Answer;
use crate::platform::calls::ask;
use crate::platform::random;
use crate::platform::step::Kind;
use crate::worker::routes::Route;

/// A request about a user.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserRequested {
    /// Names the request.
    #[serde(rename = "approvalID")]
    approval_id: ApprovalID,
    /// The person that it is about.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// The request.
    approval: ApprovalView,
    /// The first half of a new password, shown this once; absent for a login that exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_half: Option<String>,
}

/// A changed user, and what waits for another person.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserChanged {
    #[serde(flatten)]
    member: UserView,
    /// The same once more.
    user: UserView,
    /// Names the request for what was not taken but given.
    #[serde(rename = "approvalID", skip_serializing_if = "Option::is_none")]
    approval_id: Option<ApprovalID>,
    /// That request.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
}

fn half() -> Result<Zeroizing<String>, Fault> {
    Ok(random_text(&random::bytes()?, HALF_CHARACTERS))
}

/// The answer to a request about a user: the request, and one half of a new password, shown once.
fn requested(requested: &Requested, half: Option<&str>) -> Outcome<Answer> {
    let approval = &requested.approval;
    let body = UserRequested {
        approval_id: approval.id,
        user_id: users::subject_user(approval)?,
        approval: approval.view(),
        password_half: half.filter(|_| !requested.replayed).map(str::to_owned),
    };
    let answer = Answer::json(201, &body)?;
    Ok(if requested.replayed { answer.header("Idempotent-Replayed", "true") } else { answer })
}

impl Shared {
    /// One synchronous stretch of a person's call; who calls is checked again.
    fn for_caller<T>(
        &self,
        from: &ConsoleCaller,
        run: impl FnOnce(&mut Open, &Caller, Timestamp) -> Outcome<T>,
    ) -> Outcome<T> {
        self.step(|open, now| {
            open.settle(now)?;
            let caller = open.caller(from).ok_or_else(Refusal::not_found)?;
            run(open, &caller, now)
        })
    }
}

/// Answers a call about a member.
pub(super) async fn answer(open: &Shared, call: &Call, from: &ConsoleCaller) -> Outcome<Answer> {
    if call.route == Route::Approve {
        return approve(open, call, from).await;
    }
    let login = open.for_caller(from, |open, caller, _| {
        Ok(match call.route {
            Route::CreateUser => users::read_new(caller, &call.input)?.login,
            _ => users::find(&open.store, &call.subject)?.login.clone(),
        })
    })?;
    let known: Option<Known> = ask(Kind::User, login.as_str(), &ToUser::Look).await?;
    open.for_caller(from, |open, caller, now| open.request_person(caller, call, known, now))
}

async fn approve(open: &Shared, call: &Call, from: &ConsoleCaller) -> Outcome<Answer> {
    let second = half()?.to_string();
    let approval = open.for_caller(from, |open, caller, now| {
        let approval = approvals::approvable(&open.store, caller, &call.subject, &call.input)?;
        users::must_still_be_possible(&open.store, &approval)?;
        if approval.kind == ApprovalKind::ResetUser {
            if approval.first_half.is_none() {
                return Err(Fault::new("a reset without the first half's mark").into());
            }
            // Decided first: a password that was reset without a decision would be a loosening that
            // nobody agreed to.
            open.write(|store| approvals::approve(store, now, caller, &call.subject, &call.input).map(|_| ()))?;
        }
        Ok(approval)
    })?;
    let text = |name: &str| approval.subject[name].as_str().unwrap_or_default().to_owned();
    let (login, user) = (text("login"), users::subject_user(&approval)?);
    if approval.kind == ApprovalKind::CreateUser {
        let welcome = Welcome {
            user,
            login: login.parse().map_err(|_| Fault::new("a request for a login that is none"))?,
            name: text("name"),
            distributor: call.distributor,
            approval: approval.id.to_string(),
            halves: approval.first_half.map(|first| (first, second.clone())),
        };
        ask::<()>(Kind::User, login, &ToUser::Welcome(welcome)).await?;
        return open.for_caller(from, |open, caller, now| {
            open.write(|store| approvals::approve(store, now, caller, &call.subject, &call.input).map(|_| ()))?;
            open.decided(&call.subject, approval.first_half.is_some().then_some(second.as_str()))
        });
    }
    let Some(first_half) = approval.first_half else {
        return Err(Fault::new("a reset without the first half's mark").into());
    };
    let message = ToUser::Reset { distributor: call.distributor, first_half, second_half: second.clone() };
    ask::<()>(Kind::User, login, &message).await?;
    open.for_caller(from, |open, _, _| {
        // Their sessions have ended, and what listens with them.
        open.store.db.close_sockets(&user.to_string(), 4401)?;
        open.decided(&call.subject, Some(&second))
    })
}

impl Open {
    /// Whether a call is about a member and needs the person's own object.
    pub(super) fn is_about_person(&self, call: &Call) -> bool {
        match call.route {
            Route::CreateUser | Route::ResetPassword => true,
            Route::Approve => approvals::find(&self.store, &call.subject)
                .is_ok_and(|approval| matches!(approval.kind, ApprovalKind::CreateUser | ApprovalKind::ResetUser)),
            _ => false,
        }
    }

    fn request_person(
        &mut self,
        caller: &Caller,
        call: &Call,
        known: Option<Known>,
        now: Timestamp,
    ) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let first = half()?;
        let mark = HalfMark::of(&first);
        if call.route == Route::ResetPassword {
            let only_here = known.is_some_and(|known| known.distributors == [self.store.profile().id]);
            if !only_here {
                // The role is checked first, so that nobody learns of other memberships by asking.
                caller.may(&[universal_wallet_core::people::Role::Admin])?;
                return refuse(
                    Code::InvalidState,
                    "This person is a member of other distributors too; ask the issuer to reset the password.",
                );
            }
            let made =
                self.write(|store| users::request_reset(store, moment, caller, &call.subject, &call.input, mark))?;
            return requested(&made, Some(&first));
        }
        let identity = match known {
            Some(known) => Identity::Known(Person { id: known.user, name: known.name }),
            None => Identity::New(UserID::from_uuid(random::uuid()?), mark),
        };
        let made = self.write(|store| users::request_new(store, moment, caller, &call.input, &identity))?;
        requested(&made, matches!(identity, Identity::New(..)).then_some(first.as_str()))
    }

    /// `PATCH /users/{userID}`: what is taken is taken at once, what is given waits for another
    /// person.
    pub(super) fn change_user(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let changed = self.write(|store| users::change(store, moment, caller, &call.subject, &call.input))?;
        let body = UserChanged {
            member: changed.member.view(),
            user: changed.member.view(),
            approval_id: changed.approval.as_ref().map(|approval| approval.id),
            approval: changed.approval.as_ref().map(Approval::view),
        };
        if changed.member.disabled || changed.member.roles.is_empty() {
            self.store.db.close_sockets(&changed.member.person.id.to_string(), 4403)?;
        }
        Ok(Answer::json(200, &body)?)
    }

    /// The user that an approval is about.
    pub(super) fn user_of(&self, approval: &Approval) -> Outcome<Option<UserView>> {
        let user = users::subject_user(approval)?;
        Ok(self.store.member(user).map(|member| member.view()))
    }

    /// A person who is no active member calls. Where they belong nowhere else, their sessions end.
    pub(super) fn refuse_stranger(&self, caller: &ConsoleCaller) -> Outcome<Next> {
        let disabled = self.store.member(caller.user).is_some_and(|member| member.disabled);
        if disabled && caller.only_here { Ok(Next::EndSessions) } else { Err(Refusal::not_found().into()) }
    }
}
