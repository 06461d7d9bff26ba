//! The record of a login: the account of its person, and the distributors that invited it. An account comes to be when a
//! code is first used; memberships are the Distributors' to decide, the account only lists where to ask.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use crate::error::{Code, Outcome, Refusal, refuse};
use crate::id::{DistributorID, UserID};
use crate::people::codes::{CodeDigest, VALID_MS};
use crate::people::device::Devices;
use crate::people::model::Login;
use crate::people::password::{PasswordHash, refuse_unchanged};
use crate::people::second_factor::factors::Factors;
use crate::people::sign_in::wrong_credentials;

/// Maximum number of distributors that are remembered to have invited a login; the oldest gives way.
pub const MAX_INVITED_BY: usize = 100;

/// Everything that is stored under a login, but its sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    /// Distributors that asked for the login as a member. Only they know whether an invitation stands.
    pub invited_by: Vec<DistributorID>,
    /// The first use of a code, until the Distributor holds the member.
    pub starting: Option<Starting>,
    /// The account.
    pub account: Option<Account>,
}

/// The first use of a code by a login without an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starting {
    /// ID that the account will have.
    pub account: UserID,
    /// The code.
    pub code: CodeDigest,
    /// The membership that the code is for.
    pub membership: Membership,
    /// Name of the person, as the distributor's request gave it.
    pub name: String,
}

/// A membership as its account lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Membership {
    /// The distributor.
    pub distributor: DistributorID,
    /// ID of the member there.
    pub member: UserID,
}

/// The password of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Password {
    /// Chosen by its person.
    Own(PasswordHash),
    /// A code made by others, which signs in once and has to be changed.
    Code {
        /// Digest of the code.
        code: CodeDigest,
        /// Time from which the code is no longer valid.
        until: Timestamp,
        /// True once somebody signed in with it.
        used: bool,
        /// Idempotency key of the issuer's call that made it.
        issuer_call: Option<String>,
    },
}

impl Password {
    /// A code made by others at this time.
    pub const fn code(code: CodeDigest, now: Timestamp) -> Self {
        Self::Code { code, until: now.plus_ms(VALID_MS), used: false, issuer_call: None }
    }

    /// True if the password has to be changed before anything else.
    pub const fn must_be_changed(&self) -> bool {
        matches!(self, Self::Code { .. })
    }

    /// True while a code that nobody used can sign in.
    fn is_open_code(&self, now: Timestamp) -> bool {
        matches!(self, Self::Code { until, used: false, .. } if now < *until)
    }
}

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// ID of the account: the only basis for comparing persons.
    pub id: UserID,
    /// Login of the account.
    pub login: Login,
    /// Name of the person.
    pub name: String,
    /// The password.
    pub password: Password,
    /// Devices that signed in.
    pub devices: Devices,
    /// Memberships, in the order of joining.
    pub memberships: Vec<Membership>,
    /// Idempotency keys of the issuer's resets that were carried out.
    pub issuer_resets: Vec<String>,
    /// The second factors.
    #[serde(default)]
    pub factors: Factors,
    /// Time at which the account came to be.
    pub created_at: Timestamp,
}

/// Result of an issuer's reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IssuerReset {
    /// The code is the account's password.
    Made,
    /// The same call was made before, and its code was replaced by this one.
    MadeAnew,
    /// The same call was made before, and its person signed in or changed the password since: nothing was changed.
    Over,
}

impl UserRecord {
    /// Remembers that a distributor asked for the login; true if that is new.
    pub fn invite(&mut self, distributor: DistributorID) -> bool {
        if self.invited_by.contains(&distributor) {
            return false;
        }
        if self.invited_by.len() >= MAX_INVITED_BY {
            self.invited_by.remove(0);
        }
        self.invited_by.push(distributor);
        true
    }

    /// Begins the first use of a code. The Distributor is asked next; a repeated call goes on with the same account. One
    /// code starts at a time: the account belongs to whoever has that code, and to nobody with another one.
    pub fn start(&mut self, starting: Starting) -> Outcome<UserID> {
        if self.account.is_some() {
            return Err(wrong_credentials().into());
        }
        match &self.starting {
            Some(before) if before.code == starting.code => Ok(before.account),
            Some(_) => Err(wrong_credentials().into()),
            None => {
                let account = starting.account;
                self.starting = Some(starting);
                Ok(account)
            }
        }
    }

