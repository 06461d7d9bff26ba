//! The client.

use core::fmt;
use core::time::Duration;

use rust_decimal::Decimal;

use crate::call::{Call, segment};
use crate::connection::Connection;
use crate::date::Date;
use crate::id::OperationID;
use crate::phone::Phone;
use crate::request::{
    CashIn, CashOut, CashOuts, Export, ExportFormat, Operations, ProcessCashOut, Read, Recipient, StatementFile,
    StatementFormat, WaitFor, Withdraw,
};
use crate::retry::Limits;
use crate::short_code::ShortCode;
use crate::wire::{Balance, CashOutFulfillmentType, KeyInfo, Merchant, Operation, Statement};

/// Calls the API for one distributor with one key.
///
/// Cheap to clone; clones share their connections. Every method returns a request, which does
/// nothing until it is sent. Natively the requests are sent within a tokio runtime.
///
/// ```
/// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
/// # with_client(async |client: universal_wallet_sdk::Client| {
/// let (balance, key) = (client.balance().send().await?, client.key_info().send().await?);
/// println!("{balance}, {:?} left today", key.daily_volume_remaining);
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Client(Connection);

impl Client {
    pub(crate) fn new(connection: Connection) -> Self {
        Self(connection)
    }

    /// The same client with another time limit of an attempt, for calls that may take longer or shorter. It shares the
    /// connections.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use std::time::Duration;
    ///
    /// let hurried = client.with_attempt_timeout(Duration::from_secs(2)).with_total_timeout(Duration::from_secs(5));
    /// let balance = hurried.with_max_attempts(2).balance().send().await?;
    /// # Ok(()) });
    /// ```
    #[must_use]
    pub fn with_attempt_timeout(&self, timeout: Duration) -> Self {
        self.with(Limits { attempt: timeout, ..self.0.limits() })
    }

    /// The same client with another time limit of a call, all attempts and waits included.
    /// See the [example](Self::with_attempt_timeout).
    #[must_use]
    pub fn with_total_timeout(&self, timeout: Duration) -> Self {
        self.with(Limits { total: timeout, ..self.0.limits() })
    }

    /// The same client with another maximum number of attempts of a call, the first included.
    /// See the [example](Self::with_attempt_timeout).
    #[must_use]
    pub fn with_max_attempts(&self, attempts: u32) -> Self {
        self.with(Limits { attempts, ..self.0.limits() })
    }

    fn with(&self, limits: Limits) -> Self {
        Self(self.0.with_limits(limits))
    }

    /// The distributor's float. Needs `read-balance`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// let balance = client.balance().send().await?;
    /// println!("{} in all, {:?} of it available", balance.balance, balance.available);
    /// # Ok(()) });
    /// ```
    pub fn balance(&self) -> Read<Balance> {
        Read::new(&self.0, Call::get("GET /balance", "/balance"))
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
        Read::new(&self.0, Call::get("GET /api-key", "/api-key"))
    }

