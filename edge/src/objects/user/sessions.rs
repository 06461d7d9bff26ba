//! Signing in, sessions, and changing the password.

use universal_wallet_core::error::{Code, Outcome, Refusal, refuse};
use universal_wallet_core::people::account::{Account, Password};
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::password::{MAX_BYTES, PasswordHash, unfitness, verify};
use universal_wallet_core::people::second_factor::proof::HALF_SESSION_MS;
use universal_wallet_core::people::second_factor::session::SessionProofs;
use universal_wallet_core::people::sign_in::{IDLE_MS, MAX_PER_LOGIN, alive, end, not_signed_in, wrong_credentials};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::secret::{Secret, random_text};
use universal_wallet_sdk::Timestamp;

use super::User;
use crate::messages::to_user::{AccountFactors, CodeSignIn, PasswordSignIn, SignedIn};
use crate::platform::random;
use crate::platform::storage::NONE;

/// Minimum time between two records of a session's use.
const SEEN_STEP_MS: i64 = 60_000;

pub(super) fn signed_in(account: &Account, proofs: &SessionProofs, token: Option<Secret>) -> SignedIn {
    SignedIn {
        second_factor: AccountFactors {
            enrolled: account.factors.enrolled(),
            verified_at: proofs.verified_at,
            recovery_codes_left: account.factors.recovery_codes_left(),
        },
        open_methods: proofs.half.then(|| account.factors.methods()),
        account: account.id,
        login: account.login.clone(),
        name: account.name.clone(),
        must_change_password: account.password.must_be_changed(),
        memberships: account.memberships.clone(),
        token,
    }
}

impl User {
    /// Signs in with a password. Failures of a device are counted here, those of strangers by the records of failures.
    pub(super) fn sign_in(&mut self, password: &str, device: Option<&str>, now: Timestamp) -> Outcome<PasswordSignIn> {
        if let Some(device) = device {
            let devices = self.record.account.as_ref().map(|account| &account.devices);
            match devices.and_then(|devices| devices.admit(device, now)) {
                Some(admitted) => admitted?,
                None => return Ok(PasswordSignIn::UnknownDevice),
            }
        }
        // Argon2id has the same cost for known and unknown logins.
        let tried = if password.len() > MAX_BYTES { "" } else { password };
        let own = match self.record.account.as_ref().map(|account| &account.password) {
            Some(Password::Own(hash)) => Some(hash),
            Some(Password::Code { .. }) | None => None,
        };
        let right = verify(tried, own)?;
        if self.record.account.is_none() {
            return Err(wrong_credentials().into());
        }
        if !right {
            if let Some(device) = device {
                self.change_account(|account| {
                    account.devices.fail(device, now);
                    Ok(())
                })?;
            }
            return Err(wrong_credentials().into());
        }
        self.begin_by_password(now).map(PasswordSignIn::SignedIn)
    }

    /// Notes that a device signed in.
    pub(super) fn note_device(&mut self, device: &str, now: Timestamp) -> Outcome<()> {
        self.change_account(|account| {
            account.devices.sign_in(device, now);
            Ok(())
        })
    }

    /// Signs in with a code that is the account's password. A wrong code costs no work and counts as no failure.
    pub(super) fn sign_in_by_code(&mut self, code: &CodeDigest, now: Timestamp) -> Outcome<CodeSignIn> {
        if self.record.account.is_none() {
            return Ok(CodeSignIn::NoAccount { invited_by: self.record.invited_by.clone() });
        }
        self.change_account(|account| account.use_code(code, now))?;
        self.begin_by_password(now).map(CodeSignIn::SignedIn)
    }

    /// Begins a session after a right password, half if the account has a second factor.
    pub(super) fn begin_by_password(&mut self, now: Timestamp) -> Outcome<SignedIn> {
        let half = self.account()?.factors.is_enrolled();
        self.begin_session(&SessionProofs::by_password(half, now), now)
    }

    pub(super) fn begin_session(&mut self, proofs: &SessionProofs, now: Timestamp) -> Outcome<SignedIn> {
        let secret = random_text(&random::bytes()?, 43);
        let account = self.account()?.clone();
        self.db.run("DELETE FROM sessions WHERE seen <= ?", (now.unix_ms() - IDLE_MS,))?;
        self.db.run(
            "INSERT INTO sessions (token, created, seen, proofs) VALUES (?1, ?2, ?2, ?3)",
            (Digest::of(&[secret.as_bytes()]), now.unix_ms(), json_text::write(proofs)?),
        )?;
        Ok(signed_in(&account, proofs, Some(secret.into())))
    }

    /// The account, which must exist.
    pub(super) fn account(&self) -> Outcome<&Account> {
        Ok(self.record.account.as_ref().ok_or_else(not_signed_in)?)
    }

