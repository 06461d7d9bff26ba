//! An operation as a row: typed columns, each fact once. Not stored is what follows from other columns: its ID and its
//! request's, its maker (the key's), the text of its first entry, the float's balance.
//!
//! A row is read as one JSON array made by SQLite: one value crosses over instead of twenty, and integers are exact.

use serde::Deserialize;
use universal_wallet_core::approvals::model::ApprovalStatus;
use universal_wallet_core::audit::chain::{Book, Head, States};
use universal_wallet_core::audit::created::type_number;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::{ApprovalID, OperationID};
use universal_wallet_core::operations::model::{
    Destination, Direction, FloatEntry, Fulfillment, FulfillmentType, Operation, OperationDecision, OperationDetails,
    OperationState, OperationStatus,
};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::numbered_id::Numbering;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::{Amount, Phone, Timestamp};
use uuid::Uuid;
use worker::SqlStorageValue;

use super::origin::{Origin, Origins};
use crate::platform::sql_values::{Bindings, Blob, Exact, Value};

/// Columns of an operation, as the fields of [`OperationRow`].
macro_rules! columns {
    () => {
        "json_array(n, at, random, lower(hex(own)), type, party, spelt, reference, minor, memo, key, maker, approval, \
         decided, status, took, moved, CASE WHEN moved > 0 THEN \
         (SELECT lower(hex(e.hash)) FROM entries AS e WHERE e.n = operations.n + moved) END, entry, error, \
         lower(hex(hash)))"
    };
}

/// Reads operations.
pub(super) const OPERATION: &str = concat!("SELECT ", columns!(), " FROM operations ");

/// Columns of the rest of a first entry, as the fields of [`Told`].
macro_rules! told {
    () => {
        "json_array(held, issued, charged, cashed_out, totals, states)"
    };
}
pub(super) const TOLD: &str = told!();

/// Reads operations, and what else their first entries tell.
pub(super) const FIRST_ENTRY: &str = concat!("SELECT ", columns!(), ", ", told!(), " FROM operations ");

/// Columns of an operation.
#[derive(Deserialize)]
pub(super) struct OperationRow(
    u64,
    i64,
    u64,
    String,
    u8,
    u64,
    Option<String>,
    Option<String>,
    i64,
    Option<String>,
    Option<u64>,
    Option<String>,
    Option<u8>,
    Option<u64>,
    u8,
    i64,
    Option<u64>,
    Option<Digest>,
    u64,
    Option<String>,
    Digest,
);

/// The rest of a first entry, beside its operation: the book, its totals where one passes 64 bits, other states.
#[derive(Deserialize)]
pub(super) struct Told(i64, i64, i64, i64, Option<String>, Option<String>);

/// Number of a status; the two that almost all operations have take no byte.
pub(crate) const fn status_number(status: OperationStatus) -> u8 {
    match status {
        OperationStatus::Processing => 0,
        OperationStatus::Completed => 1,
        OperationStatus::Pending => 2,
        OperationStatus::Rejected => 3,
        OperationStatus::Expired => 4,
        OperationStatus::Failed => 5,
    }
}

/// Number of a request's status.
pub(crate) const fn approval_number(status: ApprovalStatus) -> u8 {
    match status {
        ApprovalStatus::Pending => 0,
        ApprovalStatus::Approved => 1,
        ApprovalStatus::Rejected => 2,
        ApprovalStatus::Withdrawn => 3,
        ApprovalStatus::Expired => 4,
    }
}

/// The digits of a phone, which identify it.
pub(crate) fn digits(phone: &Phone) -> Option<u64> {
    phone.bare().get(1..)?.parse().ok()
}

fn unreadable(part: &'static str) -> impl Fn() -> InternalError {
    move || InternalError::new(format!("a stored operation whose {part} cannot be read"))
}

fn phone(digits: u64, spelt: Option<String>) -> Result<Phone, InternalError> {
    let phone: Phone = spelt.unwrap_or_else(|| format!("+{digits}")).parse().map_err(|_| unreadable("phone")())?;
    if phone.bare().get(1..) == Some(digits.to_string().as_str()) { Ok(phone) } else { Err(unreadable("phone")()) }
}

impl OperationRow {
    /// The number and hash of its first entry.
    pub(super) const fn entry(&self) -> (u64, Digest) {
        (self.0, self.20)
    }

