//! Replies of a User about second factors.

use serde::{Deserialize, Serialize};
use universal_wallet_core::error::Refusal;
use universal_wallet_core::id::UserID;
use universal_wallet_core::people::account::Membership;
use universal_wallet_core::people::second_factor::events::{FactorEvent, MemberFactors};
use universal_wallet_core::people::second_factor::factors::{CredentialDescriptor, FactorView};
use universal_wallet_core::text::base64url::Base64Url;
use universal_wallet_core::text::secret::Secret;

use super::to_user::SignedIn;

/// Result of an act.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FactorReply {
    pub(crate) done: FactorDone,
    /// The event for each distributor of the person.
    pub(crate) news: Option<FactorNews>,
}

/// The result itself.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FactorDone {
    /// A challenge for one of these passkeys.
    Challenge { challenge: Base64Url, passkeys: Vec<CredentialDescriptor> },
    /// A challenge for a new passkey of this account.
    Creation(Creation),
    /// The proof is right; the session has a new secret if it was half.
    Proved(SignedIn),
    /// The proof is wrong, and this is the refusal.
    Refused(Refusal),
    /// The secret of an authenticator app.
    Totp { secret: Secret, uri: Secret },
    /// A factor was enrolled, with its recovery codes if it is the first.
    Enrolled { factor: FactorView, recovery_codes: Vec<Secret> },
    /// The factors.
    Factors { items: Vec<FactorView>, recovery_codes_left: usize },
    /// The factor is removed.
    Removed,
    /// New recovery codes.
    RecoveryCodes(Vec<Secret>),
}

/// A challenge for a new passkey.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Creation {
    pub(crate) challenge: Base64Url,
    pub(crate) user_handle: Base64Url,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) exclude: Vec<CredentialDescriptor>,
}

/// An event of an account's factors, for its distributors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FactorNews {
    pub(crate) account: UserID,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) event: FactorEvent,
    pub(crate) has: MemberFactors,
}
