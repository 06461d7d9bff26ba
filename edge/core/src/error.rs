//! Errors: the caller's fault ([`Refusal`]) and ours ([`InternalError`]) are different types.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($name:ident $text:literal $status:literal),* $(,)?) => {
        /// Stable error codes of the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[allow(missing_docs)]
        pub enum Code { $(#[serde(rename = $text)] $name),* }

        impl Code {
            /// All codes, in the contract's order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Wire name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// HTTP status of the code.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }
        }
    };
}

codes! {
    InvalidJson "invalid_json" 400,
    InvalidRequest "invalid_request" 400,
    InvalidAmount "invalid_amount" 400,
    InsufficientBalance "insufficient_balance" 400,
    UnknownMerchant "unknown_merchant" 400,
    NoCashOutRequest "no_cash_out_request" 400,
    IdempotencyKeyRequired "idempotency_key_required" 400,
    InvalidCode "invalid_code" 400,
    MissingApiKey "missing_api_key" 401,
    InvalidApiKey "invalid_api_key" 401,
    ExpiredApiKey "expired_api_key" 401,
    RevokedApiKey "revoked_api_key" 401,
    NotSignedIn "not_signed_in" 401,
    InvalidCredentials "invalid_credentials" 401,
    DistributorMismatch "distributor_mismatch" 403,
    IPNotAllowed "ip_not_allowed" 403,
    PermissionDenied "permission_denied" 403,
    TransactionLimitExceeded "transaction_limit_exceeded" 403,
    DailyVolumeExceeded "daily_volume_exceeded" 403,
    DistributorSuspended "distributor_suspended" 403,
    SelfApproval "self_approval" 403,
    NotTheMaker "not_the_maker" 403,
    RoleRequired "role_required" 403,
    ApprovalRequired "approval_required" 403,
    PasswordChangeRequired "password_change_required" 403,
    SecondFactorRequired "second_factor_required" 403,
    EnrolmentRequired "enrolment_required" 403,
    CrossSiteRequest "cross_site_request" 403,
    NotFound "not_found" 404,
    MethodNotAllowed "method_not_allowed" 405,
    InvalidState "invalid_state" 409,
    ApprovalStale "approval_stale" 409,
    AlreadyExists "already_exists" 409,
    SessionChanged "session_changed" 409,
    AlreadyClaimed "already_claimed" 410,
    ClaimExpired "claim_expired" 410,
    BodyTooLarge "body_too_large" 413,
    UnsupportedMediaType "unsupported_media_type" 415,
    IdempotencyKeyReused "idempotency_key_reused" 422,
    RateLimited "rate_limited" 429,
    TooManyAttempts "too_many_attempts" 429,
    Internal "internal" 500,
    Unavailable "unavailable" 503,
}

/// The reason phrase of each status that the API answers with (RFC 9110).
pub const fn reason_phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

/// Body of an error answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorBody {
    /// The status' reason phrase.
    pub error: &'static str,
    /// One sentence a person can act on.
    pub message: String,
    /// The stable code for programs.
    pub code: &'static str,
    /// ID of the call in the server's log.
    #[serde(rename = "requestID")]
    pub request_id: String,
    /// The mistakes by field; for validation only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One mistake in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// The field, such as `allowedIPs[1]`.
    pub field: String,
    /// The way to mend it.
    pub message: String,
}

/// A refused call: the error that the caller can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable code for programs.
    pub code: Code,
    /// One sentence a person can act on; it holds no secret.
    pub message: Cow<'static, str>,
    /// Mistakes by field.
    pub fields: Vec<FieldError>,
    /// Seconds to wait before a retry.
    pub retry_after_s: Option<u32>,
}

impl Refusal {
    /// A refusal with a code and a sentence.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), fields: Vec::new(), retry_after_s: None }
    }

    /// A refusal because one field is wrong.
    pub fn field(code: Code, field: impl Into<String>, message: impl ToString) -> Self {
        Self::fields(code, [FieldError { field: field.into(), message: message.to_string() }].into())
    }

    /// A refusal because several fields are wrong; the sentence names the first.
    pub fn fields(code: Code, fields: Vec<FieldError>) -> Self {
        let message = match fields.first() {
            Some(first) => format!("{}: {}.", first.field, first.message),
            None => String::from("The request is not valid."),
        };
        Self { code, message: message.into(), fields, retry_after_s: None }
    }

    /// A refusal for a thing that does not exist, or that the caller must not know of.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here under this address; check the path and its IDs.")
    }

    /// The answer to an internal error.
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            "Something went wrong on our side and the outcome is unknown; repeat the call with the same Idempotency-Key.",
        )
    }

    /// The answer while a component is unreachable.
    pub fn unavailable() -> Self {
        Self::new(
            Code::Unavailable,
            "The service cannot answer at the moment and the outcome is unknown; repeat the call with the same \
             Idempotency-Key.",
        )
        .retry_after(1)
    }

    /// Adds the number of seconds to wait before a retry.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Body of the error response.
    pub fn body(&self, request_id: &str) -> ErrorBody {
        ErrorBody {
            error: reason_phrase(self.code.status()),
            message: self.message.clone().into_owned(),
            code: self.code.as_str(),
            request_id: request_id.into(),
            errors: self.fields.clone(),
        }
    }
}

/// A broken invariant or failed component: logged, never shown to the caller, and free of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternalError(pub String);

impl InternalError {
    /// An internal error with a description.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl From<serde_json::Error> for InternalError {
    fn from(error: serde_json::Error) -> Self {
        // The document's content stays out of the text because it may contain a secret.
        let (line, column) = (error.line(), error.column());
        Self(format!("stored JSON does not fit ({:?}, line {line}, column {column})", error.classify()))
    }
}

/// Reason why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The caller's fault; boxed to keep every `Result` small.
    Refusal(Box<Refusal>),
    /// An internal error.
    Internal(InternalError),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(Box::new(refusal))
    }
}

impl From<InternalError> for Error {
    fn from(fault: InternalError) -> Self {
        Self::Internal(fault)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// The result of a call that may be refused.
pub type Outcome<T> = Result<T, Error>;

/// Refuses with a code and a sentence.
pub fn refuse<T>(code: Code, message: impl Into<Cow<'static, str>>) -> Outcome<T> {
    Err(Refusal::new(code, message).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_stored_json_tells_its_place_and_never_a_value() {
        for text in [
            "\"secret\"",
            "{\"code\":\"secret\"}",
            "{\"secret\":1}",
            "{\"code\":\"not_found\",\"message\":[\"secret\"]}",
            "{\"code\":\"not_found\" secret",
            "secret",
        ] {
            let error: InternalError = serde_json::from_str::<Refusal>(text).unwrap_err().into();
            assert!(!error.0.contains("secret"), "{text}: {}", error.0);
            assert!(error.0.contains("line 1, column"), "{text}: {}", error.0);
        }
    }

    #[test]
    fn a_code_is_written_as_the_contract_spells_it() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{}\"", code.as_str()));
        }
    }
}
