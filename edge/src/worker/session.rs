//! Signing in, one's own session, signing out, changing one's password.

use std::fmt::Write as _;

use serde::Serialize;
use universal_wallet::id::{DistributorID, UserID};
use universal_wallet_core::digest::{Digest, same};
use universal_wallet_core::input::Input;
use universal_wallet_core::ip::IPBlock;
use universal_wallet_core::people::{Login, Role};
use universal_wallet_core::refusal::{Code, Outcome, Refusal, refuse};
use universal_wallet_core::sign_in::{SESSION_MS, wrong_credentials};

use super::Step;
use super::request::Request;
use super::routes::Route;
use crate::messages::{Membership, SignedIn, ToDistributor, ToSignIns, ToUser};
use crate::platform::answer::{Answer, internal};
use crate::platform::calls::ask;
use crate::platform::config::config;
use crate::platform::step::Kind;

const NAME: &str = "__Host-uw_session";

/// A cookie that we made: whose it is, and the digest of its secret.
#[derive(Debug)]
pub(crate) struct Cookie {
    pub(crate) login: Login,
    pub(crate) token: Digest,
}

/// The tag that tells our own cookies, so that forged ones never reach an object.
fn tag(login: &str, secret: &str) -> Option<String> {
    let tag = config()?.sessions.tag(&[b"universal-wallet/session/v1\0", login.as_bytes(), b"\0", secret.as_bytes()]);
    Some(hex(tag.get(..16)?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Cookie {
    /// The session cookie of a request: the login in hex, the secret, the tag.
    pub(crate) fn of(request: &Request<'_>) -> Option<Self> {
        let value = request.cookie?.split([';', ',']).find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == NAME).then_some(value)
        })?;
        let mut parts = value.split('.');
        let (hex_login, secret, sent) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || hex_login.len() > 256 {
            return None;
        }
        let (pairs, rest) = hex_login.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        let login = String::from_utf8(bytes.filter(|_| rest.is_empty())?).ok()?;
        if !same(tag(&login, secret)?.as_bytes(), sent.as_bytes()) {
            return None;
        }
        Some(Self { login: login.parse().ok()?, token: Digest::of(&[secret.as_bytes()]) })
    }
}

fn set_cookie(login: &Login, secret: &str) -> Option<String> {
    let login = login.as_str();
    let value = format!("{}.{secret}.{}", hex(login.as_bytes()), tag(login, secret)?);
    Some(format!("{NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}", SESSION_MS / 1000))
}

/// The refusal without a session.
pub(crate) fn not_signed_in() -> Refusal {
    Refusal::new(Code::NotSignedIn, "You are not signed in, or your session has ended; sign in again.")
}

/// Refuses what a browser says another site's page sent.
pub(crate) fn refuse_cross_site(request: &Request<'_>) -> Outcome<()> {
    if request.is_cross_site() {
        return refuse(Code::CrossSiteRequest, "This request came from another site's page and was not carried out.");
    }
    Ok(())
}

/// A signed-in person and their distributors.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session<'a> {
    /// Names the person.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// What they sign in with, in lower case.
    login: &'a str,
    /// What they are called.
    name: &'a str,
    /// Others made the password: nothing else is possible before it is changed.
    must_change_password: bool,
    /// Where they are a member.
    distributors: &'a [SessionDistributor],
    /// Where the call comes from, as far as the platform tells.
    #[serde(rename = "clientIP")]
    client_ip: Option<&'a str>,
}

/// What a person is at a distributor.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SessionDistributor {
    /// Names it.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// What it is called.
    name: String,
    /// What they may do there.
    roles: Vec<Role>,
}

pub(super) fn begin(request: Request<'_>, route: Route) -> Outcome<Step> {
    if request.has_body() {
        refuse_cross_site(&request)?;
    }
    let cookie = Cookie::of(&request);
    if route != Route::SignIn && cookie.is_none() {
        return Err(not_signed_in().into());
    }
    let Some(input) = request.input() else { return Ok(Step::Body) };
    let from = From { address: address(&request), ip: request.client().map(|address| address.to_string()) };
    Ok(Step::Call(Box::pin(answer(route, cookie, input, from))))
}

