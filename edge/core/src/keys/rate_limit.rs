//! The rate limit: a token bucket per key, filled evenly.

use universal_wallet_sdk::Timestamp;

/// A bucket with a capacity of one second's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Level in thousandths of a token.
    level: u64,
    filled_at: Timestamp,
}

/// Result of a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// True if a token was available.
    pub allowed: bool,
    /// Whole tokens left.
    pub remaining: u64,
    /// Seconds until the next token, at least one.
    pub wait_s: u32,
}

impl Bucket {
    /// A full bucket for a rate in calls per second.
    pub const fn full(per_second: u32, now: Timestamp) -> Self {
        Self { level: per_second as u64 * 1000, filled_at: now }
    }

    /// Draws tokens: one for a call, zero to read the level.
    pub fn draw(&mut self, per_second: u32, tokens: u64, now: Timestamp) -> Drawn {
        let full = u64::from(per_second) * 1000;
        let passed = u64::try_from(now.unix_ms() - self.filled_at.unix_ms()).unwrap_or(0);
        // A token per second is a thousandth per millisecond.
        self.level = full.min(self.level.saturating_add(passed.saturating_mul(u64::from(per_second))));
        // Set even if the clock has run back: the bucket fills from there.
        self.filled_at = now;
        let allowed = self.level >= tokens * 1000;
        if allowed {
            self.level -= tokens * 1000;
        }
        Drawn { allowed, remaining: self.level / 1000, wait_s: 1 }
    }
}

/// Calls per second and key that may be refused where a key's rate has no limit.
const REFUSED_WITHOUT_LIMIT: u32 = 10;

/// Rate for refused calls: a tenth of the key's rate.
pub const fn for_refused(per_second: u32) -> u32 {
    match per_second {
        0 => REFUSED_WITHOUT_LIMIT,
        1..10 => 1,
        _ => per_second / 10,
    }
}

/// `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): the quota per second.
pub fn policy_header(per_second: u32) -> String {
    ["\"default\";q=", itoa::Buffer::new().format(per_second), ";w=1"].concat()
}

/// `RateLimit`: tokens left, and seconds until the bucket is full.
pub fn limit_header(remaining: u64) -> String {
    ["\"default\";r=", itoa::Buffer::new().format(remaining), ";t=1"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holds_exactly_its_calls_and_refills_evenly() {
        let start = Timestamp::from_unix_ms(1_000_000);
        let mut bucket = Bucket::full(10, start);
        assert_eq!((0..20).filter(|_| bucket.draw(10, 1, start).allowed).count(), 10);
        assert!(!bucket.draw(10, 1, start.plus_ms(99)).allowed);
        assert!(bucket.draw(10, 1, start.plus_ms(100)).allowed);
        assert!(!bucket.draw(10, 1, start.plus_ms(100)).allowed);
        assert_eq!(bucket.draw(10, 0, start.plus_ms(60_000)).remaining, 10);
    }

    #[test]
    fn refused_calls_have_a_tenth_and_ten_where_there_is_no_limit() {
        assert_eq!([0, 1, 9, 10, 100, 105].map(for_refused), [10, 1, 1, 1, 10, 10]);
    }

    #[test]
    fn a_clock_that_ran_back_stops_nobody_for_long() {
        let start = Timestamp::from_unix_ms(1_000_000);
        let mut bucket = Bucket::full(10, start.plus_ms(600_000));
        assert_eq!((0..20).filter(|_| bucket.draw(10, 1, start.plus_ms(600_000)).allowed).count(), 10);
        assert!(!bucket.draw(10, 1, start).allowed);
        assert!(bucket.draw(10, 1, start.plus_ms(100)).allowed);
    }
}
