//! The factors of an account: enrolling, using and removing them.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use super::factor_id::FactorID;
use super::recovery_codes::{RANDOM_BYTES, RecoveryCodes};
use super::totp::TotpSecret;
use super::webauthn::{self, AuthenticationCredential, Registered, Rejected, RelyingParty, Signatures, Stored};
use crate::error::{Code, Outcome, Refusal, refuse};
use crate::text::base64url::Base64Url;
use crate::text::digest::Digest;
use crate::text::secret::Secret;

/// Maximum number of passkeys of an account.
pub const MAX_PASSKEYS: usize = 10;
/// Wrong codes of a day after which only a passkey or a recovery code counts.
pub const MAX_WRONG_CODES_A_DAY: u32 = 10;
/// Maximum number of challenges for nobody that an account answers in their five minutes.
const MAX_ANSWERED: usize = 100;
const DAY_MS: i64 = 24 * 3_600_000;

/// A way to prove oneself beyond the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Method {
    /// A code of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
}

/// A new factor.
#[derive(Clone, Copy, Debug)]
pub struct NewFactor {
    /// Its ID.
    pub id: FactorID,
    /// Time of enrolling.
    pub at: Timestamp,
    /// Randomness for recovery codes, which come with the first factor.
    pub random: [u8; RANDOM_BYTES],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Totp {
    id: FactorID,
    secret: TotpSecret,
    /// Step of the last code, so that none counts twice.
    last_step: i64,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Passkey {
    id: FactorID,
    name: String,
    credential: Base64Url,
    public_key: super::public_key::PublicKey,
    sign_count: u32,
    backup_eligible: bool,
    transports: Vec<String>,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

/// A passkey as a browser is asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialDescriptor {
    /// Credential ID.
    pub id: Base64Url,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Ways to reach the authenticator.
    pub transports: Vec<String>,
}

/// A factor as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorView {
    /// ID of the factor.
    #[serde(rename = "factorID")]
    pub factor_id: FactorID,
    /// `totp` or `passkey`.
    #[serde(rename = "type")]
    pub kind: Method,
    /// Name that the person gave it.
    pub name: String,
    /// True for a passkey that may be synchronised between devices.
    pub synchronised: bool,
    /// Time of enrolling.
    pub created_at: Timestamp,
    /// Time of the last use; null before the first.
    pub last_used_at: Option<Timestamp>,
}

/// The factors of an account, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Factors {
    totp: Option<Totp>,
    passkeys: Vec<Passkey>,
    recovery_codes: RecoveryCodes,
    /// Wrong codes on this UTC day, counted from 1970.
    wrong_codes: (i64, u32),
    /// Challenges for nobody that this account answered, until they are over.
    answered: Vec<(Digest, Timestamp)>,
}

/// The answer to a wrong code.
pub fn wrong_code() -> Refusal {
    Refusal::new(Code::InvalidCredentials, "The code is wrong, too old, or was used already.")
}

fn unknown_passkey() -> Refusal {
    Refusal::new(Code::InvalidCredentials, "This passkey is not known here; use another one, or another way.")
}

impl Factors {
    /// True if there is any factor.
    pub const fn is_enrolled(&self) -> bool {
        self.totp.is_some() || !self.passkeys.is_empty()
    }

    /// True if there is a passkey.
    pub const fn has_passkey(&self) -> bool {
        !self.passkeys.is_empty()
    }

    /// The kinds of factors that the account has.
    pub fn enrolled(&self) -> Vec<Method> {
        let totp = self.totp.iter().map(|_| Method::Totp);
        totp.chain(self.passkeys.first().map(|_| Method::Passkey)).collect()
    }

    /// The ways in which the account can be proved.
    pub fn methods(&self) -> Vec<Method> {
        let mut methods = self.enrolled();
        if self.recovery_codes.left() > 0 {
            methods.push(Method::RecoveryCode);
        }
        methods
    }

    /// Number of recovery codes left.
    pub fn recovery_codes_left(&self) -> usize {
        self.recovery_codes.left()
    }

