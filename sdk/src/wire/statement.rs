//! The statement of one day.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::amount::Amount;
use crate::date::Date;
use crate::id::OperationID;
use crate::timestamp::Timestamp;

/// The distributor's float over one UTC day. See the [example](crate::Client::statement).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Statement {
    /// The day.
    pub date: Date,
    /// Whether the day is over, so that nothing more will be added.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The float at the day's first instant: the closing balance of the day before.
    pub opening_balance: Amount,
    /// The float at the day's end, or now.
    pub closing_balance: Amount,
    /// The deployment's currency, such as `NGN`.
    pub currency: String,
    /// Sums of the day.
    pub totals: StatementTotals,
    /// Each change of the float, oldest first.
    pub entries: Vec<StatementEntry>,
}

/// Sums of a day. See the [example](crate::Client::statement).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatementTotals {
    /// Float that became wallet balance.
    pub cash_ins: StatementTotal,
    /// Cash-ins that their wallets could not take, so that the money came back; `None` where the server does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_ins_returned: Option<StatementTotal>,
    /// Wallet balance that became float.
    pub cash_outs: StatementTotal,
    /// Float that the issuer issued.
    pub top_ups: StatementTotal,
    /// Float that the issuer took back.
    pub redemptions: StatementTotal,
}

/// Number and sum of entries. See the [example](crate::Client::statement).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StatementTotal {
    /// Number of entries.
    pub count: u64,
    /// Their sum, without a sign.
    pub amount: Amount,
}

/// One change of the float. See the [example](crate::Client::statement).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatementEntry {
    /// The entry's number in the distributor's chain.
    pub sequence_number: u64,
    /// When the float changed.
    pub at: Timestamp,
    /// The kind of change, such as `cash-in`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The operation; `None` for a change by the issuer.
    #[serde(rename = "operationID", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationID>,
    /// The issuer's reference of a top-up or redemption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The change: below zero where the float became less.
    #[serde(serialize_with = "write_signed", deserialize_with = "read_signed")]
    pub amount: Decimal,
    /// The float afterwards.
    pub balance: Amount,
    /// `tx_` and the entry's hash.
    #[serde(rename = "blockchainID")]
    pub blockchain_id: String,
}

fn write_signed<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{amount:.2}"))
}

/// An amount with or without a minus, as exact as an [`Amount`].
fn read_signed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(deserializer)?;
    let (unsigned, is_negative) = match text.strip_prefix('-') {
        Some(unsigned) => (unsigned, true),
        None => (text.as_str(), false),
    };
    let amount: Decimal = unsigned.parse::<Amount>().map_err(de::Error::custom)?.into();
    Ok(if is_negative { -amount } else { amount })
}
