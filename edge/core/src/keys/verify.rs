//! Verification of a call's key: known, not revoked, not expired, from an allowed address, with the permission. One
//! synchronous decision on the stored key.

use std::net::IpAddr;
use std::rc::Rc;

use universal_wallet_sdk::Timestamp;

use crate::error::{Code, InternalError, Refusal};
use crate::keys::model::{Key, KeyStatus};
use crate::keys::settings::Permission;
use crate::store::Store;
use crate::text::digest::Digest;

/// Result of a verification.
#[derive(Clone, Debug)]
pub enum Checked {
    /// The key allows the call.
    Allowed(Rc<Key>),
    /// The key is known and does not allow the call.
    Denied(Rc<Key>, Refusal),
    /// No such key exists here.
    Unknown,
}

/// Checks a key for a permission; without a permission any valid key passes.
pub fn check(
    store: &dyn Store,
    now: Timestamp,
    digest: &Digest,
    address: Option<IpAddr>,
    permission: Option<Permission>,
) -> Result<Checked, InternalError> {
    let Some(key) = store.key_by_digest(digest)? else { return Ok(Checked::Unknown) };
    // The index finds the row; this constant-time comparison decides.
    if key.digest.as_ref() != Some(digest) {
        return Ok(Checked::Unknown);
    }
    let refusal = match key.status {
        KeyStatus::Revoked => {
            Refusal::new(Code::RevokedApiKey, "This API key was revoked; ask your maker for a new one.")
        }
        KeyStatus::Active if key.expires_at.is_none_or(|end| now < end) => {
            if !key.settings.admits(address) {
                Refusal::new(
                    Code::IPNotAllowed,
                    "This API key may not be used from this address; its list of allowed IPs says from where.",
                )
            } else if let Some(permission) = permission
                && !key.settings.permissions.contains(&permission)
            {
                Refusal::new(
                    Code::PermissionDenied,
                    format!("This API key does not have the permission {}.", permission.as_str()),
                )
            } else {
                return Ok(Checked::Allowed(key));
            }
        }
        _ => Refusal::new(Code::ExpiredApiKey, "This API key has expired; ask your maker for a new one."),
    };
    Ok(Checked::Denied(key, refusal))
}

/// The refusal of a key whose calls are refused too often.
pub fn refused_too_often() -> Refusal {
    let message = "Too many calls with this API key are refused; look at its usage and its settings, then try again.";
    Refusal::new(Code::RateLimited, message).retry_after(1)
}

/// The refusal of an unknown key.
pub fn unknown() -> Refusal {
    Refusal::new(Code::InvalidApiKey, "This is not a valid API key; check that it was copied whole.")
}
