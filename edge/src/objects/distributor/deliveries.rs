//! Deliveries: a wallet is told until it acknowledges. Until then, money that left the float or is due from a wallet is
//! on an operation in `processing`.

use universal_wallet_core::error::{Code, Error, InternalError, Outcome};
use universal_wallet_core::id::OperationID;
use universal_wallet_core::operations::lifecycle;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::state::DistributorState;
use super::store::delivery::Line;
use crate::calls::objects::move_wallet;
use crate::calls::shared::Shared;
use crate::messages::reply::{ACKNOWLEDGED, read_reply};
use crate::messages::wallet_movement::{MovementKind, WalletMovement};
use crate::platform::log::report;
use crate::platform::random;

/// An attempt to tell a wallet.
pub(super) struct Attempt {
    /// Number of the operation or request.
    pub(super) number: u64,
    /// Name of the wallet.
    pub(super) wallet: String,
    movement: WalletMovement,
}

/// Tells a wallet; returns the operation after the reply, if known. `call_waits`: the call that made the operation
/// waits for its answer.
pub(super) async fn deliver(state: &Shared<DistributorState>, attempt: Attempt, call_waits: bool) -> Option<Operation> {
    let reply = move_wallet(attempt.wallet, attempt.movement).await;
    state.step(|state, now| state.delivered(attempt.number, &reply, call_waits, now))
}

impl DistributorState {
    /// Number of deliveries of a line that are due, up to a maximum.
    pub(super) fn count_due(&self, line: Line, max: usize) -> usize {
        let due = self.store.deliveries.values();
        due.filter(|delivery| delivery.line() == line && delivery.due_at(self.clock) <= self.clock.unix_ms())
            .take(max)
            .count()
    }

    /// The next due delivery of a line, to a wallet that is not being told: a silent wallet takes one place of the line.
    pub(super) fn next_attempt(&mut self, line: Line) -> Option<Attempt> {
        let clock = self.clock;
        let mut due = self.store.deliveries.iter();
        let (number, _) = due.find(|(_, delivery)| {
            delivery.line() == line
                && delivery.due_at(clock) <= clock.unix_ms()
                && !self.told.contains(&(line, delivery.wallet.clone()))
        })?;
        let attempt = self.attempt(*number)?;
        self.told.insert((line, attempt.wallet.clone()));
        Some(attempt)
    }

    /// Counts an attempt to tell a wallet; `None` if nothing is due under that number.
    pub(super) fn attempt(&mut self, number: u64) -> Option<Attempt> {
        let delivery = self.store.deliveries.get_mut(&number)?;
        delivery.attempted(self.clock, random::bits().unwrap_or_default());
        Some(Attempt { number, wallet: delivery.wallet.clone(), movement: delivery.movement() })
    }

    /// Handles a wallet's reply; without an acknowledgement the alarm tells the wallet again.
    fn delivered(&mut self, number: u64, reply: &str, call_waits: bool, now: Timestamp) -> Option<Operation> {
        let delivery = self.store.deliveries.get(&number)?;
        let (id, kind) = (delivery.operation, delivery.kind);
        let acknowledged = if reply == ACKNOWLEDGED { Ok(()) } else { read_reply(reply) };
        let done = match acknowledged {
            Ok(()) => match kind {
                MovementKind::Credit(_) => self.credited(call_waits, now, id),
                MovementKind::Capture => self.write(|store| Ok(lifecycle::arrived(store, now, id)?)),
                MovementKind::Release => self.write(|store| Ok(store.request_released(id).map(|()| None)?)),
            },
            Err(Error::Refusal(refusal)) if refusal.code == Code::InvalidAmount => {
                self.write(|store| Ok(lifecycle::returned(store, now, id)?))
            }
            Err(refused) => Err(InternalError::new(format!("a delivery of {id} that was refused: {refused:?}")).into()),
        };
        done.unwrap_or_else(|refused| {
            if let Some(delivery) = self.store.deliveries.get_mut(&number) {
                delivery.failed(self.clock, random::bits().unwrap_or_default());
            }
            if let Error::Internal(fault) = refused {
                report(&fault);
            }
            None
        })
    }

    /// Records that a cash-in arrived. Key calls follow each other closely, so their arrivals are written in batches.
    fn credited(&mut self, call_waits: bool, now: Timestamp, id: OperationID) -> Outcome<Option<Operation>> {
        let operation = lifecycle::arrived(&mut self.store, now, id)?;
        self.senders.note_arrival();
        if !call_waits {
            self.store.note_arrivals()?;
        }
        Ok(operation)
    }
}
