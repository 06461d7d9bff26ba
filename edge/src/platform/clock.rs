//! Time of the current event, given by the shell: the platform's clock stands still between I/O.

use std::cell::Cell;

use universal_wallet_sdk::Timestamp;

thread_local! {
    static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::from_unix_ms(0)) };
}

/// Begins an event, at whole milliseconds below 2^53.
#[allow(clippy::cast_possible_truncation, reason = "whole milliseconds below 2^53")]
pub(crate) fn begin(now_ms: f64) {
    NOW.set(Timestamp::from_unix_ms(now_ms as i64));
}

/// Start time of the current event.
pub(crate) fn now() -> Timestamp {
    NOW.get()
}
