//! Later life of an operation: carried out, given back, arrived.

use serde_json::json;
use universal_wallet_sdk::{Amount, Timestamp};

use crate::approvals::model::{Approval, ApprovalStatus};
use crate::audit::entry_builder::EntryBuilder;
use crate::error::{Code, InternalError, Outcome, Refusal, refuse};
use crate::id::OperationID;
use crate::keys::model::{Key, KeyStatus};
use crate::operations;
use crate::operations::decision;
use crate::operations::model::{Operation, OperationDecision, OperationState, OperationStatus};
use crate::people::model::Actor;
use crate::store::Store;

/// The operation that a request concerns.
pub fn find(store: &dyn Store, approval: &Approval) -> Result<Operation, InternalError> {
    let id = approval.subject_text("operationID").and_then(|id| id.parse().ok());
    let operation = match id {
        Some(id) => store.operation(id)?,
        None => None,
    };
    operation.ok_or_else(|| InternalError::new("a request about a missing operation"))
}

/// Repeats, at the moment of approval, the checks whose result may have changed since the request.
pub fn must_still_be_allowed(store: &dyn Store, operation: &Operation) -> Outcome<()> {
    let facts = &operation.facts;
    if let Some((key, _)) = facts.key {
        let key = store.key(key)?.ok_or_else(|| InternalError::new("an operation of a missing key"))?;
        if key.status == KeyStatus::Revoked {
            return refuse(Code::InvalidState, "The API key that asked for this was revoked.");
        }
        if let Some(most) = key.settings.max_transaction_amount
            && facts.amount > most
        {
            return refuse(
                Code::InvalidState,
                format!("The API key's limit for one operation was lowered to {most} since this was asked for."),
            );
        }
    }
    if !facts.is_cash_in() && operations::limits::refuse_overflow(store, facts.amount).is_err() {
        return refuse(Code::InvalidState, "The float cannot take this amount at present.");
    }
    Ok(())
}

/// Carries out an approved operation: the money leaves the float, or is requested from the wallet.
pub fn carry_out(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    mut operation: Operation,
    approval: &Approval,
) -> Outcome<Operation> {
    let amount = operation.facts.amount;
    let mut entry = EntryBuilder::begin(store, now, "operation.approved", actor);
    if operation.facts.is_cash_in() {
        let after = entry.book.held.checked_sub(amount).zip(entry.book.balance.checked_sub(amount));
        let Some((held, balance)) = after else {
            return Err(InternalError::new("a pending cash-in whose amount is not held").into());
        };
        entry.book.held = held;
        entry.book.balance = balance;
        entry.book.charged = entry.book.charged.plus(amount);
    }
    let moves_float = operation.facts.is_cash_in();
    operation.state.status = OperationStatus::Processing;
    operation.state.decision = Some(OperationDecision { entry: entry.number(), status: approval.status });
    Ok(entry.done_with_operation(operation, decision::details(approval, None), moves_float)?)
}

/// Ends an operation that is not carried out: its hold is released, its day's volume lowered, and the customer's
/// request reopened. `ended` is the operation's own request after its end.
pub fn give_back(
    store: &mut dyn Store,
    now: Timestamp,
    actor: Actor,
    mut operation: Operation,
    ended: &Approval,
    why: String,
) -> Result<Operation, InternalError> {
    let facts = operation.facts.clone();
    let (status, kind) = match ended.status {
        ApprovalStatus::Expired => (OperationStatus::Expired, "operation.expired"),
        _ => (OperationStatus::Rejected, "operation.rejected"),
    };
    let mut entry = EntryBuilder::begin(store, now, kind, actor);
    if facts.is_cash_in() {
        entry.book.held = entry
            .book
            .held
            .checked_sub(facts.amount)
            .ok_or_else(|| InternalError::new("a pending cash-in whose amount is not held"))?;
    } else {
        operations::cash_outs::put_back(&mut entry, facts.id, ended.decided_at.unwrap_or(now))?;
    }
    if let Some(key) = facts.key {
        entry.store.lower_volume(key, facts.created_at.utc_day(), facts.amount)?;
        entry.store.count_given_back(key.1, entry.at().utc_day())?;
    }
    operation.state.status = status;
    operation.state.decision = Some(OperationDecision { entry: entry.number(), status: ended.status });
    operation.state.error = Some(why.clone());
    entry.done_with_operation(operation, decision::details(ended, Some(&why)), false)
}

