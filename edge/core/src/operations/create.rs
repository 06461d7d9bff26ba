//! New operations: asked for by a key or a person, held from their first moment on.

use universal_wallet::ShortCode;
use universal_wallet::id::{ApprovalID, OperationID};

use crate::approvals::model::{Approval, ApprovalKind};
use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, Error, InternalError, Outcome, refuse};
use crate::operations::limits::{Allowed, Draft, allow};
use crate::operations::model::{
    CashOutRequest, CashOutRequestStatus, Destination, Direction, Merchant, Operation, OperationDetails,
    OperationState, OperationStatus,
};
use crate::operations::request_body::{Asked, NewOperation};
use crate::operations::requester::Requester;
use crate::store::{Deadline, IdempotentResult, Store};
use crate::text::input::Idempotency;
use crate::text::input::{Input, must_be_same};

/// The result of a call that asks for an operation.
#[derive(Clone, Debug)]
pub enum Created {
    /// A new operation.
    New(Operation),
    /// The operation that the same call made before, as it stands now.
    Replayed(Operation),
    /// The merchant has to be looked up before anything can be decided.
    LookUp(ShortCode),
}

/// What the issuer says of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MerchantLookup {
    /// Nobody asked yet.
    NotYet,
    /// There is none of that short code.
    Unknown,
    /// It is this one.
    Known(Merchant),
}

/// The operation that a call with this idempotency key made before.
pub fn replay(store: &dyn Store, idempotency: Option<&Idempotency>) -> Outcome<Option<Operation>> {
    let Some(key) = idempotency else { return Ok(None) };
    let Some((used, request)) = store.used_for(key)? else { return Ok(None) };
    must_be_same(&request, &key.request)?;
    match used {
        IdempotentResult::Operation(operation) => Ok(Some(*operation)),
        IdempotentResult::Call(subject) => {
            let id = subject
                .parse()
                .map_err(|_| InternalError::new("a call that made no operation, with an operation's digest"))?;
            store.operation(id).map_err(Error::from)
        }
    }
}

/// What a call that asks for an operation comes to, as far as reading tells.
#[derive(Debug)]
pub enum Prepared {
    /// Nothing is to be written.
    Done(Created),
    /// The operation can be made.
    Ready(Ready),
}

/// An operation that may be made now.
#[derive(Debug)]
pub struct Ready {
    draft: Draft,
    allowed: Allowed,
    idempotency: Option<Idempotency>,
}

impl Ready {
    /// Whether all of it is one write: the operation is carried out at once, and takes up nothing else.
    pub const fn is_one_write(&self) -> bool {
        self.allowed.automatic && self.draft.request.is_none()
    }
}

/// Checks all that speaks against an operation. Only where it is one write, it is left to the write itself whether the
/// same call made it before, which it tells without a search of its own.
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
    let idempotency = input.idempotency(&requester.scope(), "POST operations", &new.values()?)?;
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

/// Makes an operation that may be made.
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

/// Checks an operation as if nobody had asked for it before.
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

/// Makes the operation: limits, balance, then one entry that holds or moves the money.
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
    let mut act = EntryBuilder::begin(store, moment.now, "operation.created", requester.actor());
    act.book = book;
    let number = act.number();
    let uuid = profile.numbering().uuid(number, moment.now, moment.random);
    let facts = OperationDetails {
        id: request.as_ref().map_or(OperationID::from_uuid(uuid), |request| request.id),
        direction,
        amount,
        memo,
        key: requester.key().map(|key| (key.id, key.lineage)),
        maker: requester.maker().clone(),
        approval: (!automatic).then_some(ApprovalID::from_uuid(uuid)),
        created_at: moment.now,
    };
    if let Some(id) = facts.approval {
        let kind = ApprovalKind::Operation;
        let approval = Approval::ask(id, profile.id, kind, facts.subject(), &facts.maker, moment.now)?;
        act.store.add_deadline(approval.expires_at, Deadline::Approval(id))?;
        act.approval(approval)?;
    }
    if let Some(request) = request {
        act.store.remove_deadline(request.expires_at, Deadline::CashOutRequest(request.id))?;
        if let Some(before) = request.attempt {
            act.store.supersede(before)?;
        }
        act.request(CashOutRequest { status: CashOutRequestStatus::Taken, attempt: Some(number), ..request })?;
    }
    let status = if automatic { OperationStatus::Processing } else { OperationStatus::Pending };
    let moves_float = automatic && facts.is_cash_in();
    let state = OperationState { entry: number, status, float: None, error: None, updated_at: moment.now };
    act.done_with_new_operation(Operation { number, facts, state }, idempotency, moves_float)
}
