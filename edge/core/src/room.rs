//! Room in a distributor's storage. What grows it ends while there is still room for everything that protects money:
//! decisions, revoking, suspending, deliveries.

use serde::Serialize;

use crate::error::{Code, Refusal};

/// Bytes that one Durable Object may hold.
pub const MAX_BYTES: u64 = 10_000_000_000;

/// Percentage from which people are told.
pub const SCARCE: u64 = 60;

/// Percentage from which nothing new is made; the rest is for what goes on.
pub const FULL: u64 = 95;

/// How full a distributor's storage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Room {
    /// Size of the storage in bytes.
    pub bytes: u64,
    /// Number of operations.
    pub operations: u64,
    /// Size as a whole percentage of what an object may hold, rounded down.
    pub percent: u64,
}

impl Room {
    /// The room of a storage of so many bytes among those that it may have.
    pub const fn of(bytes: u64, most: u64, operations: u64) -> Self {
        let percent = match bytes.saturating_mul(100).checked_div(most) {
            Some(percent) => percent,
            None => 100,
        };
        Self { bytes, operations, percent }
    }

    /// Refuses what makes storage grow, once it is nearly full.
    pub fn refuse_full(&self) -> Result<(), Refusal> {
        if self.percent < FULL {
            return Ok(());
        }
        let message = "This distributor's storage is full, so nothing new is made; ask the issuer to make room. \
                       Revoking, rejecting, withdrawing and reading go on.";
        Err(Refusal::new(Code::Unavailable, message).retry_after(3600))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_ends_before_the_room_does() {
        for (bytes, most, percent, is_full) in [
            (0, MAX_BYTES, 0, false),
            (6_000_000_000, MAX_BYTES, 60, false),
            (9_499_999_999, MAX_BYTES, 94, false),
            (9_500_000_000, MAX_BYTES, 95, true),
            (11, 10, 110, true),
            (1, 0, 100, true),
            (u64::MAX, u64::MAX, 1, false),
        ] {
            let room = Room::of(bytes, most, 7);
            assert_eq!((room.percent, room.refuse_full().is_err()), (percent, is_full), "{bytes} of {most}");
        }
    }
}
