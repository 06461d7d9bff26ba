//! Messages to a User.

use serde::{Deserialize, Serialize};
use universal_wallet::id::{DistributorID, UserID};
use universal_wallet_core::people::model::Login;
use universal_wallet_core::people::password::HalfMark;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::secret::Secret;

/// A message to a User.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToUser {
    /// The login and a password, from an address.
    SignIn { password: Secret, ip: String },
    /// A session calls.
    Session { token: Digest },
    /// A session ends.
    SignOut { token: Digest },
    /// A session changes the password.
    ChangePassword { token: Digest, current: Secret, new: Secret },
    /// The issuer makes the person a member; the person is created where the login is new.
    Join { login: Login, name: String, distributor: DistributorID, password: Option<Secret>, provisioning: String },
    /// Who the login belongs to.
    Look,
    /// Two people agreed on a new member, who gets a password of two halves where the login is new.
    Welcome(Welcome),
    /// Two people agreed on a new password, of two halves.
    Reset { distributor: DistributorID, first_half: HalfMark, second_half: Secret },
    /// The person may no longer do anything anywhere: all sessions end.
    End,
}

/// A new member, as two people agreed on them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Welcome {
    pub(crate) user: UserID,
    pub(crate) login: Login,
    pub(crate) name: String,
    pub(crate) distributor: DistributorID,
    /// What the two of them agreed on, so that a repeated one is the same.
    pub(crate) approval: String,
    /// Where the login is new.
    pub(crate) halves: Option<(HalfMark, Secret)>,
}

/// Who a login belongs to.
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
    /// The new session's secret, after a sign-in.
    pub(crate) token: Option<Secret>,
}

/// A person who was made a member.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Joined {
    pub(crate) user: UserID,
    /// The name that they have had before.
    pub(crate) name: String,
    /// A password that signs in once, where the login is new.
    pub(crate) one_time_password: Option<Secret>,
}