    /// The operation as stored.
    pub(super) fn operation(self, origins: &Origins) -> Result<Operation, InternalError> {
        #[rustfmt::skip]
        let Self(
            number, at, random, own, kind, party, spelt, reference, minor, memo, key, maker, approval, decided, status,
            took, moved, float, entry, error, hash,
        ) = self;
        // No other entry of the chain vouches for a column that this kind of operation has no use for.
        let is_used = [
            (own.is_empty(), kind < 2),
            (spelt.is_none() || kind != 1, true),
            (reference.is_none() || kind >= 2, true),
            (maker.is_none(), key.is_some()),
            (approval.is_some_and(|approval| approval > 0), decided.is_some()),
        ];
        if is_used.iter().any(|(found, expected)| found != expected) {
            return Err(unreadable("columns")());
        }
        let created_at = Timestamp::from_unix_ms(at);
        let uuid = origins.numbering.uuid(number, created_at, random);
        let direction = match kind {
            0 => Direction::CashIn { to: Destination::Phone(phone(party, spelt)?) },
            1 => Direction::CashIn { to: Destination::Merchant(origins.merchant(party)?) },
            2 | 3 => {
                let means = if kind == 2 { FulfillmentType::Cash } else { FulfillmentType::BankTransfer };
                Direction::CashOut { from: phone(party, spelt)?, fulfillment: Fulfillment { means, reference } }
            }
            _ => return Err(unreadable("type")()),
        };
        let (key, maker) = match key {
            Some(number) => {
                let Origin { key, lineage, maker } = origins.key(number)?;
                (Some((key, lineage)), maker)
            }
            None => (None, json_text::read(&maker.ok_or_else(unreadable("maker"))?)?),
        };
        let own = if own.is_empty() { uuid } else { Uuid::try_parse(&own).map_err(|_| unreadable("ID")())? };
        let status = OperationStatus::ALL.into_iter().find(|known| status_number(*known) == status);
        let decision = match (approval, decided) {
            (Some(approval), Some(decided)) => {
                let known = ApprovalStatus::ALL.into_iter().find(|known| approval_number(*known) == approval);
                let status = known.ok_or_else(unreadable("approval"))?;
                Some(OperationDecision { entry: number + decided, status })
            }
            _ => None,
        };
        Ok(Operation {
            number,
            facts: OperationDetails {
                id: OperationID::from_uuid(own),
                direction,
                amount: Amount::from_minor(minor).ok_or_else(unreadable("amount"))?,
                memo,
                key,
                maker,
                approval: approval.map(|_| ApprovalID::from_uuid(uuid)),
                created_at,
            },
            state: OperationState {
                entry: number + entry,
                status: status.ok_or_else(unreadable("status"))?,
                float: moved.map(|moved| FloatEntry { number: number + moved, hash: float.unwrap_or(hash) }),
                decision,
                error,
                updated_at: created_at.plus_ms(took),
            },
        })
    }
}

impl Told {
    /// The book that the entry leaves, and the other states that it writes.
    pub(super) fn read(self) -> Result<(Book, States), InternalError> {
        let Self(held, issued, charged, cashed_out, totals, states) = self;
        let total = |minor| Total::default().plus_minor(minor);
        let (issued, charged, cashed_out) = match totals {
            Some(totals) => json_text::read(&totals)?,
            None => (total(issued), total(charged), total(cashed_out)),
        };
        let book = Amount::from_minor(held).and_then(|held| Book::of(held, issued, charged, cashed_out));
        let states = states.map_or(Ok(States::new()), |text| json_text::read(&text))?;
        Ok((book.ok_or_else(unreadable("book"))?, states))
    }
}

/// A new operation, as it is bound.
pub(super) struct NewRow<'a> {
    pub(super) operation: &'a Operation,
    pub(super) head: &'a Head,
    pub(super) states: &'a States,
    pub(super) idempotency: Option<&'a Idempotency>,
    /// Numbers of the key and of its line.
    pub(super) key: Option<(u64, u64)>,
}

fn text(text: Option<&str>) -> Option<SqlStorageValue> {
    text.value()
}

/// The totals of a book as columns: where one of them passes 64 bits, zeros and their text.
fn totals(book: &Book) -> Result<([i64; 3], Option<String>), InternalError> {
    let totals = [book.issued, book.charged, book.cashed_out];
    let [Ok(issued), Ok(charged), Ok(cashed_out)] = totals.map(|total| i64::try_from(total.minor())) else {
        return Ok(([0; 3], Some(json_text::write(&totals)?)));
    };
    Ok(([issued, charged, cashed_out], None))
}

