//! Attempts of a delivery: how an answer is judged, when the next attempt is due, and when an endpoint is given up.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use super::url::UrlError;

/// Delays between the attempts of a message: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
const DELAYS_MS: [i64; 9] =
    [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000];

/// Time of failures alone after which an endpoint is disabled: five days.
pub const DEAD_MS: i64 = 5 * 86_400_000;

/// Maximum number of attempts that are remembered of a delivery.
pub const MAX_ATTEMPTS: usize = 20;

/// Maximum length of an attempt's error, in characters.
const MAX_ERROR: usize = 500;

/// A receiver's answer to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// An HTTP status and the start of the body.
    Status(u16, String),
    /// No answer in time.
    TimedOut,
    /// No connection, or a broken one; the platform does not tell the reason.
    NoConnection,
    /// The address may not be sent to, so nothing was sent.
    NotAllowed(UrlError),
}

/// Consequence of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The message arrived.
    Delivered,
    /// The message is tried again.
    Failed,
    /// The receiver wants no more messages.
    Gone,
}

/// An attempt to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Time of the attempt.
    pub at: Timestamp,
    /// HTTP status of the answer; null without one.
    pub status: Option<u16>,
    /// Time until the answer, in milliseconds.
    pub duration_ms: i64,
    /// Reason of the failure; null for a success. It may quote the receiver's answer, so it is shown as text only.
    pub error: Option<String>,
}

impl Answered {
    /// The consequence: only 2xx is a success, so a redirect is a failure.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Status(200..=299, _) => Verdict::Delivered,
            Self::Status(410, _) => Verdict::Gone,
            _ => Verdict::Failed,
        }
    }

    /// The attempt for the log.
    pub fn attempt(&self, at: Timestamp, until: Timestamp) -> Attempt {
        let duration_ms = until.unix_ms().saturating_sub(at.unix_ms()).max(0);
        let status = if let Self::Status(status, _) = self { Some(*status) } else { None };
        Attempt { at, status, duration_ms, error: self.error() }
    }

    fn error(&self) -> Option<String> {
        let sentence = match self {
            Self::Status(200..=299, _) => return None,
            Self::Status(300..=399, _) => "Redirects are not followed.".into(),
            Self::Status(_, body) => {
                let text: String = body.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                if text.trim().is_empty() { "The answer has no text.".into() } else { text.trim().to_owned() }
            }
            Self::TimedOut => "No answer within 15 seconds.".into(),
            Self::NoConnection => {
                "No connection: the name, the port or the certificate is wrong, or it broke off.".into()
            }
            Self::NotAllowed(error) => format!("Nothing was sent: the URL {error}."),
        };
        Some(sentence.chars().take(MAX_ERROR).collect())
    }
}

/// Adds an attempt to those of a delivery. The first one stays, since the schedule counts from it; of the others the oldest
/// gives way.
pub fn record(attempts: &mut Vec<Attempt>, attempt: Attempt) {
    if attempts.len() >= MAX_ATTEMPTS {
        attempts.remove(1);
    }
    attempts.push(attempt);
}

/// Time of the next attempt after a failed one, with up to a tenth of the delay as jitter; `None` gives the message up.
///
/// `failing_since` is the time of the first failure since the endpoint's last success. Where nothing succeeded since
/// the message's first attempt, the endpoint is at fault and not the message, which is then tried until the endpoint is
/// given up.
pub fn next_attempt(first_at: Timestamp, now: Timestamp, failing_since: Timestamp, random: u64) -> Option<Timestamp> {
    // The place in the schedule follows from the message's age, so an extra attempt does not use it up.
    let age = now.unix_ms().saturating_sub(first_at.unix_ms());
    let mut passed = 0;
    let due = DELAYS_MS.iter().find(|delay| {
        passed += **delay;
        passed > age
    });
    let delay = match due {
        Some(delay) => *delay,
        None if failing_since <= first_at => DELAYS_MS.last().copied().unwrap_or_default(),
        None => return None,
    };
    let jitter = i64::try_from(random % 1000).unwrap_or_default() * delay / 10_000;
    let next = now.plus_ms(delay + jitter);
    // The last attempt decides whether the endpoint is given up.
    let end = failing_since.plus_ms(DEAD_MS);
    Some(if end > now { next.min(end) } else { next })
}