    /// Ends the first use of a code that the Distributor refused.
    pub fn abandon(&mut self, code: &CodeDigest) {
        if self.starting.as_ref().is_some_and(|starting| starting.code == *code) {
            self.starting = None;
        }
    }

    /// Makes the account, after the Distributor holds the member.
    pub fn finish(&mut self, login: &Login, code: &CodeDigest, password: Password, now: Timestamp) -> Outcome<()> {
        let starting = self.starting.take_if(|starting| starting.code == *code).ok_or_else(wrong_credentials)?;
        self.account = Some(Account {
            id: starting.account,
            login: login.clone(),
            name: starting.name,
            password,
            devices: Devices::default(),
            memberships: vec![starting.membership],
            issuer_resets: Vec::new(),
            factors: Factors::default(),
            created_at: now,
        });
        Ok(())
    }
}

impl Account {
    /// Uses a code as the password; refused if it is wrong, used or expired.
    pub fn use_code(&mut self, tried: &CodeDigest, now: Timestamp) -> Outcome<()> {
        let open = self.password.is_open_code(now);
        match &mut self.password {
            Password::Code { code, used, .. } if open && code == tried => {
                *used = true;
                Ok(())
            }
            Password::Code { .. } | Password::Own(_) => Err(wrong_credentials().into()),
        }
    }

    /// Lists a membership before the Distributor is asked for it; returns true if it was listed already. While a code is
    /// the password, whoever made it must not get into another distributor by it.
    pub fn begin_joining(&mut self, membership: Membership) -> Outcome<bool> {
        refuse_unchanged(self.password.must_be_changed())?;
        if self.memberships.contains(&membership) {
            return Ok(true);
        }
        self.memberships.push(membership);
        Ok(false)
    }

    /// Takes a membership off the list.
    pub fn forget(&mut self, membership: &Membership) {
        self.memberships.retain(|listed| listed != membership);
    }

    /// Sets a code as the password, by approval of two people of a distributor. They must not let themselves in as
    /// somebody who also belongs elsewhere; memberships that their Distributor does not know are dropped.
    pub fn reset(&mut self, by: Membership, unknown: &[Membership], code: CodeDigest, now: Timestamp) -> Outcome<()> {
        let elsewhere = |listed: &&Membership| **listed != by && !unknown.contains(listed);
        if !self.memberships.contains(&by) || self.memberships.iter().any(|listed| elsewhere(&listed)) {
            return refuse(Code::InvalidState, "This person is a member of other distributors too; ask the issuer.");
        }
        self.memberships.retain(|listed| *listed == by);
        self.password = Password::code(code, now);
        self.factors = Factors::default();
        self.devices = Devices::default();
        Ok(())
    }

    /// Sets a code as the password for the issuer, after each Distributor in `told` paused the person. A repeated call
    /// changes nothing for a person who signed in since.
    pub fn reset_by_issuer(
        &mut self,
        told: &[Membership],
        code: CodeDigest,
        call: Option<String>,
        now: Timestamp,
    ) -> Outcome<IssuerReset> {
        if call.as_ref().is_some_and(|call| self.reset_is_over(call)) {
            return Ok(IssuerReset::Over);
        }
        let repeated = call.as_ref().is_some_and(|call| self.issuer_resets.contains(call));
        if self.memberships.iter().any(|listed| !told.contains(listed)) {
            return Err(Refusal::unavailable().into());
        }
        self.password = Password::Code { code, until: now.plus_ms(VALID_MS), used: false, issuer_call: call.clone() };
        self.factors = Factors::default();
        self.devices = Devices::default();
        if repeated {
            return Ok(IssuerReset::MadeAnew);
        }
        self.issuer_resets.extend(call);
        Ok(IssuerReset::Made)
    }

    /// True if a repeated reset by the issuer would change nothing.
    pub fn reset_is_over(&self, call: &str) -> bool {
        let same = |issuer_call: &Option<String>| issuer_call.as_deref() == Some(call);
        self.issuer_resets.iter().any(|made| made == call)
            && !matches!(&self.password, Password::Code { used: false, issuer_call, .. } if same(issuer_call))
    }
}
