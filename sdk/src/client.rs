//! The client.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::answer::{Answer, Failure};
use crate::call::Call;
use crate::id::{DistributorID, OperationID};
use crate::key::ApiKey;
use crate::request::{
    CashIn, CashOut, CashOuts, Export, ExportFormat, Operations, ProcessCashOut, Read, Recipient, WaitFor, Withdraw,
};
use crate::retry::Limits;
use crate::transport::{Incoming, Transport, within};
use crate::wire::{Balance, CashOutFulfillmentType, KeyInfo, Operation};
use crate::{ClientBuilder, Phone};

/// Calls the API for one distributor with one key.
///
/// Cheap to clone; clones share their connections. Every method answers a request, which does
/// nothing until it is sent. Natively the requests are sent within a tokio runtime.
///
/// ```
/// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
/// # with_client(async |client: universal_wallet::Client| {
/// let (balance, key) = (client.balance().send().await?, client.key_info().send().await?);
/// println!("{} free, {:?} left today", balance.available, key.daily_volume_remaining);
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    /// Up to and including the distributor's ID.
    distributor_url: String,
    key: ApiKey,
    limits: Limits,
}

impl Client {
    /// A client of the server at `base_url`, such as `https://wallet.example`, for the distributor
    /// that the key was issued to. See the [example](ClientBuilder).
    pub fn builder(base_url: impl Into<String>, distributor_id: DistributorID, api_key: ApiKey) -> ClientBuilder {
        ClientBuilder::new(base_url.into(), distributor_id, api_key)
    }

    /// A client from the environment: `UNIVERSAL_WALLET_URL`, `UNIVERSAL_WALLET_DISTRIBUTOR_ID` and
    /// `UNIVERSAL_WALLET_API_KEY`. Fails when one is missing or wrong, and names it.
    ///
    /// ```no_run
    /// let client = universal_wallet::Client::from_env()?;
    /// # Ok::<(), universal_wallet::Error>(())
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    pub fn from_env() -> Result<Self, crate::Error> {
        crate::environment::builder()?.build()
    }

    pub(crate) fn new(transport: Transport, distributor_url: String, key: ApiKey, limits: Limits) -> Self {
        Self(Arc::new(Inner { transport, distributor_url, key, limits }))
    }

    /// The distributor's float. Needs `read-balance`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// let balance = client.balance().send().await?;
    /// println!("{} {}, of which {} held", balance.balance, balance.currency, balance.held);
    /// # Ok(()) });
    /// ```
    pub fn balance(&self) -> Read<Balance> {
        Read::new(self, "/balance")
    }

    /// What the server knows about the calling key: its permissions, limits and end.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// use universal_wallet::wire::Permission;
    ///
    /// let key = client.key_info().send().await?;
    /// let may_move_money = key.permissions.contains(&Permission::PerformOperations);
    /// println!("{} may move money: {may_move_money}, until {}", key.label, key.expires_at);
    /// # Ok(()) });
    /// ```
    pub fn key_info(&self) -> Read<KeyInfo> {
        Read::new(self, "/api-key")
    }

    /// One operation. Needs `read-transactions`. See the [example](Self::wait_for).
    pub fn operation(&self, id: OperationID) -> Read<Operation> {
        Read::new(self, format!("/operations/{id}"))
    }

