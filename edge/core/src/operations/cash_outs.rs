//! Customers' cash-out requests. The Distributor alone decides about a request; the wallet holds the money until the
//! Distributor reports the decision.

use serde_json::json;
use universal_wallet_sdk::{Amount, Phone, Timestamp};

use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, InternalError, Outcome, Refusal, refuse};
use crate::id::OperationID;
use crate::operations;
use crate::operations::create::{Created, replay};
use crate::operations::limits::Draft;
use crate::operations::model::{CashOutRequest, CashOutRequestStatus, Direction};
use crate::operations::request_body::read_fulfillment;
use crate::operations::requester::Requester;
use crate::people::model::Actor;
use crate::store::{Deadline, Store};
use crate::text::input::Input;
use crate::text::json_text;

/// Time for which a request stays open.
pub const OPEN_MS: i64 = 24 * 3_600_000;
/// Minimum time for which a request stays open after it was put back.
pub const PUT_BACK_MS: i64 = 3_600_000;

/// A cash-out request as the customer's wallet sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// ID that the wallet gave the request.
    pub id: OperationID,
    /// The customer.
    pub from: Phone,
    /// Amount held in the wallet.
    pub amount: Amount,
    /// The customer's note.
    pub memo: Option<String>,
    /// Number of this announcement; a wallet counts those of each request.
    pub announcement: u32,
}

/// Opens a request that a wallet announces; a repeated announcement changes nothing. The inner result is the answer to
/// the wallet, which releases the money if its last announcement was refused; so an earlier one that arrives later opens
/// nothing.
pub fn open(store: &mut dyn Store, now: Timestamp, wanted: Wanted) -> Outcome<Outcome<()>> {
    if store.request(wanted.id)?.is_some() {
        return Ok(Ok(()));
    }
    if wanted.announcement <= store.refused_announcement(wanted.id)? {
        return refuse(Code::InvalidState, "A later announcement of this request was refused.");
    }
    if let Err(refused) = store.profile().refuse_suspended().and_then(|()| Ok(store.room().refuse_full()?)) {
        // No announcement comes before the first.
        if wanted.announcement > 1 {
            store.refuse_announcement(wanted.id, wanted.announcement, now)?;
        }
        return Ok(Err(refused));
    }
    let mut entry = EntryBuilder::begin(store, now, "cash-out.requested", Actor::Issuer);
    let request = CashOutRequest {
        entry: 0,
        number: entry.number(),
        id: wanted.id,
        from: wanted.from,
        amount: wanted.amount,
        memo: wanted.memo,
        created_at: now,
        expires_at: now.plus_ms(OPEN_MS),
        status: CashOutRequestStatus::Open,
        attempt: None,
    };
    entry.store.add_deadline(request.expires_at, Deadline::CashOutRequest(request.id))?;
    let details = json!({ "amount": request.amount, "from": request.from });
    entry.request(request)?;
    Ok(Ok(entry.done(wanted.id, details)?))
}

/// Cancels a request for the customer; impossible once a PUT has taken it.
pub fn cancel(store: &mut dyn Store, now: Timestamp, id: OperationID) -> Outcome<()> {
    let request = store.request(id)?.ok_or_else(Refusal::not_found)?;
    match request.status {
        CashOutRequestStatus::Open => Ok(end(store, now, Actor::Issuer, request, CashOutRequestStatus::Cancelled)?),
        CashOutRequestStatus::Cancelled => Ok(()),
        CashOutRequestStatus::Taken | CashOutRequestStatus::Paid => {
            refuse(Code::InvalidState, "The distributor is paying this request out; it can no longer be cancelled.")
        }
        CashOutRequestStatus::Expired => {
            refuse(Code::InvalidState, "This request has expired; its hold was given back.")
        }
    }
}

/// Ends a request that nobody took in time.
pub fn expire(store: &mut dyn Store, now: Timestamp, id: OperationID) -> Result<(), InternalError> {
    match store.request(id)? {
        Some(request) if request.status == CashOutRequestStatus::Open => {
            end(store, now, Actor::System, request, CashOutRequestStatus::Expired)
        }
        _ => Ok(()),
    }
}

