//! Operations: one cash-in or cash-out of a distributor.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use universal_wallet::id::{ApprovalID, DistributorID, KeyID, OperationID, WalletOperationID};
use universal_wallet::wire;
use universal_wallet::{Amount, Phone, ShortCode, Timestamp};

use crate::people::model::Person;
use crate::text::digest::Digest;

/// A merchant, as the issuer registered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchant {
    /// Names it.
    pub id: String,
    /// What it is paid under.
    pub short_code: ShortCode,
    /// What it is called.
    pub name: String,
}

/// Who is credited by a cash-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Destination {
    /// A customer.
    Phone(Phone),
    /// A merchant.
    Merchant(Merchant),
}

/// How a customer got the money of a cash-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fulfillment {
    /// In cash or by bank transfer.
    pub means: FulfillmentType,
    /// The distributor's own reference.
    pub reference: Option<String>,
}

/// Cash or a bank transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FulfillmentType {
    /// Over the counter.
    Cash,
    /// To the customer's bank account.
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

/// Which way the money goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Float becomes wallet balance.
    CashIn {
        /// Who is credited.
        to: Destination,
    },
    /// Wallet balance becomes float.
    CashOut {
        /// The customer.
        from: Phone,
        /// How they were paid.
        fulfillment: Fulfillment,
    },
}

/// What an operation is, from its first moment on; part of the chain, never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationDetails {
    /// Names it; a cash-out bears the ID of the customer's request.
    pub id: OperationID,
    /// Which way.
    pub direction: Direction,
    /// How much.
    pub amount: Amount,
    /// The distributor's note.
    pub memo: Option<String>,
    /// The key that asked for it, and its line of rotations; `None` for the console.
    pub key: Option<(KeyID, KeyID)>,
    /// Who asked: the person, or the maker of the key.
    pub maker: Person,
    /// The request that a checker decides; `None` within the key's auto-approve limit.
    pub approval: Option<ApprovalID>,
    /// When; its UTC day is the volume's.
    pub created_at: Timestamp,
}

/// Where an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationStatus {
    /// A checker has to decide.
    Pending,
    /// Decided; on its way to or from the wallet.
    Processing,
    /// Done.
    Completed,
    /// Refused or withdrawn.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Reserved.
    Failed,
}

impl OperationStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Processing, Self::Completed, Self::Rejected, Self::Expired, Self::Failed];

    /// As it goes over the wire.
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

    /// As the client's types name it.
    pub const fn wire(self) -> wire::OperationStatus {
        match self {
            Self::Pending => wire::OperationStatus::Pending,
            Self::Processing => wire::OperationStatus::Processing,
            Self::Completed => wire::OperationStatus::Completed,
            Self::Rejected => wire::OperationStatus::Rejected,
            Self::Expired => wire::OperationStatus::Expired,
            Self::Failed => wire::OperationStatus::Failed,
        }
    }

    /// What the chain holds of it: an arrival is no entry of its own, so on its way and arrived
    /// are the same there.
    pub const fn in_chain(self) -> &'static str {
        match self {
            Self::Processing | Self::Completed => "decided",
            other => other.as_str(),
        }
    }
}

/// The entry in which an operation changed the float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloatEntry {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
}

/// What changes of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationState {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// Where it stands.
    pub status: OperationStatus,
    /// The entry in which it changed the float.
    pub float: Option<FloatEntry>,
    /// Why it did not go through.
    pub error: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Number of the entry that made it: its place in the list.
    pub number: u64,
    /// What it is.
    pub facts: OperationDetails,
    /// Where it stands.
    pub state: OperationState,
}

/// The movement in the wallet that belongs to an operation: derived, so that both sides know it
/// without telling each other.
pub fn wallet_operation_id(id: OperationID) -> WalletOperationID {
    let digest = Digest::of(&[b"universal-wallet/wallet-operation/v1", id.uuid().as_bytes()]);
    WalletOperationID::from_uuid(uuid::Builder::from_custom_bytes(digest.first()).into_uuid())
}

/// The name of the wallet object of a customer.
pub fn phone_wallet(phone: &Phone) -> String {
    format!("phone:{}", phone.bare())
}

/// The name of the wallet object of a merchant.
pub fn merchant_wallet(short_code: ShortCode) -> String {
    format!("merchant:{short_code}")
}

impl OperationDetails {
    /// The wallet that the money goes to or comes from.
    pub fn wallet(&self) -> String {
        match &self.direction {
            Direction::CashIn { to: Destination::Phone(phone) } | Direction::CashOut { from: phone, .. } => {
                phone_wallet(phone)
            }
            Direction::CashIn { to: Destination::Merchant(merchant) } => merchant_wallet(merchant.short_code),
        }
    }

