//! How an account comes to be by a code, joins and is reset. The rules are in the core; here they meet storage.

use universal_wallet_core::error::{Outcome, Refusal};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::account::{IssuerReset, Membership, Password, Starting};
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::Login;
use universal_wallet_core::people::password::PasswordHash;
use universal_wallet_core::people::second_factor::session::SessionProofs;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;

use super::User;
use super::sessions::signed_in;
use crate::messages::to_user::{Known, SignedIn, Started};
use crate::platform::random;

impl User {
    pub(super) fn known(&self) -> Option<Known> {
        let account = self.record.account.as_ref()?;
        let over = account.issuer_resets.iter().filter(|call| account.reset_is_over(call));
        let resets_over = over.cloned().collect();
        Some(Known { account: account.id, memberships: account.memberships.clone(), resets_over })
    }

    pub(super) fn invite(&mut self, distributor: DistributorID) -> Outcome<bool> {
        self.change(|record| {
            record.invite(distributor);
            Ok(record.account.is_some())
        })
    }

    pub(super) fn start(&mut self, code: CodeDigest, membership: Membership, name: String) -> Outcome<Started> {
        if let Some(other) = self.record.starting.as_ref().filter(|starting| starting.code != code) {
            return Ok(Started::Other { code: other.code, membership: other.membership });
        }
        let account = UserID::from_uuid(random::uuid()?);
        self.change(|record| record.start(Starting { account, code, membership, name })).map(Started::Account)
    }

    /// Makes the account. Its password is the code, which signs in by this; or a chosen one in a demo, where nobody signs in.
    pub(super) fn finish(
        &mut self,
        login: &Login,
        code: &CodeDigest,
        chosen: Option<Secret>,
        now: Timestamp,
    ) -> Outcome<SignedIn> {
        let password = match &chosen {
            Some(chosen) => Password::Own(PasswordHash::new(chosen.expose(), random::bytes()?)?),
            None => Password::code(*code, now),
        };
        self.change(|record| {
            record.finish(login, code, password, now)?;
            match &mut record.account {
                Some(account) if chosen.is_none() => account.use_code(code, now),
                _ => Ok(()),
            }
        })?;
        match &self.record.account {
            Some(account) if chosen.is_some() => Ok(signed_in(account, &SessionProofs::default(), None)),
            _ => self.begin_by_password(now),
        }
    }

    /// Sets a code as the password and ends all sessions.
    pub(super) fn reset(
        &mut self,
        by: Membership,
        unknown: &[Membership],
        code: CodeDigest,
        now: Timestamp,
    ) -> Outcome<()> {
        if self.record.account.is_none() {
            return Err(Refusal::not_found().into());
        }
        self.change_account(|account| account.reset(by, unknown, code, now))?;
        self.end_sessions()
    }

    /// The same for the issuer.
    pub(super) fn reset_by_issuer(
        &mut self,
        told: &[Membership],
        code: CodeDigest,
        call: Option<String>,
        now: Timestamp,
    ) -> Outcome<IssuerReset> {
        let done = self.change_account(|account| account.reset_by_issuer(told, code, call, now))?;
        if done != IssuerReset::Over {
            self.end_sessions()?;
        }
        Ok(done)
    }
}
