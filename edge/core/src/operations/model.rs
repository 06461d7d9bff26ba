//! Operation: one cash-in or cash-out of a distributor.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use universal_wallet_sdk::{Amount, Phone, ShortCode, Timestamp};

use crate::approvals::model::ApprovalStatus;
use crate::id::{ApprovalID, KeyID, OperationID, WalletOperationID};
use crate::people::model::Person;
use crate::text::digest::Digest;
use crate::text::json_text::add;

/// A merchant, as the issuer registered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchant {
    /// ID of the merchant.
    pub id: String,
    /// Short code that customers pay to.
    pub short_code: ShortCode,
    /// Name of the merchant.
    pub name: String,
}

/// Recipient of a cash-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Destination {
    /// A customer.
    Phone(Phone),
    /// A merchant.
    Merchant(Merchant),
}

/// The way a customer received the money of a cash-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fulfillment {
    /// Cash or bank transfer.
    pub means: FulfillmentType,
    /// The distributor's own reference.
    pub reference: Option<String>,
}

/// Means of payment to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CashOutFulfillmentType"))]
#[serde(rename_all = "kebab-case")]
pub enum FulfillmentType {
    /// Cash over the counter.
    Cash,
    /// Transfer to the customer's bank account.
    BankTransfer,
}

impl std::str::FromStr for FulfillmentType {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "cash" => Ok(Self::Cash),
            "bank-transfer" => Ok(Self::BankTransfer),
            _ => Err("must be cash or bank-transfer"),
        }
    }
}

/// Direction of the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Float becomes wallet balance.
    CashIn {
        /// Recipient of the money.
        to: Destination,
    },
    /// Wallet balance becomes float.
    CashOut {
        /// The customer.
        from: Phone,
        /// Payment to the customer.
        fulfillment: Fulfillment,
    },
}

/// Immutable facts of an operation, part of the chain from its first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationDetails {
    /// ID of the operation; a cash-out has the ID of the customer's request.
    pub id: OperationID,
    /// Direction of the money.
    pub direction: Direction,
    /// Amount of the operation.
    pub amount: Amount,
    /// The distributor's note.
    pub memo: Option<String>,
    /// The key that made the operation, and the key's line of rotations; `None` for the console.
    pub key: Option<(KeyID, KeyID)>,
    /// The person who made the operation, or the maker of the key.
    pub maker: Person,
    /// The request that a checker decides; `None` within the key's auto-approve limit.
    pub approval: Option<ApprovalID>,
    /// Time of creation; its UTC day is the day of the volume.
    pub created_at: Timestamp,
}

/// Status of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OperationStatus {
    /// A checker has to decide.
    Pending,
    /// Decided; in transit to or from the wallet.
    Processing,
    /// Completed.
    Completed,
    /// Rejected or withdrawn.
    Rejected,
    /// Expired before anybody decided.
    Expired,
    /// Reserved by the contract.
    Failed,
}

impl OperationStatus {
    /// All statuses.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Processing, Self::Completed, Self::Rejected, Self::Expired, Self::Failed];

    /// Wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// Status as the chain records it: an arrival has no entry, so processing and completed are the same there.
    pub const fn in_chain(self) -> &'static str {
        match self {
            Self::Processing | Self::Completed => "decided",
            other => other.as_str(),
        }
    }
}

/// The entry in which an operation changes the float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloatEntry {
    /// Number of the entry.
    pub number: u64,
    /// Hash of the entry.
    pub hash: Digest,
}

/// The decision about an operation's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationDecision {
    /// Number of the entry that tells it.
    pub entry: u64,
    /// Status that the request has since then.
    pub status: ApprovalStatus,
}

