//! Two distributors that invited the same login, the record of the login, and calls that may break off between them.

use std::collections::BTreeSet;

use universal_wallet_core::error::Outcome;
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::account::{Membership, Password, Starting, UserRecord};
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::{Login, Member, Person, Role};
use universal_wallet_core::people::{invitations, members};
use universal_wallet_core::provisioning;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use crate::support::memory::MemoryStore;
use crate::support::{START, code, distributor, member, run, user};

/// Somebody who may know codes and passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Who {
    /// The person that the login is meant for.
    Nina,
    /// A person who registers the login first.
    Stranger,
    /// Two people of this distributor who keep both halves of a reset to themselves.
    Office(usize),
}

/// A mistake in the rules, put back for the test of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// A second code starts the account that another one began.
    TwoCodesStartOneAccount,
    /// The Distributor is asked before the account lists the membership.
    JoinsBeforeListing,
    /// A reset drops memberships without asking whether their Distributor knows them.
    ResetsWithoutAsking,
    /// An account joins while somebody else's code is its password.
    JoinsWithACodeAsPassword,
    /// The code of a first use is not looked at.
    JoinsWithoutACode,
}

/// A call under way: its next stage is carried out by [`World::advance`].
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// The first use of a code: begun, the Distributor holds the member.
    First { who: Who, office: usize, account: UserID, joined: bool },
    /// A joining from a session: listed, then asked for.
    Join { office: usize, account: UserID, listed: bool, asked: bool },
    /// A reset, after the memberships that nobody knows were asked for.
    Reset { office: usize, unknown: Vec<Membership> },
    /// A leaving: the Distributor knows, the account does not.
    Leave { membership: Membership },
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) fault: Fault,
    pub(crate) offices: [MemoryStore; 2],
    pub(crate) record: UserRecord,
    pub(crate) calls: Vec<Call>,
    /// Who can sign in as the account.
    pub(crate) controllers: BTreeSet<Who>,
    /// Who has the joining code of each distributor.
    pub(crate) codes: [Who; 2],
    accounts: u128,
}

pub(crate) const LOGIN: u128 = 9;

fn login() -> Login {
    format!("person-{LOGIN}").parse().unwrap()
}

pub(crate) fn joining_code(office: usize) -> CodeDigest {
    code(1, u128::try_from(office).unwrap())
}

fn reset_code(office: usize) -> CodeDigest {
    code(2, u128::try_from(office).unwrap())
}

/// A password that was chosen; no hash is worked out.
fn chosen() -> Password {
    let zeros = |bytes: usize| vec![0; bytes];
    serde_json::from_value(serde_json::json!({ "Own": { "salt": zeros(16), "hash": zeros(32) } })).unwrap()
}

impl World {
    pub(crate) fn new(fault: Fault, codes: [Who; 2]) -> Self {
        let offices = [0, 1].map(|office: usize| {
            let number = u128::try_from(office).unwrap() + 1;
            let founders = [member(1, &[Role::Admin, Role::Maker]), member(2, &[Role::Admin, Role::Checker])];
            let mut store = distributor(number, START, founders);
            let person = Person { id: user(100 + number), name: "Nina".into() };
            let invited = Member::invited(person, login(), vec![Role::Viewer], joining_code(office), START);
            provisioning::invite(&mut store, START, invited).unwrap();
            store
        });
        let record = UserRecord::default();
        Self { fault, offices, record, calls: Vec::new(), controllers: BTreeSet::new(), codes, accounts: 0 }
    }

    fn now() -> Timestamp {
        START.plus_ms(1)
    }

    pub(crate) fn membership(&self, office: usize) -> Membership {
        let distributor: DistributorID = self.offices[office].profile().id;
        Membership { distributor, member: user(101 + u128::try_from(office).unwrap()) }
    }

    /// Begins the first use of a code.
    pub(crate) fn start(&mut self, who: Who, office: usize) -> bool {
        if invitations::find(&self.offices[office], Self::now(), &login(), &joining_code(office)).is_none() {
            return false;
        }
        self.accounts += 1;
        let account = user(1000 + self.accounts);
        let (code, membership) = (joining_code(office), self.membership(office));
        if self.fault == Fault::TwoCodesStartOneAccount
            && let Some(starting) = &mut self.record.starting
        {
            starting.code = code;
        }
        let started = self.record.start(Starting { account, code, membership, name: "Nina".into() });
        let Ok(account) = started else { return false };
        self.calls.push(Call::First { who, office, account, joined: false });
        true
    }

    /// Begins a joining from a session.
    pub(crate) fn begin_join(&mut self, office: usize) -> bool {
        let known = invitations::find(&self.offices[office], Self::now(), &login(), &joining_code(office)).is_some();
        let Some(account) = self.record.account.as_ref().filter(|_| known).map(|account| account.id) else {
            return false;
        };
        self.calls.push(Call::Join { office, account, listed: false, asked: false });
        true
    }

