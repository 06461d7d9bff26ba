//! The client and its settings.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::Phone;
use crate::answer::{Answer, Failure};
use crate::base_url::BaseUrl;
use crate::call::Call;
use crate::error::Error;
use crate::id::{DistributorID, OperationID};
use crate::key::ApiKey;
use crate::request::{CashIn, CashOut, CashOuts, Operations, ProcessCashOut, Read, Recipient, WaitFor, Withdraw};
use crate::retry::Limits;
use crate::transport::Transport;
use crate::wire::{Balance, CashOutFulfillmentType, KeyInfo, Operation};

/// Calls the API for one distributor with one key.
///
/// Cheap to clone; clones share their connections. Every method answers a request, which does
/// nothing until it is sent.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    /// Up to and including the distributor's ID.
    distributor_url: String,
    distributor_id: DistributorID,
    key: ApiKey,
    limits: Limits,
}

impl Client {
    /// A client of the server at `base_url`, such as `https://wallet.example`, for the distributor
    /// that the key was issued to.
    pub fn builder(base_url: impl Into<String>, distributor_id: DistributorID, api_key: ApiKey) -> ClientBuilder {
        ClientBuilder {
            base_url: base_url.into(),
            distributor_id,
            api_key,
            limits: Limits::default(),
            allow_insecure_http: false,
            #[cfg(not(target_arch = "wasm32"))]
            http_client: None,
        }
    }

    /// A client from the environment: `UNIVERSAL_WALLET_URL`, `UNIVERSAL_WALLET_DISTRIBUTOR_ID` and
    /// `UNIVERSAL_WALLET_API_KEY`. Fails when one is missing or wrong, and names it.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn from_env() -> Result<Self, Error> {
        crate::environment::builder()?.build()
    }

    /// The distributor's float.
    pub fn balance(&self) -> Read<Balance> {
        Read::new(self, "/balance")
    }

    /// What the server knows about the calling key: its permissions, limits and end.
    pub fn key_info(&self) -> Read<KeyInfo> {
        Read::new(self, "/api-key")
    }

    /// One operation.
    pub fn operation(&self, id: OperationID) -> Read<Operation> {
        Read::new(self, format!("/operations/{id}"))
    }

    /// The distributor's operations, newest first.
    pub fn operations(&self) -> Operations {
        Operations::new(self)
    }

    /// Credits a customer's or a merchant's wallet from the float, against cash taken.
    pub fn cash_in(&self, to: impl Into<Recipient>, amount: impl Into<Decimal>) -> CashIn {
        CashIn::new(self, to.into(), amount.into())
    }

    /// Pays out a customer who asked for exactly this amount: fulfils the oldest such request.
    pub fn cash_out(&self, from: Phone, amount: impl Into<Decimal>, how: CashOutFulfillmentType) -> CashOut {
        CashOut::new(self, from, amount.into(), how)
    }

    /// The customers' open cash-out requests, oldest first.
    pub fn cash_outs(&self) -> CashOuts {
        CashOuts::new(self)
    }

    /// Pays out one request of [`cash_outs`](Self::cash_outs).
    pub fn process_cash_out(&self, id: OperationID, how: CashOutFulfillmentType) -> ProcessCashOut {
        ProcessCashOut::new(self, id, how)
    }

    /// Withdraws an operation that still waits for its checker and that this key, or one that it
    /// replaced, asked for. It is not repeated by itself; should its answer get lost, read the
    /// operation.
    pub fn withdraw(&self, id: OperationID) -> Withdraw {
        Withdraw::new(self, id)
    }

    /// Waits until an operation has ended: completed, rejected, expired or failed. One that waits for
    /// its checker can take a day.
    pub fn wait_for(&self, id: OperationID, timeout: Duration) -> WaitFor {
        WaitFor::new(self, id, timeout)
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
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("distributor_url", &self.0.distributor_url)
            .field("distributor_id", &self.0.distributor_id)
            .field("key", &self.0.key)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Client`] before it is built.
#[derive(Debug)]
#[must_use = "nothing happens until it is built"]
pub struct ClientBuilder {
    base_url: String,
    distributor_id: DistributorID,
    api_key: ApiKey,
    limits: Limits,
    allow_insecure_http: bool,
    #[cfg(not(target_arch = "wasm32"))]
    http_client: Option<reqwest::Client>,
}

impl ClientBuilder {
    /// How often a call is tried at most, the first attempt included; 4 unless told. 1 never repeats.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.limits.attempts = attempts;
        self
    }

    /// The longest that one attempt may take, its answer included; 10 seconds unless told.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt = timeout;
        self
    }

    /// The longest that a call may take, all attempts and the waits between them included; 30 seconds
    /// unless told.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.limits.total = timeout;
        self
    }

    /// Allows plain http to other machines, for a network that is your own: the key can be read
    /// there. Without it plain http goes to this machine only.
    pub fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// Sends through an HTTP client of your own (reqwest 0.13), for a proxy, certificates or DNS of
    /// its own. Build it with `redirect::Policy::none()`: the answer to a redirected call is refused
    /// here, but by then the call has been sent on.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn with_http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// The client. Fails when the base URL is not usable or TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let base = BaseUrl::parse(&self.base_url, self.allow_insecure_http).map_err(Error::input)?;
        #[cfg(not(target_arch = "wasm32"))]
        let transport = Transport::new(&self.api_key, base.is_secure(), self.http_client)?;
        #[cfg(target_arch = "wasm32")]
        let transport = Transport::new(&self.api_key);
        Ok(Client(Arc::new(Inner {
            transport,
            distributor_url: format!("{base}/api/v1/distributors/{}", self.distributor_id),
            distributor_id: self.distributor_id,
            key: self.api_key,
            limits: self.limits,
        })))
    }
}
