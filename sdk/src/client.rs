//! The client.

use core::fmt;
use core::time::Duration;

use rust_decimal::Decimal;

use crate::connection::Connection;
use crate::id::OperationID;
use crate::phone::Phone;
use crate::request::{
    CashIn, CashOut, CashOuts, Export, ExportFormat, Operations, ProcessCashOut, Read, Recipient, WaitFor, Withdraw,
};
use crate::wire::{Balance, CashOutFulfillmentType, KeyInfo, Operation};

/// Calls the API for one distributor with one key.
///
/// Cheap to clone; clones share their connections. Every method returns a request, which does
/// nothing until it is sent. Natively the requests are sent within a tokio runtime.
///
/// ```
/// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
/// # with_client(async |client: universal_wallet_sdk::Client| {
/// let (balance, key) = (client.balance().send().await?, client.key_info().send().await?);
/// println!("{} free, {:?} left today", balance.available, key.daily_volume_remaining);
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Client(Connection);

impl Client {
    pub(crate) fn new(connection: Connection) -> Self {
        Self(connection)
    }

    /// The distributor's float. Needs `read-balance`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// let balance = client.balance().send().await?;
    /// println!("{} {}, of which {} held", balance.balance, balance.currency, balance.held);
    /// # Ok(()) });
    /// ```
    pub fn balance(&self) -> Read<Balance> {
        Read::new(&self.0, "/balance")
    }

    /// The calling key as the server knows it: its permissions, limits and expiry.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::wire::Permission;
    ///
    /// let key = client.key_info().send().await?;
    /// let may_move_money = key.permissions.contains(&Permission::PerformOperations);
    /// println!("{} may move money: {may_move_money}, until {}", key.label, key.expires_at);
    /// # Ok(()) });
    /// ```
    pub fn key_info(&self) -> Read<KeyInfo> {
        Read::new(&self.0, "/api-key")
    }

    /// One operation. Needs `read-transactions`. See the [example](Self::wait_for).
    pub fn operation(&self, id: OperationID) -> Read<Operation> {
        Read::new(&self.0, format!("/operations/{id}"))
    }

    /// The distributor's operations, newest first. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::wire::OperationStatus;
    ///
    /// let page = client.operations().status(OperationStatus::Completed).limit(10).page().await?;
    /// for operation in &page.items {
    ///     println!("{} {} {}", operation.created_at, operation.operation_type, operation.amount);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn operations(&self) -> Operations {
        Operations::new(&self.0)
    }

    /// Credits a customer's wallet (by [`Phone`]) or a merchant's (by [`ShortCode`](crate::ShortCode))
    /// from the float, against cash taken. Needs `perform-operations`.
    ///
    /// The amount is checked before anything is sent: greater than zero, at most two decimals.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::{Decimal, IdempotencyKey, ShortCode};
    ///
    /// let key = IdempotencyKey::random(); // store it before the call
    /// let merchant: ShortCode = "100000".parse()?;
    /// let amount = Decimal::new(25_050, 2); // 250.50
    /// let receipt = client.cash_in(merchant, amount).memo("till 7").idempotency_key(key).send().await?;
    /// println!("{} is {}", receipt.operation_id, receipt.status);
    /// # Ok(()) });
    /// ```
    pub fn cash_in(&self, to: impl Into<Recipient>, amount: impl Into<Decimal>) -> CashIn {
        CashIn::new(&self.0, to.into(), amount.into())
    }

    /// Pays out a customer who asked for exactly this amount: fulfils the oldest such request. Needs
    /// `perform-operations`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::{Phone, wire::CashOutFulfillmentType};
    ///
    /// let customer: Phone = "+234 803 123 4567".parse()?;
    /// match client.cash_out(customer, 200, CashOutFulfillmentType::Cash).reference("slip 12").send().await {
    ///     Ok(receipt) => println!("pay when {} is completed", receipt.operation_id),
    ///     Err(error) if error.code() == Some("no_cash_out_request") => println!("the customer has to ask first"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) });
    /// ```
    pub fn cash_out(&self, from: Phone, amount: impl Into<Decimal>, how: CashOutFulfillmentType) -> CashOut {
        CashOut::new(&self.0, from, amount.into(), how)
    }

    /// The customers' open cash-out requests, oldest first. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// for request in client.cash_outs().page().await?.items {
    ///     println!("{} asks for {} until {}", request.from, request.amount, request.expires_at);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn cash_outs(&self) -> CashOuts {
        CashOuts::new(&self.0)
    }

    /// Pays out one request of [`cash_outs`](Self::cash_outs). Needs `perform-operations`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::wire::CashOutFulfillmentType;
    ///
    /// if let Some(request) = client.cash_outs().limit(1).page().await?.items.first() {
    ///     let how = CashOutFulfillmentType::BankTransfer;
    ///     let receipt = client.process_cash_out(request.operation_id, how).reference("TX-99").send().await?;
    ///     println!("{} is {}", receipt.operation_id, receipt.status);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn process_cash_out(&self, id: OperationID, how: CashOutFulfillmentType) -> ProcessCashOut {
        ProcessCashOut::new(&self.0, id, how)
    }

    /// Withdraws an operation that still waits for its checker and that this key, or one that it
    /// replaced, asked for. Needs `perform-operations`.
    ///
    /// The withdrawal is not retried; if its answer gets lost, read the operation.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::{ShortCode, wire::OperationStatus};
    ///
    /// let receipt = client.cash_in("100000".parse::<ShortCode>()?, 5).send().await?;
    /// if receipt.status == OperationStatus::Pending {
    ///     let operation = client.withdraw(receipt.operation_id).send().await?;
    ///     assert_eq!(operation.status, OperationStatus::Rejected);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn withdraw(&self, id: OperationID) -> Withdraw {
        Withdraw::new(&self.0, id)
    }

    /// Waits until an operation has ended: completed, rejected, expired or failed. One that waits for
    /// its checker can take a day. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use std::time::Duration;
    /// use universal_wallet_sdk::ShortCode;
    ///
    /// let receipt = client.cash_in("100000".parse::<ShortCode>()?, 5).send().await?;
    /// match client.wait_for(receipt.operation_id, Duration::from_secs(1)).send().await {
    ///     Ok(operation) => println!("it is {}", operation.status),
    ///     Err(error) if error.is_timeout() => {
    ///         let operation = client.operation(receipt.operation_id).send().await?;
    ///         println!("it is still {}", operation.status);
    ///     }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) });
    /// ```
    pub fn wait_for(&self, id: OperationID, timeout: Duration) -> WaitFor {
        WaitFor::new(&self.0, id, timeout)
    }

    /// The distributor's ledger as a file: a line for each change of the float, oldest first, with the balance that it
    /// left. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::request::ExportFormat;
    ///
    /// let from = "2026-01-01T00:00:00.000Z".parse()?;
    /// let mut ledger = Vec::new(); // or a file
    /// let mut download = client.export(ExportFormat::Csv).from(from).send().await?;
    /// while let Some(part) = download.chunk().await? {
    ///     ledger.extend(part);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn export(&self, format: ExportFormat) -> Export {
        Export::new(&self.0, format)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0).finish()
    }
}
