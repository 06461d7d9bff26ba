//! Announcements of cash-out requests: the wallet holds the money and tells the distributor until it knows.

use universal_wallet_core::error::{Code, Error, Outcome, refuse};
use universal_wallet_core::id::{DistributorID, OperationID};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::{Input, must_be_same};
use universal_wallet_core::text::json_text;
use universal_wallet_core::wallet::{Hold, HoldStatus, WalletStore, announce, announced, place_hold, refused};
use universal_wallet_sdk::Phone;
use universal_wallet_sdk::Timestamp;

use super::state::WalletState;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::calls::step::DONE;
use crate::messages::to_distributor::ToDistributor;
use crate::platform::log::report;
use crate::platform::random;

/// Delay before a hold is announced again.
const ANNOUNCE_MS: i64 = 5_000;

/// Requests a cash-out for the owner; returns its ID and whether the same call was made before.
pub(super) async fn request(wallet: &Shared<WalletState>, from: Phone, input: &Input) -> Outcome<(OperationID, bool)> {
    let (hold, replayed) = wallet.step(|state, now| state.place(from, input, now))?;
    let id = hold.id;
    if hold.status == HoldStatus::Announcing {
        tell(wallet, hold).await?;
    }
    Ok((id, replayed))
}

/// The alarm: announces every unacknowledged hold again, one after the other.
pub(super) async fn announce_again(wallet: Shared<WalletState>) -> String {
    let ids = wallet.step(|state, _| state.store.announcing()).unwrap_or_else(|fault| {
        report(&fault);
        Vec::new()
    });
    for id in ids.into_iter().rev() {
        let told = match wallet.step(|state, _| state.store.hold(id)) {
            Ok(Some(hold)) => tell(&wallet, hold).await,
            Ok(None) => Ok(()),
            Err(fault) => Err(fault.into()),
        };
        if let Err(Error::Internal(fault)) = told {
            report(&fault);
        }
    }
    wallet.step(|state, now| {
        if state.store.announcing().is_ok_and(|ids| !ids.is_empty())
            && let Err(fault) = state.store.db.wake_at(now.unix_ms() + ANNOUNCE_MS)
        {
            report(&fault);
        }
    });
    DONE.into()
}

/// Tells the distributor of a hold. If the distributor refuses, the money is released and the call is forgotten.
async fn tell(wallet: &Shared<WalletState>, hold: Hold) -> Outcome<()> {
    let Hold { id, from, amount, memo, distributor, .. } = hold;
    let announcement = wallet.step(|state, _| state.write(|store| Ok(announce(store, id)?)))?;
    let message = ToDistributor::OpenRequest { id, from, amount, memo, announcement };
    let told = objects::distributor(distributor).ask::<()>(&message).await;
    wallet.step(|state, _| state.announced(id, announcement, told))
}

impl WalletState {
    /// Holds the money of a new request; a repeated call returns its earlier hold.
    fn place(&mut self, from: Phone, input: &Input, now: Timestamp) -> Outcome<(Hold, bool)> {
        let Some(idempotency) = input.idempotency_key()? else {
            return refuse(
                Code::IdempotencyKeyRequired,
                "Send an Idempotency-Key, so that a repeated call holds money once.",
            );
        };
        let mut body = input.object()?;
        let distributor: Option<DistributorID> = body.required("distributorID");
        let amount = body.moved_amount("amount");
        let memo = body.remark("memo", 256);
        body.finish()?;
        let (Some(distributor), Some(amount)) = (distributor, amount) else {
            return refuse(Code::InvalidRequest, "The request is not complete.");
        };
        let values = json_text::write(&(distributor, amount, &memo))?;
        let request = Digest::of(&[values.as_bytes()]);
        if let Some((hold, before)) = self.store.by_idempotency(&idempotency)? {
            must_be_same(&before, &request)?;
            return Ok((hold, true));
        }
        let id = OperationID::from_uuid(random::uuid()?);
        let status = HoldStatus::Announcing;
        let hold = Hold { id, distributor, from, amount, memo, created_at: now, status, announcements: 0 };
        self.write(|store| {
            place_hold(store, &hold)?;
            Ok(store
                .db
                .run("UPDATE holds SET idempotency = ?, request = ? WHERE id = ?", (&idempotency, request, id))?)
        })?;
        self.store.db.wake_at(now.unix_ms() + ANNOUNCE_MS)?;
        Ok((hold, false))
    }

    fn announced(&mut self, id: OperationID, announcement: u32, told: Outcome<()>) -> Outcome<()> {
        match told {
            Ok(()) => self.write(|store| Ok(announced(store, id)?)),
            Err(Error::Refusal(refusal)) if refusal.code.status() < 500 => {
                let free = self.write(|store| {
                    let free = refused(store, id, announcement)?;
                    if free {
                        store.db.run("UPDATE holds SET idempotency = NULL WHERE id = ?", (id,))?;
                    }
                    Ok(free)
                })?;
                let held = self.store.hold(id)?.is_some_and(|hold| hold.status == HoldStatus::Held);
                if held && !free { Ok(()) } else { Err(Error::Refusal(refusal)) }
            }
            Err(other) => Err(other),
        }
    }
}
