//! Sessions: signing in, the caller's own session, signing out, changing the password; joining and leaving are calls of a
//! session too.

use universal_wallet_core::error::Outcome;
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::Login;
use universal_wallet_core::people::sign_in::{not_signed_in, wrong_credentials};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Input;
use universal_wallet_core::text::secret::Secret;

use super::begun::Begun;
use super::client::Client;
use super::memberships;
use super::second_factor::{self, relying_party};
use super::session_answer::{close_sockets, session};
use crate::calls::objects;
use crate::calls::step::READ_BODY;
use crate::http::answer::Answer;
use crate::http::cookie::{self, Cookie};
use crate::http::device;
use crate::http::query::Query;
use crate::http::request::Request;
use crate::http::routes::Route;
use crate::http::shown_person::ShownPerson;
use crate::messages::to_sign_ins::ToSignIns;
use crate::messages::to_user::{PasswordSignIn, SignedIn, ToUser};

pub(super) fn begin(request: &Request<'_>, route: Route, [distributor, _, _]: [&str; 3]) -> Outcome<Begun> {
    if request.has_body() {
        request.refuse_cross_site()?;
    }
    let cookie = request.cookie.and_then(Cookie::read);
    let signs_in = matches!(route, Route::SignIn | Route::BeginPasskeySignIn | Route::SignInByPasskey);
    if !signs_in && cookie.is_none() {
        return Err(not_signed_in().into());
    }
    Query::of(route, request.query)?;
    let Some(input) = request.input() else { return Ok(Begun::Step(READ_BODY.into())) };
    let shown = ShownPerson::of(request, route)?;
    let from = Client::of(request);
    let party = relying_party(request.site);
    Ok(match cookie.filter(|_| !signs_in) {
        None => Begun::asking(async move {
            match route {
                Route::BeginPasskeySignIn => second_factor::passkey_options(&party, &input),
                Route::SignInByPasskey => second_factor::sign_in_by_passkey(party, from, &input).await,
                _ => sign_in(&input, from).await,
            }
        }),
        Some(cookie) => {
            let (subject, distributor) = (distributor.to_owned(), distributor.parse().ok());
            Begun::asking(async move {
                if matches!(route, Route::BeginProof | Route::ProveSecondFactor) {
                    // A half session is nobody's yet, and no page shows its person.
                    let ask = ToUser::Session { token: cookie.token };
                    if let Ok(person) = objects::user(cookie.login.as_str()).ask::<SignedIn>(&ask).await {
                        shown.must_be(person.account)?;
                    }
                    return second_factor::answer(route, "", (&cookie, from, party), &input).await;
                }
                let ask = ToUser::Session { token: cookie.token };
                let person: SignedIn = objects::user(cookie.login.as_str()).ask(&ask).await?;
                if route == Route::GetSession {
                    return session(person, &from).await;
                }
                shown.must_be(person.account)?;
                match route {
                    Route::SignOut => sign_out(cookie).await,
                    Route::JoinDistributor => {
                        session(memberships::join(&cookie, person, &from, &input).await?, &from).await
                    }
                    Route::LeaveDistributor => memberships::leave(person, distributor, &input).await,
                    Route::ChangePassword => change_password(cookie, &input).await,
                    _ => second_factor::answer(route, &subject, (&cookie, from, party), &input).await,
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
        return session(memberships::sign_in_by_code(&name, code).await?, &from).await;
    }
    let password = Secret::from(password);
    let user = objects::user(&name);
    if let Some(device) = device::read(from.cookies.as_deref(), &name) {
        let attempt = ToUser::SignIn { password: password.clone(), device: Some(device) };
        if let PasswordSignIn::SignedIn(person) = user.ask(&attempt).await? {
            return session(person, &from).await;
        }
    }
    let of_login = objects::sign_ins(&format!("login:{digest}"));
    failures.ask::<()>(&ToSignIns::Try { login: digest }).await?;
    of_login.ask::<()>(&ToSignIns::TryFromAnywhere).await?;
    let attempt = ToUser::SignIn { password, device: None };
    let PasswordSignIn::SignedIn(person) = user.ask(&attempt).await? else { return Err(wrong_credentials().into()) };
    // A failure counted too many is no reason to refuse the right password.
    let _ = failures.ask::<()>(&ToSignIns::Succeeded { login: digest }).await;
    let _ = of_login.ask::<()>(&ToSignIns::SucceededFromAnywhere).await;
    session(person, &from).await
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
    close_sockets(&person).await;
    Ok(())
}
