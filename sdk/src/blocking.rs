//! Calls from code without async.

use tokio::runtime::{Builder, Runtime};

use crate::error::Error;

/// Waits for requests in code without async. One is enough for a program; it runs a thread of its own.
///
/// ```
/// # use universal_wallet_sdk::{Client, key::checksum};
/// # let before = "uwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij";
/// # let api_key = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
/// # let id = "36e48800-22ce-4ea0-b37a-198f7978cd53".parse()?;
/// # let client = Client::builder("http://127.0.0.1:1", id, api_key.parse()?).max_attempts(1).build()?;
/// use universal_wallet_sdk::Blocking;
///
/// let blocking = Blocking::new()?;
/// match blocking.wait(client.balance().send()) {
///     Ok(balance) => println!("{balance}"),
///     Err(error) => println!("{error}"),
/// }
/// # Ok::<(), universal_wallet_sdk::Error>(())
/// ```
#[derive(Debug)]
pub struct Blocking(Runtime);

impl Blocking {
    /// Starts the thread. Fails where the system gives none. See the [example](Self).
    pub fn new() -> Result<Self, Error> {
        Builder::new_multi_thread().worker_threads(1).enable_all().build().map(Self).map_err(Error::input)
    }

    /// Waits for a request, and returns its result. It panics inside async code, where `.await` belongs.
    /// See the [example](Self).
    pub fn wait<F: Future>(&self, request: F) -> F::Output {
        self.0.block_on(request)
    }
}
