use http::Method;
use rust_decimal::Decimal;

use super::amount::amount;
use super::body::NewOperation;
use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::write;
use crate::idempotency_key::IdempotencyKey;
use crate::phone::Phone;
use crate::wire::{CashOutFulfillmentType, Receipt};

/// Pays out the customer's oldest open request of this amount.
/// See the [example](crate::Client::cash_out).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct CashOut {
    connection: Connection,
    from: Phone,
    amount: Decimal,
    how: CashOutFulfillmentType,
    reference: Option<String>,
    memo: Option<String>,
    key: Option<IdempotencyKey>,
}

impl CashOut {
    pub(crate) fn new(connection: &Connection, from: Phone, amount: Decimal, how: CashOutFulfillmentType) -> Self {
        Self { connection: connection.clone(), from, amount, how, reference: None, memo: None, key: None }
    }

    /// Your own reference of the payment, at most 64 characters.
    /// See the [example](crate::Client::cash_out).
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// A note of at most 256 characters. See the [example](crate::Client::cash_out).
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = Some(memo.into());
        self
    }

    /// Idempotency key of the write; [store it first](IdempotencyKey). Without one, the SDK makes one
    /// for its own retries.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Moves the money at most once, and returns the status of the operation.
    /// See the [example](crate::Client::cash_out).
    pub async fn send(self) -> Result<Receipt, Error> {
        let body = NewOperation::CashOut {
            amount: amount(self.amount)?,
            phone_from: self.from,
            cash_out_fulfillment_type: self.how,
            cash_out_fulfillment_id: self.reference,
            memo: self.memo,
        };
        let key = self.key.unwrap_or_else(IdempotencyKey::random);
        let call = Call::write("POST /operations", Method::POST, "/operations", key, &body)?;
        write(&self.connection, &call).await
    }
}
