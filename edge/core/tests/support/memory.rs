//! A distributor's storage in memory. Like the SQLite store it keeps documents as JSON text, and an operation as its own
//! first entry, whose text is spelt anew; unlike the SQLite store it counts writes.

mod queries;
mod tracking;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use universal_wallet_core::approvals::model::{Approval, ApprovalStatus};
use universal_wallet_core::audit::chain::{Entry, Head, States};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::{ApprovalID, KeyID, OperationID, UserID, WebhookID};
use universal_wallet_core::keys::model::{Key, KeyStatus};
use universal_wallet_core::operations::model::{CashOutRequest, CashOutRequestStatus, Operation, OperationStatus};
use universal_wallet_core::people::model::Member;
use universal_wallet_core::room::{MAX_BYTES, Room};
use universal_wallet_core::store::{Deadline, IdempotentResult, MAX_GIVEN_BACK, Profile, Store};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_core::total::Total;
use universal_wallet_core::webhooks::model::Endpoint;
use universal_wallet_sdk::{Amount, Phone, Timestamp};

use super::row::Row;

#[derive(Clone)]
pub(crate) struct MemoryStore {
    /// Number of writes so far.
    pub(crate) writes: u64,
    pub(crate) profile: (Rc<Profile>, Rc<str>),
    head: Head,
    pub(crate) entries: BTreeMap<u64, Rc<Entry>>,
    pub(crate) members: BTreeMap<UserID, (Rc<Member>, Rc<str>)>,
    pub(crate) keys: BTreeMap<KeyID, Rc<str>>,
    digests: HashMap<Digest, KeyID>,
    pub(crate) webhooks: BTreeMap<WebhookID, Rc<str>>,
    pub(crate) approvals: BTreeMap<ApprovalID, Rc<str>>,
    pending_approvals: BTreeSet<ApprovalID>,
    unclaimed_keys: BTreeSet<KeyID>,
    deadlines: BTreeSet<(Timestamp, Deadline)>,
    volumes: BTreeMap<(KeyID, i64), Total>,
    given_back: BTreeMap<(KeyID, i64), u32>,
    pub(crate) max_given_back: u32,
    pub(crate) room: Room,
    refused_announcements: BTreeMap<OperationID, u32>,
    pub(crate) operations: BTreeMap<u64, Row>,
    latest: BTreeMap<OperationID, u64>,
    pending: BTreeMap<KeyID, BTreeSet<u64>>,
    pub(super) processing: BTreeSet<u64>,
    idempotency: BTreeMap<(String, String), (u64, Digest)>,
    remembered: BTreeMap<(String, String), (String, Digest)>,
    pub(crate) requests: BTreeMap<OperationID, Rc<str>>,
    open: BTreeMap<(String, Amount), BTreeSet<(u64, OperationID)>>,
    pub(super) unreleased: BTreeSet<OperationID>,
}

fn document<T: serde::de::DeserializeOwned>(text: Option<&Rc<str>>) -> Result<Option<T>, InternalError> {
    Ok(text.map(|text| serde_json::from_str(text)).transpose()?)
}

impl MemoryStore {
    pub(crate) fn new(profile: &Profile) -> Self {
        Self {
            writes: 0,
            profile: (Rc::new(profile.clone()), serde_json::to_string(profile).unwrap().into()),
            head: Head::default(),
            entries: BTreeMap::new(),
            members: BTreeMap::new(),
            keys: BTreeMap::new(),
            digests: HashMap::new(),
            webhooks: BTreeMap::new(),
            approvals: BTreeMap::new(),
            pending_approvals: BTreeSet::new(),
            unclaimed_keys: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            volumes: BTreeMap::new(),
            given_back: BTreeMap::new(),
            max_given_back: MAX_GIVEN_BACK,
            room: Room::of(0, MAX_BYTES, 0),
            refused_announcements: BTreeMap::new(),
            operations: BTreeMap::new(),
            latest: BTreeMap::new(),
            pending: BTreeMap::new(),
            processing: BTreeSet::new(),
            idempotency: BTreeMap::new(),
            remembered: BTreeMap::new(),
            requests: BTreeMap::new(),
            open: BTreeMap::new(),
            unreleased: BTreeSet::new(),
        }
    }

