//! A session's knowledge of the second factor: proofs given, and challenges that wait for an answer.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use super::challenge::{CHALLENGE_MS, Challenge};
use super::proof::is_fresh;
use super::totp::TotpSecret;
use crate::error::{Code, Outcome, Refusal, refuse};
use crate::text::base64url::Base64Url;

/// Proofs and open challenges of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionProofs {
    /// True while the password was right and the factor is open: the session opens nothing but the proof.
    pub half: bool,
    /// Time at which the password was last given.
    pub password_at: Option<Timestamp>,
    /// Time at which the factor was last proved.
    pub verified_at: Option<Timestamp>,
    prove: Option<Challenge>,
    enrol: Option<Challenge>,
    totp: Option<(TotpSecret, Timestamp)>,
}

fn nothing_open() -> Refusal {
    Refusal::new(Code::InvalidCredentials, "There is no open challenge, or it is too old; start again.")
}

impl SessionProofs {
    /// A session that a password began at this time; `half` if the account has a factor.
    pub fn by_password(half: bool, now: Timestamp) -> Self {
        Self { half, password_at: Some(now), ..Self::default() }
    }

    /// A session whose factor was proved at this time.
    pub fn verified(now: Timestamp) -> Self {
        Self { verified_at: Some(now), ..Self::default() }
    }

    /// The whole session that a half one becomes by its proof.
    #[must_use]
    pub fn whole(&self, now: Timestamp) -> Self {
        Self { password_at: self.password_at, ..Self::verified(now) }
    }

    /// Refuses to change the factors without a recent proof of one; of the password for the first.
    pub fn may_change_factors(&self, enrolled: bool, now: Timestamp) -> Outcome<()> {
        let proved_at = if enrolled { self.verified_at } else { self.password_at };
        if is_fresh(proved_at, now) {
            return Ok(());
        }
        let message = if enrolled {
            "Prove your second factor again at POST /admin/v1/session/second-factor, then repeat this call."
        } else {
            "It is more than ten minutes ago that you gave your password; repeat this call with the member password."
        };
        refuse(Code::SecondFactorRequired, message)
    }

    /// Opens a challenge for a proof.
    pub fn begin_proof(&mut self, random: [u8; 32], now: Timestamp) -> Base64Url {
        self.prove.insert(Challenge::new(random, now)).sent().clone()
    }

    /// Takes the challenge of a proof: it counts once, whatever comes of it.
    pub fn take_proof(&mut self) -> Outcome<Challenge> {
        Ok(self.prove.take().ok_or_else(nothing_open)?)
    }

    /// Opens a challenge for enrolling a passkey.
    pub fn begin_passkey(&mut self, random: [u8; 32], now: Timestamp) -> Base64Url {
        self.enrol.insert(Challenge::new(random, now)).sent().clone()
    }

    /// Takes the challenge of an enrolment: it counts once, whatever comes of it.
    pub fn take_passkey(&mut self) -> Outcome<Challenge> {
        Ok(self.enrol.take().ok_or_else(nothing_open)?)
    }

    /// Keeps the secret of an authenticator app until a code of it is shown.
    pub fn begin_totp(&mut self, secret: TotpSecret, now: Timestamp) {
        self.totp = Some((secret, now.plus_ms(2 * CHALLENGE_MS)));
    }

    /// The secret of the app that is being enrolled; a wrong code may be corrected.
    pub fn totp(&self, now: Timestamp) -> Outcome<TotpSecret> {
        let open = self.totp.as_ref().filter(|(_, until)| now < *until);
        Ok(open.map(|(secret, _)| secret.clone()).ok_or_else(nothing_open)?)
    }

    /// Notes that a factor was enrolled or proved.
    pub fn prove(&mut self, now: Timestamp) {
        self.totp = None;
        self.verified_at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::second_factor::proof::PROOF_MS;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_000_000 + ms)
    }

    #[test]
    fn a_challenge_is_taken_once_and_for_its_purpose_alone() {
        let mut proofs = SessionProofs::by_password(false, at(0));
        assert!(proofs.take_proof().is_err() && proofs.take_passkey().is_err());
        proofs.begin_proof([1; 32], at(0));
        assert!(proofs.take_passkey().is_err());
        // Asked for again and again, the latest one is open.
        for number in 2..100 {
            proofs.begin_proof([number; 32], at(0));
        }
        assert_eq!(proofs.take_proof().unwrap().open(at(0)), Some([99; 32].as_slice()));
        assert!(proofs.take_proof().is_err());
    }

    #[test]
    fn factors_change_after_a_recent_proof_and_the_first_after_the_password() {
        let by_password = SessionProofs::by_password(false, at(0));
        assert!(by_password.may_change_factors(false, at(PROOF_MS - 1)).is_ok());
        assert!(by_password.may_change_factors(false, at(PROOF_MS)).is_err());
        assert!(by_password.may_change_factors(true, at(0)).is_err());
        let verified = SessionProofs::verified(at(0));
        assert!(verified.may_change_factors(true, at(PROOF_MS - 1)).is_ok());
        assert!(verified.may_change_factors(true, at(PROOF_MS)).is_err());
        assert!(verified.may_change_factors(false, at(0)).is_err());
    }

    #[test]
    fn an_app_waits_ten_minutes_for_its_code() {
        let mut proofs = SessionProofs::default();
        proofs.begin_totp(TotpSecret::new([1; 20]), at(0));
        assert!(proofs.totp(at(2 * CHALLENGE_MS - 1)).is_ok() && proofs.totp(at(2 * CHALLENGE_MS)).is_err());
        proofs.prove(at(1));
        assert!(proofs.totp(at(1)).is_err());
    }
}
