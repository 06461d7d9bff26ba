//! A state: everything stored, and the persons who really asked and agreed.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use universal_wallet_core::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::id::{ApprovalID, KeyID, UserID};
use universal_wallet_core::keys::model::{Key, KeyStatus};
use universal_wallet_core::keys::settings::Settings;
use universal_wallet_core::operations::float::{FloatMovement, move_float};
use universal_wallet_core::operations::model::OperationStatus;
use universal_wallet_core::people;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::people::second_factor::proof::Standing;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::persons::{Behind, Logins, Person};
use super::webhooks::Happened;
use crate::support::memory::MemoryStore;
use crate::support::{START, distributor, input, member, run};

#[derive(Clone)]
pub(crate) struct State {
    pub(crate) store: MemoryStore,
    pub(crate) now: Timestamp,
    /// Roles given by the issuer.
    pub(crate) given: BTreeMap<UserID, Vec<Role>>,
    pub(crate) logins: Logins,
    /// Persons who really asked for each request.
    pub(crate) asked: BTreeMap<ApprovalID, Behind>,
    /// Persons who really agreed to each request.
    pub(crate) agreed: BTreeMap<ApprovalID, Behind>,
    /// The person each new login is meant for.
    pub(crate) meant_for: BTreeMap<ApprovalID, Person>,
    /// Persons who claimed each key, and so know its secret.
    pub(crate) claimed: BTreeMap<KeyID, Behind>,
    /// Settings of each key as agreed.
    pub(crate) settings: BTreeMap<ApprovalID, Settings>,
    /// Roles of each user that two persons, or the issuer, gave and nobody took since.
    pub(crate) allowed: BTreeMap<UserID, BTreeSet<Role>>,
    /// Number of changes of each user so far.
    pub(crate) changes: BTreeMap<UserID, usize>,
    /// For each request about a user, the number of changes when it was asked for.
    pub(crate) asked_after: BTreeMap<ApprovalID, usize>,
    /// Users who were disabled and have not been enabled by two persons since.
    pub(crate) disabled: BTreeSet<UserID>,
    /// Where a thief of passwords stands with the second factors, which nobody stole.
    pub(crate) thief: Standing,
    /// Facts about endpoints, in an exploration of them.
    pub(crate) webhooks: Option<Happened>,
    /// True if a second factor was required at the beginning.
    pub(crate) factor_required: bool,
}

/// An order-independent hash of facts.
#[derive(Default)]
struct Sum(u64);

impl Sum {
    fn add(&mut self, fact: impl Hash) {
        let mut hasher = DefaultHasher::new();
        fact.hash(&mut hasher);
        self.0 = self.0.wrapping_add(hasher.finish());
    }
}

/// Keys and requests as stored.
pub(crate) struct Papers {
    pub(crate) keys: Vec<Key>,
    pub(crate) approvals: Vec<Approval>,
}

impl Papers {
    pub(crate) fn pending(&self) -> impl Iterator<Item = &Approval> {
        self.approvals.iter().filter(|approval| approval.status == ApprovalStatus::Pending)
    }
}

