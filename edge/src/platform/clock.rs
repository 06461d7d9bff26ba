//! The time of the present event, which the shell tells: the platform's clock stands still between I/O.

use std::cell::Cell;

use universal_wallet::Timestamp;

thread_local! {
    static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::from_unix_ms(0)) };
}

/// An event begins, at whole milliseconds below 2^53.
#[allow(clippy::cast_possible_truncation, reason = "whole milliseconds below 2^53")]
pub(crate) fn begin(now_ms: f64) {
    NOW.set(Timestamp::from_unix_ms(now_ms as i64));
}

/// When the present event began.
pub(crate) fn now() -> Timestamp {
    NOW.get()
}
