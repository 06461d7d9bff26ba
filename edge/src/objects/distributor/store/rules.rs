//! The rules' reads and writes as SQL statements. An index serves every query.

use std::rc::Rc;

use universal_wallet_core::approvals::model::Approval;
use universal_wallet_core::audit::chain::{Entry, Head, States};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::{ApprovalID, KeyID, OperationID, WebhookID};
use universal_wallet_core::keys::model::Key;
use universal_wallet_core::operations::model::{
    CashOutRequest, CashOutRequestStatus, Destination, Direction, Operation, OperationStatus,
};
use universal_wallet_core::operations::request_body::NewOperation;
use universal_wallet_core::people::model::Member;
use universal_wallet_core::room::Room;
use universal_wallet_core::store::{Deadline, IdempotentResult, Profile, Store};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_core::text::json_text;
use universal_wallet_core::total::Total;
use universal_wallet_core::webhooks::model::Endpoint;
use universal_wallet_sdk::{Amount, Phone, Timestamp};

use super::delivery::Delivery;
use super::rows::{CHANGE, Changed, NewRow};
use super::{SqlStore, pending_deadline, stored};
use crate::platform::sql_values::Blob;
use crate::platform::storage::NONE;

impl Store for SqlStore {
    fn profile(&self) -> Rc<Profile> {
        self.profile.clone()
    }