fn end(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    request: CashOutRequest,
    status: CashOutRequestStatus,
) -> Result<(), InternalError> {
    let kind = if status == CashOutRequestStatus::Expired { "cash-out.expired" } else { "cash-out.cancelled" };
    let id = request.id;
    let mut entry = EntryBuilder::begin(store, now, kind, actor);
    entry.store.remove_deadline(request.expires_at, Deadline::CashOutRequest(id))?;
    entry.request(CashOutRequest { status, ..request })?;
    entry.done(id, json!({}))
}

/// Reopens a request whose operation was not carried out, for at least an hour after the moment that ended the
/// operation (a deadline lies before the entry that records it).
pub fn put_back(entry: &mut EntryBuilder<'_>, id: OperationID, from: Timestamp) -> Result<(), InternalError> {
    let request = entry.store.request(id)?.ok_or_else(|| InternalError::new("a cash-out without its request"))?;
    let expires_at = request.expires_at.max(from.plus_ms(PUT_BACK_MS));
    entry.store.add_deadline(expires_at, Deadline::CashOutRequest(id))?;
    entry.request(CashOutRequest { status: CashOutRequestStatus::Open, expires_at, ..request })
}

/// Marks the request as paid: the customer's money is captured.
pub fn paid(entry: &mut EntryBuilder<'_>, id: OperationID) -> Result<(), InternalError> {
    let request = entry.store.request(id)?.ok_or_else(|| InternalError::new("a cash-out without its request"))?;
    if request.status != CashOutRequestStatus::Taken {
        return Err(InternalError::new("a captured cash-out whose request is not taken"));
    }
    entry.request(CashOutRequest { status: CashOutRequestStatus::Paid, ..request })
}

/// `PUT /cashouts/{operationID}`: pays a request out. Repeating the same body answers the current state; after a
/// rejection it is a new attempt.
pub fn process(
    store: &mut dyn Store,
    moment: Moment,
    requester: &Requester,
    id: &str,
    input: &Input,
) -> Outcome<Created> {
    let request = id.parse().ok().map(|id| store.request(id)).transpose()?.flatten();
    if matches!(requester, Requester::Person(_)) && request.is_none() {
        return Err(Refusal::not_found().into());
    }
    requester.may()?;
    input.idempotency_key()?;
    let mut body = input.object()?;
    let fulfillment = read_fulfillment(&mut body, "transactionID");
    let memo = body.remark("memo", 256);
    body.finish()?;
    let Some(fulfillment) = fulfillment else { return refuse(Code::InvalidRequest, "The request is not complete.") };
    let values = json_text::write(&(id, &fulfillment, &memo))?;
    let idempotency = input.idempotency(&requester.scope(), "PUT cashouts", &values)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(Created::Replayed(before));
    }
    let request = request.ok_or_else(Refusal::not_found)?;
    match request.status {
        CashOutRequestStatus::Open => {}
        CashOutRequestStatus::Taken | CashOutRequestStatus::Paid => {
            let operation = store
                .operation(request.id)?
                .ok_or_else(|| InternalError::new("a taken request without its operation"))?;
            let same = operation.facts.memo == memo
                && matches!(&operation.facts.direction, Direction::CashOut { fulfillment: before, .. } if *before == fulfillment);
            if same {
                // Equal for ever by the request itself, so a further idempotency key need not be remembered.
                return Ok(Created::Replayed(operation));
            }
            return refuse(
                Code::InvalidState,
                format!("This cash-out is {} already, with other details.", operation.state.status.as_str()),
            );
        }
        CashOutRequestStatus::Cancelled => {
            return refuse(Code::InvalidState, "The customer has cancelled this request.");
        }
        CashOutRequestStatus::Expired => return refuse(Code::InvalidState, "This request has expired."),
    }
    store.profile().refuse_suspended()?;
    let direction = Direction::CashOut { from: request.from.clone(), fulfillment };
    let draft = Draft { direction, amount: request.amount, memo, request: Some(request) };
    operations::create::add(store, moment, requester, draft, idempotency.as_ref()).map(Created::New)
}
