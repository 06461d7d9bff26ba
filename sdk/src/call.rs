//! One call to the API.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::error::Error;
use crate::idempotency_key::IdempotencyKey;

/// Upper bound on an answer's body. The largest valid page, 1,000 operations, is below a fourth of it.
pub(crate) const LONGEST_ANSWER: usize = 4 << 20;

/// Characters of a path's segment that have to be escaped: all but the unreserved ones.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A call before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Method and route without identifiers and query, for logs.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// Path below the distributor's own address, query included.
    pub(crate) path: String,
    pub(crate) idempotency_key: Option<IdempotencyKey>,
    /// JSON body.
    pub(crate) body: Option<Vec<u8>>,
    /// Upper bound on the answer's body, in bytes.
    pub(crate) longest_answer: usize,
}

impl Call {
    /// A call without a body.
    pub(crate) fn new(name: &'static str, method: Method, path: impl Into<String>) -> Self {
        let (path, longest_answer) = (path.into(), LONGEST_ANSWER);
        Self { name, method, path, idempotency_key: None, body: None, longest_answer }
    }

    pub(crate) fn get(name: &'static str, path: impl Into<String>) -> Self {
        Self::new(name, Method::GET, path)
    }

    /// A write that the server carries out once per idempotency key.
    pub(crate) fn write(
        name: &'static str,
        method: Method,
        path: impl Into<String>,
        key: IdempotencyKey,
        body: &impl Serialize,
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(Error::input)?;
        Ok(Self { idempotency_key: Some(key), body: Some(body), ..Self::new(name, method, path) })
    }

    /// Whether the call changes nothing.
    pub(crate) fn is_read(&self) -> bool {
        self.method == Method::GET
    }
}

/// A text as one segment of a path, which leads nowhere else, whatever it holds.
pub(crate) fn segment(text: &str) -> impl core::fmt::Display {
    utf8_percent_encode(text, SEGMENT)
}