    /// The person of a live session.
    pub(super) fn session(&self, token: &Digest, now: Timestamp) -> Outcome<SignedIn> {
        let (account, proofs) = self.live_session(token, false, now)?;
        Ok(signed_in(&account, &proofs, None))
    }

    /// Account and proofs of a live session. A half one serves nothing but the proof, and for five minutes.
    pub(super) fn live_session(
        &self,
        token: &Digest,
        may_be_half: bool,
        now: Timestamp,
    ) -> Outcome<(Account, SessionProofs)> {
        let account = self.account()?;
        let row: Option<(i64, i64, String)> =
            self.db.row("SELECT created, seen, proofs FROM sessions WHERE token = ?", (token,))?;
        let Some((created, seen, proofs)) = row else { return Err(not_signed_in().into()) };
        let proofs: SessionProofs = json_text::read(&proofs)?;
        let over = proofs.half && now.unix_ms() - created >= HALF_SESSION_MS;
        if over || !alive(Timestamp::from_unix_ms(created), Timestamp::from_unix_ms(seen), now) {
            self.end_session(token)?;
            return Err(not_signed_in().into());
        }
        if proofs.half && !may_be_half {
            return Err(not_signed_in().into());
        }
        if now.unix_ms() - seen >= SEEN_STEP_MS {
            self.db.run("UPDATE sessions SET seen = ? WHERE token = ?", (now.unix_ms(), token))?;
        }
        Ok((account.clone(), proofs))
    }

    /// The time at which a session ends unless it is used; nothing if it has ended.
    pub(super) fn end_of(&self, token: &Digest, now: Timestamp) -> Outcome<Option<Timestamp>> {
        if !self.db.has_table("sessions")? {
            return Ok(None);
        }
        let row: Option<(i64, i64)> = self.db.row("SELECT created, seen FROM sessions WHERE token = ?", (token,))?;
        Ok(row
            .map(|(created, seen)| end(Timestamp::from_unix_ms(created), Timestamp::from_unix_ms(seen)))
            .filter(|end| now < *end))
    }

    pub(super) fn keep_proofs(&self, token: &Digest, proofs: &SessionProofs) -> Outcome<()> {
        let proofs = json_text::write(proofs)?;
        Ok(self.db.run("UPDATE sessions SET proofs = ? WHERE token = ?", (proofs, token))?)
    }

    pub(super) fn end_session(&self, token: &Digest) -> Outcome<()> {
        Ok(self.db.run("DELETE FROM sessions WHERE token = ?", (token,))?)
    }

    /// Ends all sessions but this one, which may have a new secret.
    pub(super) fn end_other_sessions(&self, new: Option<&Secret>, token: &Digest) -> Outcome<()> {
        let kept = new.map_or(*token, |secret| Digest::of(&[secret.expose().as_bytes()]));
        Ok(self.db.run("DELETE FROM sessions WHERE token <> ?", (kept,))?)
    }

    pub(super) fn sign_out(&self, token: &Digest, now: Timestamp) -> Outcome<SignedIn> {
        let (account, proofs) = self.live_session(token, true, now)?;
        let person = signed_in(&account, &proofs, None);
        self.end_session(token)?;
        Ok(person)
    }

    /// Ends all sessions.
    pub(super) fn end_sessions(&self) -> Outcome<()> {
        Ok(self.db.run("DELETE FROM sessions", NONE)?)
    }

    pub(super) fn change_password(
        &mut self,
        token: &Digest,
        current: &str,
        new: &str,
        now: Timestamp,
    ) -> Outcome<SignedIn> {
        let caller = self.session(token, now)?;
        if let Some(why) = unfitness(new) {
            return Err(Refusal::field(Code::InvalidRequest, "new", why).into());
        }
        if new == current {
            return Err(Refusal::field(Code::InvalidRequest, "new", "must differ from the current one").into());
        }
        let right = match self.record.account.as_ref().map(|account| &account.password) {
            Some(Password::Own(hash)) => verify(current, Some(hash))?,
            Some(Password::Code { code, .. }) => CodeDigest::parse(current).is_some_and(|tried| tried == *code),
            None => false,
        };
        if !right {
            // Somebody who found an open session must not be able to guess the password in it.
            self.db.run("UPDATE sessions SET wrong = wrong + 1 WHERE token = ?", (token,))?;
            self.db.run("DELETE FROM sessions WHERE token = ? AND wrong >= ?", (token, MAX_PER_LOGIN))?;
            return refuse(Code::InvalidCredentials, "The current password is wrong.");
        }
        let password = Password::Own(PasswordHash::new(new, random::bytes()?)?);
        self.change_account(|account| {
            account.password = password;
            Ok(())
        })?;
        self.end_other_sessions(None, token)?;
        let (_, mut proofs) = self.live_session(token, false, now)?;
        proofs.password_at = Some(now);
        self.keep_proofs(token, &proofs)?;
        Ok(caller)
    }
}
