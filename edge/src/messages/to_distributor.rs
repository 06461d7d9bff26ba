//! Messages to a Distributor, besides calls.

use serde::{Deserialize, Serialize};
use universal_wallet::id::{DistributorID, OperationID, UserID};
use universal_wallet::{Amount, Phone, Timestamp};
use universal_wallet_core::people::model::{Login, Role};
use universal_wallet_core::text::input::Idempotency;

/// A message to a Distributor.
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
    Export { export: ExportPage },
}

/// How the lines of an export are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExportFormat {
    Csv,
    JsonLines,
}

/// Where an export goes on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct ExportPage {
    pub(crate) format: ExportFormat,
    /// The first entry that is not written yet.
    pub(crate) next: u64,
    /// The first instant that is not written any more.
    pub(crate) until: Timestamp,
    /// The balance before that entry.
    pub(crate) balance: Amount,
}

/// A signed-in person, as the Worker found them: whom a call or a listener's request is from.
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
