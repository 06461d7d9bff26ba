//! Second factors: proving one, signing in by a passkey, enrolling, listing and removing.

use base16ct::lower;
use serde::Serialize;
use serde::de::DeserializeOwned;
use universal_wallet_core::error::{Code, Error, Outcome, Refusal};
use universal_wallet_core::people::second_factor::challenge::{make_anonymous, read_anonymous};
use universal_wallet_core::people::second_factor::factors::{FactorView, PasskeyRefused};
use universal_wallet_core::people::second_factor::qr;
use universal_wallet_core::people::second_factor::webauthn::{
    AuthenticationCredential, RelyingParty, answered_challenge,
};
use universal_wallet_core::text::body::Body;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Input;
use universal_wallet_core::text::secret::Secret;

use super::client::Client;
use super::passkey_options::{creation_options, request_options};
use super::session_answer::{close_sockets, session};
use crate::calls::objects;
use crate::http::answer::Answer;
use crate::http::cookie::Cookie;
use crate::http::routes::Route;
use crate::messages::factor_reply::{FactorDone, FactorNews, FactorReply};
use crate::messages::second_factor::{FactorAct, FactorCall, PasskeySignIn, Proof};
use crate::messages::to_distributor::{Membership, ToDistributor};
use crate::messages::to_sign_ins::ToSignIns;
use crate::messages::to_user::{SignedIn, ToUser};
use crate::platform::{clock, config::config, random};

/// The secret of an authenticator app, shown once.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct TotpBegun {
    /// The secret in base 32, for typing it.
    #[cfg_attr(test, schemars(with = "String"))]
    secret: Secret,
    /// The same as an `otpauth:` address.
    #[cfg_attr(test, schemars(with = "String"))]
    uri: Secret,
    /// The address as a QR code: an SVG document.
    #[cfg_attr(test, schemars(with = "String"))]
    qr: Secret,
}

/// An enrolled factor.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FactorEnrolled {
    /// The factor.
    factor: FactorView,
    /// The recovery codes that come with the first factor, shown once; empty after a later one.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    recovery_codes: Vec<Secret>,
}

/// The factors of an account.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FactorList {
    /// The factors.
    items: Vec<FactorView>,
    /// Number of recovery codes left.
    recovery_codes_left: usize,
}

/// New recovery codes, shown once.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewRecoveryCodes {
    /// Eight codes, each of which counts once.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    recovery_codes: Vec<Secret>,
}

/// The site of a request as a relying party.
pub(super) fn relying_party(site: &str) -> RelyingParty {
    let host = site.split_once("://").map_or(site, |(_, host)| host);
    let id = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    RelyingParty { id: id.to_ascii_lowercase(), origin: site.to_owned() }
}

/// A credential as a browser writes it.
fn credential<T: DeserializeOwned>(body: &mut Body) -> Option<T> {
    let before = body.mistakes();
    let value = body.object("credential");
    let read = value.and_then(|value| serde_json::from_value(value).ok());
    if read.is_none() && body.mistakes() == before {
        body.error("credential", "must be a credential as PublicKeyCredential.toJSON() gives it");
    }
    read
}

fn incomplete() -> Error {
    Refusal::new(Code::InvalidRequest, "The request is not complete.").into()
}

/// Reads an act's body.
async fn act(route: Route, factor: &str, cookie: &Cookie, input: &Input) -> Outcome<FactorAct> {
    let mut body = match route {
        Route::ProveSecondFactor | Route::ConfirmTotp | Route::EnrolPasskey => input.object()?,
        _ => input.optional_object()?,
    };
    let act = match route {
        Route::BeginProof => Some(FactorAct::ProofOptions),
        Route::ProveSecondFactor => proof(&mut body).map(FactorAct::Prove),
        Route::BeginTotp => Some(FactorAct::BeginTotp { password: body.text("password").map(Secret::from) }),
        Route::ConfirmTotp => body.required_text("code").map(|code| FactorAct::ConfirmTotp { code: code.into() }),
        Route::BeginPasskey => Some(FactorAct::BeginPasskey { password: body.text("password").map(Secret::from) }),
        Route::EnrolPasskey => {
            let name = universal_wallet_core::people::model::read_name(&mut body, "name");
            let credential = credential(&mut body);
            name.zip(credential).map(|(name, credential)| FactorAct::EnrolPasskey { name, credential })
        }
        Route::RemoveFactor => {
            let required = is_required(cookie).await?;
            Some(FactorAct::Remove { factor: factor.to_owned(), required })
        }
        Route::MakeRecoveryCodes => Some(FactorAct::MakeRecoveryCodes),
        _ => Some(FactorAct::List),
    };
    body.finish()?;
    act.ok_or_else(incomplete)
}

fn proof(body: &mut Body) -> Option<Proof> {
    let given = ["totp", "recoveryCode", "credential"].into_iter().filter(|name| body.is_given(name)).count();
    if given != 1 {
        body.error("totp", "give exactly one of totp, recoveryCode and credential");
        for name in ["totp", "recoveryCode", "credential"] {
            body.skip(name);
        }
        return None;
    }
    if body.is_given("totp") {
        return body.text("totp").map(|code| Proof::Totp(code.into()));
    }
    if body.is_given("recoveryCode") {
        return body.text("recoveryCode").map(|code| Proof::RecoveryCode(code.into()));
    }
    credential(body).map(Proof::Passkey)
}

