//! Answers to HTTP requests, as text that the shell turns into a response.

use std::borrow::Cow;

use serde::Serialize;
use universal_wallet_core::error::{Error, InternalError, Refusal};
use universal_wallet_core::text::json_text;

use crate::platform::log::report;

/// Which way a caller proves who they are: it shapes a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// An API key or the issuer's token, which was sent or not.
    Bearer { sent: bool },
    /// The admin page's cookie.
    Session,
}

/// What every answer of one request shares.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// Our own name for the request.
    pub(crate) request_id: String,
    /// How the caller proves who they are.
    pub(crate) scheme: Scheme,
}

/// An answer to an HTTP request. Headers that all answers have are the shell's.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, Cow<'static, str>)>,
    body: String,
}

impl Answer {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Result<Self, InternalError> {
        Ok(Self { status, headers: Vec::new(), body: json_text::write(body)? })
    }

    /// A text of another kind than JSON.
    pub(crate) fn text_of(kind: &'static str, body: String) -> Self {
        Self { status: 200, headers: vec![("Content-Type", Cow::Borrowed(kind))], body }
    }

    /// An answer without a body (204).
    pub(crate) const fn empty() -> Self {
        Self { status: 204, headers: Vec::new(), body: String::new() }
    }

    /// The answer to a refused call.
    pub(crate) fn refusal(refusal: &Refusal, origin: &Origin) -> Self {
        let body = json_text::write(&refusal.body(&origin.request_id)).unwrap_or_default();
        let mut answer = Self { status: refusal.code.status(), headers: Vec::new(), body };
        if answer.status == 401 {
            let challenge = match origin.scheme {
                Scheme::Bearer { sent: true } => "Bearer error=\"invalid_token\"",
                Scheme::Bearer { sent: false } => "Bearer",
                Scheme::Session => "Session",
            };
            answer = answer.header("WWW-Authenticate", challenge);
        }
        if let Some(seconds) = refusal.retry_after_s {
            answer = answer.header("Retry-After", seconds.to_string());
        }
        answer
    }

    /// The answer to a call that has no result: what is our own fault is told to the log alone.
    pub(crate) fn refused(refused: &Error, origin: &Origin) -> Self {
        match refused {
            Error::Refusal(refusal) => Self::refusal(refusal, origin),
            Error::Internal(fault) => {
                report(fault);
                Self::refusal(&Refusal::internal(), origin)
            }
        }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Says that the same call was carried out before, where it was.
    pub(crate) fn replayed(self, replayed: bool) -> Self {
        if replayed { self.header("Idempotent-Replayed", "true") } else { self }
    }

    /// As the shell reads it: status, the lines of its own headers, a blank line, the body.
    pub(crate) fn text(self) -> String {
        let mut text = String::with_capacity(self.body.len() + 160);
        text.push('A');
        text.push_str(itoa::Buffer::new().format(self.status));
        for (name, value) in &self.headers {
            text.extend(["\n", name, ": ", value]);
        }
        text.push_str("\n\n");
        text.push_str(&self.body);
        text
    }
}