/// Records that the wallet has credited a cash-in or paid a cash-out; a repeated report changes nothing.
pub fn arrived(store: &mut dyn Store, now: Timestamp, id: OperationID) -> Result<Option<Operation>, InternalError> {
    let Some(operation) = store.operation(id)? else { return Ok(None) };
    if operation.state.status != OperationStatus::Processing {
        return Ok(Some(operation));
    }
    let mut operation = operation;
    if operation.facts.is_cash_in() {
        // An arrival has no chain entry: the float changed with the decision.
        operation.state = OperationState {
            status: OperationStatus::Completed,
            updated_at: now.max(operation.state.updated_at),
            ..operation.state
        };
        store.arrive(&operation)?;
        return Ok(Some(operation));
    }
    let amount = operation.facts.amount;
    operation.state.status = OperationStatus::Completed;
    let mut entry = EntryBuilder::begin(store, now, "operation.captured", Actor::System);
    entry.book.balance = entry
        .book
        .balance
        .checked_add(amount)
        .ok_or_else(|| InternalError::new("a captured cash-out that overflows the float"))?;
    entry.book.cashed_out = entry.book.cashed_out.plus(amount);
    operations::cash_outs::paid(&mut entry, id)?;
    entry.done_with_operation(operation, json!({ "amount": amount }), true).map(Some)
}

/// Returns a cash-in to the float because the wallet's balance would pass the maximum.
pub fn returned(store: &mut dyn Store, now: Timestamp, id: OperationID) -> Result<Option<Operation>, InternalError> {
    let operation = store
        .operation(id)?
        .filter(|operation| operation.facts.is_cash_in() && operation.state.status == OperationStatus::Processing);
    let Some(mut operation) = operation else { return Ok(None) };
    let facts = operation.facts.clone();
    let mut entry = EntryBuilder::begin(store, now, "operation.returned", Actor::System);
    entry.book.balance = entry
        .book
        .balance
        .checked_add(facts.amount)
        .ok_or_else(|| InternalError::new("a returned cash-in that overflows the float"))?;
    entry.book.charged = entry.book.charged.minus(facts.amount);
    if let Some(key) = facts.key {
        entry.store.lower_volume(key, facts.created_at.utc_day(), facts.amount)?;
        entry.store.count_given_back(key.1, entry.at().utc_day())?;
    }
    let why = format!("The balance of the wallet would pass {}.", Amount::MAX);
    operation.state.status = OperationStatus::Failed;
    operation.state.error = Some(why.clone());
    entry.done_with_operation(operation, json!({ "amount": facts.amount, "reason": why }), true).map(Some)
}

/// Withdraws a pending operation that the key, or a predecessor in its line, made.
pub fn withdraw_by_key(store: &mut dyn Store, now: Timestamp, key: &Key, id: &str) -> Outcome<Operation> {
    let id: OperationID = id.parse().map_err(|_| Refusal::not_found())?;
    let operation = store.operation(id)?.ok_or_else(Refusal::not_found)?;
    let made_by = match operation.facts.key {
        Some((made_by, lineage)) if lineage == key.lineage => store.key(made_by)?,
        _ => None,
    };
    if made_by.is_none_or(|made_by| made_by.created_at > key.created_at) {
        return refuse(Code::NotTheMaker, "This operation was not made by this API key or one that it took over from.");
    }
    if operation.state.status != OperationStatus::Pending {
        return refuse(
            Code::InvalidState,
            format!("This operation is {}; only a pending one can be withdrawn.", operation.state.status.as_str()),
        );
    }
    let approval = decision::approval(&operation, store.profile().id, None)?
        .ok_or_else(|| InternalError::new("a pending operation that nobody decides"))?;
    let why = format!("Withdrawn by the API key \"{}\".", key.settings.label);
    let actor = Actor::Key { id: key.id, name: key.settings.label.clone() };
    let ended = decision::ended(approval, ApprovalStatus::Withdrawn, &actor, now, Some(&why));
    Ok(give_back(store, now, actor, operation, &ended, why)?)
}

/// Rejects a pending operation whose key was revoked.
pub fn reject_for_revoked_key(
    store: &mut dyn Store,
    now: Timestamp,
    operation: Operation,
) -> Result<Operation, InternalError> {
    let approval = decision::approval(&operation, store.profile().id, None)?
        .ok_or_else(|| InternalError::new("a pending operation that nobody decides"))?;
    let why = "Its API key was revoked.";
    let ended = decision::ended(approval, ApprovalStatus::Rejected, &Actor::System, now, Some(why));
    give_back(store, now, Actor::System, operation, &ended, why.to_owned())
}
