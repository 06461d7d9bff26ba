//! Headers about the key, in every answer to a genuine key.

use std::time::{Duration, UNIX_EPOCH};

use universal_wallet_core::keys::rate_limit::{limit_header, policy_header};
use universal_wallet_sdk::Timestamp;

use crate::http::answer::Answer;

/// The key's rate, and its end if another key has replaced it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyHeaders {
    /// Calls per second; 0 means no limit.
    pub(crate) per_second: u32,
    /// Calls left in the current second.
    pub(crate) remaining: u64,
    /// Time of the replacement, and end of the replaced key.
    pub(crate) replaced: Option<(Timestamp, Timestamp)>,
}

impl KeyHeaders {
    /// Headers for a genuine key whose object was not asked.
    pub(crate) fn of_unknown(per_second: u32) -> Self {
        Self { per_second, remaining: per_second.into(), replaced: None }
    }

    /// Adds the headers to an answer: `RateLimit` (IETF draft), `Deprecation` (RFC 9745), `Sunset` (RFC 8594).
    pub(crate) fn on(self, mut answer: Answer) -> Answer {
        if self.per_second > 0 {
            answer = answer
                .header("RateLimit-Policy", policy_header(self.per_second))
                .header("RateLimit", limit_header(self.remaining));
        }
        if let Some((since, end)) = self.replaced {
            answer =
                answer.header("Deprecation", format!("@{}", since.unix_ms() / 1000)).header("Sunset", http_date(end));
        }
        answer
    }
}

/// The format of HTTP headers (RFC 9110), to the second.
fn http_date(at: Timestamp) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(at.unix_ms().unsigned_abs()))
}
