//! Steps that people can take in a state.

use universal_wallet_core::approvals::model::{Approval, ApprovalKind};
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::id::{ApprovalID, KeyID, UserID};
use universal_wallet_core::keys::model::KeyStatus;
use universal_wallet_core::operations::create::{Created, MerchantLookup};
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::codes::{CodeDigest, HalfDigest};
use universal_wallet_core::people::model::Role;
use universal_wallet_core::people::second_factor::proof::Standing;
use universal_wallet_core::store::Store;
use universal_wallet_core::{approvals, keys, operations, people, settings};
use universal_wallet_sdk::Timestamp;

use super::ROLES;
use super::persons::{Acting, Behind, Person};
use super::state::{Papers, State};
use super::webhooks::WebhookStep;
use crate::support::memory::MemoryStore;
use crate::support::{DAY_MS, account, create, input, minted, run, user};

/// User number of a new person.
const NEWCOMER: u128 = 9;

/// Number of a person who has no login of their own.
const THIEF: u128 = 13;

/// Bodies of a `PATCH` of a key: nothing, a tighter limit, a looser one, lists of addresses with and without a common one.
const PATCHES: [&str; 8] = [
    "{}",
    r#"{"maxTransactionAmount":null}"#,
    r#"{"allowedIPs":[]}"#,
    r#"{"permissions":["read-balance"]}"#,
    r#"{"maxTransactionAmount":"0.50"}"#,
    r#"{"maxTransactionAmount":"6"}"#,
    r#"{"allowedIPs":["192.0.2.0/25"]}"#,
    r#"{"allowedIPs":["192.0.2.128/25"]}"#,
];

