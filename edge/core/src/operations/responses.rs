//! Response types for operations and cash-out requests.

use serde::Serialize;
use universal_wallet_sdk::{Amount, Phone, Timestamp};

use crate::id::{DistributorID, OperationID, WalletOperationID};
use crate::operations::model::{
    CashOutRequest, Destination, Direction, FulfillmentType, Operation, OperationDetails, OperationStatus,
    wallet_operation_id,
};

/// The two ways that money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OperationType {
    /// Float becomes wallet balance.
    CashIn,
    /// Wallet balance becomes float, against cash or a bank transfer.
    CashOutFulfillment,
}

/// One cash-in or cash-out of a distributor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Operation"))]
#[serde(rename_all = "camelCase")]
pub struct OperationView {
    /// ID of the operation.
    #[serde(rename = "operationID")]
    operation_id: OperationID,
    /// ID of its distributor.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// Cash-in or cash-out.
    operation_type: OperationType,
    /// Where it stands.
    status: OperationStatus,
    /// How much.
    amount: Amount,
    /// The customer credited by a cash-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_to: Option<Phone>,
    /// The merchant credited by a cash-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_to: Option<String>,
    /// That merchant's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_name: Option<String>,
    /// That merchant's short code.
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_short_code: Option<u32>,
    /// The customer debited by a cash-out.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_from: Option<Phone>,
    /// How a cash-out was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    cash_out_fulfillment_type: Option<FulfillmentType>,
    /// The distributor's own reference of that payment.
    #[serde(rename = "cashOutFulfillmentID", skip_serializing_if = "Option::is_none")]
    cash_out_fulfillment_id: Option<String>,
    /// The distributor's note.
    memo: Option<String>,
    /// ID of the movement in the customer's wallet; null until it happened.
    #[serde(rename = "walletOperationID")]
    wallet_operation_id: Option<WalletOperationID>,
    /// The entry's number in the distributor's chain; null until the float changes.
    sequence_number: Option<u64>,
    /// `tx_` and that entry's hash; null until the float changes.
    #[serde(rename = "blockchainID")]
    blockchain_id: Option<String>,
    /// Why it did not go through.
    last_error: Option<String>,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// The answer to a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// ID of the operation.
    #[serde(rename = "operationID")]
    operation_id: OperationID,
    /// Where it stands.
    status: OperationStatus,
}

/// A customer's open request to be paid out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CashOutRequest"))]
#[serde(rename_all = "camelCase")]
pub struct CashOutRequestView {
    /// Its place in the list.
    pub cursor: String,
    /// ID of the request, and of the operation that it becomes.
    #[serde(rename = "operationID")]
    operation_id: OperationID,
    /// Always `cash-out`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The customer.
    from: Phone,
    /// How much.
    amount: Amount,
    /// The customer's note.
    memo: Option<String>,
    /// When it was made.
    created_at: Timestamp,
    /// When it lapses.
    expires_at: Timestamp,
}

/// A page of open requests, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CashOutPage {
    /// The requests.
    pub items: Vec<CashOutRequestView>,
    /// Where the next page starts; empty on the last.
    pub next_cursor: String,
    /// How many a page holds at most.
    pub limit: u32,
}

impl Operation {
    /// The operation as the API answers it.
    pub fn view(&self, distributor: DistributorID) -> OperationView {
        let OperationDetails { id, direction, amount, memo, created_at, .. } = &self.facts;
        let arrived = self.state.status == OperationStatus::Completed;
        let mut view = OperationView {
            operation_id: *id,
            distributor_id: distributor,
            operation_type: OperationType::CashIn,
            status: self.state.status,
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
                view.operation_type = OperationType::CashOutFulfillment;
                view.phone_from = Some(from.clone());
                view.cash_out_fulfillment_type = Some(fulfillment.means);
                view.cash_out_fulfillment_id.clone_from(&fulfillment.reference);
            }
        }
        view
    }

    /// The answer to the call that made the operation.
    pub fn receipt(&self) -> Receipt {
        Receipt { operation_id: self.facts.id, status: self.state.status }
    }
}

impl CashOutRequest {
    /// The request as the API answers it.
    pub fn view(&self, cursor: String) -> CashOutRequestView {
        CashOutRequestView {
            cursor,
            operation_id: self.id,
            kind: "cash-out",
            from: self.from.clone(),
            amount: self.amount,
            memo: self.memo.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}
