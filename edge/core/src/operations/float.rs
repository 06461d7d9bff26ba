//! Float movements by the issuer: top-ups and redemptions.

use serde_json::json;
use universal_wallet_sdk::Amount;

use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{Code, Outcome, Refusal, refuse};
use crate::id::OperationID;
use crate::people::model::Actor;
use crate::store::Store;
use crate::text::input::Input;

/// Direction of a float movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatMovement {
    /// E-money is issued to the float.
    TopUp,
    /// Float is redeemed to the distributor's bank account.
    Redemption,
}

/// Result of a float movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// ID of the movement.
    pub operation: String,
    /// Balance of the float after the movement.
    pub balance: Amount,
    /// True if an earlier call with the same idempotency key made the movement.
    pub replayed: bool,
}

/// Tops up the float, or redeems at most the available balance.
pub fn move_float(store: &mut dyn Store, moment: Moment, movement: FloatMovement, input: &Input) -> Outcome<Moved> {
    let (kind, route) = match movement {
        FloatMovement::TopUp => ("float.topped-up", "issuer:topups"),
        FloatMovement::Redemption => ("float.redeemed", "issuer:redemptions"),
    };
    let Some(_) = input.idempotency_key()? else {
        return refuse(
            Code::IdempotencyKeyRequired,
            "Send an Idempotency-Key, so that a repeated call moves money once.",
        );
    };
    let mut body = input.object()?;
    let amount = body.moved_amount("amount");
    let reference = body.title("reference", 256);
    body.finish()?;
    let (Some(amount), Some(reference)) = (amount, reference) else {
        return refuse(Code::InvalidRequest, "The request is not complete.");
    };
    let idempotency = input.idempotency(route, route, &format!("{amount}\0{reference}"))?;
    if let Some(key) = &idempotency
        && let Some(operation) = store.recall(key)?
    {
        return Ok(Moved { operation, balance: store.head().book.balance, replayed: true });
    }

    let mut book = store.head().book;
    let after = match movement {
        FloatMovement::TopUp => {
            book.balance.checked_add(amount).filter(|after| after.checked_add(store.incoming()).is_some())
        }
        FloatMovement::Redemption if book.available() < amount => {
            return refuse(
                Code::InsufficientBalance,
                format!("Only {} is available; a redemption never takes what is held.", book.available()),
            );
        }
        FloatMovement::Redemption => book.balance.checked_sub(amount),
    };
    let Some(after) = after else {
        return Err(
            Refusal::field(Code::InvalidAmount, "amount", format!("the balance would pass {}", Amount::MAX)).into()
        );
    };
    book.balance = after;
    book.issued = match movement {
        FloatMovement::TopUp => book.issued.plus(amount),
        FloatMovement::Redemption => book.issued.minus(amount),
    };

    let numbering = store.profile().numbering();
    let mut entry = EntryBuilder::begin(store, moment.now, kind, Actor::Issuer);
    entry.book = book;
    let operation = OperationID::from_uuid(numbering.uuid(entry.number(), moment.now, moment.random));
    if let Some(key) = &idempotency {
        entry.store.remember(key, &format!("{operation}"))?;
    }
    entry.done(operation, json!({ "amount": amount, "reference": reference }))?;
    Ok(Moved { operation: format!("{operation}"), balance: after, replayed: false })
}
