//! Building one entry of the chain: the states that it writes and the balances after it.

use serde::Serialize;
use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::Approval;
use crate::audit::chain::{Book, Content, Entry, Head, States, state_digest};
use crate::audit::created;
use crate::error::InternalError;
use crate::id::UserID;
use crate::keys::model::Key;
use crate::operations::model::{CashOutRequest, FloatEntry, Operation};
use crate::people::model::{Actor, Member};
use crate::store::{Profile, Store};
use crate::text::input::Idempotency;
use crate::text::json_text;
use crate::webhooks::model::Endpoint;

/// Kind of the entry that notices a low float.
pub const FLOAT_LOW: &str = "float.low";

/// Time and randomness of a command.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Current time; never before the chain's last entry.
    pub now: Timestamp,
    /// Random bits, for identifiers.
    pub random: u64,
}

/// A chain entry under construction. State changes are written at once; [`EntryBuilder::done`] appends the entry that
/// vouches for them.
pub struct EntryBuilder<'a> {
    /// The distributor's storage.
    pub store: &'a mut dyn Store,
    /// The running balances; the entry records them with all changes.
    pub book: Book,
    head: Head,
    at: Timestamp,
    kind: &'static str,
    actor: Actor,
    states: States,
    was_low: bool,
}

impl<'a> EntryBuilder<'a> {
    /// Begins an entry.
    pub fn begin(store: &'a mut dyn Store, now: Timestamp, kind: &'static str, actor: Actor) -> Self {
        let head = store.head();
        let was_low = store.profile().is_low(head.book.available());
        Self { book: head.book, at: now.max(head.at), head, store, kind, actor, states: Vec::new(), was_low }
    }

    /// Number of the entry.
    pub const fn number(&self) -> u64 {
        self.head.number + 1
    }

    /// Time of the entry.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    fn document(&mut self, id: &impl ToString, state: &impl Serialize) -> Result<String, InternalError> {
        let document = json_text::write(state)?;
        self.states.push((id.to_string(), state_digest(&document)));
        Ok(document)
    }

    /// Writes a new or changed key.
    pub fn key(&mut self, mut key: Key) -> Result<(), InternalError> {
        key.entry = self.number();
        let document = self.document(&key.id, &key)?;
        self.store.put_key(key, &document)
    }

    /// Writes a new or changed endpoint.
    pub fn webhook(&mut self, mut endpoint: Endpoint) -> Result<(), InternalError> {
        endpoint.entry = self.number();
        let document = self.document(&endpoint.id, &endpoint)?;
        self.store.put_webhook(endpoint, &document)
    }

    /// Writes a new or changed request.
    pub fn approval(&mut self, mut approval: Approval) -> Result<(), InternalError> {
        approval.entry = self.number();
        let document = self.document(&approval.id, &approval)?;
        self.store.put_approval(&approval, &document)
    }

    /// Writes a new or changed member.
    pub fn member(&mut self, mut member: Member) -> Result<UserID, InternalError> {
        member.entry = self.number();
        let id = member.person.id;
        let document = self.document(&id, &member)?;
        self.store.put_member(member, &document)?;
        Ok(id)
    }

    /// Writes the distributor's profile.
    pub fn profile(&mut self, mut profile: Profile) -> Result<(), InternalError> {
        profile.entry = self.number();
        let document = self.document(&profile.id, &profile)?;
        self.store.put_profile(profile, &document)
    }

    /// Writes a new or changed cash-out request.
    pub fn request(&mut self, mut request: CashOutRequest) -> Result<(), InternalError> {
        request.entry = self.number();
        let document = self.document(&format!("request:{}", request.id), &request)?;
        self.store.put_request(&request, &document)
    }

    /// Makes the entry.
    fn entry(&mut self, subject: String, details: Value) -> Result<(Entry, Head), InternalError> {
        let content = Content {
            number: self.number(),
            at: self.at,
            kind: self.kind.into(),
            actor: self.actor.clone(),
            subject,
            details,
            book: self.book,
            states: std::mem::take(&mut self.states),
        };
        self.head.follow(&content)
    }

    fn vouch_for(&mut self, operation: &mut Operation) {
        operation.state.entry = self.number();
        operation.state.updated_at = self.at;
        self.states.push((operation.number.to_string(), operation.state.status.in_chain().into()));
    }

    /// Finishes with the first entry of an operation; `moves_float` if the same entry changes the float.
    pub fn done_with_new_operation(
        self,
        mut operation: Operation,
        idempotency: Option<&Idempotency>,
        moves_float: bool,
    ) -> Result<Operation, InternalError> {
        operation.state.entry = self.number();
        operation.state.updated_at = self.at;
        let (entry, head) = created::follow(&self.head, &operation, self.book, self.states.clone())?;
        if moves_float {
            operation.state.float = Some(FloatEntry { number: entry.number, hash: entry.hash });
        }
        self.store.add_operation(&operation, &entry, head, &self.states, idempotency)?;
        self.store.tell(self.kind, &operation.facts.id.to_string(), self.at);
        self.notice_low_float()?;
        Ok(operation)
    }

    /// Finishes with an entry about an existing operation.
    pub fn done_with_operation(
        mut self,
        mut operation: Operation,
        details: Value,
        moves_float: bool,
    ) -> Result<Operation, InternalError> {
        self.vouch_for(&mut operation);
        let (entry, head) = self.entry(operation.facts.id.to_string(), details)?;
        if moves_float {
            operation.state.float = Some(FloatEntry { number: entry.number, hash: entry.hash });
        }
        self.store.put_operation(&operation)?;
        self.store.append(&entry, head)?;
        self.store.tell(self.kind, &operation.facts.id.to_string(), self.at);
        self.notice_low_float()?;
        Ok(operation)
    }

    /// Finishes and appends the entry.
    pub fn done(mut self, subject: impl ToString, details: Value) -> Result<(), InternalError> {
        let subject = subject.to_string();
        let (entry, head) = self.entry(subject.clone(), details)?;
        self.store.append(&entry, head)?;
        self.store.tell(self.kind, &subject, self.at);
        self.notice_low_float()
    }

    /// Adds an entry of its own where this one, or the settings that it wrote, made the float low: once per crossing.
    fn notice_low_float(self) -> Result<(), InternalError> {
        let (profile, available) = (self.store.profile(), self.book.available());
        if self.was_low || !profile.is_low(available) {
            return Ok(());
        }
        let mut entry = EntryBuilder::begin(self.store, self.at, FLOAT_LOW, Actor::System);
        entry.profile(Profile { low_since: Some(self.at), ..(*profile).clone() })?;
        entry.done(profile.id, json!({ "available": available, "lowFloat": profile.low_float }))
    }
}