#[derive(Clone, Debug)]
pub(crate) enum Step {
    AskForKey(Acting),
    Rotate(Acting, KeyID),
    Claim(Acting, KeyID),
    Revoke(Acting, KeyID),
    /// Changes a key by this body: tightens it, tries to loosen it, or does nothing.
    Patch(Acting, KeyID, &'static str),
    AskForOperation(Acting),
    /// An operation within the key's auto-approve limit, or beyond it.
    UseKey(KeyID, &'static str),
    Approve(Acting, ApprovalID),
    Reject(Acting, ApprovalID),
    Withdraw(Acting, ApprovalID),
    /// Requests a login for this person.
    Add(Acting, Person),
    SetRoles(Acting, UserID, Vec<Role>),
    Disable(Acting, UserID, bool),
    Reset(Acting, UserID),
    Webhook(Acting, WebhookStep),
    AskForNoFactor(Acting),
    Wait(i64),
}

/// The login that a person got from the issuer.
pub(crate) fn login(number: u128) -> Acting {
    Acting { person: Person(number), user: user(number) }
}

/// Every step worth trying; at most two requests of a kind.
pub(crate) fn steps(state: &State, papers: &Papers) -> Vec<Step> {
    let mut steps = vec![Step::Wait(DAY_MS - 1), Step::Wait(1), Step::Wait(6 * DAY_MS)];
    let members = state.store.members();
    let keys = &papers.keys;
    let pending: Vec<_> = papers.pending().map(|approval| approval.id).collect();
    let operations = state.store.operations.len();
    for key in keys.iter().filter(|key| key.status == KeyStatus::Active && operations < 2) {
        steps.extend([Step::UseKey(key.id, "1"), Step::UseKey(key.id, "2")]);
    }
    for actor in state.logins.all() {
        if state.store.member(actor.user).is_none_or(|member| member.disabled) {
            continue;
        }
        for approval in &pending {
            steps.push(Step::Approve(actor, *approval));
            steps.push(Step::Reject(actor, *approval));
            steps.push(Step::Withdraw(actor, *approval));
        }
        if state.webhooks.is_some() {
            // Endpoints are explored by themselves, with the people who may act on them.
            steps.extend(state.webhook_steps().into_iter().map(|step| Step::Webhook(actor, step)));
            steps.extend(members.iter().map(|other| Step::Disable(actor, other.person.id, !other.disabled)));
            continue;
        }
        if keys.len() < 2 {
            steps.push(Step::AskForKey(actor));
            let active = keys.iter().filter(|key| key.status == KeyStatus::Active);
            steps.extend(active.map(|key| Step::Rotate(actor, key.id)));
        }
        steps.extend(keys.iter().map(|key| Step::Claim(actor, key.id)));
        for key in keys.iter().filter(|key| matches!(key.status, KeyStatus::Approved | KeyStatus::Active)) {
            steps.push(Step::Revoke(actor, key.id));
            steps.extend(PATCHES.map(|body| Step::Patch(actor, key.id, body)));
        }
        if operations < 2 {
            steps.push(Step::AskForOperation(actor));
        }
        if pending.len() < 3 {
            steps.extend([Step::Add(actor, Person(NEWCOMER)), Step::Add(actor, actor.person)]);
        }
        if state.factor_required {
            steps.push(Step::AskForNoFactor(actor));
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
            let lacking: Vec<Role> = ROLES.into_iter().filter(|role| !other.roles.contains(role)).collect();
            if !lacking.is_empty() {
                // In one call all roles are taken and others asked for.
                steps.push(Step::SetRoles(actor, target, lacking));
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
    pub(crate) fn caller(&self, acting: Acting) -> Caller {
        let second_factor = if self.logins.is_stolen(acting) { self.thief } else { Standing::Proved };
        Caller { second_factor, ..crate::support::caller(&self.store, acting.user) }
    }

    pub(crate) fn run<T>(&mut self, command: impl FnOnce(&mut MemoryStore, Moment) -> Outcome<T>) -> Option<T> {
        let moment = Moment { now: self.now, random: 0 };
        run(&mut self.store, |store| command(store, moment)).ok()
    }

    /// Adds a key that the first person requested and claimed, and the second approved.
    pub(crate) fn with_key(mut self) -> Self {
        assert!(self.take(&Step::AskForKey(login(1))));
        let papers = self.papers();
        assert!(self.take(&Step::Approve(login(2), papers.approvals[0].id)));
        assert!(self.take(&Step::Claim(login(1), papers.keys[0].id)));
        self
    }

    /// Adds an approved successor of the key, which both persons agreed to.
    pub(crate) fn with_successor(mut self) -> Self {
        let key = self.papers().keys[0].id;
        assert!(self.take(&Step::Rotate(login(1), key)));
        let approval = self.papers().pending().next().unwrap().id;
        assert!(self.take(&Step::Approve(login(2), approval)));
        self
    }

    /// Adds a second login of the first person, which that person requested and the second approved.
    pub(crate) fn with_second_login(mut self) -> Self {
        assert!(self.take(&Step::Add(login(1), Person(1))));
        let approval = self.papers().approvals[0].id;
        assert!(self.take(&Step::Approve(login(2), approval)));
        self
    }

    /// Somebody steals the passwords of the first users, and stands so with their second factors.
    pub(crate) fn with_stolen_passwords(mut self, number: u128, thief: Standing) -> Self {
        self.thief = thief;
        for number in 1..=number {
            self.logins.steal(user(number), Person(THIEF));
        }
        self
    }

    /// The first person requires a second factor.
    pub(crate) fn with_required_factor(mut self) -> Self {
        let (caller, body) = (self.caller(login(1)), input(r#"{"secondFactor":"required"}"#, None));
        assert!(self.run(|store, moment| settings::change(store, moment, &caller, &body)).is_some());
        self.factor_required = true;
        self
    }

    /// Takes the step; returns whether it was possible.
    pub(crate) fn take(&mut self, step: &Step) -> bool {
        match step {
            Step::AskForKey(actor) => self.ask_for_key(*actor),
            Step::Rotate(actor, key) => self.rotate(*actor, *key),
            Step::Claim(actor, key) => {
                let (caller, distributor) = (self.caller(*actor), self.store.profile().id);
                let claimed = self.run(|store, moment| {
                    let mint = || Ok(minted(distributor, moment.now.unix_ms().cast_unsigned()));
                    keys::lifecycle::claim(store, moment, &caller, &key.to_string(), &input("", None), mint)
                });
                if claimed.is_some() {
                    self.claimed.insert(*key, self.logins.behind(*actor));
                }
                claimed.is_some()
            }
            Step::Revoke(actor, key) => {
                let caller = self.caller(*actor);
                let revoked = self.run(|store, moment| {
                    keys::lifecycle::revoke_by_member(store, moment.now, &caller, &key.to_string(), &input("", None))
                });
                revoked.is_some()
            }
            Step::Patch(actor, key, body) => {
                let (caller, body) = (self.caller(*actor), input(*body, None));
                let patched = self.run(|store, moment| {
                    keys::tightening::tighten(store, moment.now, &caller, &key.to_string(), &body)
                });
                patched.is_some()
            }
            Step::AskForOperation(actor) => {
                let requester = Requester::Person(self.caller(*actor));
                self.ask_for_operation(requester, self.logins.behind(*actor), "3")
            }
            Step::UseKey(key, amount) => {
                let requester = Requester::Key(self.store.key(*key).unwrap().unwrap());
                self.ask_for_operation(requester, self.claimed[key].clone(), amount)
            }
            Step::Approve(actor, approval) => self.approve(*actor, *approval),
            Step::Reject(actor, approval) => {
                let (caller, reason) = (self.caller(*actor), input(r#"{"reason":"no"}"#, None));
                let rejected = self.run(|store, moment| {
                    approvals::decide::reject(store, moment.now, &caller, &approval.to_string(), &reason)
                });
                rejected.is_some()
            }
            Step::Withdraw(actor, approval) => {
                let caller = self.caller(*actor);
                let withdrawn = self.run(|store, moment| {
                    approvals::decide::withdraw(store, moment.now, &caller, &approval.to_string(), &input("", None))
                });
                withdrawn.is_some()
            }
            Step::Add(actor, meant_for) => {
                let body = input(r#"{"login":"person-9","name":"Person 9","roles":["maker","checker"]}"#, None);
                let (caller, id, half) = (self.caller(*actor), user(NEWCOMER), HalfDigest::of("first"));
                let asked =
                    self.run(|store, moment| people::requests::request_new(store, moment, &caller, &body, id, half));
                self.meant_for.extend(asked.as_ref().map(|asked| (asked.approval.id, *meant_for)));
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
                let (caller, half, body) = (self.caller(*actor), HalfDigest::of("first"), input("", None));
                let id = target.to_string();
                let asked = self.run(|store, at| people::requests::request_reset(store, at, &caller, &id, &body, half));
                self.note(*actor, asked.map(|asked| asked.approval.id))
            }
            Step::Webhook(actor, step) => self.take_webhook(*actor, *step),
            Step::AskForNoFactor(actor) => {
                let (caller, body) = (self.caller(*actor), input(r#"{"secondFactor":"optional"}"#, None));
                let asked = self.run(|store, moment| settings::change(store, moment, &caller, &body));
                self.note(*actor, asked.flatten().map(|approval| approval.id))
            }
            Step::Wait(ms) => {
                self.now = Timestamp::from_unix_ms(self.now.unix_ms() + ms);
                approvals::deadlines::settle(&mut self.store, self.now).unwrap();
                true
            }
        }
    }

    /// Records the persons who really asked.
    pub(crate) fn note(&mut self, actor: Acting, approval: Option<ApprovalID>) -> bool {
        if let Some(id) = approval {
            self.asked.insert(id, self.logins.behind(actor));
            let stored = self.store.approval(id).unwrap().unwrap();
            if let Ok(user) = people::requests::subject_user(&stored) {
                self.asked_after.insert(id, self.changed(user));
            }
        }
        approval.is_some()
    }

    fn ask_for_key(&mut self, actor: Acting) -> bool {
        let body = r#"{"label":"Till","permissions":["read-balance","perform-operations"],"maxTransactionAmount":"5",
                       "maxDailyVolume":"9","autoApproveLimit":"1"}"#;
        let (caller, body) = (self.caller(actor), input(body, None));
        let asked = self.run(|store, moment| keys::lifecycle::request(store, moment, &caller, &body));
        self.note(actor, asked.map(|asked| asked.key.approval))
    }

    fn rotate(&mut self, actor: Acting, key: KeyID) -> bool {
        let caller = self.caller(actor);
        let asked = self
            .run(|store, moment| keys::rotation::rotate(store, moment, &caller, &key.to_string(), &input("", None)));
        self.note(actor, asked.map(|asked| asked.key.approval))
    }

    fn ask_for_operation(&mut self, requester: Requester, behind: Behind, amount: &str) -> bool {
        let body = format!(r#"{{"operationType":"cash-in","amount":"{amount}","phoneTo":"+2348031234567"}}"#);
        let body = input(body, None);
        let created = self.run(|store, moment| create(store, moment, &requester, &body, MerchantLookup::NotYet));
        let Some(Created::New(operation)) = created else { return false };
        match operation.facts.approval {
            Some(approval) => _ = self.asked.insert(approval, behind),
            None => _ = operations::lifecycle::arrived(&mut self.store, self.now, operation.facts.id).unwrap(),
        }
        true
    }

    fn approve(&mut self, actor: Acting, approval: ApprovalID) -> bool {
        let (caller, stored) = (self.caller(actor), self.store.approval(approval).unwrap().unwrap());
        let body = input(format!(r#"{{"digest":"{}"}}"#, stored.digest), None);
        let decided = self.run(|store, moment| {
            approvals::decide::approve(
                store,
                moment.now,
                &caller,
                &approval.to_string(),
                &body,
                HalfDigest::of("second"),
            )
        });
        let Some(decided) = decided else { return false };
        let held = |role: Role| caller.member.holds(role);
        let by_admin = stored.kind.is_about_user() || stored.kind == ApprovalKind::ChangeSettings;
        assert!(held(Role::Checker) || (by_admin && held(Role::Admin)), "decided without the role");
        let (first, second) = (self.asked[&approval].clone(), self.logins.behind(actor));
        let about = people::requests::subject_user(&stored);
        if let (ApprovalKind::CreateUser, Ok(user)) = (stored.kind, &about) {
            let code = CodeDigest { first: HalfDigest::of("first"), second: HalfDigest::of("second") };
            let login = "person-9".parse().unwrap();
            people::invitations::join(&mut self.store, self.now, &login, &code, account(NEWCOMER)).unwrap();
            let let_in_by = first.persons.union(&second.persons).copied().collect();
            self.logins.give(*user, self.meant_for[&approval], let_in_by);
        }
        if let (ApprovalKind::CreateUser | ApprovalKind::ResetUser, Ok(user)) = (stored.kind, &about) {
            self.logins.set_password(*user, &first, &second);
        }
        if let Ok(user) = about
            && self.asked_after.get(&approval) == Some(&self.changed(user))
            && second.acting.user != user
        {
            self.grant(&stored, user);
        }
        self.agreed.insert(approval, second);
        self.agree_webhook(&stored);
        if let Some(key) = decided.key {
            self.settings.insert(approval, key.settings);
        }
        true
    }

    /// Notes what two persons agreed to about a user who did not change since it was asked for.
    fn grant(&mut self, approval: &Approval, user: UserID) {
        let member = match approval.kind {
            ApprovalKind::CreateUser => "roles",
            ApprovalKind::GrantUser => "gains",
            _ => return,
        };
        let roles: Vec<Role> = serde_json::from_value(approval.subject[member].clone()).unwrap();
        self.allowed.entry(user).or_default().extend(roles);
        *self.changes.entry(user).or_default() += 1;
        if approval.subject["enables"] == true {
            self.disabled.remove(&user);
        }
    }

    fn change(&mut self, actor: Acting, target: UserID, body: &str) -> bool {
        let (caller, body) = (self.caller(actor), input(body, None));
        let before = self.store.member(target).map(|member| (*member).clone());
        let changed =
            self.run(|store, moment| people::members::change(store, moment, &caller, &target.to_string(), &body));
        let Some(changed) = changed else { return false };
        if before
            .is_some_and(|before| before.roles != changed.member.roles || before.disabled != changed.member.disabled)
        {
            *self.changes.entry(target).or_default() += 1;
            self.allowed.entry(target).or_default().retain(|role| changed.member.roles.contains(role));
        }
        if changed.member.disabled {
            self.disabled.insert(target);
        }
        self.note(actor, changed.approval.map(|approval| approval.id));
        true
    }
}
