//! The alarm: due deadlines, usage counters, deliveries, and the head of the chain for the issuer, one at a time.

use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::error::Error;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::deliveries::{Attempt, deliver};
use super::state::DistributorState;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::calls::step::DONE;
use crate::messages::to_issuer::ToIssuer;
use crate::platform::log::report;

/// Task of the alarm.
enum Work {
    Deliver(Attempt),
    Anchor(Anchor),
    Nothing,
}

/// Runs due tasks until none is left.
pub(super) async fn alarm(state: Shared<DistributorState>) -> String {
    state.step_on(|state, _| state.alarm_at = None);
    loop {
        match state.step_on(DistributorState::due) {
            Work::Deliver(attempt) => {
                deliver(&state, attempt, false).await;
            }
            Work::Anchor(anchor) => {
                let distributor = state.step_on(|state, _| state.store.profile().id);
                let kept = objects::issuer().ask::<()>(&ToIssuer::Anchor { distributor, anchor }).await.is_ok();
                state.step(|state, _| {
                    let number = if kept { anchor.number } else { 0 };
                    if let Err(fault) = state.store.set_anchor(Anchor { number, ..anchor }) {
                        report(&fault);
                    }
                });
                return DONE.into();
            }
            Work::Nothing => {
                state.step(|_, _| ());
                return DONE.into();
            }
        }
    }
}

impl DistributorState {
    fn due(&mut self, now: Timestamp) -> Work {
        if let Err(fault) = self.settle(now).and_then(|()| self.store.note_arrivals()).and_then(|()| self.flush(now)) {
            report(&fault);
        }
        let clock = self.clock;
        let due = self.store.deliveries.iter().find(|(_, delivery)| delivery.due_at(clock) <= clock.unix_ms());
        if let Some(attempt) = due.map(|(number, _)| *number).and_then(|number| self.attempt(number)) {
            return Work::Deliver(attempt);
        }
        if let Err(Error::Internal(fault)) = self.write(|store| Ok(store.mark_settled()?)) {
            report(&fault);
        }
        if self.anchor_due().is_some_and(|due| due <= now) {
            let head = self.store.head();
            return Work::Anchor(Anchor { number: head.number, hash: head.hash, at: now });
        }
        Work::Nothing
    }
}