    /// One operation. Needs `read-transactions`. See the [example](Self::wait_for).
    pub fn operation(&self, id: &OperationID) -> Read<Operation> {
        Read::new(&self.0, operation(id))
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
    /// if receipt.is_completed() {
    ///     println!("{}: the merchant has the money", receipt.operation_id);
    /// }
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

    /// The merchant of a short code, so that its name is seen before the money goes. Any permission is enough.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// match client.merchant("100000".parse()?).send().await {
    ///     Ok(merchant) => println!("pay {}?", merchant.name),
    ///     Err(error) if error.is_not_found() => println!("there is no such merchant"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) });
    /// ```
    pub fn merchant(&self, short_code: ShortCode) -> Read<Merchant> {
        Read::new(&self.0, Call::get("GET /merchants/{shortCode}", format!("/merchants/{short_code}")))
    }

    /// The statement of one day in UTC: opening and closing balance, totals, and each change of the float. Needs
    /// `read-transactions`. Of a day with more than some 100,000 changes take the [file](Self::statement_file).
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::Date;
    ///
    /// # let operation = client.operations().limit(1).page().await?.items.pop();
    /// # let today = operation.map_or_else(|| "2026-11-24".parse().unwrap(), |newest| Date::of(newest.created_at));
    /// match client.statement(today).send().await {
    ///     Ok(day) => println!("{}: {} to {}", day.date, day.opening_balance, day.closing_balance),
    ///     Err(error) if error.is_not_found() => println!("the day is before the distributor, or still to come"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) });
    /// ```
    pub fn statement(&self, date: Date) -> Read<Statement> {
        let call = Call::get("GET /statements/{date}", format!("/statements/{date}?format=json"));
        Read::new(&self.0, Call { longest_answer: LONGEST_STATEMENT, ..call })
    }

    /// The statement of one day as a file, however long it is. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::request::StatementFormat;
    ///
    /// # let operation = client.operations().limit(1).page().await?.items.pop();
    /// # let Some(newest) = operation else { return Ok(()) };
    /// # let today = universal_wallet_sdk::Date::of(newest.created_at);
    /// let mut file = Vec::new(); // or a file
    /// match client.statement_file(today, StatementFormat::Camt053).send().await {
    ///     Ok(mut download) => {
    ///         while let Some(part) = download.chunk().await? {
    ///             file.extend(part);
    ///         }
    ///     }
    ///     Err(error) if error.is_not_found() => println!("there is no such day"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) });
    /// ```
    pub fn statement_file(&self, date: Date, format: StatementFormat) -> StatementFile {
        StatementFile::new(&self.0, date, format)
    }

    /// The customers' open cash-out requests, oldest first. Needs `read-transactions`.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// for request in client.cash_outs().page().await?.items {
    ///     println!("{} asks for {}", request.from, request.amount);
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
    ///     let receipt = client.process_cash_out(&request.operation_id, how).reference("TX-99").send().await?;
    ///     println!("{}: money to be paid out now: {}", receipt.operation_id, receipt.is_completed());
    /// }
    /// # Ok(()) });
    /// ```
    pub fn process_cash_out(&self, id: &OperationID, how: CashOutFulfillmentType) -> ProcessCashOut {
        ProcessCashOut::new(&self.0, id, how)
    }

    /// Withdraws an operation that still waits for its checker and that this key, or one that it
    /// replaced, asked for. Needs `perform-operations`.
    ///
    /// Once sent, the withdrawal is not repeated; if its answer gets lost, read the operation.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::{ShortCode, wire::OperationStatus};
    ///
    /// let receipt = client.cash_in("100000".parse::<ShortCode>()?, 5).send().await?;
    /// if receipt.is_pending() {
    ///     let operation = client.withdraw(&receipt.operation_id).send().await?;
    ///     assert_eq!(operation.status, Some(OperationStatus::Rejected));
    /// }
    /// # Ok(()) });
    /// ```
    pub fn withdraw(&self, id: &OperationID) -> Withdraw {
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
    /// match client.wait_for(&receipt.operation_id, Duration::from_secs(1)).send().await {
    ///     Ok(operation) => println!("the money moved: {}", operation.is_completed()),
    ///     Err(error) if error.is_timeout() => {
    ///         let operation = client.operation(&receipt.operation_id).send().await?;
    ///         println!("it is still {:?}", operation.status);
    ///     }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) });
    /// ```
    pub fn wait_for(&self, id: &OperationID, timeout: Duration) -> WaitFor {
        WaitFor::new(&self.0, operation(id), timeout)
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

/// Upper bound on a statement that is read as a whole, in bytes.
const LONGEST_STATEMENT: usize = 32 << 20;

fn operation(id: &OperationID) -> Call {
    Call::get("GET /operations/{operationID}", format!("/operations/{}", segment(id.as_str())))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0).finish()
    }
}
