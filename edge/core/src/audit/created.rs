//! The first entry of an operation. Its text is not stored: it is spelt from the operation's own columns, each fact once.

use serde::Serialize;
use universal_wallet_sdk::{Amount, ShortCode};

use crate::audit::chain::{Book, Content, Entry, Head, OPERATION_CREATED, States};
use crate::error::InternalError;
use crate::id::ApprovalID;
use crate::operations::model::{Destination, Direction, FulfillmentType, Operation, OperationStatus};
use crate::people::model::Actor;

/// Direction and means of an operation as a number: 0 cash-in of a customer, 1 cash-in of a merchant, 2 cash-out in
/// cash, 3 cash-out by bank transfer.
pub const fn type_number(direction: &Direction) -> u8 {
    match direction {
        Direction::CashIn { to: Destination::Phone(_) } => 0,
        Direction::CashIn { to: Destination::Merchant(_) } => 1,
        Direction::CashOut { fulfillment, .. } => match fulfillment.means {
            FulfillmentType::Cash => 2,
            FulfillmentType::BankTransfer => 3,
        },
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Party<'a> {
    Phone(&'a str),
    Merchant(&'a str, ShortCode, &'a str),
}

/// Details of an operation's first entry.
///
/// Spelt as `[type, party, reference, amount, memo, approvalID]`: the party is a phone as its caller spelt it, or a
/// merchant as `[id, shortCode, name]`; an operation that no checker decides has no approval ID.
#[derive(Serialize)]
pub struct Details<'a>(u8, Party<'a>, Option<&'a str>, Amount, Option<&'a str>, Option<ApprovalID>);

/// The content of an operation's first entry as it is spelt; `states` are the other states that the entry writes.
pub fn content(operation: &Operation, book: Book, mut states: States) -> Content<Details<'_>> {
    let Operation { number, facts, .. } = operation;
    let (party, reference) = match &facts.direction {
        Direction::CashIn { to: Destination::Phone(phone) } => (Party::Phone(phone.as_str()), None),
        Direction::CashIn { to: Destination::Merchant(merchant) } => {
            (Party::Merchant(&merchant.id, merchant.short_code, &merchant.name), None)
        }
        Direction::CashOut { from, fulfillment } => (Party::Phone(from.as_str()), fulfillment.reference.as_deref()),
    };
    let first = if facts.approval.is_some() { OperationStatus::Pending } else { OperationStatus::Processing };
    states.push((number.to_string(), first.in_chain().to_owned()));
    Content {
        number: *number,
        at: facts.created_at,
        kind: OPERATION_CREATED.to_owned(),
        actor: match facts.key {
            Some((id, _)) => Actor::Key { id, name: String::new() },
            None => Actor::User(facts.maker.clone()),
        },
        subject: facts.id.to_string(),
        details: Details(
            type_number(&facts.direction),
            party,
            reference,
            facts.amount,
            facts.memo.as_deref(),
            facts.approval,
        ),
        book,
        states,
    }
}

/// The entry that makes an operation, and the head after it.
pub fn follow(head: &Head, operation: &Operation, book: Book, states: States) -> Result<(Entry, Head), InternalError> {
    head.follow(&content(operation, book, states))
}

/// The text of a stored operation's first entry.
pub fn text(operation: &Operation, book: Book, states: States) -> Result<String, InternalError> {
    content(operation, book, states).text()
}
