//! Sessions: signing in, the caller's own session, signing out, changing the password.

use serde::Serialize;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::model::{Login, Role};
use universal_wallet_core::people::sign_in::{not_signed_in, wrong_credentials};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Input;
use universal_wallet_core::text::ip::IPBlock;

use super::begun::Begun;
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
    /// ID of the user.
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
    /// Name of the distributor.
    name: String,
    /// Roles at the distributor.
    roles: Vec<Role>,
}

pub(super) fn begin(request: &Request<'_>, route: Route) -> Outcome<Begun> {
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
    let from = Client {
        subscriber: request
            .client()
            .map_or_else(|| "unknown".into(), |address| IPBlock::subscriber(address).to_string()),
        ip: request.client().map(|address| address.to_string()),
    };
    Ok(match cookie.filter(|_| route != Route::SignIn) {
        None => Begun::asking(async move { sign_in(&input, from).await }),
        Some(Cookie { login, token }) => Begun::asking(async move {
            let person: SignedIn = objects::user(login.as_str()).ask(&ToUser::Session { token }).await?;
            if route == Route::GetSession {
                return session(person, from.ip).await;
            }
            shown.must_be(person.user)?;
            match route {
                Route::SignOut => sign_out(&login, token).await,
                _ => change_password(&login, token, &input).await,
            }
        }),
    })
}

/// Origin of a request.
struct Client {
    /// Name of the SignIns object for the address.
    subscriber: String,
    /// Client address, if the platform provides it.
    ip: Option<String>,
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
    failures.ask::<()>(&ToSignIns::Try { login: digest }).await?;
    let attempt = ToUser::SignIn { password: password.into(), ip: from.subscriber };
    let person = objects::user(&name).ask(&attempt).await?;
    // A failure counted too many is no reason to refuse the right password.
    let _ = failures.ask::<()>(&ToSignIns::Succeeded { login: digest }).await;
    session(person, from.ip).await
}

async fn sign_out(login: &Login, token: Digest) -> Outcome<Answer> {
    end_session(login, &ToUser::SignOut { token }).await?;
    Ok(Answer::empty().header("Set-Cookie", cookie::clear()))
}

async fn change_password(login: &Login, token: Digest, input: &Input) -> Outcome<Answer> {
    let mut body = input.object()?;
    let current = body.required_text("current");
    let new = body.required_text("new");
    body.finish()?;
    let (Some(current), Some(new)) = (current, new) else { return Err(not_signed_in().into()) };
    end_session(login, &ToUser::ChangePassword { token, current: current.into(), new: new.into() }).await?;
    Ok(Answer::empty())
}

/// Sends the person's object a message that ends sessions, then closes the person's sockets at the distributors.
async fn end_session(login: &Login, message: &ToUser) -> Outcome<()> {
    let person: SignedIn = objects::user(login.as_str()).ask(message).await?;
    for distributor in person.distributors {
        // A socket that could not be closed ends with its session's next call.
        let _ = objects::distributor(distributor).ask::<()>(&ToDistributor::SessionEnded { user: person.user }).await;
    }
    Ok(())
}

/// The session object; each distributor reports the person's membership.
async fn session(person: SignedIn, ip: Option<String>) -> Outcome<Answer> {
    let mut found = Vec::new();
    for distributor_id in person.distributors.iter().copied() {
        let message = ToDistributor::Membership { user: person.user };
        let membership: Option<Membership> = objects::distributor(distributor_id).ask(&message).await?;
        if let Some(Membership { name, roles }) = membership {
            found.push(SessionDistributor { distributor_id, name, roles });
        }
    }
    if found.is_empty() && !person.distributors.is_empty() {
        // The person is disabled everywhere, so all sessions end.
        objects::user(person.login.as_str()).ask::<()>(&ToUser::End).await?;
        return Err(if person.token.is_some() { wrong_credentials() } else { not_signed_in() }.into());
    }
    let session = Session {
        user_id: person.user,
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
