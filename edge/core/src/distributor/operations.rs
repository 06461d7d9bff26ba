//! New operations: asked for by a key or a person, held from their first moment on.

use std::format;
use std::string::String;

use universal_wallet::id::{ApprovalID, OperationID};
use universal_wallet::{Amount, ShortCode};

use super::new_operation::{Asked, NewOperation};
use super::refuse_suspended;
use super::requester::Requester;
use crate::act::{Act, Moment};
use crate::api_key::Key;
use crate::approval::{Approval, ApprovalKind};
use crate::chain::Book;
use crate::input::{Input, must_be_same};
use crate::operation::{
    Destination, Direction, Facts, Merchant, Operation, OperationStatus, Request, RequestStatus, State,
};
use crate::refusal::{Code, Fault, Outcome, Refusal, Refused, refuse};
use crate::store::{Due, Idempotency, Store, Used};
use serde_json::{Value, json};

/// How many operations of one key may wait for their checker.
pub const MOST_PENDING: u32 = 1000;

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
pub enum LookedUp {
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
        Used::Operation(operation) => Ok(Some(*operation)),
        Used::Call(subject) => {
            let id =
                subject.parse().map_err(|_| Fault::new("a call that made no operation, with an operation's digest"))?;
            store.operation(id).map_err(Refused::from)
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
    looked_up: LookedUp,
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
    looked_up: LookedUp,
) -> Outcome<Prepared> {
    refuse_suspended(&store.profile())?;
    let (direction, request) = match new.asked {
        Asked::ToPhone(phone) => (Direction::CashIn { to: Destination::Phone(phone) }, None),
        Asked::ToMerchant(short_code) => match looked_up {
            LookedUp::NotYet => return Ok(Prepared::Done(Created::LookUp(short_code))),
            LookedUp::Unknown => {
                return refuse(
                    Code::UnknownMerchant,
                    format!("There is no merchant with the short code {short_code}."),
                );
            }
            LookedUp::Known(merchant) => (Direction::CashIn { to: Destination::Merchant(merchant) }, None),
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

/// An operation about to be made.
#[derive(Debug)]
pub struct Draft {
    /// Which way.
    pub direction: Direction,
    /// How much.
    pub amount: Amount,
    /// The distributor's note.
    pub memo: Option<String>,
    /// The customer's request that a cash-out takes.
    pub request: Option<Request>,
}

/// Refuses what the key's limits do not allow.
fn refuse_beyond_limits(store: &dyn Store, moment: Moment, key: &Key, amount: Amount) -> Outcome<()> {
    if let Some(most) = key.settings.max_transaction_amount
        && amount > most
    {
        return refuse(
            Code::TransactionLimitExceeded,
            format!("The amount is more than this key's limit of {most} for one operation."),
        );
    }
    if let Some(most) = key.settings.max_daily_volume {
        let spent = store.volume(key.lineage, moment.now.utc_day())?;
        if spent.checked_add(amount).is_none_or(|after| after > most) {
            return refuse(
                Code::DailyVolumeExceeded,
                format!(
                    "The amount is more than what is left of this key's daily volume: {} of {most}.",
                    most.checked_sub(spent).unwrap_or_default(),
                ),
            );
        }
    }
    if store.pending_of_key(key.id)? >= MOST_PENDING {
        return Err(Refusal::new(
            Code::RateLimited,
            format!("{MOST_PENDING} operations of this key wait for a checker; have some decided first."),
        )
        .retry_after(60)
        .into());
    }
    Ok(())
}

/// An operation that limits and balance allow.
#[derive(Debug)]
struct Allowed {
    /// It is within what its key decides alone.
    automatic: bool,
    /// The balances that it leaves.
    book: Book,
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

/// Refuses what limits or balance do not allow.
fn allow(store: &dyn Store, moment: Moment, requester: &Requester, draft: &Draft) -> Outcome<Allowed> {
    let amount = draft.amount;
    let mut automatic = false;
    if let Some(key) = requester.key() {
        refuse_beyond_limits(store, moment, key, amount)?;
        automatic = amount <= key.settings.auto_approve_limit;
    }
    let mut book = store.head().book;
    if matches!(draft.direction, Direction::CashIn { .. }) {
        if book.available() < amount {
            return refuse(
                Code::InsufficientBalance,
                format!("Only {} of the float is available; top it up or wait for what is held.", book.available()),
            );
        }
        if automatic {
            book.balance = book.balance.checked_sub(amount).unwrap_or_default();
            book.charged = book.charged.plus(amount);
        } else {
            // Held never passes the balance, which was just compared.
            book.held = book.held.checked_add(amount).unwrap_or(book.held);
        }
    } else {
        refuse_overflow(store, amount)?;
    }
    Ok(Allowed { automatic, book })
}

fn write(
    store: &mut dyn Store,
    moment: Moment,
    requester: &Requester,
    draft: Draft,
    Allowed { automatic, book }: Allowed,
    idempotency: Option<&Idempotency>,
) -> Result<Operation, Fault> {
    let Draft { direction, amount, memo, request } = draft;
    let profile = store.profile();
    let mut act = Act::begin(store, moment.now, "operation.created", requester.actor());
    act.book = book;
    let number = act.number();
    let uuid = profile.numbering().uuid(number, moment.now, moment.random);
    let facts = Facts {
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
        let approval = Approval::ask(id, profile.id, kind, subject(&facts), &facts.maker, moment.now)?;
        act.store.add_deadline(approval.expires_at, Due::Approval(id))?;
        act.approval(approval)?;
    }
    if let Some(request) = request {
        act.store.remove_deadline(request.expires_at, Due::Request(request.id))?;
        if let Some(before) = request.attempt {
            act.store.supersede(before)?;
        }
        act.request(Request { status: RequestStatus::Taken, attempt: Some(number), ..request })?;
    }
    let status = if automatic { OperationStatus::Processing } else { OperationStatus::Pending };
    let moves_float = automatic && facts.is_cash_in();
    let state = State { entry: number, status, float: None, error: None, updated_at: moment.now };
    act.done_with_new_operation(Operation { number, facts, state }, idempotency, moves_float)
}

/// Refuses a cash-out whose amount would take the float past the largest balance.
pub fn refuse_overflow(store: &dyn Store, amount: Amount) -> Outcome<()> {
    let after = store.head().book.balance.checked_add(store.incoming()).and_then(|sum| sum.checked_add(amount));
    if after.is_none() {
        return Err(
            Refusal::field(Code::InvalidAmount, "amount", format!("the balance would pass {}", Amount::MAX)).into()
        );
    }
    Ok(())
}

/// The full request, as a checker sees it and as it will be carried out.
pub fn subject(facts: &Facts) -> Value {
    let mut subject = json!({
        "operationID": facts.id,
        "operationType": if facts.is_cash_in() { "cash-in" } else { "cash-out-fulfillment" },
        "amount": facts.amount,
        "memo": facts.memo,
        "keyID": facts.key.as_ref().map(|(key, _)| key),
    });
    match &facts.direction {
        Direction::CashIn { to: Destination::Phone(phone) } => subject["phoneTo"] = json!(phone),
        Direction::CashIn { to: Destination::Merchant(merchant) } => {
            subject["merchantTo"] = json!(merchant.id);
            subject["merchantName"] = json!(merchant.name);
            subject["merchantShortCode"] = json!(merchant.short_code.number());
        }
        Direction::CashOut { from, fulfillment } => {
            subject["phoneFrom"] = json!(from);
            subject["cashOutFulfillmentType"] = json!(fulfillment.means);
            subject["cashOutFulfillmentID"] = json!(fulfillment.reference);
        }
    }
    subject
}
