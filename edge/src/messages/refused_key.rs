//! A key whose calls are refused too often, as a Distributor tells it to the Worker: `a DIGEST ADDRESS` or
//! `p DIGEST PERMISSION`.

use std::net::IpAddr;

use universal_wallet_core::keys::settings::Permission;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::ip::subscriber;

/// Calls that a refusal stands for. Only refusals are told and remembered, never a permission to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All calls from this address: the key is over, or not allowed from there.
    Address(Option<IpAddr>),
    /// Calls that need this permission, from anywhere.
    Permission(Option<Permission>),
}

/// A key whose calls are refused too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefusedKey {
    /// Digest of the key.
    pub(crate) digest: Digest,
    /// Refused calls.
    pub(crate) scope: Scope,
}

impl RefusedKey {
    /// Encodes the refusal; one line.
    pub(crate) fn text(&self) -> String {
        let digest = self.digest.to_string();
        match self.scope {
            Scope::Address(address) => ["a ", &digest, " ", &subscriber(address)].concat(),
            Scope::Permission(permission) => {
                ["p ", &digest, " ", permission.map(Permission::as_str).unwrap_or_default()].concat()
            }
        }
    }
}
