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

use super::{Open, Then};
use crate::messages::{Call, ConsoleCaller, Known, ToUser, Welcome};
use crate::platform::answer::Answer;
use crate::platform::random;
use crate::platform::step::{Kind, read_reply};
use crate::worker::routes::Route;

/// Where a call about a member goes on after the person's object replied.
#[derive(Debug)]
pub(crate) enum Next {
    /// Who the login belongs to is known: the request can be made.
    Request,
    /// The person is ready to be a member: the approval can be decided.
    Approve { half: Option<String> },
    /// The password is reset: the approval is answered.
    Reset { half: String },
}

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

impl Open {
    fn ask_person(
        &mut self,
        login: &str,
        message: &ToUser,
        call: &Call,
        caller: &ConsoleCaller,
        next: Next,
    ) -> Outcome<String> {
        let then = Then::Person { call: Box::new(call.clone()), caller: caller.clone(), next };
        self.ask(Kind::User, login, message, then)
    }

    /// Whether a call is about a member and needs the person's own object.
    pub(super) fn is_about_person(&self, call: &Call) -> bool {
        match call.route {
            Route::CreateUser | Route::ResetPassword => true,
            Route::Approve => approvals::find(&self.store, &call.subject)
                .is_ok_and(|approval| matches!(approval.kind, ApprovalKind::CreateUser | ApprovalKind::ResetUser)),
            _ => false,
        }
    }

    /// Begins such a call.
    pub(super) fn begin_person(
        &mut self,
        caller: &Caller,
        call: &Call,
        from: &ConsoleCaller,
        now: Timestamp,
    ) -> Outcome<String> {
        match call.route {
            Route::CreateUser => {
                let new = users::read_new(caller, &call.input)?;
                self.ask_person(new.login.as_str(), &ToUser::Look, call, from, Next::Request)
            }
            Route::ResetPassword => {
                let member = users::find(&self.store, &call.subject)?;
                self.ask_person(member.login.as_str(), &ToUser::Look, call, from, Next::Request)
            }
            _ => self.begin_approval(caller, call, from, now),
        }
    }

    fn begin_approval(
        &mut self,
        caller: &Caller,
        call: &Call,
        from: &ConsoleCaller,
        now: Timestamp,
    ) -> Outcome<String> {
        let approval = approvals::approvable(&self.store, caller, &call.subject, &call.input)?;
        users::must_still_be_possible(&self.store, &approval)?;
        let text = |name: &str| approval.subject.text(name).to_owned();
        let (login, user) = (text("login"), users::subject_user(&approval)?);
        let second = half()?.to_string();
        if approval.kind == ApprovalKind::CreateUser {
            let welcome = Welcome {
                user,
                login: login.parse().map_err(|_| Fault::new("a request for a login that is none"))?,
                name: text("name"),
                distributor: self.store.profile().id,
                approval: approval.id.to_string(),
                halves: approval.first_half.map(|first| (first, second.clone())),
            };
            let half = approval.first_half.map(|_| second);
            return self.ask_person(&login, &ToUser::Welcome(welcome), call, from, Next::Approve { half });
        }
        let Some(first_half) = approval.first_half else {
            return Err(Fault::new("a reset without the first half's mark").into());
        };
        // Decided first: a password that was reset without a decision would be a loosening that
        // nobody agreed to.
        self.write(|store| approvals::approve(store, now, caller, &call.subject, &call.input).map(|_| ()))?;
        let distributor = self.store.profile().id;
        let message = ToUser::Reset { distributor, first_half, second_half: second.clone() };
        self.ask_person(&login, &message, call, from, Next::Reset { half: second })
    }

    /// Goes on with the reply of the person's object.
    pub(super) fn resume_person(
        &mut self,
        caller: &Caller,
        call: &Call,
        next: Next,
        reply: &str,
        now: Timestamp,
    ) -> Outcome<Answer> {
        match next {
            Next::Request => {
                let known: Option<Known> = read_reply(reply)?;
                self.request_person(caller, call, known, now)
            }
            Next::Approve { half } => {
                read_reply::<()>(reply)?;
                self.write(|store| approvals::approve(store, now, caller, &call.subject, &call.input).map(|_| ()))?;
                self.decided(&call.subject, half.as_deref())
            }
            Next::Reset { half } => {
                read_reply::<()>(reply)?;
                // Their sessions have ended, and what listens with them.
                let user = users::subject_user(&approvals::find(&self.store, &call.subject)?)?;
                self.store.db.close_sockets(&user.to_string(), 4401)?;
                self.decided(&call.subject, Some(&half))
            }
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
    pub(super) fn refuse_stranger(&mut self, call: &Call, caller: &ConsoleCaller) -> Outcome<String> {
        let disabled = self.store.member(caller.user).is_some_and(|member| member.disabled);
        if !disabled || !caller.only_here {
            return Err(Refusal::not_found().into());
        }
        let then = Then::Ended { origin: call.origin.clone() };
        self.ask(Kind::User, caller.login.as_str(), &ToUser::End, then)
    }
}
