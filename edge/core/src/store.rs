//! Storage interface of the rules: a distributor's storage, in the field's own words.
//!
//! The Durable Object implements it over SQLite, the simulator in memory. Writes are atomic: the object wraps a command
//! in one transaction.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::{Amount, Phone, Timestamp};

use crate::approvals::model::Approval;
use crate::audit::chain::{Entry, Head, States};
use crate::error::{Code, InternalError, Outcome, Refusal, refuse};
use crate::id::{ApprovalID, DistributorID, KeyID, OperationID, UserID, WebhookID};
use crate::keys::model::Key;
use crate::operations::model::{CashOutRequest, Operation};
use crate::people::model::Member;
use crate::people::second_factor::proof::Requirement;
use crate::room::Room;
use crate::text::digest::Digest;
use crate::text::input::{Idempotency, must_be_same};
use crate::text::numbered_id::Numbering;
use crate::total::Total;
use crate::webhooks::model::Endpoint;

/// Default of [`Store::max_given_back`].
pub const MAX_GIVEN_BACK: u32 = 10_000;

/// Profile of a distributor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// ID of the distributor.
    pub id: DistributorID,
    /// Name of the distributor.
    pub name: String,
    /// The deployment's currency.
    pub currency: String,
    /// True while the issuer has suspended the distributor.
    pub suspended: bool,
    /// Whether members need a second factor.
    #[serde(default)]
    pub second_factor: Requirement,
    /// Balance below which the float is low; none for no warning.
    #[serde(default)]
    pub low_float: Option<Amount>,
    /// Time at which the float last fell below it.
    #[serde(default)]
    pub low_since: Option<Timestamp>,
    /// Time of creation.
    pub created_at: Timestamp,
}

impl Profile {
    /// Refuses calls that a suspended distributor may not make.
    pub fn refuse_suspended(&self) -> Outcome<()> {
        if self.suspended {
            return refuse(Code::DistributorSuspended, "This distributor is suspended; ask the issuer.");
        }
        Ok(())
    }

    /// True if this available amount is below the one that the settings name.
    pub fn is_low(&self, available: Amount) -> bool {
        self.low_float.is_some_and(|least| available < least)
    }

    /// Makes and reads the distributor's numbered identifiers.
    pub fn numbering(&self) -> Numbering {
        Numbering::new(self.id)
    }
}

/// Subject that a deadline ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deadline {
    /// A request that waits for a decision.
    Approval(ApprovalID),
    /// An approved key that waits for its claim.
    Claim(KeyID),
    /// A key that expires.
    Expiry(KeyID),
    /// A key that expires a week later.
    ExpiryNotice(KeyID),
    /// A cash-out request that waits to be taken.
    CashOutRequest(OperationID),
    /// An endpoint's approved secret that waits for its claim.
    SecretClaim(WebhookID),
}

impl std::fmt::Display for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Approval(id) => write!(f, "approval:{id}"),
            Self::Claim(id) => write!(f, "claim:{id}"),
            Self::Expiry(id) => write!(f, "expiry:{id}"),
            Self::ExpiryNotice(id) => write!(f, "notice:{id}"),
            Self::CashOutRequest(id) => write!(f, "request:{id}"),
            Self::SecretClaim(id) => write!(f, "secret:{id}"),
        }
    }
}

impl std::str::FromStr for Deadline {
    type Err = InternalError;

