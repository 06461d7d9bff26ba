//! Messages to a Distributor other than calls.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use universal_wallet_core::id::{DistributorID, OperationID, UserID};
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::{Login, Role};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_sdk::{Amount, Phone, Timestamp};

/// A message to a Distributor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToDistributor {
    /// Creates the distributor for the issuer.
    Create { id: DistributorID, name: String, currency: String, members: Vec<NewMember> },
    /// Invites a member for the issuer; refused if the login is already a member. A repeated call gives a person who has
    /// not joined the new code.
    AddMember { member: NewMember, idempotency: Option<Idempotency> },
    /// Asks whether the distributor exists.
    Exists,
    /// Asks for an account's membership.
    Membership { account: UserID },
    /// Asks for the member of a login whom a code is for.
    Invited { login: Login, code: CodeDigest },
    /// Joins with a code; the reply tells whether the account did so before.
    Join { login: Login, code: CodeDigest, account: UserID },
    /// Ends an account's membership on behalf of its person.
    Leave { account: UserID },
    /// Pauses an account's member before the issuer sets a new password.
    Pause { account: UserID, idempotency: Option<Idempotency> },
    /// Announces a cash-out request of a wallet's owner.
    OpenRequest { id: OperationID, from: Phone, amount: Amount, memo: Option<String>, announcement: u32 },
    /// Cancels a cash-out request for the wallet's owner.
    CancelRequest { id: OperationID },
    /// A session of the account ended; sockets that belong to it are closed.
    SessionEnded { account: UserID },
    /// Asks for the next page of an export.
    Export { export: ExportPage },
}

/// Format of an export's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExportFormat {
    Csv,
    JsonLines,
    StatementJson,
    StatementCsv,
    StatementCamt053,
}

/// Reader of an export.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Reader {
    /// A key by its digest, and the address it is used from.
    Key { digest: Digest, address: Option<IpAddr> },
    /// A person by their account.
    Person { account: UserID },
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
    /// Number of the first entry that was not there when the reading began, or lies after a statement's day.
    pub(crate) end: u64,
    /// Reader, whose right is looked at again for each page.
    pub(crate) reader: Reader,
    /// True if a page before had lines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) has_lines: bool,
}

/// A signed-in person, as the Worker authenticated them, who calls or listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ConsoleCaller {
    pub(crate) account: UserID,
    pub(crate) must_change_password: bool,
}

/// A person whom the issuer invites.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewMember {
    pub(crate) login: Login,
    pub(crate) name: String,
    pub(crate) roles: Vec<Role>,
    /// The joining code.
    pub(crate) code: CodeDigest,
}

/// A person whom the issuer invited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Invited {
    pub(crate) user: UserID,
    /// True if the code of this call is the member's.
    pub(crate) new_code: bool,
}

/// A member whom a code is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CodeOwner {
    pub(crate) user: UserID,
    pub(crate) name: String,
}

/// An account's membership of a distributor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) user: UserID,
    /// Name of the distributor.
    pub(crate) name: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) disabled: bool,
}
