//! One call to the API.

use http::Method;
use serde::Serialize;

use crate::error::Error;
use crate::idempotency_key::IdempotencyKey;

/// A call before it is sent.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path below the distributor's own address, query included.
    pub(crate) path: String,
    pub(crate) idempotency_key: Option<IdempotencyKey>,
    /// JSON body.
    pub(crate) body: Option<Vec<u8>>,
}

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), idempotency_key: None, body: None }
    }

    /// A write that the server carries out once per idempotency key.
    pub(crate) fn write(
        method: Method,
        path: impl Into<String>,
        key: IdempotencyKey,
        body: &impl Serialize,
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(Error::input)?;
        Ok(Self { method, path: path.into(), idempotency_key: Some(key), body: Some(body) })
    }

    /// Whether the call is idempotent.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.method == Method::GET || self.idempotency_key.is_some()
    }
}
