//! The issuer's calls that `verify` makes.

use anyhow::{Result, bail};
use serde_json::Value;

use crate::dev::http;

/// The issuer's client of an edge.
pub(super) struct Issuer {
    url: String,
    token: String,
}

impl Issuer {
    pub(super) fn new(url: &str, token: &str) -> Self {
        Self { url: url.into(), token: token.into() }
    }

    /// The answer to a call under `/issuer/v1`.
    pub(super) fn get(&self, path: &str) -> Result<Value> {
        let (status, body) = http::get_as_issuer(&format!("{}/issuer/v1{path}", self.url), &self.token)?;
        if status != 200 {
            bail!("{path}: the Worker answers {status}: {}", http::message(&body));
        }
        Ok(serde_json::from_str(&body)?)
    }
}
