//! New operations: requested by a key or a person, with money held from the first moment.

use universal_wallet_sdk::ShortCode;

use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, Error, InternalError, Outcome, refuse};
use crate::id::{ApprovalID, OperationID};
use crate::operations::limits::{Allowed, Draft, allow};
use crate::operations::model::{
    CashOutRequest, CashOutRequestStatus, Destination, Direction, Merchant, Operation, OperationDetails,
    OperationState, OperationStatus,
};
use crate::operations::request_body::{Asked, NewOperation, ROUTE};
use crate::operations::requester::Requester;
use crate::store::{Deadline, IdempotentResult, Store};
use crate::text::input::Idempotency;
use crate::text::input::{Input, must_be_same};

/// Result of a call that creates an operation.
#[derive(Clone, Debug)]
pub enum Created {
    /// A new operation.
    New(Operation),
    /// The operation that the same call made before, in its current state.
    Replayed(Operation),
    /// A decision needs the merchant to be looked up first.
    LookUp(ShortCode),
}

/// The issuer's answer about a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MerchantLookup {
    /// Not asked yet.
    NotYet,
    /// No merchant has this short code.
    Unknown,
    /// The merchant with this short code.
    Known(Merchant),
}

/// The operation that an earlier call with this idempotency key made.
pub fn replay(store: &dyn Store, idempotency: Option<&Idempotency>) -> Outcome<Option<Operation>> {
    let Some(key) = idempotency else { return Ok(None) };
    let Some((used, request)) = store.used_for(key)? else { return Ok(None) };
    must_be_same(&request, &key.request)?;
    match used {
        IdempotentResult::Operation(operation) => Ok(Some(*operation)),
        IdempotentResult::Call(subject) => {
            let id = subject
                .parse()
                .map_err(|_| InternalError::new("a remembered operation call whose result is no operation"))?;
            store.operation(id).map_err(Error::from)
        }
    }
}

/// Outcome of a call before anything is written.
#[derive(Debug)]
pub enum Prepared {
    /// Nothing has to be written.
    Done(Created),
    /// The operation can be made.
    Ready(Ready),
}

/// An operation that passed every check.
#[derive(Debug)]
pub struct Ready {
    draft: Draft,
    allowed: Allowed,
    idempotency: Option<Idempotency>,
}

impl Ready {
    /// True if one write is enough: the operation is carried out at once and changes no other state.
    pub const fn is_one_write(&self) -> bool {
        self.allowed.automatic && self.draft.request.is_none()
    }
}

/// Runs every check of an operation. For a single-write operation, the write itself detects a repeated call, without a
/// search of its own.
pub fn prepare(
    store: &dyn Store,
    moment: Moment,
    requester: &Requester,
    input: &Input,
    looked_up: MerchantLookup,
) -> Outcome<Prepared> {
    requester.may()?;
    input.idempotency_key()?;
    let new = NewOperation::read(input)?;
    let idempotency = input.idempotency(&requester.scope(), ROUTE, &new.values()?)?;
    let mut prepared = check(store, moment, requester, new, looked_up);
    let is_one_write = matches!(&prepared, Ok(Prepared::Ready(ready)) if ready.is_one_write());
    if !is_one_write && let Some(before) = replay(store, idempotency.as_ref())? {
        return Ok(Prepared::Done(Created::Replayed(before)));
    }
    if let Ok(Prepared::Ready(ready)) = &mut prepared {
        ready.idempotency = idempotency;
    }
    prepared
}

/// Makes an operation that passed every check.
pub fn make(store: &mut dyn Store, moment: Moment, requester: &Requester, ready: Ready) -> Outcome<Created> {
    let Ready { draft, allowed, idempotency } = ready;
    match write(store, moment, requester, draft, allowed, idempotency.as_ref()) {
        Ok(operation) => Ok(Created::New(operation)),
        Err(fault) => match replay(store, idempotency.as_ref())? {
            Some(before) => Ok(Created::Replayed(before)),
            None => Err(fault.into()),
        },
    }
}

/// Checks an operation without regard to its idempotency key.
fn check(
    store: &dyn Store,
    moment: Moment,
    requester: &Requester,
    new: NewOperation,
    looked_up: MerchantLookup,
) -> Outcome<Prepared> {
    store.profile().refuse_suspended()?;
    let (direction, request) = match new.asked {
        Asked::ToPhone(phone) => (Direction::CashIn { to: Destination::Phone(phone) }, None),
        Asked::ToMerchant(short_code) => match looked_up {
            MerchantLookup::NotYet => return Ok(Prepared::Done(Created::LookUp(short_code))),
            MerchantLookup::Unknown => {
                return refuse(
                    Code::UnknownMerchant,
                    format!("There is no merchant with the short code {short_code}."),
                );
            }
            MerchantLookup::Known(merchant) => (Direction::CashIn { to: Destination::Merchant(merchant) }, None),
        },
        Asked::FromPhone(from, fulfillment) => {
            let Some(request) = store.oldest_request(&from, new.amount)? else {
                return refuse(
                    Code::NoCashOutRequest,
                    "This customer has no open cash-out request of this amount with you; no wallet is debited without \
                     its owner's request.",
                );
            };
            (Direction::CashOut { from, fulfillment }, Some(request))
        }
    };
    let draft = Draft { direction, amount: new.amount, memo: new.memo, request };
    let allowed = allow(store, moment, requester, &draft)?;
    Ok(Prepared::Ready(Ready { draft, allowed, idempotency: None }))
}

/// Makes the operation: checks limits and balance, then writes one entry that holds or moves the money.
pub fn add(
    store: &mut dyn Store,
    moment: Moment,
    requester: &Requester,
    draft: Draft,
    idempotency: Option<&Idempotency>,
) -> Outcome<Operation> {
    let allowed = allow(store, moment, requester, &draft)?;
    Ok(write(store, moment, requester, draft, allowed, idempotency)?)
}

fn write(
    store: &mut dyn Store,
    moment: Moment,
    requester: &Requester,
    draft: Draft,
    Allowed { automatic, book }: Allowed,
    idempotency: Option<&Idempotency>,
) -> Result<Operation, InternalError> {
    let Draft { direction, amount, memo, request } = draft;
    let profile = store.profile();
    let mut entry = EntryBuilder::begin(store, moment.now, "operation.created", requester.actor());
    entry.book = book;
    let (number, at) = (entry.number(), entry.at());
    let uuid = profile.numbering().uuid(number, at, moment.random);
    let facts = OperationDetails {
        id: request.as_ref().map_or(OperationID::from_uuid(uuid), |request| request.id),
        direction,
        amount,
        memo,
        key: requester.key().map(|key| (key.id, key.lineage)),
        maker: requester.maker().clone(),
        approval: (!automatic).then_some(ApprovalID::from_uuid(uuid)),
        created_at: at,
    };
    if let Some(request) = request {
        entry.store.remove_deadline(request.expires_at, Deadline::CashOutRequest(request.id))?;
        if let Some(before) = request.attempt {
            entry.store.supersede(before)?;
        }
        entry.request(CashOutRequest { status: CashOutRequestStatus::Taken, attempt: Some(number), ..request })?;
    }
    let status = if automatic { OperationStatus::Processing } else { OperationStatus::Pending };
    let moves_float = automatic && facts.is_cash_in();
    let state = OperationState { entry: number, status, float: None, error: None, decision: None, updated_at: at };
    entry.done_with_new_operation(Operation { number, facts, state }, idempotency, moves_float)
}