    fn put_profile(&mut self, profile: Profile, document: &str) -> Result<(), InternalError> {
        self.profile = Rc::new(profile);
        self.put_meta("profile", document)
    }

    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, entry: &Entry, head: Head) -> Result<(), InternalError> {
        self.db.run(
            "INSERT INTO entries (n, text, hash) VALUES (?, ?, ?)",
            (entry.number, &entry.text, Blob(entry.hash.bytes())),
        )?;
        self.head = head;
        Ok(())
    }

    fn members(&self) -> Vec<Rc<Member>> {
        self.members.clone()
    }

    fn put_member(&mut self, member: Member, document: &str) -> Result<(), InternalError> {
        let id = member.person.id;
        self.db.run(
            "INSERT INTO members (id, doc) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
            (id, document),
        )?;
        let member = Rc::new(member);
        match self.members.iter_mut().find(|known| known.person.id == id) {
            Some(known) => *known = member,
            None => self.members.push(member),
        }
        Ok(())
    }

    fn key(&self, id: KeyID) -> Result<Option<Rc<Key>>, InternalError> {
        if let Some(key) = self.keys.borrow().get(&id) {
            return Ok(Some(key.clone()));
        }
        let Some(number) = self.number_of(id.uuid()) else { return Ok(None) };
        let key: Option<Key> = stored(self.db.row("SELECT doc FROM keys WHERE n = ?", (number,))?)?;
        let Some(key) = key.filter(|key| key.id == id).map(Rc::new) else { return Ok(None) };
        self.keys.borrow_mut().insert(id, key.clone());
        if let Some(digest) = key.digest {
            self.digests.borrow_mut().insert(digest, id);
        }
        Ok(Some(key))
    }

    fn key_by_digest(&self, digest: &Digest) -> Result<Option<Rc<Key>>, InternalError> {
        let known = self.digests.borrow().get(digest).copied();
        if let Some(id) = known {
            return self.key(id);
        }
        let row: Option<(String,)> = self.db.row("SELECT id FROM keys WHERE digest = ?", (digest,))?;
        match row {
            Some((id,)) => {
                self.key(id.parse().map_err(|_| InternalError::new("a stored key ID that cannot be parsed"))?)
            }
            None => Ok(None),
        }
    }

    fn put_key(&mut self, key: Key, document: &str) -> Result<(), InternalError> {
        let Some(number) = self.number_of(key.id.uuid()) else {
            return Err(InternalError::new("a key ID outside this distributor's numbering"));
        };
        self.db.run(
            "INSERT INTO keys (n, id, status, digest, replaces, doc) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (n) \
             DO UPDATE SET status = excluded.status, digest = excluded.digest, doc = excluded.doc",
            (number, key.id, key.status, key.digest, key.replaces, document),
        )?;
        if let Some(digest) = key.digest {
            self.digests.get_mut().insert(digest, key.id);
        }
        self.keys.get_mut().insert(key.id, Rc::new(key));
        Ok(())
    }

    fn webhook(&self, id: WebhookID) -> Result<Option<Rc<Endpoint>>, InternalError> {
        self.endpoint(id)
    }

    fn live_webhooks(&self) -> Result<Vec<Rc<Endpoint>>, InternalError> {
        self.live_endpoints()
    }

    fn put_webhook(&mut self, endpoint: Endpoint, document: &str) -> Result<(), InternalError> {
        self.put_endpoint(&endpoint, document)
    }

    fn approval(&self, id: ApprovalID) -> Result<Option<Approval>, InternalError> {
        let Some(number) = self.number_of(id.uuid()) else { return Ok(None) };
        match self.operation_at(number)? {
            Some(operation) if operation.facts.approval == Some(id) => self.approval_of(&operation),
            Some(_) => Ok(None),
            None => {
                let found: Option<Approval> = stored(self.db.row("SELECT doc FROM approvals WHERE n = ?", (number,))?)?;
                Ok(found.filter(|approval| approval.id == id))
            }
        }
    }

    fn pending_approvals(&self) -> Result<Vec<Approval>, InternalError> {
        let rows: Vec<(String,)> =
            self.db.rows("SELECT doc FROM approvals WHERE status = 'pending' ORDER BY n", NONE)?;
        let mut pending: Vec<Approval> =
            rows.iter().map(|(text,)| json_text::read(text)).collect::<Result<_, InternalError>>()?;
        for operation in self.operations("WHERE approval = 0 ORDER BY n", NONE)? {
            pending.extend(self.approval_of(&operation)?);
        }
        Ok(pending)
    }

    fn approved_keys(&self) -> Result<Vec<Key>, InternalError> {
        let rows: Vec<(String,)> = self.db.rows("SELECT doc FROM keys WHERE status = 'approved' ORDER BY n", NONE)?;
        rows.iter().map(|(text,)| json_text::read(text)).collect()
    }

    fn open_rotation(&self, replaces: KeyID) -> Result<Option<Rc<Key>>, InternalError> {
        let row: Option<(String,)> = self
            .db
            .row("SELECT id FROM keys WHERE replaces = ? AND status IN ('pending', 'approved') LIMIT 1", (replaces,))?;
        match row {
            Some((id,)) => {
                self.key(id.parse().map_err(|_| InternalError::new("a stored key ID that cannot be parsed"))?)
            }
            None => Ok(None),
        }
    }

    fn put_approval(&mut self, approval: &Approval, document: &str) -> Result<(), InternalError> {
        let Some(number) = self.number_of(approval.id.uuid()) else {
            return Err(InternalError::new("an approval ID outside this distributor's numbering"));
        };
        self.db.run(
            "INSERT INTO approvals (n, id, status, kind, doc) VALUES (?, ?, ?, ?, ?) ON CONFLICT (n) DO UPDATE SET \
             status = excluded.status, doc = excluded.doc",
            (number, approval.id, approval.status, approval.kind, document),
        )
    }

    fn first_deadline(&self) -> Option<(Timestamp, Deadline)> {
        self.deadline.into_iter().chain(self.first_pending).min()
    }

    fn add_deadline(&mut self, at: Timestamp, due: Deadline) -> Result<(), InternalError> {
        self.db.run("INSERT OR IGNORE INTO deadlines (at, due) VALUES (?, ?)", (at.unix_ms(), due.to_string()))?;
        if self.deadline.is_none_or(|first| (at, due) < first) {
            self.deadline = Some((at, due));
        }
        Ok(())
    }

    fn remove_deadline(&mut self, at: Timestamp, due: Deadline) -> Result<(), InternalError> {
        self.db.run("DELETE FROM deadlines WHERE at = ? AND due = ?", (at.unix_ms(), due.to_string()))?;
        if self.deadline == Some((at, due)) {
            self.load_deadline()?;
        }
        Ok(())
    }

    fn volume(&self, lineage: KeyID, day: i64) -> Result<Total, InternalError> {
        self.volume_of(lineage, day)
    }

    fn lower_volume(&mut self, key: (KeyID, KeyID), day: i64, amount: Amount) -> Result<(), InternalError> {
        self.subtract_volume(key, day, amount)
    }

    fn given_back(&self, lineage: KeyID, day: i64) -> Result<u32, InternalError> {
        self.count_of_given_back(lineage, day)
    }

    fn count_given_back(&mut self, lineage: KeyID, day: i64) -> Result<(), InternalError> {
        self.note_given_back(lineage, day)
    }

    fn max_given_back(&self) -> u32 {
        self.max_given_back
    }

    fn room(&self) -> Room {
        self.room
    }

    fn operation_at(&self, number: u64) -> Result<Option<Operation>, InternalError> {
        self.operation_at(number)
    }

    fn operation(&self, id: OperationID) -> Result<Option<Operation>, InternalError> {
        let on_its_way = self.number_of(id.uuid()).and_then(|number| self.deliveries.get(&number));
        match on_its_way.and_then(|delivery| delivery.of.as_ref()).filter(|operation| operation.facts.id == id) {
            Some(operation) => Ok(Some(operation.clone())),
            None => self.stored_operation(id),
        }
    }

    fn add_operation(
        &mut self,
        operation: &Operation,
        _: &Entry,
        head: Head,
        states: &States,
        idempotency: Option<&Idempotency>,
    ) -> Result<(), InternalError> {
        let Operation { facts, state, .. } = operation;
        let day = facts.created_at.utc_day();
        if let Direction::CashIn { to: Destination::Merchant(merchant) } = &facts.direction {
            self.origins.keep_merchant(merchant)?;
        }
        let key = match facts.key {
            Some((key, lineage)) => Some((self.key_number(key)?, self.key_number(lineage)?)),
            None => None,
        };
        let (insert, values) = NewRow { operation, head: &head, states, idempotency, key }.insert()?;
        self.db.run(insert, values)?;
        // Loaded values stay true; a rollback loads everything again.
        if let Some((_, lineage)) = facts.key
            && let Some(volume) = self.volumes.get_mut().get_mut(&(lineage, day))
        {
            *volume = volume.plus(facts.amount);
        }
        if state.status == OperationStatus::Pending {
            self.count_pending(operation, 1);
            self.first_pending = self.first_pending.or_else(|| pending_deadline(operation));
        }
        self.head = head;
        self.track(operation)
    }

    fn supersede(&mut self, number: u64) -> Result<(), InternalError> {
        self.db.run("UPDATE operations SET superseded = 1 WHERE n = ?", (number,))
    }

    fn put_operation(&mut self, operation: &Operation) -> Result<(), InternalError> {
        self.db.run(CHANGE, Changed(operation))?;
        // An operation leaves the pending state once; its arrival comes later.
        if operation.state.status != OperationStatus::Completed {
            self.count_pending(operation, -1);
        }
        if let (Some((_, Deadline::Approval(first))), Some(id)) = (self.first_pending, operation.facts.approval)
            && first == id
        {
            self.load_first_pending()?;
        }
        self.track(operation)
    }

    fn arrive(&mut self, operation: &Operation) -> Result<(), InternalError> {
        self.deliveries.remove(&operation.number);
        self.arrived.push(operation.clone());
        Ok(())
    }

    fn used_for(&self, key: &Idempotency) -> Result<Option<(IdempotentResult, Digest)>, InternalError> {
        let row: Option<(Option<u64>, String, Option<String>)> =
            self.db.row("SELECT n, lower(hex(request)), subject FROM used WHERE place = ?", (Blob(&key.place()),))?;
        let Some((number, request, subject)) = row else { return Ok(None) };
        let used = match number {
            None => IdempotentResult::Call(subject.unwrap_or_default()),
            Some(number) => {
                let operation = self.operation_at(number)?;
                let missing = || InternalError::new("an idempotency key of a missing operation");
                IdempotentResult::Operation(Box::new(operation.ok_or_else(missing)?))
            }
        };
        let unreadable = || InternalError::new("an idempotency key without its request");
        let request = match &used {
            IdempotentResult::Operation(operation) if request.is_empty() => {
                NewOperation::request_of(&operation.facts).map_err(|_| unreadable())?
            }
            _ => request.parse().map_err(|_| unreadable())?,
        };
        Ok(Some((used, request)))
    }

    fn tell(&mut self, kind: &'static str, subject: &str, at: Timestamp) {
        if self.listened {
            self.news.push((kind, subject.to_owned(), at));
        }
    }

    fn pending_of_key(&self, key: KeyID) -> Result<u32, InternalError> {
        if let Some(count) = self.pending.borrow().get(&key) {
            return Ok(*count);
        }
        let row: Option<(u32,)> =
            self.db.row("SELECT COUNT(*) FROM operations WHERE key = ? AND approval = 0", (self.key_number(key)?,))?;
        let count = row.map_or(0, |(count,)| count);
        self.pending.borrow_mut().insert(key, count);
        Ok(count)
    }

    fn first_pending_of_key(&self, key: KeyID) -> Result<Option<Operation>, InternalError> {
        let number = self.key_number(key)?;
        Ok(self.operations("WHERE key = ? AND approval = 0 ORDER BY n LIMIT 1", (number,))?.pop())
    }

    fn incoming(&self) -> Amount {
        self.deliveries
            .values()
            .filter_map(Delivery::incoming)
            .fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap_or(Amount::MAX))
    }

    fn request(&self, id: OperationID) -> Result<Option<CashOutRequest>, InternalError> {
        stored(self.db.row("SELECT doc FROM requests WHERE id = ?", (id,))?)
    }

    fn oldest_request(&self, from: &Phone, amount: Amount) -> Result<Option<CashOutRequest>, InternalError> {
        stored(self.db.row(
            "SELECT doc FROM requests WHERE phone = ? AND amount = ? AND status = 'open' ORDER BY n LIMIT 1",
            (from.bare(), amount),
        )?)
    }

    fn refused_announcement(&self, id: OperationID) -> Result<u32, InternalError> {
        self.number_of_refused(id)
    }

    fn refuse_announcement(&mut self, id: OperationID, number: u32, now: Timestamp) -> Result<(), InternalError> {
        self.note_refused(id, number, now)
    }

    fn put_request(&mut self, request: &CashOutRequest, document: &str) -> Result<(), InternalError> {
        let over = matches!(request.status, CashOutRequestStatus::Cancelled | CashOutRequestStatus::Expired);
        self.db.run(
            "INSERT INTO requests (n, id, phone, amount, status, released, doc) VALUES (?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (n) DO UPDATE SET status = excluded.status, released = excluded.released, doc = excluded.doc",
            (
                request.number,
                request.id,
                request.from.bare(),
                request.amount,
                request.status,
                u8::from(!over),
                document,
            ),
        )?;
        if over {
            self.deliveries.insert(request.number, Delivery::of_request(request));
        }
        Ok(())
    }

    fn request_released(&mut self, id: OperationID) -> Result<(), InternalError> {
        if let Some(request) = self.request(id)? {
            self.deliveries.remove(&request.number);
            self.db.run("UPDATE requests SET released = 1 WHERE n = ?", (request.number,))?;
        }
        Ok(())
    }

    fn remember(&mut self, key: &Idempotency, subject: &str) -> Result<(), InternalError> {
        self.db.run(
            "INSERT INTO used (place, request, subject) VALUES (?, ?, ?)",
            (Blob(&key.place()), Blob(key.request.bytes()), subject),
        )
    }
}
