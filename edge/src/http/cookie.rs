//! The session cookie: the login in hex, the session's secret, and a tag that stops forged cookies before they reach an
//! object.

use base16ct::{lower, mixed};
use universal_wallet_core::error::Refusal;
use universal_wallet_core::people::model::Login;
use universal_wallet_core::people::sign_in::SESSION_MS;
use universal_wallet_core::text::digest::{Digest, same};

use crate::platform::config::config;

const NAME: &str = "__Host-uw_session";

/// Maximum length of a login in hex, in characters.
const MAX_LOGIN_HEX: usize = 256;

/// A genuine cookie: its login, and the digest of its secret.
#[derive(Debug)]
pub(crate) struct Cookie {
    pub(crate) login: Login,
    pub(crate) token: Digest,
}

/// The value of a cookie in a `Cookie` header.
pub(super) fn value<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split([';', ',']).find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

fn tag(login: &str, secret: &str) -> Result<String, Refusal> {
    let sessions = &config()?.sessions;
    let tag = sessions.tag(&[b"universal-wallet/session/v1\0", login.as_bytes(), b"\0", secret.as_bytes()]);
    Ok(lower::encode_string(tag.first_chunk::<16>().unwrap_or(&[0; 16])))
}

impl Cookie {
    /// The genuine session cookie in a `Cookie` header, if any.
    pub(crate) fn read(header: &str) -> Option<Self> {
        let mut parts = value(header, NAME)?.split('.');
        let (hex, secret, sent) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || hex.len() > MAX_LOGIN_HEX {
            return None;
        }
        let login = String::from_utf8(mixed::decode_vec(hex).ok()?).ok()?;
        if !same(tag(&login, secret).ok()?.as_bytes(), sent.as_bytes()) {
            return None;
        }
        Some(Self { login: login.parse().ok()?, token: Digest::of(&[secret.as_bytes()]) })
    }
}

/// The `Set-Cookie` header of a new session.
pub(crate) fn set(login: &Login, secret: &str) -> Result<String, Refusal> {
    let login = login.as_str();
    let value = format!("{}.{secret}.{}", lower::encode_string(login.as_bytes()), tag(login, secret)?);
    Ok(format!("{NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}", SESSION_MS / 1000))
}

/// The `Set-Cookie` header that deletes the cookie.
pub(crate) fn clear() -> String {
    format!("{NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}
