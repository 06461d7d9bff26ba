//! What people can do in a state, and doing it.

use universal_wallet::Timestamp;
use universal_wallet::id::{ApprovalID, KeyID, UserID};
use universal_wallet_core::act::Moment;
use universal_wallet_core::api_key::KeyStatus;
use universal_wallet_core::approval::ApprovalKind;
use universal_wallet_core::distributor::operations::{self, Created, LookedUp, Requester};
use universal_wallet_core::distributor::{Caller, approvals, deadlines, decide_operation, keys, rotate, users};
use universal_wallet_core::password::HalfMark;
use universal_wallet_core::people::Role;
use universal_wallet_core::refusal::Outcome;
use universal_wallet_core::store::Store;

use super::ROLES;
use super::state::State;
use crate::support::memory::MemoryStore;
use crate::support::{DAY_MS, input, minted, run, user};

/// Who is added, where someone is.
const NEWCOMER: u128 = 9;

#[derive(Clone, Debug)]
pub(crate) enum Step {
    AskForKey(UserID),
    Rotate(UserID, KeyID),
    Claim(UserID, KeyID),
    Revoke(UserID, KeyID),
    /// Lowers the limits of a key, or tries to raise them.
    Patch(UserID, KeyID, &'static str),
    AskForOperation(UserID),
    /// Within the key's auto-approve limit, or beyond it.
    UseKey(KeyID, &'static str),
    Approve(UserID, ApprovalID),
    Reject(UserID, ApprovalID),
    Withdraw(UserID, ApprovalID),
    Add(UserID),
    SetRoles(UserID, UserID, Vec<Role>),
    Disable(UserID, UserID, bool),
    Reset(UserID, UserID),
    Wait(i64),
}

/// Everything that can be tried; two of a kind are enough of what people ask for.
pub(crate) fn steps(state: &State) -> Vec<Step> {
    let mut steps = vec![Step::Wait(DAY_MS - 1), Step::Wait(1), Step::Wait(6 * DAY_MS)];
    let members = state.store.members();
    let keys: Vec<_> = state.keys().collect();
    let pending: Vec<_> = state.pending().map(|approval| approval.id).collect();
    let operations = state.store.operations.len();
    for key in keys.iter().filter(|key| key.status == KeyStatus::Active && operations < 2) {
        steps.extend([Step::UseKey(key.id, "1"), Step::UseKey(key.id, "2")]);
    }
    for actor in members.iter().filter(|member| !member.disabled).map(|member| member.person.id) {
        if keys.len() < 2 {
            steps.push(Step::AskForKey(actor));
            let active = keys.iter().filter(|key| key.status == KeyStatus::Active);
            steps.extend(active.map(|key| Step::Rotate(actor, key.id)));
        }
        for key in keys.iter().filter(|key| matches!(key.status, KeyStatus::Approved | KeyStatus::Active)) {
            steps.push(Step::Claim(actor, key.id));
            steps.push(Step::Revoke(actor, key.id));
            steps.push(Step::Patch(actor, key.id, "0.50"));
            steps.push(Step::Patch(actor, key.id, "6"));
        }
        if operations < 2 {
            steps.push(Step::AskForOperation(actor));
        }
        for approval in &pending {
            steps.push(Step::Approve(actor, *approval));
            steps.push(Step::Reject(actor, *approval));
            steps.push(Step::Withdraw(actor, *approval));
        }
        if pending.len() < 3 {
            steps.push(Step::Add(actor));
        }
        for other in &members {
            let target = other.person.id;
            for role in ROLES {
                let mut wanted = other.roles.clone();
                match wanted.iter().position(|held| *held == role) {
                    Some(place) => drop(wanted.remove(place)),
                    None => wanted.push(role),
                }
                if !wanted.is_empty() {
                    steps.push(Step::SetRoles(actor, target, wanted));
                }
            }
            steps.push(Step::Disable(actor, target, !other.disabled));
            if pending.len() < 3 {
                steps.push(Step::Reset(actor, target));
            }
        }
    }
    steps
}

impl State {
    fn caller(&self, user: UserID) -> Caller {
        crate::support::caller(&self.store, user)
    }

    fn run<T>(&mut self, command: impl FnOnce(&mut MemoryStore, Moment) -> Outcome<T>) -> Option<T> {
        let moment = Moment { now: self.now, random: 0 };
        run(&mut self.store, |store| command(store, moment)).ok()
    }

    /// A key that the first person asked for, the second approved, and the first claimed.
    pub(crate) fn with_key(mut self) -> Self {
        assert!(self.take(&Step::AskForKey(user(1))));
        let (approval, key) = (self.pending().next().unwrap().id, self.keys().next().unwrap().id);
        assert!(self.take(&Step::Approve(user(2), approval)));
        assert!(self.take(&Step::Claim(user(1), key)));
        self
    }

    /// Does it; whether it was possible.
    pub(crate) fn take(&mut self, step: &Step) -> bool {
        match step {
            Step::AskForKey(actor) => self.ask_for_key(*actor),
            Step::Rotate(actor, key) => self.rotate(*actor, *key),
            Step::Claim(actor, key) => {
                let (caller, distributor) = (self.caller(*actor), self.store.profile().id);
                let claimed = self.run(|store, moment| {
                    let mint = || Ok(minted(distributor, moment.now.unix_ms().cast_unsigned()));
                    keys::claim(store, moment, &caller, &key.to_string(), &input("", None), mint)
                });
                claimed.is_some()
            }
            Step::Revoke(actor, key) => {
                let caller = self.caller(*actor);
                let revoked = self.run(|store, moment| {
                    keys::revoke_by_member(store, moment.now, &caller, &key.to_string(), &input("", None))
                });
                revoked.is_some()
            }
            Step::Patch(actor, key, limit) => {
                let caller = self.caller(*actor);
                let body = input(format!(r#"{{"maxTransactionAmount":"{limit}"}}"#), None);
                let patched =
                    self.run(|store, moment| rotate::tighten(store, moment.now, &caller, &key.to_string(), &body));
                patched.is_some()
            }
            Step::AskForOperation(actor) => self.ask_for_operation(Requester::Person(self.caller(*actor)), "3"),
            Step::UseKey(key, amount) => {
                let key = self.store.key(*key).unwrap().unwrap();
                self.ask_for_operation(Requester::Key(key), amount)
            }
            Step::Approve(actor, approval) => self.approve(*actor, *approval),
            Step::Reject(actor, approval) => {
                let (caller, reason) = (self.caller(*actor), input(r#"{"reason":"no"}"#, None));
                let rejected = self
                    .run(|store, moment| approvals::reject(store, moment.now, &caller, &approval.to_string(), &reason));
                rejected.is_some()
            }
            Step::Withdraw(actor, approval) => {
                let caller = self.caller(*actor);
                let withdrawn = self.run(|store, moment| {
                    approvals::withdraw(store, moment.now, &caller, &approval.to_string(), &input("", None))
                });
                withdrawn.is_some()
            }
            Step::Add(actor) => {
                let body = input(r#"{"login":"person-9","name":"Person 9","roles":["maker","checker"]}"#, None);
                let identity = users::Identity::New(user(NEWCOMER), HalfMark::of("first"));
                let caller = self.caller(*actor);
                let asked = self.run(|store, moment| users::request_new(store, moment, &caller, &body, &identity));
                self.note(*actor, asked.map(|asked| asked.approval.id))
            }
            Step::SetRoles(actor, target, wanted) => {
                let wanted = serde_json::to_string(wanted).unwrap();
                self.change(*actor, *target, &format!(r#"{{"roles":{wanted}}}"#))
            }
            Step::Disable(actor, target, disabled) => {
                self.change(*actor, *target, &format!(r#"{{"disabled":{disabled}}}"#))
            }
            Step::Reset(actor, target) => {
                let (caller, half) = (self.caller(*actor), HalfMark::of("first"));
                let asked = self.run(|store, moment| {
                    users::request_reset(store, moment, &caller, &target.to_string(), &input("", None), half)
                });
                self.note(*actor, asked.map(|asked| asked.approval.id))
            }
            Step::Wait(ms) => {
                self.now = Timestamp::from_unix_ms(self.now.unix_ms() + ms);
                deadlines::settle(&mut self.store, self.now).unwrap();
                true
            }
        }
    }

    /// Notes who really asked.
    fn note(&mut self, actor: UserID, approval: Option<ApprovalID>) -> bool {
        if let Some(id) = approval {
            self.asked.insert(id, actor);
        }
        approval.is_some()
    }

    fn ask_for_key(&mut self, actor: UserID) -> bool {
        let body = r#"{"label":"Till","permissions":["perform-operations"],"maxTransactionAmount":"5",
                       "maxDailyVolume":"9","autoApproveLimit":"1"}"#;
        let (caller, body) = (self.caller(actor), input(body, None));
        let asked = self.run(|store, moment| keys::request(store, moment, &caller, &body));
        self.note(actor, asked.map(|asked| asked.key.approval))
    }

    fn rotate(&mut self, actor: UserID, key: KeyID) -> bool {
        let caller = self.caller(actor);
        let asked =
            self.run(|store, moment| rotate::rotate(store, moment, &caller, &key.to_string(), &input("", None)));
        self.note(actor, asked.map(|asked| asked.key.approval))
    }

    fn ask_for_operation(&mut self, requester: Requester, amount: &str) -> bool {
        let body = format!(r#"{{"operationType":"cash-in","amount":"{amount}","phoneTo":"+2348031234567"}}"#);
        let body = input(body, None);
        // The secret of a key is its maker's.
        let actor = requester.maker().id;
        let created = self.run(|store, moment| operations::create(store, moment, &requester, &body, LookedUp::NotYet));
        let Some(Created::New(operation)) = created else { return false };
        self.note(actor, operation.facts.approval);
        if operation.facts.approval.is_none() {
            decide_operation::arrived(&mut self.store, self.now, operation.facts.id).unwrap();
        }
        true
    }

    fn approve(&mut self, actor: UserID, approval: ApprovalID) -> bool {
        let (caller, stored) = (self.caller(actor), self.store.approval(approval).unwrap().unwrap());
        let body = input(format!(r#"{{"digest":"{}"}}"#, stored.digest), None);
        let decided =
            self.run(|store, moment| approvals::approve(store, moment.now, &caller, &approval.to_string(), &body));
        let Some(decided) = decided else { return false };
        self.agreed.insert(approval, actor);
        if let Some(key) = decided.key {
            self.settings.insert(approval, key.settings);
        }
        if stored.kind == ApprovalKind::GrantUser && stored.subject["enables"] == true {
            self.disabled.remove(&users::subject_user(&stored).unwrap());
        }
        true
    }

    fn change(&mut self, actor: UserID, target: UserID, body: &str) -> bool {
        let (caller, body) = (self.caller(actor), input(body, None));
        let changed = self.run(|store, moment| users::change(store, moment, &caller, &target.to_string(), &body));
        let Some(changed) = changed else { return false };
        if changed.member.disabled {
            self.disabled.insert(target);
        }
        self.note(actor, changed.approval.map(|approval| approval.id));
        true
    }
}
