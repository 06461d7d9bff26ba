//! Decisions that wait for another object before they are recorded. Meanwhile nobody else decides the same request, so its
//! other half is made once.

use universal_wallet_sdk::Timestamp;

use crate::error::{Code, Outcome, refuse};
use crate::id::ApprovalID;

/// Time after which a decision whose call never returned gives way.
pub const GIVES_WAY_MS: i64 = 60_000;

/// Decisions under way. They are kept in memory only: a call does not outlive its object.
#[derive(Clone, Debug, Default)]
pub struct Deciding(Vec<(ApprovalID, Timestamp)>);

impl Deciding {
    /// Refuses a request that somebody is deciding.
    pub fn refuse(&self, id: ApprovalID, now: Timestamp) -> Outcome<()> {
        if self.0.iter().any(|(of, since)| *of == id && now < since.plus_ms(GIVES_WAY_MS)) {
            return refuse(Code::InvalidState, "Somebody is deciding this request right now; look at it again.");
        }
        Ok(())
    }

    /// Begins a decision.
    pub fn begin(&mut self, id: ApprovalID, now: Timestamp) -> Outcome<()> {
        self.refuse(id, now)?;
        self.end(id);
        self.0.push((id, now));
        Ok(())
    }

    /// Ends a decision.
    pub fn end(&mut self, id: ApprovalID) {
        self.0.retain(|(of, _)| *of != id);
    }
}