/// Where a request comes from.
struct From {
    /// The name of the record of failed sign-ins.
    address: String,
    ip: Option<String>,
}

/// The name of the record of failed sign-ins of the caller's address.
fn address(request: &Request<'_>) -> String {
    request.client().map_or_else(|| "unknown".into(), |address| IPBlock::subscriber(address).to_string())
}

/// The record of failures knows logins by digest alone.
fn login_digest(login: &str) -> Digest {
    Digest::of(&[login.as_bytes()])
}

async fn answer(route: Route, cookie: Option<Cookie>, input: Input, from: From) -> Outcome<Answer> {
    let Some(Cookie { login, token }) = cookie.filter(|_| route != Route::SignIn) else {
        return sign_in(&input, from).await;
    };
    match route {
        Route::SignOut => {
            end(&login, &ToUser::SignOut { token }).await?;
            let cookie = format!("{NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
            Ok(Answer::empty().header("Set-Cookie", cookie))
        }
        Route::ChangePassword => {
            let mut body = input.object()?;
            let current = body.required_text("current");
            let new = body.required_text("new");
            body.finish()?;
            let (Some(current), Some(new)) = (current, new) else { return Err(not_signed_in().into()) };
            end(&login, &ToUser::ChangePassword { token, current, new }).await?;
            Ok(Answer::empty())
        }
        _ => session(ask(Kind::User, login.as_str(), &ToUser::Session { token }).await?, from.ip).await,
    }
}

async fn sign_in(input: &Input, from: From) -> Outcome<Answer> {
    let mut body = input.object()?;
    let login = body.required_text("login");
    let password = body.required_text("password");
    if login.as_ref().is_some_and(|login| login.len() > 256) {
        body.error("login", "is too long");
    }
    body.finish()?;
    let (Some(login), Some(password)) = (login, password) else { return Err(not_signed_in().into()) };
    let login = login.to_ascii_lowercase();
    let digest = login_digest(&login);
    // A text that can be no login belongs to nobody, and is found out at the same cost.
    let name = login.parse::<Login>().map_or_else(|_| format!("nobody:{digest}"), |login| login.as_str().into());
    ask::<()>(Kind::SignIns, &from.address, &ToSignIns::Try { login: digest }).await?;
    let person = ask(Kind::User, name, &ToUser::SignIn { password, ip: from.address.clone() }).await?;
    // A failure counted too many is no reason to refuse the right password.
    let _ = ask::<()>(Kind::SignIns, &from.address, &ToSignIns::Succeeded { login: digest }).await;
    session(person, from.ip).await
}

/// Ends sessions; whoever listens with them is told.
async fn end(login: &Login, message: &ToUser) -> Outcome<()> {
    let person: SignedIn = ask(Kind::User, login.as_str(), message).await?;
    for distributor in person.distributors {
        // A socket that could not be closed ends with its session's next call.
        let message = ToDistributor::SessionEnded { user: person.user };
        let _ = ask::<()>(Kind::Distributor, distributor.to_string(), &message).await;
    }
    Ok(())
}

/// The session object; each distributor tells what the person is there.
async fn session(person: SignedIn, ip: Option<String>) -> Outcome<Answer> {
    let mut found = Vec::new();
    for distributor_id in person.distributors.iter().copied() {
        let message = ToDistributor::Membership { user: person.user };
        let membership = ask(Kind::Distributor, distributor_id.to_string(), &message).await?;
        if let Some(Membership { name, roles }) = membership {
            found.push(SessionDistributor { distributor_id, name, roles });
        }
    }
    if found.is_empty() && !person.distributors.is_empty() {
        // Disabled everywhere: no session goes on, and none begins.
        ask::<()>(Kind::User, person.login.as_str(), &ToUser::End).await?;
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
    let Some(secret) = &person.token else { return Ok(answer) };
    let Some(cookie) = set_cookie(&person.login, secret) else { return Err(internal().into()) };
    Ok(answer.header("Set-Cookie", cookie))
}
