//! Limits of an operation: per operation, per day, the float, and the numbers of pending and given-back ones.

use universal_wallet_sdk::{Amount, Timestamp};

use crate::audit::chain::Book;
use crate::audit::entry_builder::Moment;
use crate::error::{Code, Outcome, Refusal, refuse};
use crate::keys::model::Key;
use crate::operations::model::{CashOutRequest, Direction};
use crate::operations::requester::Requester;
use crate::store::Store;
use crate::total::Total;

/// Maximum number of pending operations per key.
pub const MAX_PENDING: u32 = 1000;

/// An operation that is being checked.
#[derive(Debug)]
pub struct Draft {
    /// Direction of the money.
    pub direction: Direction,
    /// Amount of the operation.
    pub amount: Amount,
    /// The distributor's note.
    pub memo: Option<String>,
    /// The customer's request that a cash-out pays.
    pub request: Option<CashOutRequest>,
}

/// Refuses an operation beyond the key's limits.
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
        if spent.plus(amount) > Total::default().plus(most) {
            return refuse(
                Code::DailyVolumeExceeded,
                format!(
                    "The amount is more than what is left of this key's daily volume: {} of {most}.",
                    spent.left_of(most),
                ),
            );
        }
    }
    refuse_full(store, moment, key)
}

/// Refuses an operation of a key of which too many wait, or of whose line too many were given back today.
fn refuse_full(store: &dyn Store, moment: Moment, key: &Key) -> Outcome<()> {
    if store.pending_of_key(key.id)? >= MAX_PENDING {
        return Err(Refusal::new(
            Code::RateLimited,
            format!("{MAX_PENDING} operations of this key wait for a checker; have some decided first."),
        )
        .retry_after(60)
        .into());
    }
    let most = store.max_given_back();
    let today = moment.now.utc_day();
    if most > 0 && store.given_back(key.lineage, today)? >= most {
        let wait_ms = Timestamp::start_of_day(today + 1).unix_ms() - moment.now.unix_ms();
        let wait_s = u32::try_from((wait_ms + 999) / 1000).unwrap_or(u32::MAX);
        return Err(Refusal::new(
            Code::RateLimited,
            format!(
                "{most} operations of this key were withdrawn, rejected or returned today; go on after midnight UTC."
            ),
        )
        .retry_after(wait_s)
        .into());
    }
    Ok(())
}

/// An operation within limits and balance.
#[derive(Debug)]
pub struct Allowed {
    /// True if the amount is within the key's auto-approve limit.
    pub automatic: bool,
    /// Balances after the operation.
    pub book: Book,
}

/// Refuses an operation beyond limits or balance.
pub fn allow(store: &dyn Store, moment: Moment, requester: &Requester, draft: &Draft) -> Outcome<Allowed> {
    let amount = draft.amount;
    store.room().refuse_full()?;
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
            // Holds never pass the balance, by the comparison above.
            book.held = book.held.checked_add(amount).unwrap_or(book.held);
        }
    } else {
        refuse_overflow(store, amount)?;
    }
    Ok(Allowed { automatic, book })
}

/// Refuses a cash-out that would take the float past the maximum balance.
pub fn refuse_overflow(store: &dyn Store, amount: Amount) -> Outcome<()> {
    let after = store.head().book.balance.checked_add(store.incoming()).and_then(|sum| sum.checked_add(amount));
    if after.is_none() {
        return Err(
            Refusal::field(Code::InvalidAmount, "amount", format!("the balance would pass {}", Amount::MAX)).into()
        );
    }
    Ok(())
}
