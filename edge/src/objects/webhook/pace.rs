//! Pace of sending: a backlog is worked off at a bounded rate.

/// Minimum time between two messages in the long run: 500 a second.
const INTERVAL_MS: i64 = 2;
/// Number of messages that may follow each other at once.
const BURST: i64 = 100;

/// Times of the messages so far.
#[derive(Debug, Default)]
pub(super) struct Pace {
    next_ms: i64,
}

impl Pace {
    /// Takes a place and returns the time to wait for it.
    pub(super) fn wait_ms(&mut self, now_ms: i64) -> i64 {
        let place = self.next_ms.max(now_ms - BURST * INTERVAL_MS);
        self.next_ms = place + INTERVAL_MS;
        (place - now_ms).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_at_once_and_a_backlog_at_a_bounded_rate() {
        let mut pace = Pace::default();
        let now = 1_000_000;
        let waits: Vec<i64> = (0..1100).map(|_| pace.wait_ms(now)).collect();
        assert!(waits[..=100].iter().all(|wait| *wait == 0));
        assert_eq!((waits[101], waits[1099]), (2, 1998));
        assert_eq!(pace.wait_ms(now + 10_000), 0);
    }
}