    /// Begins a reset by two people of a distributor, who ask the other one first.
    pub(crate) fn begin_reset(&mut self, office: usize) -> bool {
        let Some(account) = &self.record.account else { return false };
        if self.offices[office].member_of(account.id).is_none_or(|member| member.disabled) {
            return false;
        }
        let here = self.membership(office);
        let knows = |listed: &Membership| {
            let place = usize::from(listed.distributor == self.membership(1).distributor);
            self.offices[place].member_of(account.id).is_some() && self.fault != Fault::ResetsWithoutAsking
        };
        let elsewhere = account.memberships.iter().filter(|listed| **listed != here);
        let unknown = elsewhere.filter(|listed| !knows(listed)).copied().collect();
        self.calls.push(Call::Reset { office, unknown });
        true
    }

    pub(crate) fn begin_leave(&mut self, office: usize) -> bool {
        let membership = self.membership(office);
        let Some(account) = &self.record.account else { return false };
        if account.password.must_be_changed() || !account.memberships.contains(&membership) {
            return false;
        }
        let account = account.id;
        let left = run(&mut self.offices[office], |store| members::leave(store, Self::now(), account));
        if left.is_ok() {
            self.calls.push(Call::Leave { membership });
        }
        left.is_ok()
    }

    /// Signs in with a reset's code; the password before is void.
    pub(crate) fn use_reset(&mut self, office: usize) -> bool {
        let Some(account) = &mut self.record.account else { return false };
        let used = account.use_code(&reset_code(office), Self::now()).is_ok();
        if used {
            self.controllers.insert(Who::Office(office));
        }
        used
    }

    pub(crate) fn change_password(&mut self) -> bool {
        let Some(account) = &mut self.record.account else { return false };
        let changes = account.password.must_be_changed() && !self.controllers.is_empty();
        if changes {
            account.password = chosen();
        }
        changes
    }

    fn ask_to_join(&mut self, office: usize, account: UserID) -> Outcome<()> {
        let (store, code) = (&mut self.offices[office], joining_code(office));
        invitations::join(store, Self::now(), &login(), &code, account).map(|_| ())
    }

    /// Carries out the next stage of a call; the last one ends it.
    pub(crate) fn advance(&mut self, place: usize) {
        let call = self.calls.remove(place);
        match call {
            Call::First { who, office, account, joined: false } => {
                if self.ask_to_join(office, account).is_ok() {
                    self.calls.push(Call::First { who, office, account, joined: true });
                } else {
                    self.record.abandon(&joining_code(office));
                }
            }
            Call::First { who, office, .. } => {
                let code = if self.fault == Fault::JoinsWithoutACode {
                    self.record.starting.as_ref().map_or(joining_code(office), |starting| starting.code)
                } else {
                    joining_code(office)
                };
                let password = Password::code(code, Self::now());
                if self.record.finish(&login(), &code, password, Self::now()).is_ok() {
                    self.record.account.as_mut().unwrap().use_code(&code, Self::now()).unwrap();
                    self.controllers.insert(who);
                }
            }
            Call::Join { office, account, listed, asked } => {
                let lists = if self.fault == Fault::JoinsBeforeListing { asked } else { true };
                if lists && !listed {
                    self.list(office, account, asked);
                } else if self.ask_to_join(office, account).is_ok() && !listed {
                    self.calls.push(Call::Join { office, account, listed, asked: true });
                }
            }
            Call::Reset { office, unknown } => {
                let (by, code) = (self.membership(office), reset_code(office));
                let Some(account) = &mut self.record.account else { return };
                if account.reset(by, &unknown, code, Self::now()).is_ok() {
                    self.controllers.clear();
                }
            }
            Call::Leave { membership } => {
                if let Some(account) = &mut self.record.account {
                    account.forget(&membership);
                }
            }
        }
    }

    fn list(&mut self, office: usize, id: UserID, asked: bool) {
        let membership = self.membership(office);
        let with_code = self.fault == Fault::JoinsWithACodeAsPassword || asked;
        let Some(account) = &mut self.record.account else { return };
        let listed = if with_code && !account.memberships.contains(&membership) {
            account.memberships.push(membership);
            true
        } else {
            account.begin_joining(membership).is_ok()
        };
        if listed && !asked {
            self.calls.push(Call::Join { office, account: id, listed: true, asked });
        }
    }

    /// Who acts at a distributor: everybody who can sign in as an account that the Distributor holds and that lists it.
    pub(crate) fn acting_at(&self, office: usize) -> BTreeSet<Who> {
        let Some(account) = &self.record.account else { return BTreeSet::new() };
        let listed = account.memberships.contains(&self.membership(office));
        let member = self.offices[office].member_of(account.id).is_some_and(|member| member.is_active());
        if listed && member { self.controllers.clone() } else { BTreeSet::new() }
    }

    /// A text that tells states apart.
    pub(crate) fn fingerprint(&self) -> String {
        let members = [0, 1].map(|office: usize| {
            let member = self.offices[office].member(self.membership(office).member).unwrap();
            format!("{:?} {}", member.admission, member.disabled)
        });
        format!("{:?} {members:?} {:?} {:?}", self.record, self.calls, self.controllers)
    }
}
