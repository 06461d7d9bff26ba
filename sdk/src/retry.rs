//! Retries: the calls that are repeated, and the waits before.

use core::time::Duration;

/// Upper bound on the wait before the second attempt; it doubles with each further one.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
/// Upper bound on the backoff before any attempt.
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// Limits on the attempts and the time of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Maximum number of attempts of one call, the first included.
    pub(crate) attempts: u32,
    /// Time limit of one attempt, the answer's body included.
    pub(crate) attempt: Duration,
    /// Time limit of one call, all attempts and waits included.
    pub(crate) total: Duration,
    /// Whether the server does a write with an idempotency key once, so that it may be repeated.
    pub(crate) repeat_writes: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { attempts: 4, attempt: Duration::from_secs(10), total: Duration::from_secs(30), repeat_writes: true }
    }
}

/// The wait after a number of failed attempts: the time that the server asks for, plus a random
/// part of the backoff (full jitter), so that many clients that failed together do not come back
/// together. `random` is uniform.
pub(crate) fn wait(failed_attempts: u32, retry_after: Option<Duration>, random: u32) -> Duration {
    let doublings = failed_attempts.saturating_sub(1).min(16);
    let longest = FIRST_BACKOFF.saturating_mul(1 << doublings).min(LONGEST_BACKOFF);
    let jitter = longest.mul_f64(f64::from(random) / f64::from(u32::MAX));
    retry_after.unwrap_or_default().saturating_add(jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_full_and_the_backoff_doubles_up_to_its_cap() {
        for (failed, longest_ms) in [(1, 200), (2, 400), (3, 800), (5, 3_200), (6, 5_000), (u32::MAX, 5_000)] {
            assert_eq!(wait(failed, None, 0), Duration::ZERO);
            assert_eq!(wait(failed, None, u32::MAX), Duration::from_millis(longest_ms));
        }
        let half = wait(1, None, u32::MAX / 2);
        assert!(half > Duration::from_millis(99) && half < Duration::from_millis(101), "{half:?}");
    }

    #[test]
    fn the_servers_wish_is_the_least_wait() {
        let asked = Duration::from_secs(7);
        assert_eq!(wait(1, Some(asked), 0), asked);
        assert_eq!(wait(1, Some(asked), u32::MAX), asked + FIRST_BACKOFF);
        assert_eq!(wait(1, Some(Duration::MAX), u32::MAX), Duration::MAX);
    }
}