/// Mutable state of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationState {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// Status of the operation.
    pub status: OperationStatus,
    /// The entry in which the operation changed the float.
    pub float: Option<FloatEntry>,
    /// The decision about its request, once taken.
    pub decision: Option<OperationDecision>,
    /// Reason why the operation did not go through.
    pub error: Option<String>,
    /// Time of the last change.
    pub updated_at: Timestamp,
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Number of the entry that made the operation: its position in the list.
    pub number: u64,
    /// Immutable facts.
    pub facts: OperationDetails,
    /// Current state.
    pub state: OperationState,
}

/// ID of the wallet movement of an operation: derived, so both sides know it without exchanging it.
pub fn wallet_operation_id(id: OperationID) -> WalletOperationID {
    let digest = Digest::of(&[b"universal-wallet/wallet-operation/v1", id.uuid().as_bytes()]);
    WalletOperationID::from_uuid(uuid::Builder::from_custom_bytes(digest.first()).into_uuid())
}

/// Name of a customer's wallet object.
pub fn phone_wallet(phone: &Phone) -> String {
    format!("phone:{}", phone.bare())
}

/// Name of a merchant's wallet object.
pub fn merchant_wallet(short_code: ShortCode) -> String {
    format!("merchant:{short_code}")
}

impl OperationDetails {
    /// Name of the wallet that the money goes to or comes from.
    pub fn wallet(&self) -> String {
        match &self.direction {
            Direction::CashIn { to: Destination::Phone(phone) } | Direction::CashOut { from: phone, .. } => {
                phone_wallet(phone)
            }
            Direction::CashIn { to: Destination::Merchant(merchant) } => merchant_wallet(merchant.short_code),
        }
    }

    /// True for a cash-in.
    pub const fn is_cash_in(&self) -> bool {
        matches!(self.direction, Direction::CashIn { .. })
    }
}

impl OperationDetails {
    /// The full request, as a checker sees it and as it is carried out.
    pub fn subject(&self) -> Value {
        let mut subject = json!({
            "operationID": self.id,
            "operationType": if self.is_cash_in() { "cash-in" } else { "cash-out-fulfillment" },
            "amount": self.amount,
            "memo": self.memo,
            "keyID": self.key.as_ref().map(|(key, _)| key),
        });
        match &self.direction {
            Direction::CashIn { to: Destination::Phone(phone) } => add(&mut subject, [("phoneTo", json!(phone))]),
            Direction::CashIn { to: Destination::Merchant(merchant) } => {
                let (name, code) = (json!(merchant.name), json!(merchant.short_code.number()));
                let members = [("merchantTo", json!(merchant.id)), ("merchantName", name), ("merchantShortCode", code)];
                add(&mut subject, members);
            }
            Direction::CashOut { from, fulfillment } => {
                let (means, reference) = (json!(fulfillment.means), json!(fulfillment.reference));
                let members = [
                    ("phoneFrom", json!(from)),
                    ("cashOutFulfillmentType", means),
                    ("cashOutFulfillmentID", reference),
                ];
                add(&mut subject, members);
            }
        }
        subject
    }
}

/// Status of a customer's cash-out request. The Distributor alone decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CashOutRequestStatus {
    /// Open: shown in the list.
    Open,
    /// Taken by a PUT.
    Taken,
    /// Paid: the customer's money is captured.
    Paid,
    /// Cancelled by the customer.
    Cancelled,
    /// Expired before anybody took it.
    Expired,
}

impl CashOutRequestStatus {
    /// Stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Taken => "taken",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// A customer's request to be paid out by this distributor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashOutRequest {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// Number of the chain entry that made the request: its position in the list.
    pub number: u64,
    /// ID of the request and of the operation that pays it.
    pub id: OperationID,
    /// The customer.
    pub from: Phone,
    /// Requested amount.
    pub amount: Amount,
    /// The customer's note.
    pub memo: Option<String>,
    /// Time of the request.
    pub created_at: Timestamp,
    /// Time at which an open request lapses.
    pub expires_at: Timestamp,
    /// Status of the request.
    pub status: CashOutRequestStatus,
    /// Number of the operation that last took the request.
    pub attempt: Option<u64>,
}
