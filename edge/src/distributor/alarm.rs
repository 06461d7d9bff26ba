//! What the object does by itself: deadlines, deliveries, usage to be written, the head of the
//! chain to be sent.

use serde_json::json;
use universal_wallet::Timestamp;
use universal_wallet_core::refusal::Refused;
use universal_wallet_core::store::Store;
use universal_wallet_core::verify::Anchor;

use super::deliveries::Attempt;
use super::usage::FLUSH_MS;
use super::{Open, Shared};
use crate::messages::{ISSUER, ToIssuer};
use crate::platform::answer::report;
use crate::platform::calls::ask;
use crate::platform::step::{DONE, Kind};

/// The head of a chain that changed is sent to the Issuer once in so long.
const ANCHOR_MS: i64 = 3_600_000;

/// What the alarm finds to do.
enum Due {
    Deliver(Attempt),
    Anchor(Anchor),
    Nothing,
}

/// What is due: deadlines, deliveries, usage to be written, the head to be sent. One thing at a time.
pub(super) async fn alarm(open: Shared) -> String {
    open.0.borrow_mut().alarm_at = None;
    loop {
        let due = open.0.borrow_mut().due();
        match due {
            Due::Deliver(attempt) => {
                open.deliver(attempt, false).await;
            }
            Due::Anchor(anchor) => {
                let distributor = open.0.borrow().store.profile().id;
                let kept = ask::<()>(Kind::Issuer, ISSUER, &ToIssuer::Anchor { distributor, anchor }).await.is_ok();
                open.step(|open, _| {
                    let number = if kept { anchor.number } else { 0 };
                    if let Err(fault) = open.store.set_anchor(Anchor { number, ..anchor }) {
                        report("", &fault);
                    }
                });
                return DONE.into();
            }
            Due::Nothing => return DONE.into(),
        }
    }
}

impl Open {
    fn due(&mut self) -> Due {
        let now = self.now();
        if let Err(fault) = self.settle(now).and_then(|()| self.store.note_arrivals()).and_then(|()| self.flush(now)) {
            report("", &fault);
        }
        let clock = self.clock;
        let due = self.store.deliveries.iter().find(|(_, delivery)| delivery.due_at(clock) <= clock.unix_ms());
        if let Some(attempt) = due.map(|(number, _)| *number).and_then(|number| self.attempt(number)) {
            return Due::Deliver(attempt);
        }
        if let Err(Refused::Fault(fault)) = self.write(|store| Ok(store.mark_settled()?)) {
            report("", &fault);
        }
        if self.anchor_due().is_some_and(|due| due <= now) {
            let head = self.store.head();
            return Due::Anchor(Anchor { number: head.number, hash: head.hash, at: now });
        }
        self.after_event(now);
        Due::Nothing
    }

    /// When the head of the chain is sent to the issuer, where it changed since the last time.
    fn anchor_due(&self) -> Option<Timestamp> {
        match self.store.anchor {
            Some(anchor) if anchor.number == self.store.head().number => None,
            Some(anchor) => Some(anchor.at.plus_ms(ANCHOR_MS)),
            None => Some(self.store.head().at),
        }
    }

    /// After every event: those who listen are told, and the next alarm is set where none comes
    /// early enough.
    pub(super) fn after_event(&mut self, now: Timestamp) {
        for (kind, subject, at) in core::mem::take(&mut self.store.news) {
            let line = json!({ "type": kind, "id": subject, "at": at }).to_string();
            match self.store.db.tell_all(&line, now.unix_ms()) {
                Ok(listening) => self.store.listened = listening > 0,
                Err(fault) => report("", &fault),
            }
        }
        let own = [
            self.store.first_deadline().map(|(at, _)| at),
            self.anchor_due(),
            self.counts.flush_at(),
            self.store.arrived_since().map(|since| since.plus_ms(FLUSH_MS)),
        ];
        // The platform's clock may lie behind the object's.
        let behind = now.unix_ms() - self.clock.unix_ms();
        let own = own.into_iter().flatten().min().map(|at| at.unix_ms() - behind);
        let deliveries = self.store.deliveries.values().map(|delivery| delivery.due_at(self.clock)).min();
        let Some(next) = own.into_iter().chain(deliveries).min() else { return };
        let next = next.max(self.clock.unix_ms() + 1);
        if self.alarm_at.is_none_or(|at| next < at) {
            match self.store.db.wake_at(next) {
                Ok(()) => self.alarm_at = Some(next),
                Err(fault) => report("", &fault),
            }
        }
    }
}
