//! Health of an endpoint: since when its receiver fails, and what its distributor was told of it.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use super::schedule::is_dead;

/// Minimum time between two reports to the distributor, and of failures before a success counts as a recovery.
pub const CALM_MS: i64 = 60_000;

/// Health of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Time of the first failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// Failures since the last success.
    pub failures: u32,
    /// The last report: when, and since when the receiver failed.
    reported: Option<(Timestamp, Option<Timestamp>)>,
    /// Reason for which the endpoint is given up, until the distributor knows.
    pub given_up: Option<String>,
}

impl Health {
    /// Notes a success; true if the receiver recovered from failures, so that waiting messages are due at once.
    pub fn succeeded(&mut self, now: Timestamp) -> bool {
        self.failures = 0;
        self.failing_since.take().is_some_and(|since| now >= since.plus_ms(CALM_MS))
    }

    /// Notes a failure and returns the time of the first one; after five days of them the endpoint is given up.
    pub fn failed(&mut self, now: Timestamp) -> Timestamp {
        self.failures = self.failures.saturating_add(1);
        let since = *self.failing_since.get_or_insert(now);
        if is_dead(since, now) {
            self.given_up = Some("Nothing arrived for five days.".into());
        }
        since
    }

    /// Notes that people enabled the endpoint: failures of before do not count.
    pub fn enabled(&mut self, at: Timestamp) -> bool {
        let before = self.failing_since.is_some_and(|since| since <= at);
        if before {
            (self.failing_since, self.failures) = (None, 0);
        }
        before
    }

    /// The state of which the distributor should know: a receiver that failed twice in a row.
    fn told(&self) -> Option<Timestamp> {
        self.failing_since.filter(|_| self.failures >= 2)
    }

    /// Time from which the distributor should be told of a change.
    pub fn report_due(&self) -> Option<Timestamp> {
        match self.reported {
            Some((_, told)) if told == self.told() => None,
            Some((at, _)) => Some(at.plus_ms(CALM_MS)),
            None => self.told(),
        }
    }

    /// The report that is due; it counts as made.
    pub fn report(&mut self, now: Timestamp) -> Option<Option<Timestamp>> {
        self.report_due().filter(|due| *due <= now)?;
        let told = self.told();
        self.reported = Some((now, told));
        Some(told)
    }

    /// Takes back a report that did not reach the distributor.
    pub fn not_reported(&mut self, now: Timestamp) {
        self.reported = Some((now, None));
    }
}

#[cfg(test)]
mod tests {
    use super::super::schedule::DEAD_MS;
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(ms)
    }

    #[test]
    fn the_second_failure_in_a_row_is_reported_and_a_success_too() {
        let mut health = Health::default();
        assert_eq!(health.failed(at(1000)), at(1000));
        assert_eq!(health.report(at(1000)), None, "once is no sign");
        assert_eq!(health.failed(at(6000)), at(1000));
        assert_eq!(health.report(at(6000)), Some(Some(at(1000))));
        assert_eq!(health.report(at(6000)), None, "told already");
        assert!(!health.succeeded(at(7000)), "a hiccup");
        assert_eq!(health.report(at(7000)), None, "at most one report a minute");
        assert_eq!(health.report_due(), Some(at(66_000)));
        assert_eq!(health.report(at(66_000)), Some(None));
        assert_eq!(health.report_due(), None);
    }

    #[test]
    fn a_receiver_that_comes_and_goes_costs_one_report_a_minute() {
        let (mut health, mut reports) = (Health::default(), 0);
        for second in 0..600 {
            health.failed(at(second * 1000));
            health.failed(at(second * 1000 + 300));
            reports += usize::from(health.report(at(second * 1000 + 300)).is_some());
            health.succeeded(at(second * 1000 + 600));
            reports += usize::from(health.report(at(second * 1000 + 600)).is_some());
        }
        assert!(reports <= 11, "{reports}");
    }

    #[test]
    fn five_days_of_failures_give_an_endpoint_up_and_enabling_forgets_them() {
        let mut health = Health::default();
        health.failed(at(0));
        health.failed(at(DEAD_MS - 1));
        assert_eq!(health.given_up, None);
        health.failed(at(DEAD_MS));
        assert!(health.given_up.is_some());
        assert!(health.enabled(at(DEAD_MS + 5)));
        assert!(!health.enabled(at(DEAD_MS + 5)));
        assert_eq!(health.failed(at(DEAD_MS + 6)), at(DEAD_MS + 6));
    }

    #[test]
    fn a_success_after_a_minute_of_failures_is_a_recovery() {
        let mut health = Health::default();
        assert!(!health.succeeded(at(0)));
        health.failed(at(0));
        assert!(health.succeeded(at(CALM_MS)));
        assert!(!health.succeeded(at(CALM_MS)));
    }

    #[test]
    fn a_report_that_was_lost_is_made_again() {
        let mut health = Health::default();
        health.failed(at(0));
        health.failed(at(1));
        assert!(health.report(at(1)).is_some());
        health.not_reported(at(1));
        assert_eq!(health.report_due(), Some(at(1 + CALM_MS)));
    }
}