/// True if an endpoint that fails again is given up.
pub fn is_dead(failing_since: Timestamp, now: Timestamp) -> bool {
    now >= failing_since.plus_ms(DEAD_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(ms)
    }

    /// Delays in milliseconds between attempts that all fail, until the message or the endpoint is given up.
    fn delays(failing_since: impl Fn(Timestamp) -> Timestamp, random: u64) -> Vec<i64> {
        let (first, mut now, mut delays) = (at(1_000_000), at(1_000_000), Vec::new());
        while let Some(next) = next_attempt(first, now, failing_since(now), random) {
            delays.push(next.unix_ms() - now.unix_ms());
            now = next;
            if is_dead(failing_since(now), now) {
                break;
            }
        }
        delays
    }

    #[test]
    fn a_message_that_alone_fails_is_tried_ten_times() {
        let hours = |hours: i64| hours * 3_600_000;
        let schedule = [5_000, 300_000, 1_800_000, hours(2), hours(5), hours(10), hours(14), hours(20), hours(24)];
        // Other messages arrive, so the endpoint fails since a moment only.
        assert_eq!(delays(|now| now, 0), schedule);
        let jittered = delays(|now| now, 999);
        assert_eq!(jittered.len(), schedule.len());
        assert!(jittered.iter().zip(schedule).all(|(delay, plain)| *delay >= plain && *delay <= plain + plain / 10));
    }

    #[test]
    fn a_dead_endpoint_is_tried_for_five_days_and_once_at_their_end() {
        let delays = delays(|_| at(1_000_000), 500);
        assert_eq!(delays.iter().sum::<i64>(), DEAD_MS);
        assert!(delays.len() > 10);
    }

    #[test]
    fn an_extra_attempt_does_not_use_up_the_schedule() {
        let (first, extra) = (at(0), at(60_000));
        let next = next_attempt(first, extra, extra, 0).unwrap();
        assert_eq!(next.unix_ms() - extra.unix_ms(), 300_000);
        assert_eq!(next_attempt(first, at(61_000), extra, 0).unwrap().unix_ms() - 61_000, 300_000);
    }

    #[test]
    fn twenty_attempts_are_remembered_with_the_first_among_them() {
        let mut attempts = Vec::new();
        for number in 0..25 {
            record(&mut attempts, Answered::TimedOut.attempt(at(number), at(number)));
        }
        let times: Vec<_> = attempts.iter().map(|attempt| attempt.at.unix_ms()).collect();
        assert_eq!((times.len(), times[0], times[1], times[19]), (MAX_ATTEMPTS, 0, 6, 24));
    }

    #[test]
    fn only_2xx_is_a_success_and_410_ends_it() {
        let verdict = |status| Answered::Status(status, String::new()).verdict();
        for status in [200, 201, 204, 299] {
            assert_eq!(verdict(status), Verdict::Delivered);
        }
        for status in [100, 301, 302, 307, 308, 400, 404, 411, 429, 500, 503] {
            assert_eq!(verdict(status), Verdict::Failed);
        }
        assert_eq!(verdict(410), Verdict::Gone);
        assert_eq!(Answered::TimedOut.verdict(), Verdict::Failed);
        assert_eq!(Answered::NoConnection.verdict(), Verdict::Failed);
    }

    #[test]
    fn an_attempt_quotes_the_answer_as_plain_text() {
        let body = format!("<b>no</b>\n\u{1b}[31m{}", "x".repeat(4096));
        let attempt = Answered::Status(500, body).attempt(at(1000), at(1250));
        let error = attempt.error.unwrap();
        assert!(error.starts_with("<b>no</b>  [31mxxx") && error.len() == MAX_ERROR, "{error}");
        assert_eq!((attempt.status, attempt.duration_ms), (Some(500), 250));
        assert_eq!(Answered::Status(204, "ignored".into()).attempt(at(0), at(0)).error, None);
        assert_eq!(
            Answered::Status(302, "x".into()).attempt(at(0), at(0)).error.unwrap(),
            "Redirects are not followed."
        );
    }
}
