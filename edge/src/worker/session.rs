//! Sessions: signing in, the caller's own session, signing out, changing the password; joining and leaving are calls of a
//! session too.

use serde::Serialize;
use universal_wallet_core::error::{Code, Error, Outcome};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::{Login, Role};
use universal_wallet_core::people::sign_in::not_signed_in;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Input;

use super::begun::Begun;
use super::client::Client;
use super::memberships;
use crate::calls::objects;
use crate::calls::step::READ_BODY;
use crate::http::answer::Answer;
use crate::http::cookie::{self, Cookie};
use crate::http::query::Query;
use crate::http::request::Request;
use crate::http::routes::Route;
use crate::http::shown_person::ShownPerson;
use crate::messages::to_distributor::{Membership, ToDistributor};
use crate::messages::to_sign_ins::ToSignIns;
use crate::messages::to_user::{SignedIn, ToUser};

/// A signed-in person and their distributors.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session<'a> {
    /// ID of the account, which only its own session shows.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// Login in lower case.
    login: &'a str,
    /// Name of the person.
    name: &'a str,
    /// True if others made the password, which must be changed before anything else.
    must_change_password: bool,
    /// Distributors of which the person is a member.
    distributors: &'a [SessionDistributor],
    /// Client address of the call, if the platform provides it.
    #[serde(rename = "clientIP")]
    client_ip: Option<&'a str>,
}

/// A person's membership of a distributor.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SessionDistributor {
    /// ID of the distributor.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// ID of the person as a user of the distributor.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// Name of the distributor; absent while it does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Roles at the distributor; none while it does not answer, or while the person is disabled there.
    roles: Vec<Role>,
    /// Absent for an active member.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<MembershipStatus>,
}

/// Why a membership cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum MembershipStatus {
    /// The person is disabled at the distributor.
    Disabled,
    /// The distributor does not answer.
    Unavailable,
}

pub(super) fn begin(request: &Request<'_>, route: Route, [distributor, _, _]: [&str; 3]) -> Outcome<Begun> {
    if request.has_body() {
        request.refuse_cross_site()?;
    }
    let cookie = request.cookie.and_then(Cookie::read);
    if route != Route::SignIn && cookie.is_none() {
        return Err(not_signed_in().into());
    }
    Query::of(route, request.query)?;
    let Some(input) = request.input() else { return Ok(Begun::Step(READ_BODY.into())) };
    let shown = ShownPerson::of(request, route)?;
    let from = Client::of(request);
    Ok(match cookie.filter(|_| route != Route::SignIn) {
        None => Begun::asking(async move { sign_in(&input, from).await }),
        Some(cookie) => {
            let distributor = distributor.parse().ok();
            Begun::asking(async move {
                let ask = ToUser::Session { token: cookie.token };
                let person: SignedIn = objects::user(cookie.login.as_str()).ask(&ask).await?;
                if route == Route::GetSession {
                    return session(person, from.ip).await;
                }
                shown.must_be(person.account)?;
                match route {
                    Route::SignOut => sign_out(cookie).await,
                    Route::JoinDistributor => {
                        session(memberships::join(&cookie, person, &from, &input).await?, from.ip).await
                    }
                    Route::LeaveDistributor => memberships::leave(person, distributor, &input).await,
                    _ => change_password(cookie, &input).await,
                }
            })
        }
    })
}

async fn sign_in(input: &Input, from: Client) -> Outcome<Answer> {
    let mut body = input.object()?;
    let login = body.required_text("login");
    let password = body.required_text("password");
    if login.as_ref().is_some_and(|login| login.len() > 256) {
        body.error("login", "is too long");
    }
    body.finish()?;
    let (Some(login), Some(password)) = (login, password) else { return Err(not_signed_in().into()) };
    let login = login.to_ascii_lowercase();
    // The record of failures stores logins as digests only.
    let digest = Digest::of(&[login.as_bytes()]);
    // A text that cannot be a login belongs to nobody and costs the same work.
    let name = login.parse::<Login>().map_or_else(|_| format!("nobody:{digest}"), |login| login.as_str().into());
    let failures = objects::sign_ins(&from.subscriber);
    if let Some(code) = CodeDigest::parse(&password) {
        failures.ask::<()>(&ToSignIns::TryCode { login: digest }).await?;
        return session(memberships::sign_in_by_code(&name, code, &from).await?, from.ip).await;
    }
    failures.ask::<()>(&ToSignIns::Try { login: digest }).await?;
    let attempt = ToUser::SignIn { password: password.into(), ip: from.subscriber };
    let person = objects::user(&name).ask(&attempt).await?;
    // A failure counted too many is no reason to refuse the right password.
    let _ = failures.ask::<()>(&ToSignIns::Succeeded { login: digest }).await;
    session(person, from.ip).await
}

async fn sign_out(Cookie { login, token }: Cookie) -> Outcome<Answer> {
    end_session(&login, &ToUser::SignOut { token }).await?;
    Ok(Answer::empty().header("Set-Cookie", cookie::clear()))
}

async fn change_password(Cookie { login, token }: Cookie, input: &Input) -> Outcome<Answer> {
    let mut body = input.object()?;
    let current = body.required_text("current");
    let new = body.required_text("new");
    body.finish()?;
    let (Some(current), Some(new)) = (current, new) else { return Err(not_signed_in().into()) };
    end_session(&login, &ToUser::ChangePassword { token, current: current.into(), new: new.into() }).await?;
    Ok(Answer::empty())
}

/// Sends the person's object a message that ends sessions, then closes the person's sockets at the distributors.
async fn end_session(login: &Login, message: &ToUser) -> Outcome<()> {
    let person: SignedIn = objects::user(login.as_str()).ask(message).await?;
    let ended = ToDistributor::SessionEnded { account: person.account };
    for listed in person.memberships {
        // A socket that could not be closed ends with its session's next call.
        let _ = objects::distributor(listed.distributor).ask::<()>(&ended).await;
    }
    Ok(())
}

/// The session object; each distributor reports the person's membership. One that does not answer keeps nobody from the
/// others, and a membership that its distributor does not know is left out.
async fn session(person: SignedIn, ip: Option<String>) -> Outcome<Answer> {
    let mut found = Vec::new();
    let ask = ToDistributor::Membership { account: person.account };
    for listed in &person.memberships {
        let (distributor_id, user_id) = (listed.distributor, listed.member);
        let membership: Outcome<Option<Membership>> = objects::distributor(distributor_id).ask(&ask).await;
        found.push(match membership {
            Ok(Some(Membership { user, name, roles, disabled: false })) => {
                SessionDistributor { distributor_id, user_id: user, name: Some(name), roles, status: None }
            }
            Ok(Some(Membership { user, name, .. })) => {
                let status = Some(MembershipStatus::Disabled);
                SessionDistributor { distributor_id, user_id: user, name: Some(name), roles: Vec::new(), status }
            }
            Ok(None) => continue,
            Err(Error::Refusal(refusal)) if refusal.code == Code::NotFound => continue,
            Err(_) => {
                let status = Some(MembershipStatus::Unavailable);
                SessionDistributor { distributor_id, user_id, name: None, roles: Vec::new(), status }
            }
        });
    }
    let session = Session {
        user_id: person.account,
        login: person.login.as_str(),
        name: &person.name,
        must_change_password: person.must_change_password,
        distributors: &found,
        client_ip: ip.as_deref(),
    };
    let answer = Answer::json(200, &session)?;
    match &person.token {
        Some(secret) => Ok(answer.header("Set-Cookie", cookie::set(&person.login, secret.expose())?)),
        None => Ok(answer),
    }
}