impl State {
    /// A state with people of these roles, numbered from 1, and some float.
    pub(crate) fn new(roles: impl Iterator<Item = Vec<Role>>) -> Self {
        let members: Vec<_> = (1_u128..).zip(roles).map(|(number, roles)| member(number, &roles)).collect();
        let mut logins = Logins::default();
        for (number, member) in (1..).zip(&members) {
            logins.give(member.person.id, Person(number), BTreeSet::new());
        }
        let allowed = members.iter().map(|member| (member.person.id, member.roles.iter().copied().collect())).collect();
        let given = members.iter().map(|member| (member.person.id, member.roles.clone())).collect();
        let mut store = distributor(1, START, members);
        let top_up = input(r#"{"amount":"1000","reference":"bank"}"#, Some("top-up"));
        let moment = Moment { now: START, random: 0 };
        run(&mut store, |store| move_float(store, moment, FloatMovement::TopUp, &top_up)).unwrap();
        Self {
            store,
            now: START,
            given,
            logins,
            asked: BTreeMap::new(),
            agreed: BTreeMap::new(),
            meant_for: BTreeMap::new(),
            claimed: BTreeMap::new(),
            settings: BTreeMap::new(),
            allowed,
            changes: BTreeMap::new(),
            asked_after: BTreeMap::new(),
            disabled: BTreeSet::new(),
            thief: Standing::Proved,
            webhooks: None,
            factor_required: false,
        }
    }

    pub(crate) fn papers(&self) -> Papers {
        Papers {
            keys: self.store.keys.values().map(|text| serde_json::from_str(text).unwrap()).collect(),
            approvals: self.store.all_approvals(),
        }
    }

    /// True if a second factor was required at the beginning and is so no longer.
    pub(crate) fn does_without_factor(&self) -> bool {
        self.factor_required && !self.store.profile().second_factor.is_required()
    }

    /// Number of changes of a user so far.
    pub(crate) fn changed(&self, user: UserID) -> usize {
        self.changes.get(&user).copied().unwrap_or_default()
    }

    /// A hash that is equal for states that differ only in names and in the order of independent steps.
    pub(crate) fn fingerprint(&self, papers: &Papers) -> u64 {
        let age = |at: Timestamp| self.now.unix_ms() - at.unix_ms();
        let mut facts = Sum::default();
        for member in self.store.members() {
            facts.add((member.person.id, &member.roles, member.disabled));
        }
        for key in &papers.keys {
            let since = key.claimed_at.or(key.decided_at).unwrap_or(key.created_at);
            let settings = serde_json::to_string(&key.settings).unwrap();
            let who = (key.maker.id, self.claimed.get(&key.id), key.replaces.is_some());
            facts.add((key.status.as_str(), who, age(since), key.expires_at.map(age), settings));
        }
        for approval in &papers.approvals {
            let mut subject = approval.subject.clone();
            for name in ["keyID", "operationID", "replaces", "webhookID"] {
                let _ = subject[name].take();
            }
            let id = &approval.id;
            let who = (self.asked.get(id), self.agreed.get(id), self.meant_for.get(id));
            let about = people::requests::subject_user(approval).ok();
            let stale = about.map(|user| self.asked_after.get(id) == Some(&self.changed(user)));
            let _ = subject.get_mut("memberVersion").map(serde_json::Value::take);
            let waits = (approval.status == ApprovalStatus::Pending).then(|| age(approval.created_at));
            facts.add((approval.kind.as_str(), approval.status.as_str(), subject, who, waits, stale));
        }
        for row in self.store.operations.values() {
            let state = &row.operation.state;
            facts.add(("operation", state.status, &state.error, state.updated_at));
        }
        for endpoint in self.endpoints() {
            let rotation =
                endpoint.rotation.as_ref().map(|rotation| (rotation.status as u8, rotation.decided_at.map(age)));
            let secrets: Vec<_> = endpoint.secrets.iter().map(|secret| secret.until.map(age)).collect();
            let decided = endpoint.decided_at.map(age);
            facts.add((endpoint.status.as_str(), endpoint.claimant.id, rotation, secrets, decided));
        }
        facts.add((&self.disabled, &self.logins, &self.allowed, self.store.profile().second_factor));
        facts.0
    }

    /// The kinds of loosening in force.
    pub(crate) fn loosened(&self, papers: &Papers) -> BTreeSet<&'static str> {
        let mut kinds = BTreeSet::new();
        if papers.keys.iter().any(|key| key.status == KeyStatus::Active) {
            kinds.insert("key claimed");
        }
        let decided = self.store.operations.keys().any(|number| {
            let operation = self.store.operation_at(*number).unwrap();
            matches!(operation.state.status, OperationStatus::Processing | OperationStatus::Completed)
        });
        if decided {
            kinds.insert("operation decided");
        }
        if self.store.members.len() > self.given.len() {
            kinds.insert("user added");
        }
        for approval in papers.approvals.iter().filter(|approval| approval.status == ApprovalStatus::Approved) {
            if approval.kind == ApprovalKind::ResetUser {
                kinds.insert("password set");
            }
            if self.asked[&approval.id].acting.person == self.agreed[&approval.id].acting.person {
                kinds.insert("decided by one person with two logins");
            }
        }
        for endpoint in self.endpoints() {
            let of = |wanted: bool, kind| wanted.then_some(kind);
            kinds.extend(of(endpoint.claimed_at.is_some(), "secret claimed"));
            kinds.extend(of(endpoint.secrets.len() > 1, "secret rotated"));
            kinds.extend(of(endpoint.enabled_at.is_some(), "endpoint enabled"));
        }
        if self.does_without_factor() {
            kinds.insert("no second factor");
        }
        if self.logins.learnt().next().is_some() {
            kinds.insert("another's password learnt");
        }
        kinds
    }
}
