//! What the rules read and write: a distributor's storage, in the field's own words.
//!
//! The Durable Object implements it over SQLite, the simulator in memory. Writes become true
//! together or not at all: the object wraps a command in one transaction.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use universal_wallet::id::{ApprovalID, DistributorID, KeyID, OperationID, UserID};
use universal_wallet::{Amount, Phone, Timestamp};

use crate::approvals::model::Approval;
use crate::audit::chain::{Entry, Head};
use crate::error::{Code, InternalError, Outcome, Refusal, refuse};
use crate::keys::model::Key;
use crate::operations::model::{CashOutRequest, Operation};
use crate::people::model::Member;
use crate::text::digest::Digest;
use crate::text::input::{Idempotency, must_be_same};
use crate::text::numbered_id::Numbering;

/// Who a distributor is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// Names it.
    pub id: DistributorID,
    /// What it is called.
    pub name: String,
    /// The deployment's currency.
    pub currency: String,
    /// The issuer stopped it.
    pub suspended: bool,
    /// Since when it exists.
    pub created_at: Timestamp,
}

impl Profile {
    /// Refuses what a suspended distributor may not do.
    pub fn refuse_suspended(&self) -> Outcome<()> {
        if self.suspended {
            return refuse(Code::DistributorSuspended, "This distributor is suspended; ask the issuer.");
        }
        Ok(())
    }

    /// Makes and reads its numbered identifiers.
    pub fn numbering(&self) -> Numbering {
        Numbering::new(self.id)
    }
}

/// What a deadline ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deadline {
    /// A request that nobody decided.
    Approval(ApprovalID),
    /// An approved key that nobody claimed.
    Claim(KeyID),
    /// A key whose time is over.
    Expiry(KeyID),
    /// A customer's request that nobody took.
    CashOutRequest(OperationID),
}

impl std::fmt::Display for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Approval(id) => write!(f, "approval:{id}"),
            Self::Claim(id) => write!(f, "claim:{id}"),
            Self::Expiry(id) => write!(f, "expiry:{id}"),
            Self::CashOutRequest(id) => write!(f, "request:{id}"),
        }
    }
}

impl std::str::FromStr for Deadline {
    type Err = InternalError;

