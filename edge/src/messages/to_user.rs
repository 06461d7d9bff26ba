//! Messages to a User, which is named by the login.

use serde::{Deserialize, Serialize};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::account::Membership;
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::Login;
use universal_wallet_core::people::second_factor::factors::Method;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;

use super::second_factor::{FactorCall, PasskeySignIn};

/// A message to a User.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToUser {
    /// Signs in with a password, from a device that signed in before or as a stranger.
    SignIn { password: Secret, device: Option<String> },
    /// Signs in with a code.
    SignInByCode { code: CodeDigest },
    /// Notes that a device signed in.
    NoteDevice { device: String },
    /// Signs in by a passkey alone.
    SignInByPasskey(Box<PasskeySignIn>),
    /// Acts on the second factors from a session.
    Factor(Box<FactorCall>),
    /// Authenticates a call of a session.
    Session { token: Digest },
    /// Asks when a session ends unless it is used, without using it; nothing if it has ended.
    EndOf { token: Digest },
    /// Ends a session.
    SignOut { token: Digest },
    /// Changes the password from a session.
    ChangePassword { token: Digest, current: Secret, new: Secret },
    /// Remembers that a distributor asks for the login as a member; the reply tells whether there is an account.
    Invite { distributor: DistributorID },
    /// Begins the first use of a code, which a Distributor knows, by a login without an account.
    Start { code: CodeDigest, membership: Membership, name: String },
    /// Ends the first use of a code that the Distributor refused.
    Abandon { code: CodeDigest },
    /// Makes the account after the Distributor holds the member, and signs in.
    Finish { login: Login, code: CodeDigest, password: Option<Secret> },
    /// Asks, from a session, which distributors invited the login.
    InvitedBy { token: Digest },
    /// Lists a membership, from a session, before the Distributor is asked for it.
    BeginJoining { token: Digest, membership: Membership },
    /// Takes a membership off the list.
    Forget { membership: Membership },
    /// Asks for the account.
    Look,
    /// Sets a code as the password, by approval of two people of a distributor.
    Reset { by: Membership, unknown: Vec<Membership>, code: CodeDigest },
    /// Sets a code as the password for the issuer.
    ResetByIssuer { told: Vec<Membership>, code: CodeDigest, call: Option<String> },
}

/// An account, as others may know it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) account: UserID,
    pub(crate) memberships: Vec<Membership>,
    /// Idempotency keys of the issuer's resets that a repeated call would not change.
    pub(crate) resets_over: Vec<String>,
}

/// A signed-in person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    pub(crate) account: UserID,
    pub(crate) login: Login,
    pub(crate) name: String,
    pub(crate) must_change_password: bool,
    pub(crate) memberships: Vec<Membership>,
    /// Secret of the new session, after a sign-in.
    pub(crate) token: Option<Secret>,
    /// Second factors of the account, and when one was last proved in the session.
    #[serde(default)]
    pub(crate) second_factor: AccountFactors,
    /// After a right password, the ways to prove the factor that is still open.
    #[serde(default)]
    pub(crate) open_methods: Option<Vec<Method>>,
}

/// Second factors of an account, as its session shows them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AccountFactors {
    /// Kinds of factors that the account has.
    pub(crate) enrolled: Vec<Method>,
    /// Time of the last proof in this session; null if there was none.
    pub(crate) verified_at: Option<Timestamp>,
    /// Number of recovery codes left.
    pub(crate) recovery_codes_left: usize,
}

/// Result of a sign-in with a password.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum PasswordSignIn {
    /// The password was right.
    SignedIn(SignedIn),
    /// The device is none of this login, or no more; its attempts count as a stranger's.
    UnknownDevice,
}

/// Result of a sign-in with a code.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum CodeSignIn {
    /// The code was the account's password.
    SignedIn(SignedIn),
    /// There is no account; one of these distributors may know the code.
    NoAccount { invited_by: Vec<DistributorID> },
}

/// Result of the first use of a code.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Started {
    /// The account that comes to be.
    Account(UserID),
    /// Another code of the login is being used.
    Other { code: CodeDigest, membership: Membership },
}
