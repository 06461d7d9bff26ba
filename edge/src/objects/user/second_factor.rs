//! Second factors of the account: proving, enrolling, removing. The rules are in the core; here they meet storage, the
//! platform's randomness and its verification of signatures.

use universal_wallet_core::error::{Code, Error, Outcome, Refusal, refuse};
use universal_wallet_core::people::account::{Account, Password};
use universal_wallet_core::people::password::verify;
use universal_wallet_core::people::second_factor::events::{FactorEvent, MemberFactors};
use universal_wallet_core::people::second_factor::factor_id::FactorID;
use universal_wallet_core::people::second_factor::factors::{Factors, Method, NewFactor, PasskeyRefused, wrong_code};
use universal_wallet_core::people::second_factor::proof::MAX_WRONG_IN_HALF_SESSION;
use universal_wallet_core::people::second_factor::session::SessionProofs;
use universal_wallet_core::people::second_factor::totp::TotpSecret;
use universal_wallet_core::people::second_factor::webauthn::{
    AuthenticationCredential, Rejected, RelyingParty, register,
};
use universal_wallet_core::people::sign_in::MAX_PER_LOGIN;
use universal_wallet_core::text::base64url::Base64Url;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;

use super::User;
use super::sessions::signed_in;
use crate::messages::factor_reply::{Creation, FactorDone, FactorNews, FactorReply};
use crate::messages::second_factor::{FactorAct, FactorCall, PasskeySignIn, Proof};
use crate::platform::random;
use crate::platform::signatures::PlatformSignatures;

/// Name of the platform in authenticator apps.
const ISSUER: &str = "Universal Wallet";

fn news(account: &Account, event: FactorEvent) -> FactorNews {
    let memberships = account.memberships.clone();
    FactorNews { account: account.id, memberships, event, has: MemberFactors::from(&account.factors) }
}

const fn quietly(done: FactorDone) -> FactorReply {
    FactorReply { done, news: None }
}

fn new_factor(now: Timestamp) -> Outcome<NewFactor> {
    Ok(NewFactor { id: FactorID::from_uuid(random::uuid()?), at: now, random: random::bytes()? })
}

impl User {
    /// Carries out an act of a session. Only a proof may come from a half session.
    pub(super) fn factor_call(&mut self, call: FactorCall, now: Timestamp) -> Outcome<FactorReply> {
        let FactorCall { token, party, act } = call;
        let proving = matches!(act, FactorAct::ProofOptions | FactorAct::Prove(_));
        let (account, mut proofs) = self.live_session(&token, proving, now)?;
        let enrolled = account.factors.is_enrolled();
        match act {
            FactorAct::ProofOptions => {
                let challenge = proofs.begin_proof(random::bytes()?, now);
                self.keep_proofs(&token, &proofs)?;
                Ok(quietly(FactorDone::Challenge { challenge, passkeys: account.factors.descriptors() }))
            }
            FactorAct::Prove(proof) => self.prove(&token, &party, proof, proofs, now),
            FactorAct::List => {
                let (items, recovery_codes_left) = (account.factors.views(), account.factors.recovery_codes_left());
                Ok(quietly(FactorDone::Factors { items, recovery_codes_left }))
            }
            FactorAct::BeginTotp { password } => {
                self.may_enrol(&token, &account, &mut proofs, password, now)?;
                let secret = TotpSecret::new(random::bytes()?);
                proofs.begin_totp(secret.clone(), now);
                self.keep_proofs(&token, &proofs)?;
                let uri = secret.uri(ISSUER, account.login.as_str());
                Ok(quietly(FactorDone::Totp { secret: secret.base32(), uri }))
            }
            FactorAct::ConfirmTotp { code } => {
                proofs.may_change_factors(enrolled, now)?;
                let (secret, new) = (proofs.totp(now)?, new_factor(now)?);
                let enrol = |account: &mut Account| account.factors.enrol_totp(&new, secret, code.expose());
                let recovery_codes = self.change_account(enrol).or_else(|refused| self.wrong(&token, refused))?;
                self.enrolled(&token, proofs, (&new, recovery_codes, Method::Totp), now)
            }
            FactorAct::BeginPasskey { password } => {
                self.may_enrol(&token, &account, &mut proofs, password, now)?;
                account.factors.must_have_room()?;
                let challenge = proofs.begin_passkey(random::bytes()?, now);
                self.keep_proofs(&token, &proofs)?;
                let (login, name) = (account.login.as_str().to_owned(), account.name);
                let (user_handle, exclude) = (self.user_handle(), account.factors.descriptors());
                Ok(quietly(FactorDone::Creation(Creation { challenge, user_handle, login, name, exclude })))
            }
            FactorAct::EnrolPasskey { name, credential } => {
                proofs.may_change_factors(enrolled, now)?;
                let challenge = proofs.take_passkey()?;
                self.keep_proofs(&token, &proofs)?;
                let challenge = challenge.open(now).unwrap_or_default();
                let registered = register(&party, challenge, &credential, &PlatformSignatures);
                let registered = match registered {
                    Ok(registered) => registered,
                    Err(rejected) => return self.wrong(&token, Refusal::from(rejected).into()),
                };
                let (new, transports) = (new_factor(now)?, &credential.response.transports);
                let recovery_codes =
                    self.change_account(|account| account.factors.enrol_passkey(&new, name, registered, transports))?;
                self.enrolled(&token, proofs, (&new, recovery_codes, Method::Passkey), now)
            }
            FactorAct::Remove { factor, required } => {
                proofs.may_change_factors(enrolled, now)?;
                let id = factor.parse().map_err(|_| Refusal::not_found())?;
                let (method, account) = self.change_account(|account| {
                    let method = account.factors.remove(id, required)?;
                    Ok((method, account.clone()))
                })?;
                let news = Some(news(&account, FactorEvent::Removed(method)));
                Ok(FactorReply { done: FactorDone::Removed, news })
            }
            FactorAct::MakeRecoveryCodes => {
                if !enrolled {
                    return refuse(Code::InvalidState, "Recovery codes come with a factor; set one up first.");
                }
                proofs.may_change_factors(enrolled, now)?;
                let random = random::bytes()?;
                let (codes, account) = self.change_account(|account| {
                    let codes = account.factors.new_recovery_codes(&random);
                    Ok((codes, account.clone()))
                })?;
                let news = Some(news(&account, FactorEvent::RecoveryCodesMade));
                Ok(FactorReply { done: FactorDone::RecoveryCodes(codes), news })
            }
        }
    }

