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
use crate::platform::config::config;
use crate::platform::step::{Kind, read_reply};

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

/// Where it goes on.
#[derive(Debug)]
pub(crate) enum Then {
    /// The address may try.
    Tried { login: String, password: String, address: String, ip: Option<String> },
    /// The password was right.
    Right { login: String, address: String, ip: Option<String> },
    /// The failures are forgotten.
    Forgotten { person: SignedIn },
    /// The session was found.
    Found { ip: Option<String> },
    /// What the person is at a distributor was told.
    Membership(Members),
    /// The session has ended; whoever listens with it is told.
    Ended { left: Option<Vec<DistributorID>>, user: Option<UserID>, answer: Ending },
    /// The sessions of a person who is disabled everywhere have ended.
    Disabled { refusal: Refusal },
}

/// How the end of a session is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The cookie is taken back.
    SignedOut,
    /// The other sessions have ended; this one goes on.
    PasswordChanged,
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

/// The session object in the making.
#[derive(Debug)]
pub(crate) struct Members {
    person: SignedIn,
    asked: DistributorID,
    left: Vec<DistributorID>,
    found: Vec<SessionDistributor>,
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
    after_body(&request, route, cookie, &input)
}

/// The name of the record of failed sign-ins of the caller's address.
fn address(request: &Request<'_>) -> String {
    request.client().map_or_else(|| "unknown".into(), |address| IPBlock::subscriber(address).to_string())
}

/// The record of failures knows logins by digest alone.
fn login_digest(login: &str) -> Digest {
    Digest::of(&[login.as_bytes()])
}

fn after_body(request: &Request<'_>, route: Route, cookie: Option<Cookie>, input: &Input) -> Outcome<Step> {
    let Some(cookie) = cookie.filter(|_| route != Route::SignIn) else { return sign_in(request, input) };
    let name = cookie.login.as_str();
    match route {
        Route::SignOut => {
            let message = ToUser::SignOut { token: cookie.token };
            Ok(Step::ask(Kind::User, name, &message, ended(Ending::SignedOut))?)
        }
        Route::ChangePassword => {
            let mut body = input.object()?;
            let current = body.required_text("current");
            let new = body.required_text("new");
            body.finish()?;
            let (Some(current), Some(new)) = (current, new) else { return Err(not_signed_in().into()) };
            let message = ToUser::ChangePassword { token: cookie.token, current, new };
            Ok(Step::ask(Kind::User, name, &message, ended(Ending::PasswordChanged))?)
        }
        _ => {
            let then = super::Then::Session(Then::Found { ip: ip_of(request) });
            Ok(Step::ask(Kind::User, name, &ToUser::Session { token: cookie.token }, then)?)
        }
    }
}

fn sign_in(request: &Request<'_>, input: &Input) -> Outcome<Step> {
    let mut body = input.object()?;
    let login = body.required_text("login");
    let password = body.required_text("password");
    if login.as_ref().is_some_and(|login| login.len() > 256) {
        body.error("login", "is too long");
    }
    body.finish()?;
    let (Some(login), Some(password)) = (login, password) else { return Err(not_signed_in().into()) };
    let (login, address) = (login.to_ascii_lowercase(), address(request));
    let message = ToSignIns::Try { login: login_digest(&login) };
    let then = super::Then::Session(Then::Tried { login, password, address: address.clone(), ip: ip_of(request) });
    Ok(Step::ask(Kind::SignIns, address, &message, then)?)
}

