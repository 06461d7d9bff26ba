//! The issuer calls.

use serde::Serialize;
use universal_wallet::{Amount, Timestamp};
use universal_wallet_core::act::Moment;
use universal_wallet_core::chain::Total;
use universal_wallet_core::distributor::funds::{Movement, move_float};
use universal_wallet_core::distributor::{keys, setup};
use universal_wallet_core::refusal::{Outcome, Refusal};
use universal_wallet_core::store::{Idempotency, Store};

use super::lists::Query;
use super::verify::first_entry;
use super::{Next, Open};
use crate::messages::{Call, Position, Standing, What};
use crate::platform::answer::Answer;
use crate::platform::random;
use crate::worker::routes::Route;

/// A top-up or redemption.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FloatMoved {
    /// Names the movement; it is not among the operations.
    #[serde(rename = "operationID")]
    operation_id: String,
    /// The float now.
    balance: Amount,
}

impl Open {
    /// Answers the issuer's call.
    pub(super) fn issuer_call(&mut self, call: &Call, now: Timestamp) -> Outcome<Next> {
        if call.route == Route::VerifyDistributor {
            let from = first_entry(&Query::parse(&call.query)?)?;
            return Ok(Next::Verify { from, whole: true });
        }
        Ok(Next::Answer(self.answer_issuer(call, now)?.text()))
    }

    fn answer_issuer(&mut self, call: &Call, now: Timestamp) -> Outcome<Answer> {
        match call.route {
            Route::Distributor => Ok(Answer::json(200, &self.position())?),
            Route::TopUp => self.move_float(call, Movement::TopUp, now),
            Route::Redeem => self.move_float(call, Movement::Redemption, now),
            Route::Suspend | Route::Resume | Route::IssuerRevokeKey => self.tighten(call, now),
            _ => Err(Refusal::not_found().into()),
        }
    }

    fn move_float(&mut self, call: &Call, movement: Movement, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let moved = self.write(|store| move_float(store, moment, movement, &call.input))?;
        let answer = Answer::json(200, &FloatMoved { operation_id: moved.operation, balance: moved.balance })?;
        Ok(if moved.replayed { answer.header("Idempotent-Replayed", "true") } else { answer })
    }

    fn tighten(&mut self, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let route = format!("{:?} {}", call.route, call.subject);
        let text = call.input.body.as_ref().map(String::as_str).unwrap_or_default();
        let idempotency = call.input.idempotency(&format!("issuer:{:?}", call.route), &route, text)?;
        let replayed = match &idempotency {
            Some(key) => self.store.recall(key)?.is_some(),
            None => false,
        };
        if !replayed {
            self.write(|store| {
                match call.route {
                    Route::IssuerRevokeKey => {
                        keys::revoke_by_issuer(store, now, &call.subject, &call.input)?;
                    }
                    route => {
                        call.input.optional_object()?.finish()?;
                        setup::set_suspended(store, now, route == Route::Suspend)?;
                    }
                }
                remember(store, idempotency.as_ref())
            })?;
        }
        let answer = if call.route == Route::IssuerRevokeKey {
            let key = keys::find(&self.store, &call.subject)?;
            Answer::json(200, &key.view(&self.usage(&key, now)?))?
        } else {
            Answer::json(200, &self.position())?
        };
        Ok(if replayed { answer.header("Idempotent-Replayed", "true") } else { answer })
    }

    fn position(&self) -> Position {
        let (profile, book) = (self.store.profile(), self.store.head().book);
        let mut on_its_way = Total::default();
        let mut cash_ins = Total::default();
        for delivery in self.store.deliveries.values() {
            let Some(amount) = delivery.incoming() else { continue };
            on_its_way = on_its_way.plus(amount);
            if matches!(delivery.what, What::Credit(_)) {
                cash_ins = cash_ins.plus(amount);
            }
        }
        Position {
            distributor_id: profile.id,
            name: profile.name.clone(),
            status: Standing::of(&profile),
            currency: profile.currency.clone(),
            issued: book.issued,
            balance: book.balance,
            available: book.available(),
            held: book.held,
            processing: on_its_way,
            cashed_in: book.charged.less(cash_ins),
            cashed_out: book.cashed_out,
            created_at: profile.created_at,
        }
    }
}

fn remember(store: &mut dyn Store, idempotency: Option<&Idempotency>) -> Outcome<()> {
    Ok(idempotency.map_or(Ok(()), |key| store.remember(key, ""))?)
}