    /// Signs in by a passkey alone, which is both factors.
    pub(super) fn sign_in_by_passkey(&mut self, sign_in: PasskeySignIn, now: Timestamp) -> Outcome<FactorReply> {
        let PasskeySignIn { party, challenge, until, credential } = sign_in;
        let Some(account) = &self.record.account else {
            return Err(Refusal::from(PasskeyRefused::Unknown).into());
        };
        let mut factors = account.factors.clone();
        factors.take_anonymous(&credential.id, &challenge, until, now)?;
        let used = self.use_passkey(&mut factors, &party, challenge.bytes(), &credential, true, now);
        self.keep_factors(factors)?;
        match used {
            Ok(()) => {
                let person = self.begin_session(&SessionProofs::verified(now), now)?;
                Ok(quietly(FactorDone::Proved(person)))
            }
            Err(refused) => self.refused(refused),
        }
    }

    /// The account's user handle: the ID of this object, which says nothing about its person.
    fn user_handle(&self) -> Base64Url {
        base16ct::mixed::decode_vec(self.db.object_id()).unwrap_or_default().into()
    }

    fn use_passkey(
        &self,
        factors: &mut Factors,
        party: &RelyingParty,
        challenge: &[u8],
        credential: &AuthenticationCredential,
        anonymous: bool,
        now: Timestamp,
    ) -> Result<(), PasskeyRefused> {
        let handle = self.user_handle();
        let known = (handle.bytes(), anonymous);
        factors.use_passkey(party, challenge, credential, known, &PlatformSignatures, now)
    }

    fn keep_factors(&mut self, factors: Factors) -> Outcome<()> {
        self.change_account(|account| {
            account.factors = factors;
            Ok(())
        })
    }

