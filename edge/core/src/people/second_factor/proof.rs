//! When a second factor must be enrolled, and when it must be proved again.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use crate::error::{Code, Outcome, refuse};

/// Whether a distributor's members need a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Requirement {
    /// Nobody does anything without one.
    #[default]
    Required,
    /// Two people agreed to do without, or it is a demo.
    Optional,
}

impl Requirement {
    /// True if members need a second factor.
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Required)
    }
}

/// Time for which a proof counts.
pub const PROOF_MS: i64 = 10 * 60_000;
/// Lifetime of a session whose password was right and whose factor is open.
pub const HALF_SESSION_MS: i64 = 5 * 60_000;
/// Wrong codes and credentials that end such a session.
pub const MAX_WRONG_IN_HALF_SESSION: u32 = 5;

/// The second factor in a session: whether the account has one, and when it was last proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecondFactor {
    /// True if the account has a factor.
    pub enrolled: bool,
    /// Time of the last proof in this session.
    pub verified_at: Option<Timestamp>,
}

/// True while a proof counts.
pub fn is_fresh(proved_at: Option<Timestamp>, now: Timestamp) -> bool {
    proved_at.is_some_and(|at| now < at.plus_ms(PROOF_MS))
}

/// Where a caller stands with their second factor at the time of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// None is enrolled where one is required: only enrolling is possible.
    MustEnrol,
    /// Proved too long ago for a call that matters.
    MustProve,
    /// Proved in the last ten minutes, or there is none to prove.
    Proved,
}

impl SecondFactor {
    /// Where the caller stands at a distributor that requires a factor, or does not.
    pub fn standing(self, required: bool, now: Timestamp) -> Standing {
        match (self.enrolled, required) {
            (false, true) => Standing::MustEnrol,
            (true, _) if !is_fresh(self.verified_at, now) => Standing::MustProve,
            _ => Standing::Proved,
        }
    }
}

impl Standing {
    /// Refuses a member without a factor where one is required.
    pub fn refuse_unenrolled(self) -> Outcome<()> {
        if self == Self::MustEnrol {
            let message = "Set up a second factor for your account first, a passkey or an authenticator app; nothing \
                           else is possible here before.";
            return refuse(Code::EnrolmentRequired, message);
        }
        Ok(())
    }

    /// Refuses a call that matters without a proof of the last ten minutes.
    pub fn refuse_unproved(self) -> Outcome<()> {
        self.refuse_unenrolled()?;
        if self == Self::MustProve {
            let message =
                "Prove your second factor again at POST /admin/v1/session/second-factor, then repeat this call.";
            return refuse(Code::SecondFactorRequired, message);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_000_000 + ms)
    }

    fn code(outcome: Outcome<()>) -> Option<Code> {
        match outcome {
            Ok(()) => None,
            Err(Error::Refusal(refusal)) => Some(refusal.code),
            Err(Error::Internal(fault)) => panic!("{}", fault.0),
        }
    }

    #[test]
    fn a_factor_is_enrolled_where_required_and_proved_wherever_there_is_one() {
        let (required, optional) = (true, false);
        let (enrol, prove) = (Some(Code::EnrolmentRequired), Some(Code::SecondFactorRequired));
        for (enrolled, verified_at, at_distributor, any_call, call_that_matters) in [
            (false, None, required, enrol, enrol),
            (false, None, optional, None, None),
            (true, None, required, None, prove),
            (true, None, optional, None, prove),
            (true, Some(at(0)), required, None, None),
            (true, Some(at(0)), optional, None, None),
        ] {
            let standing = SecondFactor { enrolled, verified_at }.standing(at_distributor, at(PROOF_MS - 1));
            assert_eq!(code(standing.refuse_unenrolled()), any_call, "{standing:?}");
            assert_eq!(code(standing.refuse_unproved()), call_that_matters, "{standing:?}");
        }
    }

    #[test]
    fn a_proof_counts_for_ten_minutes() {
        let proved = SecondFactor { enrolled: true, verified_at: Some(at(0)) };
        assert_eq!(proved.standing(true, at(PROOF_MS - 1)), Standing::Proved);
        assert_eq!(proved.standing(true, at(PROOF_MS)), Standing::MustProve);
    }
}
