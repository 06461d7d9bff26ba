//! Listening to events lasts as long as a session, which may end without a word, by being idle. So the session's record
//! is asked when that may have happened; asking is no use of the session.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use super::sign_in::IDLE_MS;

/// Time after which a session's record that did not answer is asked again.
const ASK_AGAIN_MS: i64 = 60_000;
/// Time after which a session that could not be asked about counts as ended.
const PATIENCE_MS: i64 = 300_000;

/// The session of a listener as it was last known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watch {
    /// Time at which the session ends unless it is used meanwhile.
    ends_at: Timestamp,
    /// Time at which its record is asked.
    ask_at: Timestamp,
}

impl Watch {
    /// The session of a new listener, which is used by beginning to listen.
    pub fn begin(now: Timestamp) -> Self {
        Self::until(now.plus_ms(IDLE_MS))
    }

    fn until(end: Timestamp) -> Self {
        Self { ends_at: end, ask_at: end }
    }

    /// Time at which the session's record is asked.
    pub fn ask_at(self) -> Timestamp {
        self.ask_at
    }

    /// True while the listener is told of events.
    pub fn may_hear(self, now: Timestamp) -> bool {
        now < self.ends_at.plus_ms(PATIENCE_MS)
    }

    /// The session after its record told its end; nothing for a session that has ended or is unknown, whose listener is
    /// closed.
    pub fn answered(end: Option<Timestamp>, now: Timestamp) -> Option<Self> {
        end.filter(|end| now < *end).map(Self::until)
    }

    /// The session after its record did not answer, which tells nothing about its end.
    #[must_use]
    pub fn unanswered(self, now: Timestamp) -> Self {
        Self { ask_at: now.plus_ms(ASK_AGAIN_MS), ..self }
    }
}