pub(super) fn resume(then: Then, reply: &str) -> Outcome<Step> {
    match then {
        Then::Tried { login, password, address, ip } => {
            read_reply::<()>(reply)?;
            let message = ToUser::SignIn { password, ip: address.clone() };
            // A text that can be no login belongs to nobody, and is found out at the same cost.
            let name = match login.parse::<Login>() {
                Ok(login) => login.as_str().to_owned(),
                Err(_) => format!("nobody:{}", login_digest(&login)),
            };
            let then = super::Then::Session(Then::Right { login, address, ip });
            Ok(Step::ask(Kind::User, name, &message, then)?)
        }
        Then::Right { login, address, ip } => {
            let person = SignedIn { client_ip: ip, ..read_reply(reply)? };
            let message = ToSignIns::Succeeded { login: login_digest(&login) };
            Ok(Step::ask(Kind::SignIns, address, &message, super::Then::Session(Then::Forgotten { person }))?)
        }
        Then::Forgotten { person } => {
            // A failure counted too many is no reason to refuse the right password.
            let _ = read_reply::<()>(reply);
            next_membership(person, Vec::new(), None)
        }
        Then::Found { ip } => next_membership(SignedIn { client_ip: ip, ..read_reply(reply)? }, Vec::new(), None),
        Then::Membership(Members { person, asked, left, mut found }) => {
            if let Some(Membership { name, roles }) = read_reply(reply)? {
                found.push(SessionDistributor { distributor_id: asked, name, roles });
            }
            next_membership(person, found, Some(left))
        }
        Then::Ended { left: None, answer, .. } => {
            let person: SignedIn = read_reply(reply)?;
            tell_next(Some(person.user), person.distributors, answer)
        }
        Then::Ended { left: Some(left), user, answer } => {
            // A socket that could not be closed ends with its session's next call.
            let _ = read_reply::<()>(reply);
            tell_next(user, left, answer)
        }
        Then::Disabled { refusal } => {
            read_reply::<()>(reply)?;
            Err(refusal.into())
        }
    }
}

fn ended(answer: Ending) -> super::Then {
    super::Then::Session(Then::Ended { left: None, user: None, answer })
}

fn ip_of(request: &Request<'_>) -> Option<String> {
    request.client().map(|address| address.to_string())
}

/// Tells the next distributor that a session ended; after the last, answers.
fn tell_next(user: Option<UserID>, mut left: Vec<DistributorID>, answer: Ending) -> Outcome<Step> {
    let (Some(next), Some(person)) = (left.pop(), user) else {
        let done = Answer::empty();
        return Ok(Step::Answer(match answer {
            Ending::PasswordChanged => done,
            Ending::SignedOut => {
                done.header("Set-Cookie", format!("{NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"))
            }
        }));
    };
    let then = super::Then::Session(Then::Ended { left: Some(left), user, answer });
    Ok(Step::ask(Kind::Distributor, next.to_string(), &ToDistributor::SessionEnded { user: person }, then)?)
}

/// Asks the next distributor what the person is there; after the last, answers.
fn next_membership(
    person: SignedIn,
    found: Vec<SessionDistributor>,
    left: Option<Vec<DistributorID>>,
) -> Outcome<Step> {
    let mut left = left.unwrap_or_else(|| person.distributors.clone());
    if left.is_empty() && found.is_empty() && !person.distributors.is_empty() {
        // Disabled everywhere: no session goes on, and none begins.
        let refusal = if person.token.is_some() { wrong_credentials() } else { not_signed_in() };
        let then = super::Then::Session(Then::Disabled { refusal });
        return Ok(Step::ask(Kind::User, person.login.as_str(), &ToUser::End, then)?);
    }
    if left.is_empty() {
        return session_object(&person, &found);
    }
    let asked = left.remove(0);
    let message = ToDistributor::Membership { user: person.user };
    let then = super::Then::Session(Then::Membership(Members { person, asked, left, found }));
    Ok(Step::ask(Kind::Distributor, asked.to_string(), &message, then)?)
}

fn session_object(person: &SignedIn, found: &[SessionDistributor]) -> Outcome<Step> {
    let mut answer = Answer::json(
        200,
        &Session {
            user_id: person.user,
            login: person.login.as_str(),
            name: &person.name,
            must_change_password: person.must_change_password,
            distributors: found,
            client_ip: person.client_ip.as_deref(),
        },
    )?;
    if let Some(secret) = &person.token {
        let Some(cookie) = set_cookie(&person.login, secret) else { return Err(internal().into()) };
        answer = answer.header("Set-Cookie", cookie);
    }
    Ok(Step::Answer(answer))
}
