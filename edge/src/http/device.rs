//! The device cookie: shows that a browser signed a login in before. It opens nothing; its failures are counted apart
//! from those of strangers.

use base16ct::lower;
use universal_wallet_core::error::{InternalError, Outcome, Refusal};
use universal_wallet_core::people::device::DEVICE_MS;
use universal_wallet_core::text::digest::{Digest, same};

use super::cookie;
use crate::platform::config::config;
use crate::platform::random;

/// Beginning of the cookie's name; a short hash of the login follows.
const NAME: &str = "__Host-uw_device_";

fn name(login: &str) -> String {
    let hash = Digest::of(&[b"universal-wallet/device-name/v1\0", login.as_bytes()]).to_string();
    [NAME, hash.get(..8).unwrap_or_default()].concat()
}

fn tag(login: &str, id: &str) -> Result<String, Refusal> {
    let sessions = &config()?.sessions;
    let tag = sessions.tag(&[b"universal-wallet/device/v1\0", login.as_bytes(), b"\0", id.as_bytes()]);
    Ok(lower::encode_string(tag.first_chunk::<16>().unwrap_or(&[0; 16])))
}

/// The identifier of the device in the genuine cookie for this login, if any.
pub(crate) fn read(header: Option<&str>, login: &str) -> Option<String> {
    let (id, sent) = cookie::value(header?, &name(login))?.split_once('.')?;
    same(tag(login, id).ok()?.as_bytes(), sent.as_bytes()).then(|| id.to_owned())
}

/// A new identifier.
pub(crate) fn make() -> Result<String, InternalError> {
    Ok(lower::encode_string(&random::bytes::<16>()?))
}

/// The `Set-Cookie` header of a device that signed the login in.
pub(crate) fn set(login: &str, id: &str) -> Outcome<String> {
    let (name, tag) = (name(login), tag(login, id)?);
    Ok(format!("{name}={id}.{tag}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}", DEVICE_MS / 1000))
}
