//! A state: what is stored, and who, outside of it, really asked and agreed.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use universal_wallet::Timestamp;
use universal_wallet::id::{ApprovalID, UserID};
use universal_wallet_core::act::Moment;
use universal_wallet_core::api_key::{Key, KeyStatus, Settings};
use universal_wallet_core::approval::{Approval, ApprovalStatus};
use universal_wallet_core::distributor::funds::{Movement, move_float};
use universal_wallet_core::operation::OperationStatus;
use universal_wallet_core::people::Role;
use universal_wallet_core::store::Store;

use crate::support::memory::MemoryStore;
use crate::support::{START, distributor, input, member, run};

#[derive(Clone)]
pub(crate) struct State {
    pub(crate) store: MemoryStore,
    pub(crate) now: Timestamp,
    /// The roles that the issuer gave.
    pub(crate) given: BTreeMap<UserID, Vec<Role>>,
    /// Who really asked for each request.
    pub(crate) asked: BTreeMap<ApprovalID, UserID>,
    /// Who really agreed to it.
    pub(crate) agreed: BTreeMap<ApprovalID, UserID>,
    /// The settings of each key, as they were agreed to.
    pub(crate) settings: BTreeMap<ApprovalID, Settings>,
    /// Users who were disabled, and not enabled by two persons since.
    pub(crate) disabled: BTreeSet<UserID>,
}

impl State {
    /// People of these roles, numbered from 1, and some float.
    pub(crate) fn new(roles: impl Iterator<Item = Vec<Role>>) -> Self {
        let members: Vec<_> = (1_u128..).zip(roles).map(|(number, roles)| member(number, &roles)).collect();
        let given = members.iter().map(|member| (member.person.id, member.roles.clone())).collect();
        let mut store = distributor(1, START, members);
        let top_up = input(r#"{"amount":"1000","reference":"bank"}"#, Some("top-up"));
        let moment = Moment { now: START, random: 0 };
        run(&mut store, |store| move_float(store, moment, Movement::TopUp, &top_up)).unwrap();
        Self {
            store,
            now: START,
            given,
            asked: BTreeMap::new(),
            agreed: BTreeMap::new(),
            settings: BTreeMap::new(),
            disabled: BTreeSet::new(),
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> {
        self.store.keys.values().map(|text| serde_json::from_str(text).unwrap())
    }

    pub(crate) fn approvals(&self) -> impl Iterator<Item = Approval> {
        self.store.approvals.values().map(|text| serde_json::from_str(text).unwrap())
    }

    pub(crate) fn pending(&self) -> impl Iterator<Item = Approval> {
        self.approvals().filter(|approval| approval.status == ApprovalStatus::Pending)
    }

    /// What two states have in common that differ in names and in the order of independent steps.
    pub(crate) fn fingerprint(&self) -> u64 {
        let age = |at: Timestamp| self.now.unix_ms() - at.unix_ms();
        let mut facts: Vec<String> = Vec::new();
        for member in self.store.members() {
            facts.push(format!("{} {:?} {}", member.person.id, member.roles, member.disabled));
        }
        for key in self.keys() {
            let since = key.claimed_at.or(key.decided_at).unwrap_or(key.created_at);
            let ends = key.expires_at.map(age);
            facts.push(format!(
                "key {:?} {:?} {} {ends:?} {} {}",
                key.status,
                key.maker.id,
                age(since),
                serde_json::to_string(&key.settings).unwrap(),
                key.replaces.is_some(),
            ));
        }
        for approval in self.approvals() {
            let mut subject = approval.subject.clone();
            for name in ["keyID", "operationID", "replaces"] {
                if let Some(id) = subject.get_mut(name) {
                    *id = serde_json::Value::Null;
                }
            }
            let (asked, agreed) = (self.asked.get(&approval.id), self.agreed.get(&approval.id));
            let waits = (approval.status == ApprovalStatus::Pending).then(|| age(approval.created_at));
            facts.push(format!("{:?} {:?} {subject} {asked:?} {agreed:?} {waits:?}", approval.kind, approval.status));
        }
        for row in self.store.operations.values() {
            facts.push(format!("operation {}", row.state.split("\"status\"").nth(1).unwrap()));
        }
        facts.push(format!("{:?}", self.disabled));
        facts.sort_unstable();
        let mut hasher = DefaultHasher::new();
        facts.hash(&mut hasher);
        hasher.finish()
    }

    /// The kinds of loosening in force.
    pub(crate) fn loosened(&self) -> BTreeSet<&'static str> {
        let mut kinds = BTreeSet::new();
        if self.keys().any(|key| key.status == KeyStatus::Active) {
            kinds.insert("key claimed");
        }
        let decided = self.store.operations.keys().any(|number| {
            let operation = self.store.operation_at(*number).unwrap().unwrap();
            matches!(operation.state.status, OperationStatus::Processing | OperationStatus::Completed)
        });
        if decided {
            kinds.insert("operation decided");
        }
        if self.store.members.len() > self.given.len() {
            kinds.insert("user added");
        }
        let reset = universal_wallet_core::approval::ApprovalKind::ResetUser;
        if self.approvals().any(|approval| approval.kind == reset && approval.status == ApprovalStatus::Approved) {
            kinds.insert("password set");
        }
        kinds
    }
}
