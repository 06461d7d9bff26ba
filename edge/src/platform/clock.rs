//! The platform's time.

use universal_wallet::Timestamp;

/// The instant of the platform's clock, which counts whole milliseconds below 2^53.
#[allow(clippy::cast_possible_truncation, reason = "whole milliseconds below 2^53")]
pub(crate) fn timestamp(now_ms: f64) -> Timestamp {
    Timestamp::from_unix_ms(now_ms as i64)
}
