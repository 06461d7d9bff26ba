//! Messages to SignIns, the record of failed sign-ins from an address, or of a login from anywhere.

use serde::{Deserialize, Serialize};
use universal_wallet_core::text::digest::Digest;

/// A message to SignIns.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToSignIns {
    /// Counts an attempt for a login.
    Try { login: Digest },
    /// Counts an attempt from anywhere, for the login that names the record.
    TryFromAnywhere,
    /// Counts a code that is tried for a login; refused after too many.
    TryCode { login: Digest },
    /// Reports that the password was right.
    Succeeded { login: Digest },
    /// Reports the same to the record of the login.
    SucceededFromAnywhere,
}
