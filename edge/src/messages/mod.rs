//! What the Worker and the objects say to each other.

mod call;
mod movement;

use serde::{Deserialize, Serialize};
use universal_wallet::id::{DistributorID, OperationID, UserID};
use universal_wallet::{Amount, Phone, Timestamp};
use universal_wallet_core::chain::Total;
use universal_wallet_core::digest::Digest;
use universal_wallet_core::input::Input;
use universal_wallet_core::operation::Merchant;
use universal_wallet_core::password::HalfMark;
use universal_wallet_core::people::{Login, Role};
use universal_wallet_core::store::{Idempotency, Profile};
use universal_wallet_core::verify::Anchor;

pub(crate) use call::{Asker, Call};
pub(crate) use movement::{Movement, What};

use crate::distributor::Export;

/// The name of the one Issuer object.
pub(crate) const ISSUER: &str = "issuer";

/// What a Distributor is told, besides calls.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToDistributor {
    /// The issuer creates it.
    Create { id: DistributorID, name: String, currency: String, members: Vec<NewMember> },
    /// The issuer adds a member; refused where the login is one already.
    AddMember { member: NewMember, idempotency: Option<Idempotency> },
    /// What a person is here.
    Membership { user: UserID },
    /// A wallet's owner asks to be paid out.
    OpenRequest { id: OperationID, from: Phone, amount: Amount, memo: Option<String> },
    /// A wallet's owner takes that back.
    CancelRequest { id: OperationID },
    /// A session of the person ended: whoever listens with it stops.
    SessionEnded { user: UserID },
    /// The next page of an export.
    Export { export: Export },
}

/// A signed-in person, as the Worker found them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ConsoleCaller {
    pub(crate) user: UserID,
    pub(crate) login: Login,
    pub(crate) must_change_password: bool,
    /// They are a member of no other distributor.
    pub(crate) only_here: bool,
}

/// A person who becomes a member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewMember {
    pub(crate) user: UserID,
    pub(crate) login: Login,
    pub(crate) name: String,
    pub(crate) roles: Vec<Role>,
}

/// What a person is at a distributor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) name: String,
    pub(crate) roles: Vec<Role>,
}

/// What a Wallet is told, besides movements.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWallet {
    /// How much is in it.
    Funds,
    /// Whether its entries and holds fit together.
    Verify,
    /// The owner asks to be paid out.
    Request { from: Phone, input: Input },
    /// Who pays a request out.
    RequestOf { operation: OperationID },
}

/// A wallet's money.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WalletFunds {
    /// All of it.
    pub(crate) balance: Amount,
    /// What is free.
    pub(crate) available: Amount,
    /// What requests to be paid out hold.
    pub(crate) held: Amount,
}

/// What a wallet's entries and holds come to, read behind the back of what is in memory.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WalletVerified {
    /// Number of entries.
    pub(crate) entries: u64,
    /// The balance that they leave.
    pub(crate) balance: Total,
    /// What is held for requests that a distributor knows of.
    pub(crate) held: Total,
    /// What is held for requests that none knows of yet.
    pub(crate) announcing: Total,
    /// What does not fit, a sentence each.
    pub(crate) problems: Vec<String>,
}

/// What a User is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToUser {
    /// The login and a password, from an address.
    SignIn { password: String, ip: String },
    /// A session calls.
    Session { token: Digest },
    /// A session ends.
    SignOut { token: Digest },
    /// A session changes the password.
    ChangePassword { token: Digest, current: String, new: String },
    /// The issuer makes the person a member; the person is created where the login is new.
    Join { login: Login, name: String, distributor: DistributorID, password: Option<String>, provisioning: String },
    /// Who the login belongs to.
    Look,
    /// Two people agreed on a new member, who gets a password of two halves where the login is new.
    Welcome(Welcome),
    /// Two people agreed on a new password, of two halves.
    Reset { distributor: DistributorID, first_half: HalfMark, second_half: String },
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
    pub(crate) halves: Option<(HalfMark, String)>,
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
    pub(crate) token: Option<String>,
}

/// A person who was made a member.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Joined {
    pub(crate) user: UserID,
    /// The name that they have had before.
    pub(crate) name: String,
    /// A password that signs in once, where the login is new.
    pub(crate) one_time_password: Option<String>,
}

/// What the record of failed sign-ins of an address is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToSignIns {
    /// Someone tries a login.
    Try { login: Digest },
    /// It was the right password.
    Succeeded { login: Digest },
}

/// What the Issuer is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToIssuer {
    /// A distributor begins to be created.
    Begin { id: Option<DistributorID>, idempotency_key: Option<String>, request: Digest },
    /// It is created.
    Created { id: DistributorID },
    /// A merchant is registered.
    CreateMerchant { input: Input },
    /// A merchant is looked up.
    Merchant { short_code: String },
    /// The distributors after this one, in the order of their IDs.
    Distributors { after: Option<DistributorID> },
    /// A distributor sends the head of its chain.
    Anchor { distributor: DistributorID, anchor: Anchor },
    /// The head of a distributor's chain, as it was last sent.
    AnchorOf { distributor: DistributorID },
}

/// The beginning of a distributor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) id: DistributorID,
    /// It was created before, by the same call.
    pub(crate) replayed: bool,
}

/// A merchant, and whether the call was made before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CreatedMerchant {
    pub(crate) merchant: Merchant,
    pub(crate) replayed: bool,
}

/// Whether the issuer suspended a distributor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standing {
    Active,
    Suspended,
}

impl Standing {
    /// A distributor's.
    pub(crate) fn of(profile: &Profile) -> Self {
        if profile.suspended { Self::Suspended } else { Self::Active }
    }
}

/// A distributor's money, as the issuer sees it.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Position {
    /// Names it.
    #[serde(rename = "distributorID")]
    pub(crate) distributor_id: DistributorID,
    /// What it is called.
    pub(crate) name: String,
    /// Whether the issuer suspended it.
    pub(crate) status: Standing,
    /// The deployment's currency.
    pub(crate) currency: String,
    /// Top-ups less redemptions.
    pub(crate) issued: Total,
    /// All of the float.
    pub(crate) balance: Amount,
    /// What is free to be spent.
    pub(crate) available: Amount,
    /// What pending cash-ins hold.
    pub(crate) held: Amount,
    /// What is on its way to or from wallets.
    pub(crate) processing: Total,
    /// Cash-ins that arrived.
    pub(crate) cashed_in: Total,
    /// Cash-outs that arrived.
    pub(crate) cashed_out: Total,
    /// Since when it is there.
    pub(crate) created_at: Timestamp,
}