    /// The distributor's operations, newest first. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// use universal_wallet::wire::OperationStatus;
    ///
    /// let page = client.operations().status(OperationStatus::Completed).limit(10).page().await?;
    /// for operation in &page.items {
    ///     println!("{} {} {}", operation.created_at, operation.operation_type, operation.amount);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn operations(&self) -> Operations {
        Operations::new(self)
    }

    /// Credits a customer's wallet (by [`Phone`]) or a merchant's (by [`ShortCode`](crate::ShortCode))
    /// from the float, against cash taken. Needs `perform-operations`.
    ///
    /// The amount is checked before anything is sent: greater than zero, at most two decimals.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// use universal_wallet::{Decimal, IdempotencyKey, ShortCode};
    ///
    /// let key = IdempotencyKey::random(); // store it before the call
    /// let merchant: ShortCode = "100000".parse()?;
    /// let amount = Decimal::new(25_050, 2); // 250.50
    /// let receipt = client.cash_in(merchant, amount).memo("till 7").idempotency_key(key).send().await?;
    /// println!("{} is {}", receipt.operation_id, receipt.status);
    /// # Ok(()) });
    /// ```
    pub fn cash_in(&self, to: impl Into<Recipient>, amount: impl Into<Decimal>) -> CashIn {
        CashIn::new(self, to.into(), amount.into())
    }

    /// Pays out a customer who asked for exactly this amount: fulfils the oldest such request. Needs
    /// `perform-operations`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// use universal_wallet::{Phone, wire::CashOutFulfillmentType};
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
        CashOut::new(self, from, amount.into(), how)
    }

    /// The customers' open cash-out requests, oldest first. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// for request in client.cash_outs().page().await?.items {
    ///     println!("{} asks for {} until {}", request.from, request.amount, request.expires_at);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn cash_outs(&self) -> CashOuts {
        CashOuts::new(self)
    }

    /// Pays out one request of [`cash_outs`](Self::cash_outs). Needs `perform-operations`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// use universal_wallet::wire::CashOutFulfillmentType;
    ///
    /// if let Some(request) = client.cash_outs().limit(1).page().await?.items.first() {
    ///     let how = CashOutFulfillmentType::BankTransfer;
    ///     let receipt = client.process_cash_out(request.operation_id, how).reference("TX-99").send().await?;
    ///     println!("{} is {}", receipt.operation_id, receipt.status);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn process_cash_out(&self, id: OperationID, how: CashOutFulfillmentType) -> ProcessCashOut {
        ProcessCashOut::new(self, id, how)
    }

    /// Withdraws an operation that still waits for its checker and that this key, or one that it
    /// replaced, asked for. Needs `perform-operations`.
    ///
    /// It is not repeated by itself; should its answer get lost, read the operation.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// use universal_wallet::{ShortCode, wire::OperationStatus};
    ///
    /// let receipt = client.cash_in("100000".parse::<ShortCode>()?, 5).send().await?;
    /// if receipt.status == OperationStatus::Pending {
    ///     let operation = client.withdraw(receipt.operation_id).send().await?;
    ///     assert_eq!(operation.status, OperationStatus::Rejected);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn withdraw(&self, id: OperationID) -> Withdraw {
        Withdraw::new(self, id)
    }

    /// Waits until an operation has ended: completed, rejected, expired or failed. One that waits for
    /// its checker can take a day. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// use std::time::Duration;
    /// use universal_wallet::ShortCode;
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
        WaitFor::new(self, id, timeout)
    }

    /// The distributor's ledger as a file: a line for each change of the float, oldest first, with the balance that it
    /// left. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet::Client| {
    /// use universal_wallet::request::ExportFormat;
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
        Export::new(self, format)
    }

    pub(crate) fn limits(&self) -> Limits {
        self.0.limits
    }

    pub(crate) fn key(&self) -> &ApiKey {
        &self.0.key
    }

    /// Sends a call once.
    pub(crate) async fn attempt(&self, call: &Call, timeout: Duration) -> Result<Answer, Failure> {
        let url = format!("{}{}", self.0.distributor_url, call.path);
        self.0.transport.send(call, url, timeout).await
    }

    /// Sends a call once, and answers when its answer begins.
    pub(crate) async fn open(&self, call: &Call, timeout: Duration) -> Result<Incoming, Failure> {
        let url = format!("{}{}", self.0.distributor_url, call.path);
        within(timeout, self.0.transport.open(call, url)).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("distributor_url", &self.0.distributor_url)
            .field("key", &self.0.key)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}