    fn from_str(text: &str) -> Result<Self, InternalError> {
        let wrong = || InternalError::new(format!("a deadline that is none: {text}"));
        let (kind, id) = text.split_once(':').ok_or_else(wrong)?;
        match kind {
            "approval" => id.parse().map(Self::Approval).map_err(|_| wrong()),
            "claim" => id.parse().map(Self::Claim).map_err(|_| wrong()),
            "expiry" => id.parse().map(Self::Expiry).map_err(|_| wrong()),
            "request" => id.parse().map(Self::CashOutRequest).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

/// What an `Idempotency-Key` was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdempotentResult {
    /// It made this operation.
    Operation(Box<Operation>),
    /// Another call: the ID of what it made or changed.
    Call(String),
}

/// A distributor's storage. All reads tell what the writes before them made.
pub trait Store {
    /// Who the distributor is.
    fn profile(&self) -> Rc<Profile>;
    /// Changes who the distributor is.
    fn put_profile(&mut self, profile: Profile, document: &str) -> Result<(), InternalError>;

    /// The last entry of the chain.
    fn head(&self) -> Head;
    /// Appends an entry that is no operation's first.
    fn append(&mut self, entry: &Entry, head: Head) -> Result<(), InternalError>;

    /// All members.
    fn members(&self) -> Vec<Rc<Member>>;
    /// Adds or changes a member.
    fn put_member(&mut self, member: Member, document: &str) -> Result<(), InternalError>;

    /// A key by its ID.
    fn key(&self, id: KeyID) -> Result<Option<Rc<Key>>, InternalError>;
    /// A key by its secret's digest.
    fn key_by_digest(&self, digest: &Digest) -> Result<Option<Rc<Key>>, InternalError>;
    /// Adds or changes a key.
    fn put_key(&mut self, key: Key, document: &str) -> Result<(), InternalError>;

    /// A request by its ID.
    fn approval(&self, id: ApprovalID) -> Result<Option<Approval>, InternalError>;
    /// All requests that wait for their checker, oldest first.
    fn pending_approvals(&self) -> Result<Vec<Approval>, InternalError>;
    /// All keys that wait for their maker to claim them, oldest first.
    fn approved_keys(&self) -> Result<Vec<Key>, InternalError>;
    /// The key that is to take over from this one and is not claimed yet, if any.
    fn open_rotation(&self, replaces: KeyID) -> Result<Option<Rc<Key>>, InternalError>;
    /// Adds or changes a request.
    fn put_approval(&mut self, approval: &Approval, document: &str) -> Result<(), InternalError>;

    /// The first deadline, if any.
    fn first_deadline(&self) -> Option<(Timestamp, Deadline)>;
    /// Adds a deadline.
    fn add_deadline(&mut self, at: Timestamp, due: Deadline) -> Result<(), InternalError>;
    /// Takes a deadline away; nothing happens where it is not.
    fn remove_deadline(&mut self, at: Timestamp, due: Deadline) -> Result<(), InternalError>;

    /// The volume of a line of keys on a UTC day.
    fn volume(&self, lineage: KeyID, day: i64) -> Result<Amount, InternalError>;
    /// Takes an amount that was given back off the volume of a key (and its line) on a UTC day.
    fn lower_volume(&mut self, key: (KeyID, KeyID), day: i64, amount: Amount) -> Result<(), InternalError>;

    /// An operation by its ID; for a cash-out the latest attempt.
    fn operation(&self, id: OperationID) -> Result<Option<Operation>, InternalError>;
    /// Appends the entry that is an operation's first, and the operation, and adds it to its key's volume of the day:
    /// in one write. A fault where the idempotency key was used before.
    fn add_operation(
        &mut self,
        operation: &Operation,
        entry: &Entry,
        head: Head,
        idempotency: Option<&Idempotency>,
    ) -> Result<(), InternalError>;
    /// The call that made an operation was refused after all: its idempotency key is free again.
    fn forget_idempotency(&mut self, number: u64) -> Result<(), InternalError>;
    /// A new attempt takes the place of an operation that was given back: lists leave it out.
    fn supersede(&mut self, number: u64) -> Result<(), InternalError>;
    /// Changes an operation's state.
    fn put_operation(&mut self, operation: &Operation) -> Result<(), InternalError>;
    /// A cash-in arrived. What makes that true is the wallet's own entry, so it may be written down a little later: where
    /// it is lost in between, the wallet is told once more and acknowledges once more.
    fn arrive(&mut self, operation: &Operation) -> Result<(), InternalError>;
    /// What a call with this key did, and the digest of that call.
    fn used_for(&self, key: &Idempotency) -> Result<Option<(IdempotentResult, Digest)>, InternalError>;
    /// How many operations of a key wait for their checker.
    fn pending_of_key(&self, key: KeyID) -> Result<u32, InternalError>;
    /// The first of the operations of a key that wait for their checker.
    fn first_pending_of_key(&self, key: KeyID) -> Result<Option<Operation>, InternalError>;
    /// What may yet come to the float: processing cash-outs, and processing cash-ins, which come
    /// back where a wallet cannot take them.
    fn incoming(&self) -> Amount;

    /// A customer's request by its ID.
    fn request(&self, id: OperationID) -> Result<Option<CashOutRequest>, InternalError>;
    /// The oldest open request of a customer and amount.
    fn oldest_request(&self, from: &Phone, amount: Amount) -> Result<Option<CashOutRequest>, InternalError>;
    /// Adds or changes a customer's request. One that is cancelled or expired is due to be told to
    /// the wallet.
    fn put_request(&mut self, request: &CashOutRequest, document: &str) -> Result<(), InternalError>;
    /// The wallet was told that a request is cancelled or expired.
    fn request_released(&mut self, id: OperationID) -> Result<(), InternalError>;

    /// The subject of what a call with this key did before, where that was no operation; refused
    /// where the key was used for anything else.
    fn recall(&self, key: &Idempotency) -> Outcome<Option<String>> {
        let Some((used, request)) = self.used_for(key)? else { return Ok(None) };
        must_be_same(&request, &key.request)?;
        match used {
            IdempotentResult::Call(subject) => Ok(Some(subject)),
            IdempotentResult::Operation(_) => Ok(None),
        }
    }

    /// A key that must be there, by its ID as a path spells it.
    fn find_key(&self, id: &str) -> Outcome<Key> {
        let id: KeyID = id.parse().map_err(|_| Refusal::not_found())?;
        Ok((*self.key(id)?.ok_or_else(Refusal::not_found)?).clone())
    }

    /// A request that must be there, by its ID as a path spells it.
    fn find_approval(&self, id: &str) -> Outcome<Approval> {
        let id: ApprovalID = id.parse().map_err(|_| Refusal::not_found())?;
        Ok(self.approval(id)?.ok_or_else(Refusal::not_found)?)
    }

    /// A member who must be there, by their ID as a path spells it.
    fn find_member(&self, id: &str) -> Outcome<Member> {
        let id: UserID = id.parse().map_err(|_| Refusal::not_found())?;
        Ok((*self.member(id).ok_or_else(Refusal::not_found)?).clone())
    }

    /// Tells those who listen of an entry that was appended.
    fn tell(&mut self, _kind: &'static str, _subject: &str, _at: Timestamp) {}

    /// Remembers a call and the ID of what it made or changed.
    fn remember(&mut self, key: &Idempotency, subject: &str) -> Result<(), InternalError>;

    /// A member by their user ID.
    fn member(&self, id: UserID) -> Option<Rc<Member>> {
        self.members().into_iter().find(|member| member.person.id == id)
    }
}
