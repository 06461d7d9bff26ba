//! The alarm: due deadlines and usage counters, then, beside each other, several wallets, ended requests, and the head of
//! the chain for the issuer. One that is silent holds no other.

use std::pin::Pin;

use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::error::Error;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::deliveries::deliver;
use super::listeners::look_at_session;
use super::state::DistributorState;
use super::store::delivery::Line;
use crate::calls::executor::{all, turn};
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::calls::step::DONE;
use crate::messages::to_issuer::ToIssuer;
use crate::platform::log::report;

/// Number of wallets told at a time, by line.
const fn width(line: Line) -> usize {
    match line {
        Line::Money => 16,
        Line::Release => 4,
    }
}

/// Runs due tasks until none is left.
pub(super) async fn alarm(state: Shared<DistributorState>) -> String {
    let anchor = state.step_on(|state, now| {
        state.alarm_at = None;
        state.prepare_alarm(now)
    });
    let mut tasks: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::new();
    for line in [Line::Money, Line::Release] {
        for _ in 0..state.step_on(|state, _| state.count_due(line, width(line))) {
            tasks.push(Box::pin(tell_wallets(state.clone(), line)));
        }
    }
    for watched in state.step_on(DistributorState::sessions_due) {
        tasks.push(Box::pin(look_at_session(state.clone(), watched)));
    }
    if let Some(anchor) = anchor {
        tasks.push(Box::pin(report_head(state.clone(), anchor)));
    }
    if !tasks.is_empty() {
        all(tasks).await;
    }
    while state.step_on(|state, _| state.summarise()) {
        turn().await;
    }
    state.step(|_, _| ());
    DONE.into()
}

/// Tells one wallet after the other while any of the line is due.
async fn tell_wallets(state: Shared<DistributorState>, line: Line) {
    while let Some(attempt) = state.step_on(|state, _| state.next_attempt(line)) {
        let wallet = attempt.wallet.clone();
        deliver(&state, attempt, false).await;
        state.step_on(|state, _| state.told.remove(&(line, wallet)));
    }
}

/// Reports the head of the chain to the issuer.
async fn report_head(state: Shared<DistributorState>, anchor: Anchor) {
    let distributor = state.step_on(|state, _| state.store.profile().id);
    let kept = objects::issuer().ask::<()>(&ToIssuer::Anchor { distributor, anchor }).await.is_ok();
    state.step(|state, _| {
        state.kept_anchor = None;
        let number = if kept { anchor.number } else { 0 };
        if let Err(fault) = state.store.set_anchor(Anchor { number, ..anchor }) {
            report(&fault);
        }
    });
}

impl DistributorState {
    /// Carries the totals of days and the index of operations on by a slice; true if there is more to do.
    fn summarise(&mut self) -> bool {
        let summarised = self.store.tally_slice().and_then(|more| Ok(more | self.store.index_slice()?));
        let summarised = summarised.and_then(|more| self.store.measure_room().map(|()| more));
        summarised.inspect_err(report).unwrap_or(false)
    }

    /// Ends what is due and writes what was counted; returns the head of the chain if it is to be reported.
    fn prepare_alarm(&mut self, now: Timestamp) -> Option<Anchor> {
        if let Err(fault) = self.settle(now).and_then(|()| self.store.note_arrivals()).and_then(|()| self.flush(now)) {
            report(&fault);
        }
        if let Err(Error::Internal(fault)) = self.write(|store| Ok(store.mark_settled()?)) {
            report(&fault);
        }
        let head = self.store.head();
        self.anchor_due().filter(|due| *due <= now).map(|_| Anchor { number: head.number, hash: head.hash, at: now })
    }
}
