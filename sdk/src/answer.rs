//! The server's answer, and how the client reads it.

use core::time::Duration;

use chrono::DateTime;
use serde::de::DeserializeOwned;

use crate::error::{Error, Kind};
use crate::key::ApiKey;
use crate::refusal::Refusal;
use crate::wire::ErrorBody;

/// Upper bound on a body's size. The largest valid one, 1,000 operations, is below a fourth of it.
pub(crate) const LONGEST_BODY: usize = 4 << 20;

/// Error text for a longer body.
pub(crate) const TOO_LONG: &str = "it is longer than 4 MiB";

/// A complete answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) link: Option<String>,
    pub(crate) replayed: bool,
    retry_after: Option<String>,
    date: Option<String>,
    request_id: Option<String>,
    body: Vec<u8>,
}

/// Failures before an answer is complete.
pub(crate) enum Failure {
    /// No connection, so nothing was sent.
    #[cfg_attr(
        target_arch = "wasm32",
        expect(dead_code, reason = "fetch does not tell a refused connection from a broken one")
    )]
    Connect(Box<dyn core::error::Error + Send + Sync>),
    /// The time limit passed.
    Timeout(Box<dyn core::error::Error + Send + Sync>),
    /// The connection broke, or the answer is not HTTP.
    Broken(Box<dyn core::error::Error + Send + Sync>),
    /// The answer arrived but cannot be read.
    Unreadable { status: u16, problem: &'static str },
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connect(source) => Self::new(Kind::Connect, Some(source)),
            Failure::Timeout(source) => Self::new(Kind::Timeout, Some(source)),
            Failure::Broken(source) => Self::new(Kind::Broken, Some(source)),
            Failure::Unreadable { status, problem } => {
                Self::new(Kind::Unreadable { status, request_id: None, problem }, None)
            }
        }
    }
}

impl Answer {
    /// An answer from its status, a lookup of headers by lower-case name, and its body.
    pub(crate) fn new(status: u16, header: impl Fn(&str) -> Option<String>, body: Vec<u8>) -> Self {
        Self {
            status,
            link: header("link"),
            replayed: header("idempotent-replayed").is_some_and(|value| value.trim() == "true"),
            retry_after: header("retry-after"),
            date: header("date"),
            request_id: header("x-request-id"),
            body,
        }
    }

    /// The value of a 200; any other answer is an error. `key` is redacted from the error's text, since
    /// the other side might repeat it.
    pub(crate) fn read<T: DeserializeOwned>(&self, key: &ApiKey) -> Result<T, Error> {
        if self.status != 200 {
            return Err(self.refused(key));
        }
        let scrub = |text: &str| text.replace(key.expose(), "uwk_…");
        serde_json::from_slice(&self.body).map_err(|error| {
            let problem = if error.is_data() {
                "it has another form than this version of the SDK knows; check for a newer one"
            } else {
                "it is not JSON; check that the base URL leads to the API and that no proxy answers in its place"
            };
            let request_id = self.request_id.as_deref().map(scrub);
            let kind = Kind::Unreadable { status: self.status, request_id, problem };
            Error::new(kind, Some(scrub(&error.to_string()).into()))
        })
    }

    /// The error of an answer other than 200.
    pub(crate) fn refused(&self, key: &ApiKey) -> Error {
        Error::new(Kind::Refused(self.refusal(|text: &str| text.replace(key.expose(), "uwk_…"))), None)
    }

    fn refusal(&self, scrub: impl Fn(&str) -> String) -> Refusal {
        let mut body: Option<ErrorBody> = serde_json::from_slice(&self.body).ok();
        if let Some(body) = &mut body {
            for text in [&mut body.error, &mut body.message, &mut body.code, &mut body.request_id] {
                *text = scrub(text);
            }
            for error in &mut body.errors {
                error.field = scrub(&error.field);
                error.message = scrub(&error.message);
            }
        }
        let named = body.as_ref().map(|body| body.request_id.clone()).filter(|id| !id.is_empty());
        Refusal {
            status: self.status,
            request_id: named.or_else(|| self.request_id.as_deref().map(scrub)),
            retry_after: self.retry_after(),
            body,
        }
    }

    /// `Retry-After` in seconds; a date counts from the answer's own `Date`, since the clock of this
    /// machine may be wrong.
    fn retry_after(&self) -> Option<Duration> {
        let text = self.retry_after.as_deref()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = DateTime::parse_from_rfc2822(text).ok()?;
        let now = DateTime::parse_from_rfc2822(self.date.as_deref()?.trim()).ok()?;
        Some((until - now).to_std().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(retry_after: &str, date: Option<&str>) -> Answer {
        let header = |name: &str| match name {
            "retry-after" => Some(retry_after.to_owned()),
            "date" => date.map(str::to_owned),
            _ => None,
        };
        Answer::new(429, header, Vec::new())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
        let date = "Tue, 24 Nov 2026 18:00:00 GMT";
        for (text, date, seconds) in [
            ("3", None, Some(3)),
            (" 0 ", None, Some(0)),
            ("Tue, 24 Nov 2026 18:01:30 GMT", Some(date), Some(90)),
            ("Tue, 24 Nov 2026 17:00:00 GMT", Some(date), Some(0)),
            ("Tue, 24 Nov 2026 18:01:30 GMT", None, None),
            ("-1", None, None),
            ("1.5", None, None),
            ("soon", Some(date), None),
        ] {
            assert_eq!(answer(text, date).retry_after(), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
