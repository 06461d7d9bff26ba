//! Issuer calls: float movements, suspension, emergency revocation.

use serde::Serialize;
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::id::DistributorID;
use universal_wallet_core::keys::lifecycle;
use universal_wallet_core::operations::float::{FloatMovement, move_float};
use universal_wallet_core::provisioning;
use universal_wallet_core::room::Room;
use universal_wallet_core::store::{Profile, Store};
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::{Amount, Timestamp};

use super::approvals::remember;
use crate::http::answer::Answer;
use crate::messages::call::Call;
use crate::messages::wallet_movement::MovementKind;
use crate::objects::distributor::state::DistributorState;
use crate::platform::random;

/// A top-up or redemption.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FloatMoved {
    /// ID of the movement, which is not listed among the operations.
    #[serde(rename = "operationID")]
    operation_id: String,
    /// Balance of the float after the movement.
    balance: Amount,
}

/// Status of a distributor: active or suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standing {
    Active,
    Suspended,
}

impl Standing {
    /// Status of a distributor by its profile.
    pub(crate) fn of(profile: &Profile) -> Self {
        if profile.suspended { Self::Suspended } else { Self::Active }
    }
}

/// Money of a distributor, as the issuer sees it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Position {
    /// ID of the distributor.
    #[serde(rename = "distributorID")]
    pub(crate) distributor_id: DistributorID,
    /// Name of the distributor.
    pub(crate) name: String,
    /// Status of the distributor.
    pub(crate) status: Standing,
    /// The deployment's currency.
    pub(crate) currency: String,
    /// Top-ups minus redemptions.
    pub(crate) issued: Total,
    /// Whole balance of the float.
    pub(crate) balance: Amount,
    /// Balance minus holds.
    pub(crate) available: Amount,
    /// Amount held by pending cash-ins.
    pub(crate) held: Amount,
    /// Amount in transit to or from wallets.
    pub(crate) processing: Total,
    /// Total of arrived cash-ins.
    pub(crate) cashed_in: Total,
    /// Total of arrived cash-outs.
    pub(crate) cashed_out: Total,
    /// How full the distributor's storage is.
    pub(crate) storage: Room,
    /// Time of creation.
    pub(crate) created_at: Timestamp,
}

impl DistributorState {
    /// `GET /distributors/{distributorID}`.
    pub(super) fn position_answer(&mut self) -> Outcome<Answer> {
        while self.store.tally_slice()? {}
        self.store.measure_room()?;
        Ok(Answer::json(200, &self.position())?)
    }

    /// `POST …/topups` and `POST …/redemptions`.
    pub(super) fn move_float(&mut self, call: &Call, movement: FloatMovement, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let moved = self.write(|store| move_float(store, moment, movement, &call.input))?;
        let answer = Answer::json(200, &FloatMoved { operation_id: moved.operation, balance: moved.balance })?;
        Ok(answer.replayed(moved.replayed))
    }

    /// The idempotency key of a call, and whether the same call was carried out before.
    fn recall_act(&self, call: &Call) -> Outcome<(Option<Idempotency>, bool)> {
        let route = call.route.id();
        let text = call.input.body.as_ref().map(String::as_str).unwrap_or_default();
        let idempotency =
            call.input.idempotency(&format!("issuer:{route}"), &format!("{route} {}", call.subject), text)?;
        let replayed = match &idempotency {
            Some(key) => self.store.recall(key)?.is_some(),
            None => false,
        };
        Ok((idempotency, replayed))
    }

    /// `POST …/suspend` and `POST …/resume`.
    pub(super) fn set_suspended(&mut self, call: &Call, suspended: bool, now: Timestamp) -> Outcome<Answer> {
        let (idempotency, replayed) = self.recall_act(call)?;
        if !replayed {
            self.write(|store| {
                call.input.optional_object()?.finish()?;
                provisioning::set_suspended(store, now, suspended)?;
                Ok(remember(store, idempotency.as_ref(), "")?)
            })?;
        }
        Ok(self.position_answer()?.replayed(replayed))
    }

    /// `POST …/api-keys/{keyID}/revoke`.
    pub(super) fn revoke_key_by_issuer(&mut self, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let (idempotency, replayed) = self.recall_act(call)?;
        if !replayed {
            self.write(|store| {
                lifecycle::revoke_by_issuer(store, now, &call.subject, &call.input)?;
                Ok(remember(store, idempotency.as_ref(), "")?)
            })?;
        }
        Ok(self.key_answer(200, &self.store.find_key(&call.subject)?, now)?.replayed(replayed))
    }

    fn position(&self) -> Position {
        let (profile, book) = (self.store.profile(), self.store.head().book);
        let mut on_its_way = Total::default();
        let mut cash_ins = Total::default();
        for delivery in self.store.deliveries.values() {
            let Some(amount) = delivery.incoming() else { continue };
            on_its_way = on_its_way.plus(amount);
            if matches!(delivery.kind, MovementKind::Credit(_)) {
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
            storage: self.store.room(),
            created_at: profile.created_at,
        }
    }
}