    /// The factors as their owner sees them.
    pub fn views(&self) -> Vec<FactorView> {
        let totp = self.totp.iter().map(|totp| FactorView {
            factor_id: totp.id,
            kind: Method::Totp,
            name: "Authenticator app".into(),
            synchronised: false,
            created_at: totp.created_at,
            last_used_at: totp.last_used_at,
        });
        let passkeys = self.passkeys.iter().map(|passkey| FactorView {
            factor_id: passkey.id,
            kind: Method::Passkey,
            name: passkey.name.clone(),
            synchronised: passkey.backup_eligible,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        });
        totp.chain(passkeys).collect()
    }

    /// The passkeys as a browser is asked for them, or told not to enrol them again.
    pub fn descriptors(&self) -> Vec<CredentialDescriptor> {
        let descriptor = |passkey: &Passkey| CredentialDescriptor {
            id: passkey.credential.clone(),
            kind: "public-key".into(),
            transports: passkey.transports.clone(),
        };
        self.passkeys.iter().map(descriptor).collect()
    }

    /// Recovery codes come with the first factor; later ones change nothing about them.
    fn first_codes(&mut self, was_enrolled: bool, random: &[u8; RANDOM_BYTES]) -> Vec<Secret> {
        if was_enrolled { Vec::new() } else { self.new_recovery_codes(random) }
    }

    /// Makes new recovery codes; the old ones end.
    pub fn new_recovery_codes(&mut self, random: &[u8; RANDOM_BYTES]) -> Vec<Secret> {
        let (codes, shown) = RecoveryCodes::generate(random);
        self.recovery_codes = codes;
        shown
    }

    /// Enrols an authenticator app that shows a right code; one that was there is replaced. Returns the recovery codes
    /// that come with the first factor.
    pub fn enrol_totp(&mut self, new: &NewFactor, secret: TotpSecret, code: &str) -> Outcome<Vec<Secret>> {
        let Some(last_step) = secret.accept(code, None, new.at)? else { return Err(wrong_code().into()) };
        let was_enrolled = self.is_enrolled();
        self.totp = Some(Totp { id: new.id, secret, last_step, created_at: new.at, last_used_at: None });
        Ok(self.first_codes(was_enrolled, &new.random))
    }

    /// Refuses a passkey too many.
    pub fn must_have_room(&self) -> Outcome<()> {
        if self.passkeys.len() < MAX_PASSKEYS {
            return Ok(());
        }
        let message = format!("An account has at most {MAX_PASSKEYS} passkeys; remove one first.");
        refuse(Code::InvalidState, message)
    }

    /// Enrols a passkey. Returns the recovery codes that come with the first factor.
    pub fn enrol_passkey(
        &mut self,
        new: &NewFactor,
        name: String,
        registered: Registered,
        transports: &[String],
    ) -> Outcome<Vec<Secret>> {
        self.must_have_room()?;
        if self.passkeys.iter().any(|passkey| passkey.credential == registered.credential_id) {
            return refuse(Code::AlreadyExists, "This passkey is enrolled already.");
        }
        let was_enrolled = self.is_enrolled();
        let known = ["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"];
        let transports = known.iter().filter(|name| transports.iter().any(|given| given == **name));
        self.passkeys.push(Passkey {
            id: new.id,
            name,
            credential: registered.credential_id,
            public_key: registered.public_key,
            sign_count: registered.sign_count,
            backup_eligible: registered.backup_eligible,
            transports: transports.map(|name| (*name).to_owned()).collect(),
            created_at: new.at,
            last_used_at: None,
        });
        Ok(self.first_codes(was_enrolled, &new.random))
    }

    /// Removes a factor. The last one stays where one is required; with it the recovery codes go.
    pub fn remove(&mut self, id: FactorID, required: bool) -> Outcome<Method> {
        let mut left = self.clone();
        let kind = if left.totp.as_ref().is_some_and(|totp| totp.id == id) {
            left.totp = None;
            Method::Totp
        } else {
            let before = left.passkeys.len();
            left.passkeys.retain(|passkey| passkey.id != id);
            if left.passkeys.len() == before {
                return Err(Refusal::not_found().into());
            }
            Method::Passkey
        };
        if !left.is_enrolled() {
            if required {
                let message = "This is your last factor, and one is required; add another one first.";
                return refuse(Code::InvalidState, message);
            }
            left = Self::default();
        }
        *self = left;
        Ok(kind)
    }

