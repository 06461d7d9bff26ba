//! The server's answer, and how the client reads it.

use core::time::Duration;
use std::borrow::Cow;

use chrono::DateTime;
use serde::de::DeserializeOwned;

use crate::error::{Error, Kind};
use crate::key::ApiKey;
use crate::parse::{Malformed, parse};
use crate::refusal::Refusal;
use crate::wire::ErrorBody;

/// The failure of a body that is longer than `longest` bytes.
pub(crate) fn too_long(status: u16, longest: usize) -> Failure {
    let problem = format!("it is longer than {} MiB", longest >> 20);
    Failure::Unreadable { status, problem: problem.into() }
}

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
    Unreadable { status: u16, problem: Cow<'static, str> },
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

    /// ID of the answer in the server's log. `key` is redacted, since the other side might repeat it.
    pub(crate) fn request_id(&self, key: &ApiKey) -> Option<String> {
        self.request_id.as_deref().map(|id| scrub(id, key))
    }

    /// The value of a 200; any other answer is an error.
    pub(crate) fn read<T: DeserializeOwned>(&self, key: &ApiKey) -> Result<T, Error> {
        if self.status != 200 {
            return Err(self.refused(key));
        }
        parse(&self.body).map_err(|problem| {
            let problem = match problem {
                Malformed::Member(member) => format!(
                    "its {member} has another type or form than this version of the SDK knows; check for a newer one"
                ),
                Malformed::NotJSON => "it is not JSON; check that the base URL leads to the API and that no proxy \
                                       answers in its place"
                    .to_owned(),
            };
            let (status, request_id) = (self.status, self.request_id(key));
            Error::new(Kind::Unreadable { status, request_id, problem: problem.into() }, None)
        })
    }

    /// The error of an answer other than 200.
    pub(crate) fn refused(&self, key: &ApiKey) -> Error {
        let (mut body, malformed) = match parse::<ErrorBody>(&self.body) {
            Ok(body) => (Some(body), None),
            Err(Malformed::Member(member)) => (None, Some(member)),
            Err(Malformed::NotJSON) => (None, None),
        };
        if let Some(body) = &mut body {
            for text in
                [&mut body.error, &mut body.message].into_iter().chain(&mut body.code).chain(&mut body.request_id)
            {
                *text = scrub(text, key);
            }
            for error in &mut body.errors {
                error.field = scrub(&error.field, key);
                error.message = scrub(&error.message, key);
            }
        }
        let named = body.as_ref().and_then(|body| body.request_id.clone()).filter(|id| !id.is_empty());
        let refusal = Refusal {
            status: self.status,
            request_id: named.or_else(|| self.request_id(key)),
            retry_after: self.retry_after(),
            body,
            malformed,
            key_looks_mistyped: self.status == 401 && key.looks_mistyped(),
        };
        Error::new(Kind::Refused(refusal), None)
    }

    /// `Retry-After` in seconds; a date counts from the answer's own `Date`, since the clock of this
    /// machine may be wrong.
    fn retry_after(&self) -> Option<Duration> {
        let text = self.retry_after.as_deref()?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that no integer holds is for ever.
            return Some(text.parse().map_or(Duration::MAX, Duration::from_secs));
        }
        let until = DateTime::parse_from_rfc2822(text).ok()?;
        let now = DateTime::parse_from_rfc2822(self.date.as_deref()?.trim()).ok()?;
        Some((until - now).to_std().unwrap_or_default())
    }
}

fn scrub(text: &str, key: &ApiKey) -> String {
    text.replace(key.expose(), "uwk_…")
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
            ("99999999999999999999999", None, Some(u64::MAX)),
            ("-1", None, None),
            ("1.5", None, None),
            ("soon", Some(date), None),
        ] {
            assert_eq!(
                answer(text, date).retry_after(),
                seconds.map(|seconds| if seconds == u64::MAX { Duration::MAX } else { Duration::from_secs(seconds) }),
                "{text}"
            );
        }
    }
}
