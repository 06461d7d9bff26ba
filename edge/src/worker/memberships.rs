//! Memberships of the caller: joining with a code, at sign-in or from a session, and leaving.
//!
//! Two objects take part, and a call may break off between them. The User lists a membership first, which alone means
//! nothing; then the Distributor decides. So whatever breaks off is completed by the same code, or was never made.

use universal_wallet_core::error::{Code, Error, Outcome, Refusal};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::account::Membership;
use universal_wallet_core::people::codes::{CodeDigest, invalid_code};
use universal_wallet_core::people::model::Login;
use universal_wallet_core::people::password::refuse_unchanged;
use universal_wallet_core::people::sign_in::wrong_credentials;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Input;
use universal_wallet_core::text::secret::Secret;

use super::client::Client;
use crate::calls::objects;
use crate::http::answer::Answer;
use crate::http::cookie::Cookie;
use crate::messages::to_distributor::{CodeOwner, ToDistributor};
use crate::messages::to_sign_ins::ToSignIns;
use crate::messages::to_user::{CodeSignIn, SignedIn, Started, ToUser};

/// The membership that a code is for, and the name of its person there.
async fn owner(
    login: &Login,
    code: CodeDigest,
    invited_by: Vec<DistributorID>,
    none: fn() -> Refusal,
) -> Outcome<(Membership, String)> {
    let ask = ToDistributor::Invited { login: login.clone(), code };
    let mut unanswered = false;
    for distributor in invited_by {
        match objects::distributor(distributor).ask::<Option<CodeOwner>>(&ask).await {
            Ok(Some(CodeOwner { user: member, name })) => return Ok((Membership { distributor, member }, name)),
            Ok(None) => {}
            Err(Error::Refusal(refusal)) if refusal.code == Code::NotFound => {}
            Err(_) => unanswered = true,
        }
    }
    // A distributor that does not answer may know the code.
    Err(if unanswered { Refusal::unavailable() } else { none() }.into())
}

/// True if the Distributor refused, and did not just fail to answer.
fn is_decided(refused: &Error) -> bool {
    matches!(refused, Error::Refusal(refusal) if refusal.code.status() < 500)
}

/// Signs in with a code: it is the account's password, or makes the account and joins.
pub(super) async fn sign_in_by_code(name: &str, code: CodeDigest) -> Outcome<SignedIn> {
    let user = objects::user(name);
    match user.ask(&ToUser::SignInByCode { code }).await? {
        CodeSignIn::SignedIn(person) => Ok(person),
        CodeSignIn::NoAccount { invited_by } => {
            let login: Login = name.parse().map_err(|_| wrong_credentials())?;
            let (membership, person) = owner(&login, code, invited_by, wrong_credentials).await?;
            begin_account(&login, code, membership, person, None).await
        }
    }
}

/// Makes an account by the first use of a code. In a demo the issuer uses the code for the person, with a chosen password.
pub(super) async fn begin_account(
    login: &Login,
    code: CodeDigest,
    membership: Membership,
    name: String,
    password: Option<Secret>,
) -> Outcome<SignedIn> {
    let user = objects::user(login.as_str());
    let start = ToUser::Start { code, membership, name };
    let mut started: Started = user.ask(&start).await?;
    if let Started::Other { code, membership } = started {
        // The other code's use may have broken off, and the code may be void by now.
        let ask = ToDistributor::Invited { login: login.clone(), code };
        if objects::distributor(membership.distributor).ask::<Option<CodeOwner>>(&ask).await?.is_none() {
            user.ask::<()>(&ToUser::Abandon { code }).await?;
            started = user.ask(&start).await?;
        }
    }
    let Started::Account(account) = started else { return Err(wrong_credentials().into()) };
    if let Err(refused) = join_distributor(login, code, membership, account).await {
        if is_decided(&refused) {
            user.ask::<()>(&ToUser::Abandon { code }).await?;
            return Err(wrong_credentials().into());
        }
        return Err(refused);
    }
    user.ask(&ToUser::Finish { login: login.clone(), code, password }).await
}

/// Joins; returns whether the account joined with the code before.
async fn join_distributor(login: &Login, code: CodeDigest, membership: Membership, account: UserID) -> Outcome<bool> {
    let message = ToDistributor::Join { login: login.clone(), code, account };
    objects::distributor(membership.distributor).ask(&message).await
}

/// `POST /session/memberships`.
pub(super) async fn join(cookie: &Cookie, person: SignedIn, from: &Client, input: &Input) -> Outcome<SignedIn> {
    refuse_unchanged(person.must_change_password)?;
    let mut body = input.object()?;
    let code = body.required_text("code").map(Secret::from);
    body.finish()?;
    let login = &cookie.login;
    let tried = ToSignIns::TryCode { login: Digest::of(&[login.as_str().as_bytes()]) };
    objects::sign_ins(&from.subscriber).ask::<()>(&tried).await?;
    let code = code.and_then(|code| CodeDigest::parse(code.expose())).ok_or_else(invalid_code)?;

    let (user, token) = (objects::user(login.as_str()), cookie.token);
    let invited_by = user.ask(&ToUser::InvitedBy { token }).await?;
    let (membership, _) = owner(login, code, invited_by, invalid_code).await?;
    let listed: bool = user.ask(&ToUser::BeginJoining { token, membership }).await?;
    match join_distributor(login, code, membership, person.account).await {
        Ok(before) if before && listed => Err(invalid_code().into()),
        Ok(_) => user.ask(&ToUser::Session { token }).await,
        Err(refused) => {
            if is_decided(&refused) && !listed {
                user.ask::<()>(&ToUser::Forget { membership }).await?;
            }
            Err(refused)
        }
    }
}

/// `DELETE /session/memberships/{distributorID}`.
pub(super) async fn leave(person: SignedIn, distributor: Option<DistributorID>, input: &Input) -> Outcome<Answer> {
    let of = |listed: &Membership| Some(listed.distributor) == distributor;
    let listed: Vec<Membership> = person.memberships.iter().copied().filter(of).collect();
    if listed.is_empty() {
        return Err(Refusal::not_found().into());
    }
    refuse_unchanged(person.must_change_password)?;
    input.optional_object()?.finish()?;
    for membership in listed {
        let message = ToDistributor::Leave { account: person.account };
        objects::distributor(membership.distributor).ask::<()>(&message).await?;
        objects::user(person.login.as_str()).ask::<()>(&ToUser::Forget { membership }).await?;
    }
    Ok(Answer::empty())
}
