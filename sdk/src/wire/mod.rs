//! Answers of the server, with the names of the API's contract.
//!
//! Only what every server of this API tells is always there.
//!
//! ```
//! use universal_wallet_sdk::wire::{Balance, OperationStatus, Receipt};
//!
//! // A value that a server does not tell is `None`, and never made up.
//! let balance: Balance = serde_json::from_str(r#"{"balance":"50000.00"}"#)?;
//! assert_eq!((balance.balance.minor(), balance.available), (5_000_000, None));
//!
//! let balance = r#"{"balance":"50000.00","available":"45000.00","held":"5000.00","currency":"NGN"}"#;
//! let balance: Balance = serde_json::from_str(balance)?;
//! assert_eq!(balance.to_string(), "50000.00 NGN, 45000.00 of it available");
//!
//! // A word of a later version survives.
//! let receipt: Receipt = serde_json::from_str(r#"{"operationID":"op-123","status":"reversed"}"#)?;
//! assert_eq!(receipt.status, Some(OperationStatus::Other("reversed".into())));
//! assert!(!receipt.is_completed());
//! assert_eq!(receipt.to_string(), "op-123 is reversed");
//! # Ok::<(), serde_json::Error>(())
//! ```

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::amount::Amount;
use crate::id::{DistributorID, KeyID, OperationID, WalletOperationID};
use crate::phone::Phone;
use crate::short_code::ShortCode;
use crate::timestamp::Timestamp;

mod statement;
mod words;

pub use statement::{Statement, StatementEntry, StatementTotal, StatementTotals};
#[cfg(feature = "webhook")]
pub(crate) use words::words;
pub use words::{CashOutFulfillmentType, OperationStatus, OperationType, Permission};

/// A distributor's float. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Balance {
    /// All of the float.
    pub balance: Amount,
    /// The part that is free to be spent: `balance` less `held`.
    pub available: Option<Amount>,
    /// The part that pending cash-ins hold.
    pub held: Option<Amount>,
    /// The deployment's currency, such as `NGN`.
    pub currency: Option<String>,
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.balance.fmt(f)?;
        if let Some(currency) = &self.currency {
            write!(f, " {currency}")?;
        }
        self.available.map_or(Ok(()), |available| write!(f, ", {available} of it available"))
    }
}

/// The calling key, as `GET /api-key` tells it. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct KeyInfo {
    /// Names the key.
    #[serde(rename = "keyID")]
    pub key_id: KeyID,
    /// The label that its maker gave it.
    pub label: String,
    /// Its permissions.
    pub permissions: Vec<Permission>,
    /// The largest amount of one operation; `None`: no limit.
    pub max_transaction_amount: Option<Amount>,
    /// The volume of one UTC day; `None`: no limit.
    pub max_daily_volume: Option<Amount>,
    /// The rest of today's volume; `None`: no limit.
    pub daily_volume_remaining: Option<Amount>,
    /// The addresses and CIDR blocks it may be used from; empty: any.
    #[serde(rename = "allowedIPs")]
    pub allowed_ips: Vec<String>,
    /// Operations up to this amount need no checker.
    pub auto_approve_limit: Amount,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// One cash-in or cash-out of a distributor. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Operation {
    /// Names the operation.
    #[serde(rename = "operationID")]
    pub operation_id: OperationID,
    /// Whose it is.
    #[serde(rename = "distributorID")]
    pub distributor_id: DistributorID,
    /// Cash-in or cash-out.
    pub operation_type: OperationType,
    /// Where it stands; `None` where the server does not tell. Then nobody knows from the operation alone whether the
    /// money moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<OperationStatus>,
    /// How much.
    pub amount: Amount,
    /// The customer credited by a cash-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_to: Option<Phone>,
    /// The merchant credited by a cash-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_to: Option<String>,
    /// That merchant's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_name: Option<String>,
    /// That merchant's short code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_short_code: Option<u32>,
    /// The customer debited by a cash-out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_from: Option<Phone>,
    /// How a cash-out was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_out_fulfillment_type: Option<CashOutFulfillmentType>,
    /// The distributor's own reference of that payment.
    #[serde(rename = "cashOutFulfillmentID", skip_serializing_if = "Option::is_none")]
    pub cash_out_fulfillment_id: Option<String>,
    /// The distributor's note.
    pub memo: Option<String>,
    /// The movement in the customer's wallet; `None` until it happened, or where the server does not tell.
    #[serde(rename = "walletOperationID")]
    pub wallet_operation_id: Option<WalletOperationID>,
    /// The entry's number in the distributor's chain; `None` until the float changes.
    pub sequence_number: Option<u64>,
    /// `tx_` and that entry's hash; `None` until the float changes.
    #[serde(rename = "blockchainID")]
    pub blockchain_id: Option<String>,
    /// Why it did not go through.
    pub last_error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Operation {
    /// Whether the server says that the money moved. See the [example](self).
    pub fn is_completed(&self) -> bool {
        self.status == Some(OperationStatus::Completed)
    }

    /// Whether the server says that nothing more will happen. See the [example](self).
    pub fn has_ended(&self) -> bool {
        self.status.as_ref().is_some_and(OperationStatus::has_ended)
    }
}

