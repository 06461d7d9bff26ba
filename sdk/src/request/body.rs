//! Bodies of writes.

use serde::Serialize;

use crate::amount::Amount;
use crate::phone::Phone;
use crate::short_code::ShortCode;
use crate::wire::CashOutFulfillmentType;

/// A new operation, the body of `POST /operations`.
#[derive(Serialize)]
#[serde(tag = "operationType")]
pub(crate) enum NewOperation {
    /// A cash-in: credits a customer or a merchant.
    #[serde(rename = "cash-in", rename_all = "camelCase")]
    CashIn {
        /// The amount.
        amount: Amount,
        /// The customer; exactly one of the two destinations is given.
        #[serde(skip_serializing_if = "Option::is_none")]
        phone_to: Option<Phone>,
        /// The merchant.
        #[serde(skip_serializing_if = "Option::is_none")]
        merchant_to_short_code: Option<ShortCode>,
        /// A note of at most 256 characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        memo: Option<String>,
    },
    /// A cash-out: pays out the customer's oldest open request of this amount.
    #[serde(rename = "cash-out-fulfillment", rename_all = "camelCase")]
    CashOut {
        /// The amount.
        amount: Amount,
        /// The customer.
        phone_from: Phone,
        /// The way in which the customer is paid.
        cash_out_fulfillment_type: CashOutFulfillmentType,
        /// The distributor's own reference, at most 64 characters.
        #[serde(rename = "cashOutFulfillmentID", skip_serializing_if = "Option::is_none")]
        cash_out_fulfillment_id: Option<String>,
        /// A note of at most 256 characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        memo: Option<String>,
    },
}

/// The body of `PUT /cashouts/{operationID}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProcessCashOut {
    /// The way in which the customer is paid.
    pub(crate) cash_out_fulfillment_type: CashOutFulfillmentType,
    /// The distributor's own reference, at most 64 characters.
    #[serde(rename = "transactionID", skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_id: Option<String>,
    /// A note of at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) memo: Option<String>,
}
