//! What the object does by itself: deadlines, deliveries, usage to be written, the head of the
//! chain to be sent.

use universal_wallet::Timestamp;
use universal_wallet_core::document;
use universal_wallet_core::refusal::Refused;
use universal_wallet_core::store::Store;
use universal_wallet_core::verify::Anchor;

use super::usage::FLUSH_MS;
use super::{After, Open, Then};
use crate::messages::{ISSUER, ToIssuer};
use crate::platform::answer::report;
use crate::platform::step::{DONE, Kind};

/// The head of a chain that changed is sent to the Issuer once in so long.
const ANCHOR_MS: i64 = 3_600_000;

impl Open {
    /// What is due: deadlines, deliveries, usage to be written, the head to be sent. One thing at a
    /// time; the reply to it comes back here.
    pub(super) fn alarm(&mut self, now: Timestamp) -> String {
        if let Err(fault) = self.settle(now).and_then(|()| self.store.note_arrivals()).and_then(|()| self.flush(now)) {
            report("", &fault);
        }
        let clock = self.clock;
        let due = self.store.deliveries.iter().find(|(_, delivery)| delivery.due_at(clock) <= clock.unix_ms());
        if let Some(number) = due.map(|(number, _)| *number) {
            return self.deliver(number, After::Alarm, now);
        }
        if let Err(Refused::Fault(fault)) = self.write(|store| Ok(store.mark_settled()?)) {
            report("", &fault);
        }
        if self.anchor_due().is_some_and(|due| due <= now) {
            let head = self.store.head();
            let anchor = Anchor { number: head.number, hash: head.hash, at: now };
            let message = ToIssuer::Anchor { distributor: self.store.profile().id, anchor };
            if let Ok(step) = self.ask(Kind::Issuer, ISSUER, &message, Then::Anchored { anchor }) {
                return step;
            }
        }
        self.after_event(now);
        DONE.into()
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
            let line = document::object(&[("type", &kind), ("id", &subject), ("at", &at)]);
            match line.and_then(|line| self.store.db.tell_all(&line, now.unix_ms())) {
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