impl NewRow<'_> {
    fn party(&self) -> Option<(u64, Option<&str>)> {
        match &self.operation.facts.direction {
            Direction::CashIn { to: Destination::Merchant(merchant) } => {
                Some((merchant.short_code.number().into(), None))
            }
            Direction::CashIn { to: Destination::Phone(phone) } | Direction::CashOut { from: phone, .. } => {
                Some((digits(phone)?, (phone.as_str() != phone.bare()).then_some(phone.as_str())))
            }
        }
    }

    /// The statement that writes the row, and its bindings.
    pub(super) fn insert(&self) -> Result<(&'static str, Vec<Option<SqlStorageValue>>), InternalError> {
        let Self { operation: Operation { number, facts, state }, head, states, idempotency, key } = self;
        let ([issued, charged, cashed_out], totals) = totals(&head.book)?;
        let (party, spelt) = self.party().ok_or_else(unreadable("phone"))?;
        let place = idempotency.map(Idempotency::place);
        let number_of = |number: i64| Exact(number).value();
        let (at, held) = (facts.created_at.unix_ms(), head.book.held.minor());
        let hash = Blob(head.hash.bytes()).value();
        if let (true, None, None, Some((key, lineage)), Some(place), None, true) =
            (facts.is_cash_in(), facts.approval, spelt, *key, place, &totals, states.is_empty())
        {
            let values = vec![
                number.value(),
                number_of(at),
                Numbering::random(facts.id.uuid()).value(),
                type_number(&facts.direction).value(),
                party.value(),
                number_of(facts.amount.minor()),
                text(facts.memo.as_deref()),
                key.value(),
                hash,
                number_of(held),
                number_of(issued),
                number_of(charged),
                number_of(cashed_out),
                Blob(&place).value(),
                lineage.value(),
            ];
            return Ok(("INSERT INTO new_cash_ins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values));
        }
        // A cash-out has its request's ID, so its row keeps the random bits of the approval's.
        let numbered = match (facts.is_cash_in(), facts.approval) {
            (true, _) => Some(facts.id.uuid()),
            (false, approval) => approval.map(ApprovalID::uuid),
        };
        let own = (!facts.is_cash_in()).then(|| facts.id.uuid().into_bytes());
        let reference = match &facts.direction {
            Direction::CashOut { fulfillment, .. } => fulfillment.reference.as_deref(),
            Direction::CashIn { .. } => None,
        };
        let maker = if key.is_none() { Some(json_text::write(&facts.maker)?) } else { None };
        let request = idempotency.filter(|_| !facts.is_cash_in()).map(|key| key.request);
        let values = vec![
            number.value(),
            number_of(at),
            numbered.map_or(0, Numbering::random).value(),
            own.as_ref().map(|id| Blob(id)).value(),
            type_number(&facts.direction).value(),
            party.value(),
            text(spelt),
            text(reference),
            number_of(facts.amount.minor()),
            text(facts.memo.as_deref()),
            key.map(|(key, _)| key).value(),
            maker.value(),
            facts.approval.map(|_| approval_number(ApprovalStatus::Pending)).value(),
            status_number(state.status).value(),
            state.float.map(|float| float.number - number).value(),
            hash,
            number_of(held),
            number_of(issued),
            number_of(charged),
            number_of(cashed_out),
            totals.value(),
            (if states.is_empty() { None } else { Some(json_text::write(states)?) }).value(),
            place.as_ref().map(|place| Blob(place)).value(),
            request.as_ref().map(|request| Blob(request.bytes())).value(),
            key.map(|(_, lineage)| lineage).value(),
        ];
        let insert = "INSERT INTO new_operations VALUES \
                      (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        Ok((insert, values))
    }
}

/// The changed state of an operation, as it is bound by [`CHANGE`].
pub(super) struct Changed<'a>(pub(super) &'a Operation);

pub(super) const CHANGE: &str = "UPDATE operations SET status = ?, took = ?, moved = ?, entry = ?, error = ?, \
                                 approval = COALESCE(?, approval), decided = ? WHERE n = ?";

impl Changed<'_> {
    /// Milliseconds from its creation to its last change.
    pub(super) const fn took(&self) -> i64 {
        self.0.state.updated_at.unix_ms() - self.0.facts.created_at.unix_ms()
    }
}

impl Bindings for Changed<'_> {
    fn values(&self) -> Result<Vec<SqlStorageValue>, InternalError> {
        let Operation { number, state, .. } = self.0;
        (
            status_number(state.status),
            self.took(),
            state.float.map(|float| float.number - number),
            state.entry - number,
            &state.error,
            state.decision.map(|decision| approval_number(decision.status)),
            state.decision.map(|decision| decision.entry - number),
            number,
        )
            .values()
    }
}
