//! Errors of a call.

use core::fmt;
use core::time::Duration;
use std::borrow::Cow;

use crate::amount::AmountError;
use crate::attempt::{Attempt, Outcome};
use crate::date::DateError;
use crate::id::IDError;
use crate::idempotency_key::{IdempotencyKey, IdempotencyKeyError};
use crate::key::ApiKeyError;
use crate::phone::PhoneError;
use crate::refusal::Refusal;
use crate::short_code::ShortCodeError;
use crate::timestamp::TimestampError;
use crate::wire::{FieldError, OperationStatus};

type Source = Box<dyn core::error::Error + Send + Sync>;

/// The error of a failed call.
///
/// The text says what happened and what to do about it. Programs ask the predicates, or
/// [`code`](Self::code), whose values are stable; a code that this version does not know is passed
/// on unchanged. Neither the text nor Debug ever holds the API key.
///
/// ```
/// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
/// # with_client(async |client: universal_wallet_sdk::Client| {
/// use universal_wallet_sdk::ShortCode;
///
/// if let Err(error) = client.cash_in("100000".parse::<ShortCode>()?, 1500).send().await {
///     if error.is_outcome_unknown() {
///         println!("ask again with {:?}", error.idempotency_key());
///     } else if error.is_limit_exceeded() || error.is_insufficient_balance() {
///         println!("nothing moved, and the amount is too large: {error}");
///     } else if error.is_retryable() {
///         println!("nothing moved; try again in {:?}: {:?}", error.retry_after(), error.attempts());
///     } else {
///         println!("nothing moved: {error}, {:?} {:?}", error.code(), error.request_id());
///     }
/// }
/// # Ok(()) });
/// ```
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    source: Option<Source>,
    idempotency_key: Option<IdempotencyKey>,
    outcome_unknown: bool,
    attempts: Vec<Attempt>,
}

#[derive(Debug)]
#[cfg_attr(not(feature = "stream"), expect(dead_code, reason = "only a stream finds an endless list"))]
pub(crate) enum Kind {
    /// Invalid input, found before anything was sent.
    Input(String),
    /// No connection, so nothing was sent.
    Connect,
    /// The answer was not complete in time.
    Timeout,
    /// The connection broke before the answer was complete.
    Broken,
    /// A refusal by the server.
    Refused(Refusal),
    /// A successful answer in a form that is not the API's.
    Unreadable { status: u16, request_id: Option<String>, problem: Cow<'static, str> },
    /// An awaited operation has not ended in time.
    StillOpen(OperationStatus),
    /// A list whose next page is the same page again.
    EndlessList,
}

impl Error {
    pub(crate) fn new(kind: Kind, source: Option<Source>) -> Self {
        Self(Box::new(Inner { kind, source, idempotency_key: None, outcome_unknown: false, attempts: Vec::new() }))
    }

    /// An error found before anything was sent.
    pub(crate) fn input(source: impl core::error::Error + Send + Sync + 'static) -> Self {
        Self::new(Kind::Input(source.to_string()), Some(Box::new(source)))
    }

    /// Adds the failed attempts of the call.
    pub(crate) fn of_call(mut self, attempts: Vec<Attempt>) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// How the attempt that failed with this error ended.
    pub(crate) fn outcome(&self) -> Outcome {
        match &self.0.kind {
            Kind::Refused(refusal) => Outcome::Answered(refusal.status),
            Kind::Unreadable { status, .. } => Outcome::Unreadable(*status),
            Kind::Timeout => Outcome::TimedOut,
            Kind::Broken => Outcome::Broken,
            Kind::Connect | Kind::Input(_) | Kind::StillOpen(_) | Kind::EndlessList => Outcome::NoConnection,
        }
    }

    /// Adds a write's key, if it has one, and whether any attempt may have been carried out.
    pub(crate) fn of_write(mut self, key: Option<&IdempotencyKey>, outcome_unknown: bool) -> Self {
        self.0.idempotency_key = key.cloned();
        self.0.outcome_unknown = outcome_unknown;
        self
    }

    /// Whether the failed attempt may have been carried out nevertheless.
    pub(crate) fn is_ambiguous(&self) -> bool {
        match &self.0.kind {
            Kind::Input(_) | Kind::Connect | Kind::StillOpen(_) | Kind::EndlessList => false,
            Kind::Timeout | Kind::Broken | Kind::Unreadable { .. } => true,
            Kind::Refused(refusal) => refusal.is_ambiguous(),
        }
    }

    /// Whether this answer to a repeated write proves that no earlier attempt was carried out.
    pub(crate) fn settles_earlier_attempts(&self) -> bool {
        matches!(&self.0.kind, Kind::Refused(refusal) if refusal.settles_earlier_attempts())
    }

    fn refusal(&self) -> Option<&Refusal> {
        if let Kind::Refused(refusal) = &self.0.kind { Some(refusal) } else { None }
    }