/// The answer to a write: that the operation exists. Whether money moved is in its status alone.
/// See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// Names the operation.
    #[serde(rename = "operationID")]
    pub operation_id: OperationID,
    /// Where it stands; `None` where the server does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<OperationStatus>,
    /// Whether the server says that an earlier call with the same idempotency key had made it, and this one only asked
    /// how it stands (the header `Idempotent-Replayed`). Also after a repetition by the SDK itself whose first attempt
    /// arrived.
    #[serde(skip)]
    pub replayed: bool,
}

impl Receipt {
    /// Whether the server says that the money moved. See the [example](self).
    pub fn is_completed(&self) -> bool {
        self.status == Some(OperationStatus::Completed)
    }

    /// Whether the server says that a checker has to decide. See the [example](self).
    pub fn is_pending(&self) -> bool {
        self.status == Some(OperationStatus::Pending)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        standing(&self.operation_id, self.status.as_ref(), f)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        standing(&self.operation_id, self.status.as_ref(), f)
    }
}

/// Where an operation stands, such as `op-123 is completed`.
fn standing(id: &OperationID, status: Option<&OperationStatus>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match status {
        Some(status) => write!(f, "{id} is {status}"),
        None => write!(f, "{id} exists, its status is not told"),
    }
}

/// A customer's open request to be paid out. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CashOutRequest {
    /// Its place in the list.
    pub cursor: String,
    /// Names it, and the operation that it becomes.
    #[serde(rename = "operationID")]
    pub operation_id: OperationID,
    /// Always `cash-out`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The customer.
    pub from: Phone,
    /// How much.
    pub amount: Amount,
    /// The customer's note.
    pub memo: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it lapses; `None` where the server does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A page of open requests, oldest first. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CashOutPage {
    /// The requests.
    pub items: Vec<CashOutRequest>,
    /// Where the next page starts; `None` on the last.
    #[serde(default, deserialize_with = "unless_empty")]
    pub next_cursor: Option<String>,
    /// How many a page holds at most.
    pub limit: u32,
}

/// The text, unless it is empty or null.
fn unless_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.filter(|text: &String| !text.is_empty()))
}

/// A merchant, as its short code names it. See the [example](crate::Client::merchant).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Merchant {
    /// The number under which the merchant is paid.
    pub short_code: ShortCode,
    /// The merchant's name.
    pub name: String,
}

/// An error's body.
#[cfg(feature = "client")]
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ErrorBody {
    /// The status' reason phrase.
    pub(crate) error: String,
    /// One sentence a person can act on.
    pub(crate) message: String,
    /// The stable code for programs.
    pub(crate) code: Option<String>,
    /// Names the call in the server's log.
    #[serde(rename = "requestID")]
    pub(crate) request_id: Option<String>,
    /// The mistakes by field; for validation only.
    #[serde(default)]
    pub(crate) errors: Vec<FieldError>,
}

/// One mistake in a field. See the [example](crate::Error).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldError {
    /// The field, such as `allowedIPs[1]`.
    pub field: String,
    /// The way to mend it.
    pub message: String,
}