    /// Proves the account by a code of the authenticator app.
    pub fn use_totp(&mut self, code: &str, now: Timestamp) -> Outcome<()> {
        let today = now.unix_ms().div_euclid(DAY_MS);
        let wrong = if self.wrong_codes.0 == today { self.wrong_codes.1 } else { 0 };
        if wrong >= MAX_WRONG_CODES_A_DAY {
            let seconds = u32::try_from((DAY_MS - now.unix_ms().rem_euclid(DAY_MS) + 999) / 1000).unwrap_or(1);
            let message = "Too many wrong codes today; use a passkey or a recovery code.";
            return Err(Refusal::new(Code::TooManyAttempts, message).retry_after(seconds).into());
        }
        if let Some(totp) = &mut self.totp
            && let Some(step) = totp.secret.accept(code, Some(totp.last_step), now)?
        {
            totp.last_step = step;
            totp.last_used_at = Some(now);
            return Ok(());
        }
        self.wrong_codes = (today, wrong + 1);
        Err(wrong_code().into())
    }

    /// Takes a challenge that was made for nobody: it counts once, whatever comes of it. Only a credential of this account
    /// takes one, so that strangers cannot use up the room.
    pub fn take_anonymous(
        &mut self,
        credential: &Base64Url,
        challenge: &Base64Url,
        until: Timestamp,
        now: Timestamp,
    ) -> Outcome<()> {
        if !self.passkeys.iter().any(|passkey| passkey.credential == *credential) {
            return Err(unknown_passkey().into());
        }
        self.answered.retain(|(_, until)| now < *until);
        let digest = Digest::of(&[challenge.bytes()]);
        if self.answered.iter().any(|(answered, _)| *answered == digest) {
            return Err(Refusal::from(Rejected::Challenge).into());
        }
        if self.answered.len() >= MAX_ANSWERED {
            let message = "Too many attempts with this passkey; wait some minutes.";
            return Err(Refusal::new(Code::TooManyAttempts, message).retry_after(300).into());
        }
        self.answered.push((digest, until));
        Ok(())
    }

    /// Proves the account by a recovery code, which is used up.
    pub fn use_recovery_code(&mut self, code: &str) -> Outcome<()> {
        if self.recovery_codes.take(code) { Ok(()) } else { Err(wrong_code().into()) }
    }

    /// Proves the account by a passkey that answers this challenge; `anonymous` is true where nobody was known before.
    pub fn use_passkey(
        &mut self,
        party: &RelyingParty,
        challenge: &[u8],
        credential: &AuthenticationCredential,
        (user_handle, anonymous): (&[u8], bool),
        signatures: &dyn Signatures,
        now: Timestamp,
    ) -> Result<(), PasskeyRefused> {
        let Some(passkey) = self.passkeys.iter_mut().find(|passkey| passkey.credential == credential.id) else {
            return Err(PasskeyRefused::Unknown);
        };
        let (sign_count, backup_eligible) = (passkey.sign_count, passkey.backup_eligible);
        let stored = Stored { public_key: &passkey.public_key, sign_count, backup_eligible, user_handle };
        let used = webauthn::authenticate(party, challenge, credential, stored, anonymous, signatures);
        passkey.sign_count = used.map_err(|rejected| PasskeyRefused::Rejected(passkey.id, rejected))?;
        passkey.last_used_at = Some(now);
        Ok(())
    }
}

/// The reason why a passkey did not prove an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyRefused {
    /// The account has no such passkey.
    Unknown,
    /// The passkey of this factor was rejected.
    Rejected(FactorID, Rejected),
}

impl From<PasskeyRefused> for Refusal {
    fn from(refused: PasskeyRefused) -> Self {
        match refused {
            PasskeyRefused::Unknown => unknown_passkey(),
            PasskeyRefused::Rejected(_, rejected) => rejected.into(),
        }
    }
}
