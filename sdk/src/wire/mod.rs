//! Types on the wire, with the names of the API's contract.
//!
//! ```
//! use universal_wallet_sdk::wire::{Balance, OperationStatus, Receipt};
//!
//! let balance = r#"{"balance":"50000.00","available":"45000.00","held":"5000.00","currency":"NGN"}"#;
//! let balance: Balance = serde_json::from_str(balance)?;
//! assert_eq!(balance.available.minor(), 4_500_000);
//!
//! // A word of a later version survives.
//! let receipt = r#"{"operationID":"op_36e48800-22ce-4ea0-b37a-198f7978cd53","status":"reversed"}"#;
//! let receipt: Receipt = serde_json::from_str(receipt)?;
//! assert_eq!(receipt.status, OperationStatus::Other("reversed".into()));
//! assert_eq!(receipt.status.as_str(), "reversed");
//! assert!(!receipt.status.has_ended());
//! # Ok::<(), serde_json::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::id::{DistributorID, KeyID, OperationID, WalletOperationID};
use crate::phone::Phone;
use crate::timestamp::Timestamp;

mod words;

pub use words::{CashOutFulfillmentType, OperationStatus, OperationType, Permission};

/// A distributor's float. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Balance {
    /// All of the float.
    pub balance: Amount,
    /// The part that is free to be spent: `balance` less `held`.
    pub available: Amount,
    /// The part that pending cash-ins hold.
    pub held: Amount,
    /// The deployment's currency, such as `NGN`.
    pub currency: String,
}

impl Balance {
    /// The float from its parts. See the [example](self).
    pub fn new(balance: Amount, available: Amount, held: Amount, currency: String) -> Self {
        Self { balance, available, held, currency }
    }
}

/// The calling key, as `GET /api-key` tells it. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(feature = "server"), non_exhaustive)]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(feature = "server"), non_exhaustive)]
pub struct Operation {
    /// Names the operation.
    #[serde(rename = "operationID")]
    pub operation_id: OperationID,
    /// Whose it is.
    #[serde(rename = "distributorID")]
    pub distributor_id: DistributorID,
    /// Cash-in or cash-out.
    pub operation_type: OperationType,
    /// Where it stands.
    pub status: OperationStatus,
    /// How much.
    pub amount: Amount,
    /// The customer credited by a cash-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_to: Option<Phone>,
    /// The merchant credited by a cash-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_to: Option<String>,
    /// That merchant's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_name: Option<String>,
    /// That merchant's short code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_short_code: Option<u32>,
    /// The customer debited by a cash-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_from: Option<Phone>,
    /// How a cash-out was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_out_fulfillment_type: Option<CashOutFulfillmentType>,
    /// The distributor's own reference of that payment.
    #[serde(default, rename = "cashOutFulfillmentID", skip_serializing_if = "Option::is_none")]
    pub cash_out_fulfillment_id: Option<String>,
    /// The distributor's note.
    #[serde(default)]
    pub memo: Option<String>,
    /// The movement in the customer's wallet; `None` until it happened.
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

/// The answer to a write. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "server"), non_exhaustive)]
pub struct Receipt {
    /// Names the operation.
    #[serde(rename = "operationID")]
    pub operation_id: OperationID,
    /// Where it stands.
    pub status: OperationStatus,
    /// Whether an earlier call with the same idempotency key had made it, and this one only asked how it stands
    /// (the header `Idempotent-Replayed`). Also after a repetition by the SDK itself whose first attempt arrived.
    #[serde(skip)]
    pub replayed: bool,
}

/// A customer's open request to be paid out. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(feature = "server"), non_exhaustive)]
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
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// A page of open requests, oldest first. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(feature = "server"), non_exhaustive)]
pub struct CashOutPage {
    /// The requests.
    pub items: Vec<CashOutRequest>,
    /// Where the next page starts; empty on the last.
    pub next_cursor: String,
    /// How many a page holds at most.
    pub limit: u32,
}

/// An error's body. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "server"), non_exhaustive)]
pub struct ErrorBody {
    /// The status' reason phrase.
    pub error: String,
    /// One sentence a person can act on.
    pub message: String,
    /// The stable code for programs.
    #[serde(default)]
    pub code: String,
    /// Names the call in the server's log.
    #[serde(default, rename = "requestID")]
    pub request_id: String,
    /// The mistakes by field; for validation only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One mistake in a field. See the [example](self).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "server"), non_exhaustive)]
pub struct FieldError {
    /// The field, such as `allowedIPs[1]`.
    pub field: String,
    /// The way to mend it.
    pub message: String,
}
