//! Headers of every answer to a genuine key, about the key itself.

use universal_wallet::Timestamp;
use universal_wallet_core::keys::rate_limit::{limit_header, policy_header};

use crate::http::answer::Answer;

/// The key's rate, and its end where another took over from it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyHeaders {
    /// Calls per second; 0 where there is no limit.
    pub(crate) per_second: u32,
    /// How many of them are left.
    pub(crate) remaining: u64,
    /// Since when another key is in its place, and when it ends.
    pub(crate) replaced: Option<(Timestamp, Timestamp)>,
}

impl KeyHeaders {
    /// Of a genuine key whose object was not asked.
    pub(crate) fn of_unknown(per_second: u32) -> Self {
        Self { per_second, remaining: per_second.into(), replaced: None }
    }

    /// Adds them to an answer: `RateLimit` (IETF draft), `Deprecation` (RFC 9745), `Sunset` (RFC 8594).
    pub(crate) fn on(self, mut answer: Answer) -> Answer {
        if self.per_second > 0 {
            answer = answer
                .header("RateLimit-Policy", policy_header(self.per_second))
                .header("RateLimit", limit_header(self.remaining));
        }
        if let Some((since, end)) = self.replaced {
            answer =
                answer.header("Deprecation", format!("@{}", since.unix_ms() / 1000)).header("Sunset", end.http_date());
        }
        answer
    }
}