    fn from_str(text: &str) -> Result<Self, InternalError> {
        let wrong = || InternalError::new(format!("a stored deadline that cannot be parsed: {text}"));
        let (kind, id) = text.split_once(':').ok_or_else(wrong)?;
        match kind {
            "approval" => id.parse().map(Self::Approval).map_err(|_| wrong()),
            "claim" => id.parse().map(Self::Claim).map_err(|_| wrong()),
            "expiry" => id.parse().map(Self::Expiry).map_err(|_| wrong()),
            "notice" => id.parse().map(Self::ExpiryNotice).map_err(|_| wrong()),
            "request" => id.parse().map(Self::CashOutRequest).map_err(|_| wrong()),
            "secret" => id.parse().map(Self::SecretClaim).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

/// Result that is stored for an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdempotentResult {
    /// The operation that the call made.
    Operation(Box<Operation>),
    /// The ID that another kind of call made or changed.
    Call(String),
}

/// A distributor's storage. Every read sees all earlier writes.
pub trait Store {
    /// Profile of the distributor.
    fn profile(&self) -> Rc<Profile>;
    /// Writes the profile of the distributor.
    fn put_profile(&mut self, profile: Profile, document: &str) -> Result<(), InternalError>;

    /// The last entry of the chain.
    fn head(&self) -> Head;
    /// Appends an entry that is not an operation's first one.
    fn append(&mut self, entry: &Entry, head: Head) -> Result<(), InternalError>;

    /// All members.
    fn members(&self) -> Vec<Rc<Member>>;
    /// Writes a new or changed member.
    fn put_member(&mut self, member: Member, document: &str) -> Result<(), InternalError>;

    /// A key by its ID.
    fn key(&self, id: KeyID) -> Result<Option<Rc<Key>>, InternalError>;
    /// A key by its secret's digest.
    fn key_by_digest(&self, digest: &Digest) -> Result<Option<Rc<Key>>, InternalError>;
    /// Writes a new or changed key.
    fn put_key(&mut self, key: Key, document: &str) -> Result<(), InternalError>;

    /// A request by its ID.
    fn approval(&self, id: ApprovalID) -> Result<Option<Approval>, InternalError>;
    /// All pending requests, oldest first.
    fn pending_approvals(&self) -> Result<Vec<Approval>, InternalError>;
    /// All approved and unclaimed keys, oldest first.
    fn approved_keys(&self) -> Result<Vec<Key>, InternalError>;
    /// The unclaimed key that is to replace this one, if any.
    fn open_rotation(&self, replaces: KeyID) -> Result<Option<Rc<Key>>, InternalError>;
    /// Writes a new or changed request; one about an operation is never written, since the operation tells it.
    fn put_approval(&mut self, approval: &Approval, document: &str) -> Result<(), InternalError>;

    /// An endpoint by its ID.
    fn webhook(&self, id: WebhookID) -> Result<Option<Rc<Endpoint>>, InternalError>;
    /// All endpoints that are [live](Endpoint::is_live), oldest first.
    fn live_webhooks(&self) -> Result<Vec<Rc<Endpoint>>, InternalError>;
    /// Writes a new or changed endpoint.
    fn put_webhook(&mut self, endpoint: Endpoint, document: &str) -> Result<(), InternalError>;

    /// The earliest deadline, if any. A pending operation has its own, which is not added.
    fn first_deadline(&self) -> Option<(Timestamp, Deadline)>;
    /// Adds a deadline.
    fn add_deadline(&mut self, at: Timestamp, due: Deadline) -> Result<(), InternalError>;
    /// Removes a deadline; a missing one is ignored.
    fn remove_deadline(&mut self, at: Timestamp, due: Deadline) -> Result<(), InternalError>;

    /// Volume of a line of keys on a UTC day; without a limit it may pass the largest amount.
    fn volume(&self, lineage: KeyID, day: i64) -> Result<Total, InternalError>;
    /// Subtracts a returned amount from the volume of a key and its line on a UTC day.
    fn lower_volume(&mut self, key: (KeyID, KeyID), day: i64, amount: Amount) -> Result<(), InternalError>;

    /// Number of operations of a line of keys that were given back on a UTC day.
    fn given_back(&self, lineage: KeyID, day: i64) -> Result<u32, InternalError>;
    /// Counts an operation of a line of keys that was given back on a UTC day.
    fn count_given_back(&mut self, lineage: KeyID, day: i64) -> Result<(), InternalError>;
    /// Maximum of [`Store::given_back`] beyond which no new operation is made; zero means none.
    fn max_given_back(&self) -> u32 {
        MAX_GIVEN_BACK
    }

    /// An operation by the number of the entry that made it.
    fn operation_at(&self, number: u64) -> Result<Option<Operation>, InternalError>;
    /// How full the storage is, or was some seconds ago.
    fn room(&self) -> Room;

    /// An operation by its ID; for a cash-out, the latest attempt.
    fn operation(&self, id: OperationID) -> Result<Option<Operation>, InternalError>;
    /// Stores an operation, which is its own first entry, and adds its amount to the key's volume of the day, in one
    /// write; `states` are the other states of the entry. An already used idempotency key is an internal error.
    fn add_operation(
        &mut self,
        operation: &Operation,
        entry: &Entry,
        head: Head,
        states: &States,
        idempotency: Option<&Idempotency>,
    ) -> Result<(), InternalError>;
    /// Marks an operation as superseded by a new attempt: lists leave it out.
    fn supersede(&mut self, number: u64) -> Result<(), InternalError>;
    /// Writes an operation's state.
    fn put_operation(&mut self, operation: &Operation) -> Result<(), InternalError>;
    /// Records that a cash-in arrived. The wallet's own entry proves the arrival, so this write may be late: if it is
    /// lost, the wallet is told once more and acknowledges once more.
    fn arrive(&mut self, operation: &Operation) -> Result<(), InternalError>;
    /// Result of an earlier call with this idempotency key, and the digest of that call.
    fn used_for(&self, key: &Idempotency) -> Result<Option<(IdempotentResult, Digest)>, InternalError>;
    /// Number of a key's pending operations.
    fn pending_of_key(&self, key: KeyID) -> Result<u32, InternalError>;
    /// The first of a key's pending operations.
    fn first_pending_of_key(&self, key: KeyID) -> Result<Option<Operation>, InternalError>;
    /// Amount that may still reach the float: processing cash-outs, and processing cash-ins, which return if a wallet
    /// cannot take them.
    fn incoming(&self) -> Amount;

    /// A customer's request by its ID.
    fn request(&self, id: OperationID) -> Result<Option<CashOutRequest>, InternalError>;
    /// The oldest open request of a customer with this amount.
    fn oldest_request(&self, from: &Phone, amount: Amount) -> Result<Option<CashOutRequest>, InternalError>;
    /// Number of the last announcement of a request that was refused; zero where none was.
    fn refused_announcement(&self, id: OperationID) -> Result<u32, InternalError>;
    /// Remembers the number of a refused announcement, for longer than an earlier one can be under way.
    fn refuse_announcement(&mut self, id: OperationID, number: u32, now: Timestamp) -> Result<(), InternalError>;
    /// Writes a new or changed cash-out request. A cancelled or expired one is queued for release in the wallet.
    fn put_request(&mut self, request: &CashOutRequest, document: &str) -> Result<(), InternalError>;
    /// Records that the wallet knows of a request's cancellation or expiry.
    fn request_released(&mut self, id: OperationID) -> Result<(), InternalError>;

    /// The subject of an earlier call with this idempotency key, unless that call made an operation; any other use of
    /// the key is refused.
    fn recall(&self, key: &Idempotency) -> Outcome<Option<String>> {
        let Some((used, request)) = self.used_for(key)? else { return Ok(None) };
        must_be_same(&request, &key.request)?;
        match used {
            IdempotentResult::Call(subject) => Ok(Some(subject)),
            IdempotentResult::Operation(_) => Ok(None),
        }
    }

    /// Finds a key by the ID in a path, or refuses.
    fn find_key(&self, id: &str) -> Outcome<Key> {
        let id: KeyID = id.parse().map_err(|_| Refusal::not_found())?;
        Ok((*self.key(id)?.ok_or_else(Refusal::not_found)?).clone())
    }

    /// Finds a request by the ID in a path, or refuses.
    fn find_approval(&self, id: &str) -> Outcome<Approval> {
        let id: ApprovalID = id.parse().map_err(|_| Refusal::not_found())?;
        Ok(self.approval(id)?.ok_or_else(Refusal::not_found)?)
    }

    /// Finds an endpoint by the ID in a path, or refuses.
    fn find_webhook(&self, id: &str) -> Outcome<Endpoint> {
        let id: WebhookID = id.parse().map_err(|_| Refusal::not_found())?;
        Ok((*self.webhook(id)?.ok_or_else(Refusal::not_found)?).clone())
    }

    /// Finds a member by the ID in a path, or refuses; who left is no member.
    fn find_member(&self, id: &str) -> Outcome<Member> {
        let id: UserID = id.parse().map_err(|_| Refusal::not_found())?;
        let member = self.member(id).filter(|member| !member.has_left());
        Ok((*member.ok_or_else(Refusal::not_found)?).clone())
    }

    /// Notifies listeners of an appended entry.
    fn tell(&mut self, _kind: &'static str, _subject: &str, _at: Timestamp) {}

    /// Remembers a call's idempotency key with the ID that the call made or changed.
    fn remember(&mut self, key: &Idempotency, subject: &str) -> Result<(), InternalError>;

    /// A member by their user ID, also one who left.
    fn member(&self, id: UserID) -> Option<Rc<Member>> {
        self.members().into_iter().find(|member| member.person.id == id)
    }

    /// The member behind whom an account stands.
    fn member_of(&self, account: UserID) -> Option<Rc<Member>> {
        self.members().into_iter().find(|member| !member.has_left() && member.account() == Some(account))
    }

    /// True if the user of an earlier event is this member, by the accounts behind them.
    fn is_same_person(&self, earlier: UserID, member: &Member) -> bool {
        earlier == member.person.id || self.member(earlier).is_some_and(|earlier| earlier.is_same_person(member))
    }
}
