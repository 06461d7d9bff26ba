//! Messages to a User about second factors.

use serde::{Deserialize, Serialize};
use universal_wallet_core::people::second_factor::webauthn::{
    AuthenticationCredential, RegistrationCredential, RelyingParty,
};
use universal_wallet_core::text::base64url::Base64Url;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;

/// An act of a session about the second factors of its account.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FactorCall {
    /// The session.
    pub(crate) token: Digest,
    /// The site that the session belongs to.
    pub(crate) party: RelyingParty,
    pub(crate) act: FactorAct,
}

/// An act about second factors.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FactorAct {
    /// Asks for a challenge for a passkey.
    ProofOptions,
    /// Proves the factor.
    Prove(Proof),
    /// Begins to enrol an authenticator app.
    BeginTotp { password: Option<Secret> },
    /// Enrols the app that shows this code.
    ConfirmTotp { code: Secret },
    /// Begins to enrol a passkey.
    BeginPasskey { password: Option<Secret> },
    /// Enrols a passkey.
    EnrolPasskey { name: String, credential: RegistrationCredential },
    /// Lists the factors.
    List,
    /// Removes a factor; the last one stays where one is required.
    Remove { factor: String, required: bool },
    /// Makes new recovery codes.
    MakeRecoveryCodes,
}

/// A proof of the second factor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Proof {
    Totp(Secret),
    RecoveryCode(Secret),
    Passkey(Box<AuthenticationCredential>),
}

/// A sign-in by passkey alone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PasskeySignIn {
    pub(crate) party: RelyingParty,
    pub(crate) challenge: Base64Url,
    /// Time from which the challenge is over.
    pub(crate) until: Timestamp,
    pub(crate) credential: Box<AuthenticationCredential>,
}
