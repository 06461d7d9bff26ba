//! Settings from the environment.

use core::fmt;
use core::str::FromStr;
use std::env;

use zeroize::Zeroizing;

use crate::client::Client;
use crate::error::Error;

/// A variable that is missing or wrong.
#[derive(Debug)]
struct VariableError {
    name: &'static str,
    problem: Option<Box<dyn core::error::Error + Send + Sync>>,
}

impl fmt::Display for VariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Some(problem) => write!(f, "the environment variable {}: {problem}", self.name),
            None => write!(f, "the environment variable {} is not set", self.name),
        }
    }
}

impl core::error::Error for VariableError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.problem.as_ref().map(|problem| &**problem as _)
    }
}

fn variable(name: &'static str) -> Result<Zeroizing<String>, Error> {
    env::var(name).map(Zeroizing::new).map_err(|_| Error::input(VariableError { name, problem: None }))
}

fn parsed<T: FromStr<Err: core::error::Error + Send + Sync + 'static>>(name: &'static str) -> Result<T, Error> {
    let wrong = |error: T::Err| Error::input(VariableError { name, problem: Some(Box::new(error)) });
    variable(name)?.trim().parse().map_err(wrong)
}

impl Client {
    /// A client from the environment: `UNIVERSAL_WALLET_URL`, `UNIVERSAL_WALLET_DISTRIBUTOR_ID` and
    /// `UNIVERSAL_WALLET_API_KEY`. Fails when one is missing or wrong, and names it.
    ///
    /// ```no_run
    /// let client = universal_wallet_sdk::Client::from_env()?;
    /// # Ok::<(), universal_wallet_sdk::Error>(())
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::builder(
            variable("UNIVERSAL_WALLET_URL")?.as_str(),
            parsed("UNIVERSAL_WALLET_DISTRIBUTOR_ID")?,
            parsed("UNIVERSAL_WALLET_API_KEY")?,
        )
        .build()
    }
}
