//! Messages to SignIns, the record of failed sign-ins of an address.

use serde::{Deserialize, Serialize};
use universal_wallet_core::text::digest::Digest;

/// A message to SignIns.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToSignIns {
    /// Counts an attempt for a login.
    Try { login: Digest },
    /// Counts a code that is tried for a login; refused after too many.
    TryCode { login: Digest },
    /// Reports that the password was right.
    Succeeded { login: Digest },
}