    /// Proves the factor. A half session becomes a whole one, with a new secret.
    fn prove(
        &mut self,
        token: &Digest,
        party: &RelyingParty,
        proof: Proof,
        mut proofs: SessionProofs,
        now: Timestamp,
    ) -> Outcome<FactorReply> {
        let (account, _) = self.live_session(token, true, now)?;
        let mut factors = account.factors.clone();
        if !factors.is_enrolled() {
            return refuse(Code::InvalidState, "Your account has no second factor; set one up first.");
        }
        let (proved, method) = match proof {
            Proof::Totp(code) => (factors.use_totp(code.expose(), now), Method::Totp),
            Proof::RecoveryCode(code) => (factors.use_recovery_code(code.expose()), Method::RecoveryCode),
            Proof::Passkey(credential) => {
                let challenge = proofs.take_proof()?;
                self.keep_proofs(token, &proofs)?;
                let challenge = challenge.open(now).unwrap_or_default();
                let used = self.use_passkey(&mut factors, party, challenge, &credential, false, now);
                if let Err(refused @ PasskeyRefused::Rejected(_, Rejected::Counter)) = used {
                    self.count_wrong(token, proofs.half)?;
                    return self.refused(refused);
                }
                (used.map_err(|refused| Refusal::from(refused).into()), Method::Passkey)
            }
        };
        self.keep_factors(factors)?;
        if let Err(refused) = proved {
            self.count_wrong(token, proofs.half)?;
            let Error::Refusal(refusal) = refused else { return Err(refused) };
            let news = Some(news(&account, FactorEvent::Failed(method)));
            return Ok(FactorReply { done: FactorDone::Refused(*refusal), news });
        }
        let was_half = proofs.half;
        let person = if was_half {
            self.end_session(token)?;
            self.begin_session(&proofs.whole(now), now)?
        } else {
            proofs.prove(now);
            self.keep_proofs(token, &proofs)?;
            let account = self.account()?;
            signed_in(account, &proofs, None)
        };
        let used_up = method == Method::RecoveryCode;
        if used_up {
            self.end_other_sessions(person.token.as_ref(), token)?;
        }
        let news = used_up.then(|| self.account().map(|account| news(account, FactorEvent::RecoveryCodeUsed)));
        Ok(FactorReply { done: FactorDone::Proved(person), news: news.transpose()? })
    }

    /// The reply to a passkey that did not count; a copy is news of its own.
    fn refused(&self, refused: PasskeyRefused) -> Outcome<FactorReply> {
        let event = match refused {
            PasskeyRefused::Rejected(_, Rejected::Counter) => FactorEvent::CopySuspected,
            _ => FactorEvent::Failed(Method::Passkey),
        };
        let news = Some(news(self.account()?, event));
        Ok(FactorReply { done: FactorDone::Refused(refused.into()), news })
    }

    /// Counts a wrong answer in the session, which ends after too many.
    fn count_wrong(&self, token: &Digest, half: bool) -> Outcome<()> {
        let most = if half { MAX_WRONG_IN_HALF_SESSION } else { u32::try_from(MAX_PER_LOGIN).unwrap_or(u32::MAX) };
        self.db.run("UPDATE sessions SET wrong = wrong + 1 WHERE token = ?", (token,))?;
        Ok(self.db.run("DELETE FROM sessions WHERE token = ? AND wrong >= ?", (token, most))?)
    }

    /// Counts a wrong answer and refuses.
    fn wrong<T>(&self, token: &Digest, refused: Error) -> Outcome<T> {
        self.count_wrong(token, false)?;
        Err(refused)
    }

    /// Refuses to enrol without a recent proof; a password that comes along is one before the first factor.
    fn may_enrol(
        &self,
        token: &Digest,
        account: &Account,
        proofs: &mut SessionProofs,
        password: Option<Secret>,
        now: Timestamp,
    ) -> Outcome<()> {
        let enrolled = account.factors.is_enrolled();
        if let Some(password) = password.filter(|_| !enrolled) {
            let own = if let Password::Own(hash) = &account.password { Some(hash) } else { None };
            if !verify(password.expose(), own)? {
                let refusal = Refusal::new(Code::InvalidCredentials, "The password is wrong.");
                return self.wrong(token, refusal.into());
            }
            proofs.password_at = Some(now);
        }
        proofs.may_change_factors(enrolled, now)
    }

    fn enrolled(
        &self,
        token: &Digest,
        mut proofs: SessionProofs,
        (new, recovery_codes, method): (&NewFactor, Vec<Secret>, Method),
        now: Timestamp,
    ) -> Outcome<FactorReply> {
        proofs.prove(now);
        self.keep_proofs(token, &proofs)?;
        let account = self.account()?;
        let factor = account.factors.views().into_iter().find(|view| view.factor_id == new.id);
        let factor = factor.ok_or_else(wrong_code)?;
        let news = Some(news(account, FactorEvent::Enrolled(method)));
        Ok(FactorReply { done: FactorDone::Enrolled { factor, recovery_codes }, news })
    }
}
