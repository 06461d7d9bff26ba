//! The client's settings.

use core::time::Duration;

use crate::attempt::{Attempt, Observer};
use crate::base_url::BaseUrl;
use crate::client::Client;
use crate::connection::{Connection, Shared};
use crate::error::Error;
use crate::id::DistributorID;
use crate::key::ApiKey;
use crate::retry::Limits;
use crate::transport::Transport;

/// Settings of a [`Client`] before it is built.
///
/// ```
/// # use universal_wallet_sdk::key::checksum;
/// # let before = "uwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij";
/// # let api_key = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
/// use std::time::Duration;
///
/// use universal_wallet_sdk::Client;
///
/// let distributor_id = "36e48800-22ce-4ea0-b37a-198f7978cd53".parse()?;
/// let client = Client::builder("https://wallet.example", distributor_id, api_key.parse()?)
///     .max_attempts(6)
///     .attempt_timeout(Duration::from_secs(5))
///     .total_timeout(Duration::from_secs(20))
///     .build()?;
/// # Ok::<(), universal_wallet_sdk::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing happens until it is built"]
pub struct ClientBuilder {
    base_url: String,
    distributor_id: DistributorID,
    api_key: ApiKey,
    limits: Limits,
    allow_insecure_http: bool,
    observer: Observer,
    #[cfg(not(target_arch = "wasm32"))]
    http_client: Option<reqwest::Client>,
}

impl Client {
    /// A client of the server at `base_url`, such as `https://wallet.example`, for the distributor
    /// that the key was issued to. See the [example](ClientBuilder).
    pub fn builder(base_url: impl Into<String>, distributor_id: DistributorID, api_key: ApiKey) -> ClientBuilder {
        ClientBuilder::new(base_url.into(), distributor_id, api_key)
    }
}

impl ClientBuilder {
    fn new(base_url: String, distributor_id: DistributorID, api_key: ApiKey) -> Self {
        Self {
            base_url,
            distributor_id,
            api_key,
            limits: Limits::default(),
            allow_insecure_http: false,
            observer: Observer::default(),
            #[cfg(not(target_arch = "wasm32"))]
            http_client: None,
        }
    }

    /// Maximum number of attempts of a call, the first included; 4 by default. 1 disables retries.
    /// See the [example](Self).
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.limits.attempts = attempts;
        self
    }

    /// Time limit of one attempt, its answer included; 10 seconds by default. See the
    /// [example](Self).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt = timeout;
        self
    }

    /// Time limit of a call, all attempts and the waits between them included; 30 seconds by
    /// default. See the [example](Self).
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.limits.total = timeout;
        self
    }

    /// Whether a write may be repeated with its idempotency key after an answer was lost; yes by default.
    ///
    /// Say `false` for a server that does not know idempotency keys: a repeated write could move the money twice. A write
    /// is then sent again only where no connection was made, and after a lost answer the error says that the outcome is
    /// unknown.
    ///
    /// ```
    /// # use universal_wallet_sdk::{Client, key::checksum};
    /// # let before = "uwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij";
    /// # let api_key = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
    /// # let distributor_id = "36e48800-22ce-4ea0-b37a-198f7978cd53".parse()?;
    /// let client = Client::builder("https://wallet.example", distributor_id, api_key.parse()?).repeat_writes(false).build()?;
    /// # Ok::<(), universal_wallet_sdk::Error>(())
    /// ```
    pub fn repeat_writes(mut self, repeat: bool) -> Self {
        self.limits.repeat_writes = repeat;
        self
    }

    /// A function that sees every attempt of every call when it has ended, for metrics or a log of your own. It is called
    /// between the attempts, so it has to be quick.
    ///
    /// ```
    /// # use universal_wallet_sdk::{Client, key::checksum};
    /// # let before = "uwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij";
    /// # let api_key = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
    /// # let distributor_id = "36e48800-22ce-4ea0-b37a-198f7978cd53".parse()?;
    /// use universal_wallet_sdk::Outcome;
    ///
    /// let client = Client::builder("https://wallet.example", distributor_id, api_key.parse()?)
    ///     .on_attempt(|attempt| {
    ///         if attempt.outcome != Outcome::Answered(200) {
    ///             eprintln!("{attempt}");
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok::<(), universal_wallet_sdk::Error>(())
    /// ```
    pub fn on_attempt(mut self, hook: impl Fn(&Attempt) + Send + Sync + 'static) -> Self {
        self.observer = Observer::new(hook);
        self
    }

    /// Allows plain http to other machines, for a network of your own: anyone on it can read the key.
    /// By default, plain http goes to this machine only.
    ///
    /// ```
    /// # use universal_wallet_sdk::{Client, key::checksum};
    /// # let before = "uwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij";
    /// # let key = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
    /// # let distributor_id = "36e48800-22ce-4ea0-b37a-198f7978cd53".parse()?;
    /// let builder = |key: &str| Ok::<_, universal_wallet_sdk::Error>(
    ///     Client::builder("http://wallet.internal:8787", distributor_id, key.parse()?)
    /// );
    /// assert!(builder(&key)?.build().is_err_and(|error| error.is_invalid_input()));
    /// assert!(builder(&key)?.allow_insecure_http().build().is_ok());
    /// # Ok::<(), universal_wallet_sdk::Error>(())
    /// ```
    pub fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// Sends through an HTTP client of your own (reqwest 0.13), for a proxy, certificates or DNS of
    /// its own.
    ///
    /// Build it with `redirect::Policy::none()`: the answer to a redirected call is refused here, but
    /// by then the call, without its key, has been sent on.
    ///
    /// ```
    /// # use universal_wallet_sdk::{Client, key::checksum};
    /// # let before = "uwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij";
    /// # let api_key = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
    /// # let distributor_id = "36e48800-22ce-4ea0-b37a-198f7978cd53".parse()?;
    /// let http_client = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .no_proxy()
    ///     .build()?;
    /// let client = Client::builder("https://wallet.example", distributor_id, api_key.parse()?)
    ///     .with_http_client(http_client)
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    pub fn with_http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// The client. Fails when the base URL is not usable or TLS cannot be set up. See the
    /// [example](Self).
    pub fn build(self) -> Result<Client, Error> {
        let base = BaseUrl::parse(&self.base_url, self.allow_insecure_http).map_err(Error::input)?;
        #[cfg(not(target_arch = "wasm32"))]
        let transport = Transport::new(&self.api_key, base.is_secure(), self.http_client)?;
        #[cfg(target_arch = "wasm32")]
        let transport = Transport::new(&self.api_key);
        let distributor_url = format!("{base}/api/v1/distributors/{}", self.distributor_id);
        let shared = Shared { transport, distributor_url, key: self.api_key, observer: self.observer };
        Ok(Client::new(Connection::new(shared, self.limits)))
    }
}