    fn write(&mut self) {
        self.writes += 1;
    }

    fn follow(&mut self, entry: &Entry, head: Head) {
        assert_eq!(entry.number, self.head.number + 1, "entries are numbered without gaps");
        assert!(self.entry(entry.number).is_none());
        self.head = head;
    }
}

impl Store for MemoryStore {
    fn profile(&self) -> Rc<Profile> {
        self.profile.0.clone()
    }

    fn put_profile(&mut self, _: Profile, document: &str) -> Result<(), InternalError> {
        self.write();
        self.profile = (Rc::new(serde_json::from_str(document)?), document.into());
        Ok(())
    }

    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, entry: &Entry, head: Head) -> Result<(), InternalError> {
        self.write();
        self.follow(entry, head);
        self.entries.insert(entry.number, Rc::new(entry.clone()));
        Ok(())
    }

    fn members(&self) -> Vec<Rc<Member>> {
        self.members.values().map(|(member, _)| member.clone()).collect()
    }

    fn put_member(&mut self, member: Member, document: &str) -> Result<(), InternalError> {
        self.write();
        self.members.insert(member.person.id, (Rc::new(serde_json::from_str(document)?), document.into()));
        Ok(())
    }

    fn key(&self, id: KeyID) -> Result<Option<Rc<Key>>, InternalError> {
        Ok(document(self.keys.get(&id))?.map(Rc::new))
    }

    fn key_by_digest(&self, digest: &Digest) -> Result<Option<Rc<Key>>, InternalError> {
        self.digests.get(digest).map_or(Ok(None), |id| self.key(*id))
    }

    fn put_key(&mut self, key: Key, document: &str) -> Result<(), InternalError> {
        self.write();
        if let Some(digest) = key.digest {
            self.digests.insert(digest, key.id);
        }
        match key.status {
            KeyStatus::Pending | KeyStatus::Approved => self.unclaimed_keys.insert(key.id),
            _ => self.unclaimed_keys.remove(&key.id),
        };
        self.keys.insert(key.id, document.into());
        Ok(())
    }

    fn approval(&self, id: ApprovalID) -> Result<Option<Approval>, InternalError> {
        let number = self.profile.0.numbering().number(id.uuid());
        match number.and_then(|number| self.operation_at(number)).filter(|it| it.facts.approval == Some(id)) {
            Some(operation) => self.approval_of(&operation),
            None => document(self.approvals.get(&id)),
        }
    }

    fn pending_approvals(&self) -> Result<Vec<Approval>, InternalError> {
        let mut pending = Vec::new();
        for id in &self.pending_approvals {
            pending.extend(self.approval(*id)?);
        }
        for row in self.operations.values().filter(|row| row.operation.state.status == OperationStatus::Pending) {
            pending.extend(self.approval_of(&row.operation)?);
        }
        pending.sort_by_key(|approval| approval.created_at);
        Ok(pending)
    }

    fn approved_keys(&self) -> Result<Vec<Key>, InternalError> {
        self.unclaimed_keys(|key| key.status == KeyStatus::Approved)
    }

    fn open_rotation(&self, replaces: KeyID) -> Result<Option<Rc<Key>>, InternalError> {
        Ok(self.unclaimed_keys(|key| key.replaces == Some(replaces))?.pop().map(Rc::new))
    }

    fn put_approval(&mut self, approval: &Approval, document: &str) -> Result<(), InternalError> {
        self.write();
        match approval.status {
            ApprovalStatus::Pending => self.pending_approvals.insert(approval.id),
            _ => self.pending_approvals.remove(&approval.id),
        };
        self.approvals.insert(approval.id, document.into());
        Ok(())
    }

    fn first_deadline(&self) -> Option<(Timestamp, Deadline)> {
        self.deadlines.first().copied()
    }

    fn add_deadline(&mut self, at: Timestamp, due: Deadline) -> Result<(), InternalError> {
        self.write();
        self.deadlines.insert((at, due));
        Ok(())
    }

    fn remove_deadline(&mut self, at: Timestamp, due: Deadline) -> Result<(), InternalError> {
        self.write();
        self.deadlines.remove(&(at, due));
        Ok(())
    }

    fn volume(&self, lineage: KeyID, day: i64) -> Result<Total, InternalError> {
        Ok(self.volumes.get(&(lineage, day)).copied().unwrap_or_default())
    }

    fn lower_volume(&mut self, key: (KeyID, KeyID), day: i64, amount: Amount) -> Result<(), InternalError> {
        self.write();
        let volume = self.volumes.entry((key.1, day)).or_default();
        *volume = volume.minus(amount);
        Ok(())
    }

    fn given_back(&self, lineage: KeyID, day: i64) -> Result<u32, InternalError> {
        Ok(self.given_back.get(&(lineage, day)).copied().unwrap_or(0))
    }

    fn count_given_back(&mut self, lineage: KeyID, day: i64) -> Result<(), InternalError> {
        self.write();
        *self.given_back.entry((lineage, day)).or_default() += 1;
        Ok(())
    }

    fn room(&self) -> Room {
        self.room
    }

    fn max_given_back(&self) -> u32 {
        self.max_given_back
    }

    fn webhook(&self, id: WebhookID) -> Result<Option<Rc<Endpoint>>, InternalError> {
        Ok(document(self.webhooks.get(&id))?.map(Rc::new))
    }

    fn live_webhooks(&self) -> Result<Vec<Rc<Endpoint>>, InternalError> {
        let all = self.webhooks.values().map(|text| Ok(serde_json::from_str::<Endpoint>(text)?));
        Ok(all.collect::<Result<Vec<_>, InternalError>>()?.into_iter().filter(Endpoint::is_live).map(Rc::new).collect())
    }

    fn put_webhook(&mut self, endpoint: Endpoint, document: &str) -> Result<(), InternalError> {
        self.write();
        self.webhooks.insert(endpoint.id, document.into());
        Ok(())
    }

    fn operation_at(&self, number: u64) -> Result<Option<Operation>, InternalError> {
        Ok(self.operation_at(number))
    }

    fn operation(&self, id: OperationID) -> Result<Option<Operation>, InternalError> {
        Ok(self.latest.get(&id).and_then(|number| self.operation_at(*number)))
    }

    fn add_operation(
        &mut self,
        operation: &Operation,
        entry: &Entry,
        head: Head,
        states: &States,
        idempotency: Option<&Idempotency>,
    ) -> Result<(), InternalError> {
        if let Some(key) = idempotency
            && self.used_for(key)?.is_some()
        {
            return Err(InternalError::new("an idempotency key that was used before"));
        }
        self.write();
        assert_eq!(operation.number, entry.number);
        self.follow(entry, head);
        let Operation { number, facts, .. } = operation;
        let (hash, book) = (entry.hash, head.book);
        let row = Row { operation: operation.clone(), hash, book, states: states.clone(), superseded: false };
        assert_eq!(row.entry(), *entry, "the entry is spelt alike from its row");
        if let Some((_, lineage)) = facts.key {
            let volume = self.volumes.entry((lineage, facts.created_at.utc_day())).or_default();
            *volume = volume.plus(facts.amount);
        }
        self.operations.insert(*number, row);
        self.latest.insert(facts.id, *number);
        self.track(*number);
        if let Some(key) = idempotency {
            let slot = (key.scope.clone(), key.value.clone());
            self.idempotency.insert(slot, (*number, key.request));
        }
        Ok(())
    }

    fn supersede(&mut self, number: u64) -> Result<(), InternalError> {
        self.write();
        self.operations.get_mut(&number).unwrap().superseded = true;
        Ok(())
    }

    fn put_operation(&mut self, operation: &Operation) -> Result<(), InternalError> {
        self.write();
        let row = self.operations.get_mut(&operation.number).unwrap();
        row.operation.state = operation.state.clone();
        self.track(operation.number);
        Ok(())
    }

    fn arrive(&mut self, operation: &Operation) -> Result<(), InternalError> {
        self.put_operation(operation)
    }

    fn used_for(&self, key: &Idempotency) -> Result<Option<(IdempotentResult, Digest)>, InternalError> {
        let key = (key.scope.clone(), key.value.clone());
        let Some((number, digest)) = self.idempotency.get(&key) else {
            return Ok(self
                .remembered
                .get(&key)
                .map(|(subject, digest)| (IdempotentResult::Call(subject.clone()), *digest)));
        };
        Ok(Some((IdempotentResult::Operation(Box::new(self.operation_at(*number).unwrap())), *digest)))
    }

    fn pending_of_key(&self, key: KeyID) -> Result<u32, InternalError> {
        Ok(self.pending.get(&key).map_or(0, |numbers| u32::try_from(numbers.len()).unwrap()))
    }

    fn first_pending_of_key(&self, key: KeyID) -> Result<Option<Operation>, InternalError> {
        let first = self.pending.get(&key).and_then(BTreeSet::first);
        Ok(first.and_then(|number| self.operation_at(*number)))
    }

    fn incoming(&self) -> Amount {
        // Includes cash-ins: they come back if a wallet cannot take them.
        let due = self.on_the_way().map(|operation| operation.facts.amount);
        due.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap())
    }

    fn request(&self, id: OperationID) -> Result<Option<CashOutRequest>, InternalError> {
        document(self.requests.get(&id))
    }

    fn oldest_request(&self, from: &Phone, amount: Amount) -> Result<Option<CashOutRequest>, InternalError> {
        let first = self.open.get(&(from.bare().into(), amount)).and_then(BTreeSet::first);
        first.map_or(Ok(None), |(_, id)| self.request(*id))
    }

    fn refused_announcement(&self, id: OperationID) -> Result<u32, InternalError> {
        Ok(self.refused_announcements.get(&id).copied().unwrap_or(0))
    }

    fn refuse_announcement(&mut self, id: OperationID, number: u32, _: Timestamp) -> Result<(), InternalError> {
        self.write();
        self.refused_announcements.insert(id, number);
        Ok(())
    }

    fn put_request(&mut self, request: &CashOutRequest, document: &str) -> Result<(), InternalError> {
        self.write();
        self.requests.insert(request.id, document.into());
        let open = self.open.entry((request.from.bare().into(), request.amount)).or_default();
        match request.status {
            CashOutRequestStatus::Open => open.insert((request.number, request.id)),
            _ => open.remove(&(request.number, request.id)),
        };
        if matches!(request.status, CashOutRequestStatus::Cancelled | CashOutRequestStatus::Expired) {
            self.unreleased.insert(request.id);
        }
        Ok(())
    }

    fn request_released(&mut self, id: OperationID) -> Result<(), InternalError> {
        self.write();
        self.unreleased.remove(&id);
        Ok(())
    }

    fn member(&self, id: UserID) -> Option<Rc<Member>> {
        self.members.get(&id).map(|(member, _)| member.clone())
    }

    fn remember(&mut self, key: &Idempotency, subject: &str) -> Result<(), InternalError> {
        self.write();
        let before = self.remembered.insert((key.scope.clone(), key.value.clone()), (subject.into(), key.request));
        assert!(before.is_none(), "an idempotency key names one call for ever");
        Ok(())
    }
}
