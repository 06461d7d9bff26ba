//! Messages to a Distributor other than calls.

use serde::{Deserialize, Serialize};
use universal_wallet_core::audit::reader::Reading;
use universal_wallet_core::id::{DistributorID, MessageID, OperationID, UserID, WebhookID};
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::{Login, Role};
use universal_wallet_core::people::second_factor::events::{FactorEvent, MemberFactors};
use universal_wallet_core::people::second_factor::proof::SecondFactor;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_core::webhooks::model::SecretUse;
use universal_wallet_core::webhooks::url::EndpointUrl;
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
    /// Records an event of the account's second factors, which it has then.
    FactorEvent { account: UserID, event: FactorEvent, has: MemberFactors },
    /// Announces a cash-out request of a wallet's owner.
    OpenRequest { id: OperationID, from: Phone, amount: Amount, memo: Option<String>, announcement: u32 },
    /// Cancels a cash-out request for the wallet's owner.
    CancelRequest { id: OperationID },
    /// A session of the account ended; sockets that belong to it are closed.
    SessionEnded { account: UserID },
    /// Asks for the next page of an export.
    Export { export: ExportPage },
    /// An endpoint's object asks what to send: messages of these entries again, and those of the entries from a number
    /// on. `awaited` are entries whose operation was still on its way, with the operation's number.
    WebhookWork { webhook: WebhookID, again: Vec<(u64, EventType)>, from: Option<u64>, awaited: Vec<(u64, u64)> },
    /// An endpoint's receiver fails since a time, or does so no more.
    WebhookFailing { webhook: WebhookID, since: Option<Timestamp> },
    /// An endpoint's receiver is given up.
    WebhookGivenUp { webhook: WebhookID, reason: String },
}

/// Work for an endpoint's object.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    /// Where and how to send; absent while the endpoint is not active.
    pub(crate) target: Option<Target>,
    /// The messages that were asked for again, in their order.
    pub(crate) again: Vec<Option<ReadyMessage>>,
    /// Messages that were not sent before.
    pub(crate) fresh: Vec<ReadyMessage>,
    /// Number of the next entry to ask for.
    pub(crate) next: u64,
    /// Entries whose operation is still on its way, with the operation's number.
    pub(crate) awaited: Vec<(u64, u64)>,
    /// True if nothing else is there to send at present.
    pub(crate) caught_up: bool,
}

/// Where messages of an endpoint go, and what signs them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) url: EndpointUrl,
    pub(crate) secrets: Vec<SecretUse>,
    pub(crate) enabled_at: Option<Timestamp>,
}

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReadyMessage {
    pub(crate) entry: u64,
    pub(crate) kind: EventType,
    pub(crate) id: MessageID,
    pub(crate) body: String,
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

/// Position of an export between two pages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ExportPage {
    pub(crate) format: ExportFormat,
    /// Number of the next entry to write.
    pub(crate) next: u64,
    /// End of the exported period, exclusive.
    pub(crate) until: Timestamp,
    /// Balance before the next entry.
    pub(crate) balance: Amount,
    /// Reader and end, which are looked at again for each page.
    #[serde(flatten)]
    pub(crate) reading: Reading,
    /// True if a page before had lines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) has_lines: bool,
    /// Filters of the operations whose entries are written, as a query; empty for all entries.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) filters: String,
}

/// A signed-in person, as the Worker authenticated them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ConsoleCaller {
    pub(crate) account: UserID,
    pub(crate) must_change_password: bool,
    /// The second factor in the person's session.
    #[serde(default)]
    pub(crate) second_factor: SecondFactor,
}

/// A person who listens, and their session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listener {
    pub(crate) caller: ConsoleCaller,
    pub(crate) login: Login,
    pub(crate) token: Digest,
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
    /// True if the distributor requires a second factor.
    #[serde(default)]
    pub(crate) requires_factor: bool,
}