    /// The answer's HTTP status, if there was an answer. See the [example](Self).
    pub fn status(&self) -> Option<u16> {
        match &self.0.kind {
            Kind::Refused(refusal) => Some(refusal.status),
            Kind::Unreadable { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The stable code for programs, such as `daily_volume_exceeded`. See the [example](Self).
    pub fn code(&self) -> Option<&str> {
        self.refusal().and_then(Refusal::code)
    }

    /// The server's own message. See the [example](Self).
    pub fn message(&self) -> Option<&str> {
        Some(self.refusal()?.body.as_ref()?.message.as_str())
    }

    /// Validation errors by field of the request. See the [example](Self).
    pub fn field_errors(&self) -> &[FieldError] {
        self.refusal().and_then(|refusal| refusal.body.as_ref()).map_or(&[], |body| &body.errors)
    }

    /// ID of the call in the server's log; give it to support. See the [example](Self).
    pub fn request_id(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Refused(refusal) => refusal.request_id.as_deref(),
            Kind::Unreadable { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// Delay that the server asks for before the next call. See the [example](Self).
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal()?.retry_after
    }

    /// The idempotency key of the write, also when the SDK made it. See the [example](Self).
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        self.0.idempotency_key.as_ref()
    }

    /// The attempts that failed, at most the last 32. Empty where nothing was sent. See the [example](Self).
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Whether the same call may succeed later: no connection, a timeout, a broken connection, the statuses 408, 429,
    /// 500, 502, 503, 504 and 520 to 529, and a 409 with `Retry-After`. Reads and keyed writes have already been
    /// repeated by then. See the [example](Self).
    pub fn is_retryable(&self) -> bool {
        match &self.0.kind {
            Kind::Connect | Kind::Timeout | Kind::Broken => true,
            Kind::Refused(refusal) => refusal.is_retryable(),
            Kind::Input(_) | Kind::Unreadable { .. } | Kind::StillOpen(_) | Kind::EndlessList => false,
        }
    }

    /// Whether the outcome of the write is unknown. Make the same call again with the same
    /// [`idempotency_key`](Self::idempotency_key): the write happens once, whatever happened before. After a
    /// withdrawal, which has no such key, read the operation. See the [example](Self).
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// Whether nothing was sent because an argument or a setting is wrong. See the [example](Self).
    pub fn is_invalid_input(&self) -> bool {
        matches!(self.0.kind, Kind::Input(_))
    }

    /// Whether no connection could be made. See the [example](Self).
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect)
    }

    /// Whether the call exceeded its time limit. See the [example](Self).
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout | Kind::StillOpen(_))
    }

    /// Whether the server rejects the key: unknown, mistyped, expired or revoked.
    /// See the [example](Self).
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401)
    }

    /// Whether the key lacks the permission; the text names it. See the [example](Self).
    pub fn is_permission_denied(&self) -> bool {
        self.code() == Some("permission_denied")
    }

    /// Whether the resource does not exist, or the key may not know of it. See the [example](Self).
    pub fn is_not_found(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 404 && refusal.body.is_some())
    }

    /// Whether the amount is above one of the key's limits, of an operation or of a day.
    /// See the [example](Self).
    pub fn is_limit_exceeded(&self) -> bool {
        matches!(self.code(), Some("transaction_limit_exceeded" | "daily_volume_exceeded"))
    }

    /// Whether the float, or the customer's wallet, has too little available.
    /// See the [example](Self).
    pub fn is_insufficient_balance(&self) -> bool {
        self.code() == Some("insufficient_balance")
    }

    /// Whether the key made too many calls; see [`retry_after`](Self::retry_after).
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Input(problem) => write!(f, "nothing was sent: {problem}"),
            Kind::Connect => f.write_str("no connection to the server: check the base URL, the network and the proxy"),
            Kind::Timeout => f.write_str(
                "no complete answer within the time allowed: try again later, or allow more with attempt_timeout() and \
                 total_timeout()",
            ),
            Kind::Broken => f.write_str("the connection broke before the answer was complete: try again"),
            Kind::Refused(refusal) => refusal.fmt(f),
            Kind::Unreadable { status, problem, .. } => write!(f, "the answer ({status}) cannot be read: {problem}"),
            Kind::StillOpen(status) => write!(f, "the operation did not end within the time allowed: it is {status}"),
            Kind::EndlessList => f.write_str("the list does not end: its next page is the same one again"),
        }?;
        if let [_, .., last] = self.attempts() {
            write!(f, "; tried {} times in {:.1?}", last.number, last.started_after.saturating_add(last.duration))?;
        }
        match &self.0.idempotency_key {
            _ if !self.0.outcome_unknown => Ok(()),
            Some(key) => write!(
                f,
                "; whether it was done is unknown: make the same call again with the idempotency key \"{key}\", which \
                 does it once"
            ),
            None => f.write_str("; whether it was done is unknown: read what it should have changed"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("source", &self.0.source)
            .field("idempotency_key", &self.0.idempotency_key)
            .field("outcome_unknown", &self.0.outcome_unknown)
            .field("attempts", &self.0.attempts)
            .finish()
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

macro_rules! from_input {
    ($($type:ty),+) => {$(
        impl From<$type> for Error {
            fn from(error: $type) -> Self {
                Self::input(error)
            }
        }
    )+};
}

from_input!(
    AmountError,
    PhoneError,
    ShortCodeError,
    IdempotencyKeyError,
    TimestampError,
    DateError,
    IDError,
    ApiKeyError
);
