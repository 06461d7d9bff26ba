//! Messages to a Distributor other than calls.

use serde::{Deserialize, Serialize};
use universal_wallet_core::id::{DistributorID, OperationID, UserID};
use universal_wallet_core::people::model::{Login, Role};
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_sdk::{Amount, Phone, Timestamp};

/// A message to a Distributor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToDistributor {
    /// Creates the distributor for the issuer.
    Create { id: DistributorID, name: String, currency: String, members: Vec<NewMember> },
    /// Adds a member for the issuer; refused if the login is already a member.
    AddMember { member: NewMember, idempotency: Option<Idempotency> },
    /// Asks for a person's membership.
    Membership { user: UserID },
    /// Announces a cash-out request of a wallet's owner.
    OpenRequest { id: OperationID, from: Phone, amount: Amount, memo: Option<String> },
    /// Cancels a cash-out request for the wallet's owner.
    CancelRequest { id: OperationID },
    /// A session of the person ended; sockets that belong to it are closed.
    SessionEnded { user: UserID },
    /// Asks for the next page of an export.
    Export { export: ExportPage },
}

/// Format of an export's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExportFormat {
    Csv,
    JsonLines,
}

/// Position of an export between two pages.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct ExportPage {
    pub(crate) format: ExportFormat,
    /// Number of the next entry to write.
    pub(crate) next: u64,
    /// End of the exported period, exclusive.
    pub(crate) until: Timestamp,
    /// Balance before the next entry.
    pub(crate) balance: Amount,
}

/// A signed-in person, as the Worker authenticated them, who calls or listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ConsoleCaller {
    pub(crate) user: UserID,
    pub(crate) login: Login,
    pub(crate) must_change_password: bool,
    /// True if the person is a member of no other distributor.
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

/// A person's membership of a distributor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) name: String,
    pub(crate) roles: Vec<Role>,
}
