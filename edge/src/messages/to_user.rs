//! Messages to a User, which is named by the login.

use serde::{Deserialize, Serialize};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::account::Membership;
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::Login;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::secret::Secret;

/// A message to a User.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToUser {
    /// Signs in with a password from an address.
    SignIn { password: Secret, ip: String },
    /// Signs in with a code from an address.
    SignInByCode { code: CodeDigest, ip: String },
    /// Authenticates a call of a session.
    Session { token: Digest },
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
    Finish { login: Login, code: CodeDigest, password: Option<Secret>, ip: String },
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