    /// Whether it is a cash-in.
    pub const fn is_cash_in(&self) -> bool {
        matches!(self.direction, Direction::CashIn { .. })
    }
}

impl OperationDetails {
    /// The full request, as a checker sees it and as it will be carried out.
    pub fn subject(&self) -> Value {
        let mut subject = json!({
            "operationID": self.id,
            "operationType": if self.is_cash_in() { "cash-in" } else { "cash-out-fulfillment" },
            "amount": self.amount,
            "memo": self.memo,
            "keyID": self.key.as_ref().map(|(key, _)| key),
        });
        match &self.direction {
            Direction::CashIn { to: Destination::Phone(phone) } => subject["phoneTo"] = json!(phone),
            Direction::CashIn { to: Destination::Merchant(merchant) } => {
                subject["merchantTo"] = json!(merchant.id);
                subject["merchantName"] = json!(merchant.name);
                subject["merchantShortCode"] = json!(merchant.short_code.number());
            }
            Direction::CashOut { from, fulfillment } => {
                subject["phoneFrom"] = json!(from);
                subject["cashOutFulfillmentType"] = json!(fulfillment.means);
                subject["cashOutFulfillmentID"] = json!(fulfillment.reference);
            }
        }
        subject
    }
}

impl Operation {
    /// As the API answers it.
    pub fn view(&self, distributor: DistributorID) -> wire::Operation {
        let OperationDetails { id, direction, amount, memo, created_at, .. } = &self.facts;
        let arrived = self.state.status == OperationStatus::Completed;
        let mut view = wire::Operation {
            operation_id: *id,
            distributor_id: distributor,
            operation_type: wire::OperationType::CashIn,
            status: self.state.status.wire(),
            amount: *amount,
            phone_to: None,
            merchant_to: None,
            merchant_name: None,
            merchant_short_code: None,
            phone_from: None,
            cash_out_fulfillment_type: None,
            cash_out_fulfillment_id: None,
            memo: memo.clone(),
            wallet_operation_id: arrived.then(|| wallet_operation_id(*id)),
            sequence_number: self.state.float.map(|entry| entry.number),
            blockchain_id: self.state.float.map(|entry| format!("tx_{}", entry.hash)),
            last_error: self.state.error.clone(),
            created_at: *created_at,
            updated_at: self.state.updated_at,
        };
        match direction {
            Direction::CashIn { to: Destination::Phone(phone) } => view.phone_to = Some(phone.clone()),
            Direction::CashIn { to: Destination::Merchant(merchant) } => {
                view.merchant_to = Some(merchant.id.clone());
                view.merchant_name = Some(merchant.name.clone());
                view.merchant_short_code = Some(merchant.short_code.number());
            }
            Direction::CashOut { from, fulfillment } => {
                view.operation_type = wire::OperationType::CashOutFulfillment;
                view.phone_from = Some(from.clone());
                view.cash_out_fulfillment_type = Some(match fulfillment.means {
                    FulfillmentType::Cash => wire::CashOutFulfillmentType::Cash,
                    FulfillmentType::BankTransfer => wire::CashOutFulfillmentType::BankTransfer,
                });
                view.cash_out_fulfillment_id.clone_from(&fulfillment.reference);
            }
        }
        view
    }

    /// The answer to the call that made it.
    pub fn receipt(&self) -> wire::Receipt {
        wire::Receipt { operation_id: self.facts.id, status: self.state.status.wire(), replayed: false }
    }
}

/// Where a customer's request to be paid out stands. The Distributor alone decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CashOutRequestStatus {
    /// In the list.
    Open,
    /// A PUT took it.
    Taken,
    /// Paid: the customer's money is captured.
    Paid,
    /// Taken back by the customer.
    Cancelled,
    /// Nobody took it in time.
    Expired,
}

impl CashOutRequestStatus {
    /// As it is stored.
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
    /// Number of the chain entry that made it: its place in the list.
    pub number: u64,
    /// Names it, and the operation that it becomes.
    pub id: OperationID,
    /// The customer.
    pub from: Phone,
    /// How much.
    pub amount: Amount,
    /// The customer's note.
    pub memo: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it lapses while it is open.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub status: CashOutRequestStatus,
    /// Number of the operation that took it last.
    pub attempt: Option<u64>,
}

impl CashOutRequest {
    /// As the API answers it.
    pub fn view(&self, cursor: String) -> wire::CashOutRequest {
        wire::CashOutRequest {
            cursor,
            operation_id: self.id,
            kind: "cash-out".to_string(),
            from: self.from.clone(),
            amount: self.amount,
            memo: self.memo.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}
