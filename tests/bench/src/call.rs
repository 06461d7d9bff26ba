//! One kind of request, and the answer expected to it.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};
use serde_json::json;

/// Number of wallets that receive cash-ins at a time, and cash-ins of each before the next group's turn.
const WALLETS: usize = 64;
const ROUNDS: usize = 80;

/// One kind of request. Fields with several values vary from request to request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: Method,
    path: Uri,
    headers: HeaderMap,
    authorizations: Vec<HeaderValue>,
    bodies: Vec<Bytes>,
    /// Whether each request has its own `Idempotency-Key`, as each operation of a careful client has.
    once: bool,
    /// The expected status.
    pub(crate) expected: StatusCode,
    sent: std::sync::Arc<AtomicUsize>,
}

impl Call {
    /// A GET, by the holders of the keys in turn.
    pub(crate) fn get(path: &str, keys: &[String]) -> Result<Self> {
        let authorizations = keys.iter().map(|key| {
            let mut value = HeaderValue::try_from(format!("Bearer {key}"))?;
            value.set_sensitive(true);
            Ok(value)
        });
        let headers = [
            (HOST, HeaderValue::from_static("localhost")),
            (HeaderName::from_static("cf-connecting-ip"), HeaderValue::from_static("192.0.2.1")),
        ];
        Ok(Self {
            method: Method::GET,
            path: path.parse()?,
            headers: headers.into_iter().collect(),
            authorizations: authorizations.collect::<Result<_>>()?,
            bodies: vec![Bytes::new()],
            once: false,
            expected: StatusCode::OK,
            sent: std::sync::Arc::default(),
        })
    }

    /// Cash-ins of 1.00 to a number of groups of wallets, one group after the other.
    pub(crate) fn cash_in(path: &str, key: &str, groups: usize) -> Result<Self> {
        let mut call = Self::get(path, &[key.to_owned()])?;
        call.method = Method::POST;
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = |wallet: usize| {
            let phone = format!("+234803{:07}", 1_234_500 + wallet);
            json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": phone, "memo": "Till 7" })
                .to_string()
                .into()
        };
        call.bodies = (0..WALLETS * groups).map(body).collect();
        call.once = true;
        Ok(call)
    }

    /// Expects a refusal.
    pub(crate) fn refused(mut self, expected: StatusCode) -> Self {
        self.expected = expected;
        self
    }

    /// The next request.
    pub(crate) fn request(&self) -> Request<Full<Bytes>> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let body = number / (WALLETS * ROUNDS) * WALLETS + number % WALLETS;
        let mut request = Request::new(Full::new(one_of(&self.bodies, body).cloned().unwrap_or_default()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.clone();
        *request.headers_mut() = self.headers.clone();
        if let Some(authorization) = one_of(&self.authorizations, number) {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        if self.once {
            let key = uuid::Uuid::new_v4().to_string();
            if let Ok(key) = HeaderValue::try_from(key) {
                request.headers_mut().insert(HeaderName::from_static("idempotency-key"), key);
            }
        }
        request
    }
}

fn one_of<T>(values: &[T], number: usize) -> Option<&T> {
    values.get(number.checked_rem(values.len())?)
}
