//! HTTP calls through reqwest.

use core::time::Duration;

pub(crate) use std::time::Instant;
pub(crate) use tokio::time::sleep;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Response, redirect};
use zeroize::Zeroizing;

use crate::answer::{Answer, Failure, too_long};
use crate::call::Call;
use crate::error::Error;
use crate::key::ApiKey;

pub(crate) struct Transport {
    client: Client,
    authorization: HeaderValue,
}

impl Transport {
    /// `secure`: whether the connection uses TLS. Over plain http no proxy is used, since it
    /// would read the key.
    pub(crate) fn new(key: &ApiKey, secure: bool, client: Option<Client>) -> Result<Self, Error> {
        let client = match client {
            Some(client) => client,
            None if secure && cfg!(not(any(feature = "rustls", feature = "native-tls"))) => {
                return Err(Error::input(NoTls));
            }
            None => {
                let builder = Client::builder()
                    .user_agent(concat!("universal-wallet-sdk/", env!("CARGO_PKG_VERSION")))
                    .redirect(redirect::Policy::none())
                    .retry(reqwest::retry::never());
                let builder = if secure { builder } else { builder.no_proxy() };
                builder.build().map_err(Error::input)?
            }
        };
        Ok(Self { client, authorization: authorization(key).map_err(Error::input)? })
    }

    /// The complete answer, within the time limit.
    pub(crate) async fn send(&self, call: &Call, url: String, timeout: Duration) -> Result<Answer, Failure> {
        self.exchange(call, url, Some(timeout)).await?.whole(call.longest_answer).await
    }

    /// The start of an answer; its body follows as a stream.
    pub(crate) async fn open(&self, call: &Call, url: String) -> Result<Incoming, Failure> {
        self.exchange(call, url, None).await
    }

    async fn exchange(&self, call: &Call, url: String, timeout: Option<Duration>) -> Result<Incoming, Failure> {
        let mut request = self
            .client
            .request(call.method.clone(), url)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "application/json");
        if let Some(timeout) = timeout {
            request = request.timeout(timeout);
        }
        if let Some(key) = &call.idempotency_key {
            request = request.header("idempotency-key", key.as_str());
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let request = request.build().map_err(failure)?;
        let url = request.url().clone();
        let response = self.client.execute(request).await.map_err(failure)?;
        if *response.url() != url {
            let problem = "the HTTP client followed a redirect to it; build that client with redirect::Policy::none()";
            return Err(Failure::Unreadable { status: response.status().as_u16(), problem: problem.into() });
        }
        Ok(Incoming(response))
    }
}

/// An answer whose body is still arriving.
pub(crate) struct Incoming(Response);

impl Incoming {
    pub(crate) fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// The next part of the body.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.0.chunk().await.map_err(failure)?.map(|chunk| chunk.to_vec()))
    }

    /// The whole body, unless it is longer than `longest` bytes.
    pub(crate) async fn whole(mut self, longest: usize) -> Result<Answer, Failure> {
        let (status, headers) = (self.status(), self.0.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = self.0.chunk().await.map_err(failure)? {
            if body.len() + chunk.len() > longest {
                return Err(too_long(status, longest));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer::new(status, |name| text(&headers, name), body))
    }
}

/// The result of the future, unless the time limit passes.
pub(crate) async fn within<T>(time: Duration, awaited: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(time, awaited).await.map_err(|elapsed| Failure::Timeout(elapsed.into()))?
}

/// The header's bytes are wiped when the last copy of it goes.
fn authorization(key: &ApiKey) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let text = Zeroizing::new(format!("Bearer {}", key.expose()).into_bytes());
    let mut value = HeaderValue::from_maybe_shared(bytes::Bytes::from_owner(text))?;
    value.set_sensitive(true);
    Ok(value)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn failure(error: reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::Connect(error.into())
    } else if error.is_timeout() {
        Failure::Timeout(error.into())
    } else {
        Failure::Broken(error.into())
    }
}

#[derive(Debug)]
struct NoTls;

impl core::fmt::Display for NoTls {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(
            "https needs the feature \"rustls\" or \"native-tls\" of universal-wallet-sdk, or with_http_client()",
        )
    }
}

impl core::error::Error for NoTls {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_that_holds_the_key_hides_it() {
        let before = "uwk_SecretOfNobodyThatIsOnlyForTests01234567890123";
        let checksum = crate::key::checksum(before.as_bytes());
        let key: ApiKey = format!("{before}{}", String::from_utf8_lossy(&checksum)).parse().unwrap();
        let value = authorization(&key).unwrap();
        assert!(value.is_sensitive());
        assert_eq!(value, format!("Bearer {}", key.expose()));
        assert!(!format!("{value:?}").contains("Secret"));
    }
}