/// True if a distributor of the person requires a factor, or does not answer.
async fn is_required(cookie: &Cookie) -> Outcome<bool> {
    let person: SignedIn = objects::user(cookie.login.as_str()).ask(&ToUser::Session { token: cookie.token }).await?;
    let ask = ToDistributor::Membership { account: person.account };
    for listed in person.memberships {
        let membership: Outcome<Option<Membership>> = objects::distributor(listed.distributor).ask(&ask).await;
        match membership {
            Ok(membership) if membership.as_ref().is_none_or(|it| it.disabled || !it.requires_factor) => {}
            Err(Error::Refusal(refusal)) if refusal.code == Code::NotFound => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}

/// Answers a call about the caller's own factors.
pub(super) async fn answer(
    route: Route,
    factor: &str,
    (cookie, from, party): (&Cookie, Client, RelyingParty),
    input: &Input,
) -> Outcome<Answer> {
    let act = act(route, factor, cookie, input).await?;
    let uses_code = matches!(act, FactorAct::Prove(Proof::RecoveryCode(_)));
    let call = FactorCall { token: cookie.token, party: party.clone(), act };
    let reply: FactorReply = objects::user(cookie.login.as_str()).ask(&ToUser::Factor(Box::new(call))).await?;
    if let Some(news) = &reply.news {
        tell(news).await;
    }
    let enrolled = if route == Route::EnrolPasskey { 201 } else { 200 };
    match reply.done {
        FactorDone::Challenge { challenge, passkeys } => {
            Ok(Answer::json(200, &request_options(&party, &challenge, passkeys))?)
        }
        FactorDone::Creation(creation) => Ok(Answer::json(200, &creation_options(&party, creation))?),
        FactorDone::Proved(person) => {
            if uses_code {
                close_sockets(&person).await;
            }
            session(person, &from).await
        }
        FactorDone::Refused(refusal) => Err(refusal.into()),
        FactorDone::Totp { secret, uri } => {
            let qr = qr::svg(uri.expose())?;
            Ok(Answer::json(200, &TotpBegun { secret, uri, qr })?)
        }
        FactorDone::Enrolled { factor, recovery_codes } => {
            Ok(Answer::json(enrolled, &FactorEnrolled { factor, recovery_codes })?)
        }
        FactorDone::Factors { items, recovery_codes_left } => {
            Ok(Answer::json(200, &FactorList { items, recovery_codes_left })?)
        }
        FactorDone::Removed => Ok(Answer::empty()),
        FactorDone::RecoveryCodes(recovery_codes) => Ok(Answer::json(200, &NewRecoveryCodes { recovery_codes })?),
    }
}

/// Tells each distributor of the person, where the event becomes an entry of the chain.
async fn tell(news: &FactorNews) {
    let message = ToDistributor::FactorEvent { account: news.account, event: news.event, has: news.has.clone() };
    for listed in &news.memberships {
        // One that does not answer keeps nobody from a proof.
        let _ = objects::distributor(listed.distributor).ask::<()>(&message).await;
    }
}

/// `POST /session/passkey/options`: a challenge for nobody yet, stored nowhere.
pub(super) fn passkey_options(party: &RelyingParty, input: &Input) -> Outcome<Answer> {
    input.optional_object()?.finish()?;
    let challenge = make_anonymous(&config()?.sessions, random::bytes()?, clock::now());
    Ok(Answer::json(200, &request_options(party, &challenge, Vec::new()))?)
}

/// `POST /session/passkey`: the user handle leads to the account.
pub(super) async fn sign_in_by_passkey(party: RelyingParty, from: Client, input: &Input) -> Outcome<Answer> {
    let unknown = || Error::from(Refusal::from(PasskeyRefused::Unknown));
    let mut body = input.object()?;
    let credential: Option<Box<AuthenticationCredential>> = credential(&mut body);
    body.finish()?;
    let credential = credential.ok_or_else(incomplete)?;
    let handle = credential.response.user_handle.as_ref().filter(|handle| handle.bytes().len() == 32);
    let handle = handle.ok_or_else(unknown)?.clone();
    let challenge = answered_challenge(&credential.response.client_data).ok_or_else(unknown)?;
    let until = read_anonymous(&config()?.sessions, challenge.bytes(), clock::now()).ok_or_else(unknown)?;
    let tried = ToSignIns::TryCode { login: Digest::of(&[handle.bytes()]) };
    objects::sign_ins(&from.subscriber).ask::<()>(&tried).await?;
    let user = objects::user_by_id(&lower::encode_string(handle.bytes()));
    let sign_in = PasskeySignIn { party, challenge, until, credential };
    let reply: FactorReply = match user.ask(&ToUser::SignInByPasskey(Box::new(sign_in))).await {
        // No account has this handle.
        Err(Error::Refusal(refusal)) if refusal.code == Code::NotFound => return Err(unknown()),
        reply => reply?,
    };
    if let Some(news) = &reply.news {
        tell(news).await;
    }
    match reply.done {
        FactorDone::Proved(person) => session(person, &from).await,
        FactorDone::Refused(refusal) => Err(refusal.into()),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relying_party_is_the_host_without_its_port() {
        for (site, id) in [
            ("https://wallet.example", "wallet.example"),
            ("http://localhost:8787", "localhost"),
            ("https://Wallet.Example:8443", "wallet.example"),
            ("http://[::1]:8787", "[::1]"),
            ("http://[::1]", "[::1]"),
        ] {
            assert_eq!(relying_party(site), RelyingParty { id: id.into(), origin: site.into() });
        }
    }
}
