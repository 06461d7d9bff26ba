//! Messages that an entry of the chain makes. The same entry always makes the same messages, so none is stored: a retry
//! and a backlog are read from the ledger again.

use crate::id::{ApprovalID, MessageID};
use serde::Serialize;
use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalStatus};
use crate::audit::chain::{Content, OPERATION_CREATED};
use crate::audit::entry_builder::FLOAT_LOW;
use crate::error::InternalError;
use crate::keys::model::{Key, Usage};
use crate::operations::decision;
use crate::operations::model::{FloatEntry, Operation, OperationState, OperationStatus};
use crate::responses::Balance;
use crate::store::Store;
use crate::text::digest::Digest;
use crate::text::{cursor, json_text};
use crate::webhooks::event::EventType;

/// Maximum size of a message's body, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// A message, made from an entry of the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Number of the entry.
    pub entry: u64,
    /// Type of the message.
    pub kind: EventType,
    /// Time of the event.
    pub at: Timestamp,
    /// The object that the event concerns, as the API shows it.
    pub data: Value,
}

/// The body of a message.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: EventType,
    timestamp: Timestamp,
    data: &'a Value,
}

impl Message {
    /// The JSON text of the body, which the signature covers.
    pub fn body(&self) -> Result<String, InternalError> {
        let body = json_text::write(&Body { kind: self.kind, timestamp: self.at, data: &self.data })?;
        if body.len() > MAX_BODY {
            return Err(InternalError::new("a message that is longer than it may be"));
        }
        Ok(body)
    }
}

/// Source of the objects that messages show.
pub struct Source<'a> {
    /// The distributor's storage.
    pub store: &'a dyn Store,
    /// Usage of a key.
    pub usage: &'a dyn Fn(&Key) -> Result<Usage, InternalError>,
}

/// Messages of an entry.
#[derive(Debug, Default)]
pub struct OfEntry {
    /// Messages that can be sent.
    pub messages: Vec<Message>,
    /// Number of the cash-in that is still on its way to the wallet; its arrival makes another message of the entry.
    pub awaits: Option<u64>,
}

/// The ID of a message: derived, so every attempt has the same.
pub fn message_id(source: &Source<'_>, entry: u64, kind: EventType) -> MessageID {
    let distributor = source.store.profile().id.uuid();
    let parts: [&[u8]; 4] =
        [b"universal-wallet/message/v1", distributor.as_bytes(), &entry.to_be_bytes(), kind.as_str().as_bytes()];
    MessageID::from_uuid(uuid::Builder::from_custom_bytes(Digest::of(&parts).first()).into_uuid())
}

