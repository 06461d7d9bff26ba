//! The attempts of a call: a log for errors, hooks and traces.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

/// One attempt of a call. It holds no key, no identifier and nothing of a body.
/// See the [example](crate::ClientBuilder::on_attempt).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// Method and route, such as `GET /operations/{operationID}`.
    pub call: &'static str,
    /// 1 for the first attempt of the call.
    pub number: u32,
    /// Time since the call began.
    pub started_after: Duration,
    /// Time until the answer was complete, or until the failure.
    pub duration: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// ID of the attempt in the server's log, where the server tells one.
    pub request_id: Option<String>,
    /// Wait before the next attempt; `None` for the last.
    pub next_after: Option<Duration>,
}

/// How an attempt ended. See the [example](crate::ClientBuilder::on_attempt).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The server answered with this HTTP status.
    Answered(u16),
    /// The server answered with this HTTP status, and its answer cannot be read.
    Unreadable(u16),
    /// No connection, so nothing was sent.
    NoConnection,
    /// The answer was not complete in time.
    TimedOut,
    /// The connection broke before the answer was complete.
    Broken,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(status) => write!(f, "answered {status}"),
            Self::Unreadable(status) => write!(f, "answered {status}, unreadable"),
            Self::NoConnection => f.write_str("no connection"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Broken => f.write_str("broken connection"),
        }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (call, number, outcome, duration) = (self.call, self.number, self.outcome, self.duration);
        write!(f, "{call}, attempt {number}: {outcome} after {duration:.1?}")?;
        self.next_after.map_or(Ok(()), |wait| write!(f, ", again in {wait:.1?}"))
    }
}

type Hook = dyn Fn(&Attempt) + Send + Sync;

/// The caller's function that sees each attempt.
#[derive(Clone, Default)]
pub(crate) struct Observer(Option<Arc<Hook>>);

impl Observer {
    pub(crate) fn new(hook: impl Fn(&Attempt) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    /// Shows an attempt to the hook, and to the trace where there is one.
    pub(crate) fn see(&self, attempt: &Attempt) {
        #[cfg(feature = "tracing")]
        trace(attempt);
        if let Some(hook) = &self.0 {
            hook(attempt);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Observer(…)" } else { "Observer" })
    }
}

/// The attempt as an event: successes at debug level, failures as warnings.
#[cfg(feature = "tracing")]
fn trace(attempt: &Attempt) {
    let status = match attempt.outcome {
        Outcome::Answered(status) | Outcome::Unreadable(status) => Some(status),
        _ => None,
    };
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    macro_rules! event {
        ($level:ident) => {
            tracing::event!(
                tracing::Level::$level,
                attempt = attempt.number,
                outcome = %attempt.outcome,
                http.response.status_code = status,
                request_id = attempt.request_id.as_deref(),
                duration_ms = ms(attempt.duration),
                next_after_ms = attempt.next_after.map(ms),
                "attempt"
            )
        };
    }
    if attempt.outcome == Outcome::Answered(200) { event!(DEBUG) } else { event!(WARN) }
}

/// Maximum number of attempts that an error remembers; of more, the earliest are forgotten.
const LONGEST_LOG: usize = 32;

/// The failed attempts of a call.
#[derive(Debug, Default)]
pub(crate) struct Log(Vec<Attempt>);

impl Log {
    pub(crate) fn push(&mut self, attempt: Attempt) {
        if self.0.len() == LONGEST_LOG {
            self.0.remove(0);
        }
        self.0.push(attempt);
    }

    pub(crate) fn into_attempts(self) -> Vec<Attempt> {
        self.0
    }
}
