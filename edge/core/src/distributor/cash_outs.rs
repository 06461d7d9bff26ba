//! Customers' cash-out requests. The Distributor alone decides what becomes of one; the wallet
//! keeps the money on hold until it is told.

use std::format;
use std::string::{String, ToString};

use universal_wallet::id::OperationID;
use universal_wallet::{Amount, Phone, Timestamp};

use super::new_operation::read_fulfillment;
use super::operations::{Created, Draft, replay};
use super::requester::Requester;
use super::{operations, refuse_suspended};
use crate::act::{Act, Moment};
use crate::document;
use crate::input::Input;
use crate::operation::{Direction, Request, RequestStatus};
use crate::people::Actor;
use crate::refusal::{Code, Fault, Outcome, Refusal, refuse};
use crate::store::{Due, Store};
use serde_json::json;

/// How long a request stays open.
pub const OPEN_MS: i64 = 24 * 3_600_000;
/// How long it stays open at least after it was put back.
pub const PUT_BACK_MS: i64 = 3_600_000;

/// A customer's request, as their wallet sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Made by the wallet.
    pub id: OperationID,
    /// The customer.
    pub from: Phone,
    /// How much; held in the wallet.
    pub amount: Amount,
    /// The customer's note.
    pub memo: Option<String>,
    /// When the customer asked.
    pub created_at: Timestamp,
}

/// A customer's wallet asks; told once or more.
pub fn open(store: &mut dyn Store, now: Timestamp, wanted: Wanted) -> Outcome<()> {
    if store.request(wanted.id)?.is_some() {
        return Ok(());
    }
    refuse_suspended(&store.profile())?;
    let mut act = Act::begin(store, now, "cash-out.requested", Actor::Issuer);
    let request = Request {
        entry: 0,
        number: act.number(),
        id: wanted.id,
        from: wanted.from,
        amount: wanted.amount,
        memo: wanted.memo,
        created_at: now,
        expires_at: now.plus_ms(OPEN_MS),
        status: RequestStatus::Open,
        attempt: None,
    };
    act.store.add_deadline(request.expires_at, Due::Request(request.id))?;
    let details = json!({ "amount": request.amount, "from": request.from });
    act.request(request)?;
    Ok(act.done(wanted.id, details)?)
}

/// The customer takes the request back; once it is taken by a PUT that is no longer possible.
pub fn cancel(store: &mut dyn Store, now: Timestamp, id: OperationID) -> Outcome<()> {
    let request = store.request(id)?.ok_or_else(Refusal::not_found)?;
    match request.status {
        RequestStatus::Open => Ok(end(store, now, Actor::Issuer, request, RequestStatus::Cancelled)?),
        RequestStatus::Cancelled => Ok(()),
        RequestStatus::Taken | RequestStatus::Paid => {
            refuse(Code::InvalidState, "The distributor is paying this request out; it can no longer be cancelled.")
        }
        RequestStatus::Expired => refuse(Code::InvalidState, "This request has expired; its hold was given back."),
    }
}

/// Nobody took the request in time.
pub fn expire(store: &mut dyn Store, now: Timestamp, id: OperationID) -> Result<(), Fault> {
    match store.request(id)? {
        Some(request) if request.status == RequestStatus::Open => {
            end(store, now, Actor::System, request, RequestStatus::Expired)
        }
        _ => Ok(()),
    }
}

fn end(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    request: Request,
    status: RequestStatus,
) -> Result<(), Fault> {
    let kind = if status == RequestStatus::Expired { "cash-out.expired" } else { "cash-out.cancelled" };
    let id = request.id;
    let mut act = Act::begin(store, now, kind, actor);
    act.store.remove_deadline(request.expires_at, Due::Request(id))?;
    act.request(Request { status, ..request })?;
    act.done(id, json!({}))
}

/// The operation of a request was not carried out: the request is open again, for an hour at least
/// from the moment that ended it (which lies before the entry where a deadline did).
pub fn put_back(act: &mut Act<'_>, id: OperationID, from: Timestamp) -> Result<(), Fault> {
    let request = act.store.request(id)?.ok_or_else(|| Fault::new("a cash-out without its request"))?;
    let expires_at = request.expires_at.max(from.plus_ms(PUT_BACK_MS));
    act.store.add_deadline(expires_at, Due::Request(id))?;
    act.request(Request { status: RequestStatus::Open, expires_at, ..request })
}

/// The customer's money is captured.
pub fn paid(act: &mut Act<'_>, id: OperationID) -> Result<(), Fault> {
    let request = act.store.request(id)?.ok_or_else(|| Fault::new("a cash-out without its request"))?;
    if request.status != RequestStatus::Taken {
        return Err(Fault::new("a captured cash-out whose request is not taken"));
    }
    act.request(Request { status: RequestStatus::Paid, ..request })
}

/// `PUT /cashouts/{operationID}`: pays a request out. The same body again answers the present
/// state; after a rejection it is a new attempt.
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
    let memo = body.line("memo", 256);
    body.finish()?;
    let Some(fulfillment) = fulfillment else { return refuse(Code::InvalidRequest, "The request is not complete.") };
    let values = document::write(&(id, &fulfillment, &memo))?;
    let idempotency = input.idempotency(&requester.scope(), "PUT cashouts", &values)?;
    if let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(Created::Replayed(before));
    }
    let request = request.ok_or_else(Refusal::not_found)?;
    match request.status {
        RequestStatus::Open => {}
        RequestStatus::Taken | RequestStatus::Paid => {
            let operation =
                store.operation(request.id)?.ok_or_else(|| Fault::new("a taken request without its operation"))?;
            let same = operation.facts.memo == memo
                && matches!(&operation.facts.direction, Direction::CashOut { fulfillment: before, .. } if *before == fulfillment);
            if same {
                if let Some(key) = &idempotency {
                    store.remember(key, &operation.facts.id.to_string())?;
                }
                return Ok(Created::Replayed(operation));
            }
            return refuse(
                Code::InvalidState,
                format!("This cash-out is {} already, with other details.", operation.state.status.as_str()),
            );
        }
        RequestStatus::Cancelled => return refuse(Code::InvalidState, "The customer has cancelled this request."),
        RequestStatus::Expired => return refuse(Code::InvalidState, "This request has expired."),
    }
    refuse_suspended(&store.profile())?;
    let direction = Direction::CashOut { from: request.from.clone(), fulfillment };
    let draft = Draft { direction, amount: request.amount, memo, request: Some(request) };
    operations::add(store, moment, requester, draft, idempotency.as_ref()).map(Created::New)
}
