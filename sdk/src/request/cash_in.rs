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
use crate::short_code::ShortCode;
use crate::wire::Receipt;

/// The recipient of a cash-in. See the [example](crate::Client::cash_in).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recipient {
    /// A customer, by phone number.
    Customer(Phone),
    /// A merchant, by short code.
    Merchant(ShortCode),
}

impl From<Phone> for Recipient {
    fn from(phone: Phone) -> Self {
        Self::Customer(phone)
    }
}

impl From<ShortCode> for Recipient {
    fn from(short_code: ShortCode) -> Self {
        Self::Merchant(short_code)
    }
}

/// Credits a wallet from the float. See the [example](crate::Client::cash_in).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct CashIn {
    connection: Connection,
    to: Recipient,
    amount: Decimal,
    memo: Option<String>,
    key: Option<IdempotencyKey>,
}

impl CashIn {
    pub(crate) fn new(connection: &Connection, to: Recipient, amount: Decimal) -> Self {
        Self { connection: connection.clone(), to, amount, memo: None, key: None }
    }

    /// A note of at most 256 characters. See the [example](crate::Client::cash_in).
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
    /// See the [example](crate::Client::cash_in).
    pub async fn send(self) -> Result<Receipt, Error> {
        let amount = amount(self.amount)?;
        let (phone_to, merchant_to_short_code) = match self.to {
            Recipient::Customer(phone) => (Some(phone), None),
            Recipient::Merchant(short_code) => (None, Some(short_code)),
        };
        let body = NewOperation::CashIn { amount, phone_to, merchant_to_short_code, memo: self.memo };
        let key = self.key.unwrap_or_else(IdempotencyKey::random);
        let call = Call::write("POST /operations", Method::POST, "/operations", key, &body)?;
        write(&self.connection, &call).await
    }
}
