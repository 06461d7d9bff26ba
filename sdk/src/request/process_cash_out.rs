use http::Method;

use super::body;
use crate::call::{Call, segment};
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::write;
use crate::id::OperationID;
use crate::idempotency_key::IdempotencyKey;
use crate::wire::{CashOutFulfillmentType, Receipt};

/// Pays out one open request. See the [example](crate::Client::process_cash_out).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct ProcessCashOut {
    connection: Connection,
    path: String,
    body: body::ProcessCashOut,
    key: Option<IdempotencyKey>,
}

impl ProcessCashOut {
    pub(crate) fn new(connection: &Connection, request: &OperationID, how: CashOutFulfillmentType) -> Self {
        let body = body::ProcessCashOut { cash_out_fulfillment_type: how, transaction_id: None, memo: None };
        let path = format!("/cashouts/{}", segment(request.as_str()));
        Self { connection: connection.clone(), path, body, key: None }
    }

    /// Your own reference of the payment, at most 64 characters.
    /// See the [example](crate::Client::process_cash_out).
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.body.transaction_id = Some(reference.into());
        self
    }

    /// A note of at most 256 characters. See the [example](crate::Client::process_cash_out).
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.body.memo = Some(memo.into());
        self
    }

    /// Idempotency key of the write; [store it first](IdempotencyKey). Without one, the SDK makes one
    /// for its own retries.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Moves the money at most once, and returns the status of the operation.
    /// See the [example](crate::Client::process_cash_out).
    pub async fn send(self) -> Result<Receipt, Error> {
        let key = self.key.unwrap_or_else(IdempotencyKey::random);
        let call = Call::write("PUT /cashouts/{operationID}", Method::PUT, self.path, key, &self.body)?;
        write(&self.connection, &call).await
    }
}
