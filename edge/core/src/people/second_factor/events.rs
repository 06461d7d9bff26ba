//! Events of a person's factors, as each of their distributors records them.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use super::factors::{Factors, Method};

/// Minimum time between two records of failures.
const FAILURES_MS: i64 = 3_600_000;

/// An event of an account's factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactorEvent {
    /// A factor was enrolled.
    Enrolled(Method),
    /// A factor was removed.
    Removed(Method),
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// New recovery codes were made.
    RecoveryCodesMade,
    /// A proof was wrong.
    Failed(Method),
    /// A passkey's counter went back.
    CopySuspected,
}

impl FactorEvent {
    /// Kind of the entry in the chain.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Enrolled(_) => "user.factor-enrolled",
            Self::Removed(_) => "user.factor-removed",
            Self::RecoveryCodeUsed => "user.recovery-code-used",
            Self::RecoveryCodesMade => "user.recovery-codes-made",
            Self::Failed(_) => "user.factor-failed",
            Self::CopySuspected => "user.passkey-copy-suspected",
        }
    }

    /// The kind of factor, where the entry's kind does not say it.
    pub const fn method(self) -> Option<Method> {
        match self {
            Self::Enrolled(method) | Self::Removed(method) | Self::Failed(method) => Some(method),
            Self::RecoveryCodeUsed | Self::RecoveryCodesMade | Self::CopySuspected => None,
        }
    }
}

/// The factors of a member, as far as a distributor knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFactors {
    /// Kinds of factors that the person has.
    pub enrolled: Vec<Method>,
    /// Number of recovery codes left.
    pub recovery_codes_left: usize,
    /// Time of the last recorded failure.
    pub failed_at: Option<Timestamp>,
    /// Time at which a copied passkey was last suspected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_at: Option<Timestamp>,
}

impl MemberFactors {
    /// The factors after an event; `None` if the event is not recorded because another one of the kind was in the last
    /// hour.
    #[must_use]
    pub fn after(&self, event: FactorEvent, now_has: &Self, now: Timestamp) -> Option<Self> {
        let mut after = Self { failed_at: self.failed_at, copied_at: self.copied_at, ..now_has.clone() };
        let last = match event {
            FactorEvent::Failed(_) => &mut after.failed_at,
            // Failures before it hide no copy.
            FactorEvent::CopySuspected => &mut after.copied_at,
            _ => return Some(after),
        };
        if last.is_some_and(|at| now < at.plus_ms(FAILURES_MS)) {
            return None;
        }
        *last = Some(now);
        Some(after)
    }
}

impl From<&Factors> for MemberFactors {
    fn from(factors: &Factors) -> Self {
        let recovery_codes_left = factors.recovery_codes_left();
        Self { enrolled: factors.enrolled(), recovery_codes_left, failed_at: None, copied_at: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_recorded_once_an_hour_and_everything_else_always() {
        let at = |ms| Timestamp::from_unix_ms(1_000_000 + ms);
        let (has, failed) = (MemberFactors::default(), FactorEvent::Failed(Method::Totp));
        let first = has.after(failed, &has, at(0)).unwrap();
        assert!(first.after(failed, &has, at(FAILURES_MS - 1)).is_none());
        assert!(first.after(FactorEvent::RecoveryCodeUsed, &has, at(1)).is_some());
        assert_eq!(first.after(failed, &has, at(FAILURES_MS)).unwrap().failed_at, Some(at(FAILURES_MS)));
        let copied = first.after(FactorEvent::CopySuspected, &has, at(1)).unwrap();
        assert_eq!((copied.failed_at, copied.copied_at), (Some(at(0)), Some(at(1))));
        assert!(copied.after(FactorEvent::CopySuspected, &has, at(2)).is_none());
    }
}