impl Source<'_> {
    /// Messages of an entry, of all types. `hash` is the entry's.
    pub fn of_entry(&self, hash: Digest, content: &Content) -> Result<OfEntry, InternalError> {
        let mut made = OfEntry::default();
        let mut add = |kind, data| made.messages.push(Message { entry: content.number, kind, at: content.at, data });
        for approval in self.approvals(content)? {
            add(approval.0, json!(approval.1.view()));
        }
        match content.kind.as_str() {
            OPERATION_CREATED | "operation.approved" => return self.of_decided(hash, content, made),
            "operation.rejected" => add(EventType::OperationRejected, self.operation(content)?),
            "operation.expired" => add(EventType::OperationExpired, self.operation(content)?),
            "operation.captured" => add(EventType::OperationCompleted, self.operation(content)?),
            "operation.returned" => add(EventType::OperationFailed, self.operation(content)?),
            "cash-out.requested" => add(EventType::CashOutRequested, self.cash_out(content)?),
            "cash-out.cancelled" => add(EventType::CashOutCancelled, self.cash_out(content)?),
            "cash-out.expired" => add(EventType::CashOutExpired, self.cash_out(content)?),
            "api-key.claimed" => add(EventType::KeyIssued, self.key(content)?),
            "api-key.revoked" => add(EventType::KeyRevoked, self.key(content)?),
            "api-key.expiring" => add(EventType::KeyExpiring, self.key(content)?),
            "api-key.expired" => add(EventType::KeyExpired, self.key(content)?),
            FLOAT_LOW => add(EventType::FloatLow, self.balance(content)),
            "float.topped-up" => add(EventType::FloatToppedUp, movement(content)),
            "float.redeemed" => add(EventType::FloatRedeemed, movement(content)),
            _ => {}
        }
        Ok(made)
    }

    /// One message of an entry again; `None` if the entry makes no such message.
    pub fn again(&self, hash: Digest, content: &Content, kind: EventType) -> Result<Option<Message>, InternalError> {
        Ok(self.of_entry(hash, content)?.messages.into_iter().find(|message| message.kind == kind))
    }

    /// Messages of an entry that made or approved an operation.
    fn of_decided(&self, hash: Digest, content: &Content, mut made: OfEntry) -> Result<OfEntry, InternalError> {
        let stored = self.operation_of(content)?;
        let distributor = self.store.profile().id;
        let decided = content.kind == "operation.approved" || stored.facts.approval.is_none();
        // As the entry left it; the stored state may be a later one.
        let mut at_entry = stored.clone();
        at_entry.state = OperationState {
            entry: content.number,
            status: if decided { OperationStatus::Processing } else { OperationStatus::Pending },
            float: (decided && stored.facts.is_cash_in()).then_some(FloatEntry { number: content.number, hash }),
            error: None,
            updated_at: content.at,
            ..stored.state
        };
        let mut add = |kind, at, operation: &Operation| {
            made.messages.push(Message { entry: content.number, kind, at, data: json!(operation.view(distributor)) });
        };
        if content.kind == OPERATION_CREATED {
            add(EventType::OperationCreated, content.at, &at_entry);
        }
        if decided {
            add(EventType::OperationProcessing, content.at, &at_entry);
        }
        if decided && stored.facts.is_cash_in() {
            match stored.state.status {
                OperationStatus::Completed => {
                    add(EventType::OperationCompleted, stored.state.updated_at, &stored);
                }
                OperationStatus::Processing => made.awaits = Some(stored.number),
                _ => {}
            }
        }
        Ok(made)
    }

    /// Requests that the entry makes or decides.
    fn approvals(&self, content: &Content) -> Result<Vec<(EventType, Approval)>, InternalError> {
        let numbering = self.store.profile().numbering();
        let mut ids: Vec<ApprovalID> = content.states.iter().filter_map(|(id, _)| id.parse().ok()).collect();
        // The request about an operation is part of the operation.
        if matches!(content.kind.as_str(), OPERATION_CREATED | "operation.approved")
            || decision::status(content).is_some()
        {
            ids.extend(self.operation_of(content)?.facts.approval);
        }
        let mut found = Vec::new();
        for id in ids {
            let Some(approval) = self.store.approval(id)? else { continue };
            // A request has the number of the entry that makes it, and is decided once.
            found.push(if numbering.number(id.uuid()) == Some(content.number) {
                let (status, decided_by, decided_at) = (ApprovalStatus::Pending, None, None);
                (EventType::ApprovalRequested, Approval { status, decided_by, decided_at, reason: None, ..approval })
            } else {
                (EventType::ApprovalDecided, approval)
            });
        }
        Ok(found)
    }

    /// The operation that an entry concerns, in its stored state. Each attempt to pay a cash-out has a number of its own.
    fn operation_of(&self, content: &Content) -> Result<Operation, InternalError> {
        let number = content.states.iter().find_map(|(id, _)| id.parse().ok());
        let operation = number.map(|number| self.store.operation_at(number)).transpose()?.flatten();
        operation.ok_or_else(|| InternalError::new("an entry of a missing operation"))
    }

    /// The operation that an entry ends.
    fn operation(&self, content: &Content) -> Result<Value, InternalError> {
        Ok(json!(self.operation_of(content)?.view(self.store.profile().id)))
    }

    fn cash_out(&self, content: &Content) -> Result<Value, InternalError> {
        let id = content.subject.parse().map_err(|_| InternalError::new("an entry of an unreadable request"))?;
        let request =
            self.store.request(id)?.ok_or_else(|| InternalError::new("an entry of a missing cash-out request"))?;
        let cursor = cursor::make(self.store.profile().id, "cashouts", request.number);
        Ok(json!(request.view(cursor)))
    }

    fn key(&self, content: &Content) -> Result<Value, InternalError> {
        let id = content.subject.parse().map_err(|_| InternalError::new("an entry of an unreadable key"))?;
        let key = self.store.key(id)?.ok_or_else(|| InternalError::new("an entry of a missing key"))?;
        Ok(json!(key.view(&(self.usage)(&key)?)))
    }

    /// The float as an entry left it.
    fn balance(&self, content: &Content) -> Value {
        let (book, currency) = (&content.book, self.store.profile().currency.clone());
        json!(Balance { balance: book.balance, available: book.available(), held: book.held, currency })
    }
}

/// A top-up or redemption.
fn movement(content: &Content) -> Value {
    let detail = |name: &str| content.details.get(name).cloned().unwrap_or_default();
    json!({
        "operationID": content.subject,
        "amount": detail("amount"),
        "reference": detail("reference"),
        "balance": content.book.balance,
    })
}
