//! Messages to the record of failed sign-ins of an address.

use serde::{Deserialize, Serialize};
use universal_wallet_core::text::digest::Digest;

/// A message to the record of failed sign-ins of an address.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToSignIns {
    /// Someone tries a login.
    Try { login: Digest },
    /// It was the right password.
    Succeeded { login: Digest },
}
