//! Answers to HTTP requests, as text that the shell turns into a response.

use std::borrow::Cow;

use serde::Serialize;
use universal_wallet_core::error::{Error, InternalError, Refusal};
use universal_wallet_core::text::json_text;

use crate::platform::log::report;

/// Authentication scheme of a caller, which decides the form of a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// An API key or the issuer's token, sent or missing.
    Bearer { sent: bool },
    /// The session cookie of the admin page.
    Session,
}

/// Facts about a request that all of its answers need.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// ID of the request, assigned by the Worker.
    pub(crate) request_id: String,
    /// Authentication scheme of the caller.
    pub(crate) scheme: Scheme,
}

/// An answer to an HTTP request. The shell adds the headers that every answer has.
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

    /// A text answer of another content type than JSON.
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

    /// The answer to a call without a result; internal errors go only to the log.
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

    /// Marks a repeated call, whose effect came from an earlier call.
    pub(crate) fn replayed(self, replayed: bool) -> Self {
        if replayed { self.header("Idempotent-Replayed", "true") } else { self }
    }

    /// Text form for the shell: status, header lines, a blank line, the body.
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
