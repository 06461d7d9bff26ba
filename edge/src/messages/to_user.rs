//! Messages to a User.

use serde::{Deserialize, Serialize};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::model::Login;
use universal_wallet_core::people::password::HalfMark;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::secret::Secret;

/// A message to a User.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToUser {
    /// Signs in with a password from an address.
    SignIn { password: Secret, ip: String },
    /// Authenticates a call of a session.
    Session { token: Digest },
    /// Ends a session.
    SignOut { token: Digest },
    /// Changes the password from a session.
    ChangePassword { token: Digest, current: Secret, new: Secret },
    /// Makes the person a member for the issuer; a new login creates the person.
    Join { login: Login, name: String, distributor: DistributorID, password: Option<Secret>, provisioning: String },
    /// Asks for the owner of the login.
    Look,
    /// Adds a member by approval of two people; a new login gets a password of two halves.
    Welcome(Welcome),
    /// Sets a new password of two halves, by approval of two people.
    Reset { distributor: DistributorID, first_half: HalfMark, second_half: Secret },
    /// Ends all sessions of a person who may no longer do anything anywhere.
    End,
}

/// A new member, as approved by two people.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Welcome {
    pub(crate) user: UserID,
    pub(crate) login: Login,
    pub(crate) name: String,
    pub(crate) distributor: DistributorID,
    /// ID of the approval, by which a repeated message is recognised.
    pub(crate) approval: String,
    /// The password's halves; only for a new login.
    pub(crate) halves: Option<(HalfMark, Secret)>,
}

/// The owner of a login.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) user: UserID,
    pub(crate) name: String,
    pub(crate) distributors: Vec<DistributorID>,
}

/// A signed-in person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    pub(crate) user: UserID,
    pub(crate) login: Login,
    pub(crate) name: String,
    pub(crate) must_change_password: bool,
    pub(crate) distributors: Vec<DistributorID>,
    /// Secret of the new session, after a sign-in.
    pub(crate) token: Option<Secret>,
}

/// A person who was made a member.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Joined {
    pub(crate) user: UserID,
    /// Name of the person; an existing person keeps theirs.
    pub(crate) name: String,
    /// A password that signs in once; only for a new login.
    pub(crate) one_time_password: Option<Secret>,
}
