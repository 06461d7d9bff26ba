//! State of a created distributor, used by its calls in synchronous stretches.

use std::cell::Cell;
use std::mem;
use std::rc::Rc;

use rustc_hash::FxHashSet;
use serde_json::json;
use universal_wallet_core::approvals::deadlines;
use universal_wallet_core::approvals::deciding::Deciding;
use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::error::{Error, InternalError, Outcome};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::counters::addresses::Addresses;
use super::counters::rates::Rates;
use super::counters::usage::{Counts, FLUSH_MS};
use super::merchants::Merchants;
use super::senders::Senders;
use super::store::SqlStore;
use super::store::delivery::Line;
use crate::calls::shared::State;
use crate::messages::to_distributor::ConsoleCaller;
use crate::platform::clock;
use crate::platform::log::report;

/// Minimum time between two reports of a changed chain head to the Issuer.
const ANCHOR_MS: i64 = 3_600_000;

/// State of a created distributor.
pub(super) struct DistributorState {
    pub(super) store: SqlStore,
    pub(super) rates: Rates,
    pub(super) counts: Counts,
    pub(super) addresses: Addresses,
    /// Decisions that wait for another object.
    pub(super) deciding: Deciding,
    pub(super) merchants: Merchants,
    /// The head of the chain that the issuer told, and when.
    pub(super) kept_anchor: Option<(Timestamp, Option<Anchor>)>,
    /// Number of running verifications.
    pub(super) verifications: Rc<Cell<u32>>,
    /// Wallets that the alarm is telling, by line.
    pub(super) told: FxHashSet<(Line, String)>,
    pub(super) senders: Senders,
    /// Time at which the session of some socket may have ended.
    pub(super) sessions_at: Option<Timestamp>,
    /// Time of the next alarm, if set since the object was loaded.
    pub(super) alarm_at: Option<i64>,
    /// The platform's time at the current event, which may have run backwards. Only waiting goes by it, never a
    /// decision.
    pub(super) clock: Timestamp,
}

impl State for DistributorState {
    /// The object's time never runs backwards.
    fn begin(&mut self) -> Timestamp {
        self.clock = clock::now();
        self.clock.max(self.store.head().at)
    }

    fn end(&mut self, now: Timestamp) {
        self.tell_listeners(now);
        self.set_alarm(now);
    }
}

impl DistributorState {
    pub(super) fn new(store: SqlStore) -> Self {
        let sessions_at = store.db.watched(Timestamp::from_unix_ms(0)).1;
        Self {
            store,
            sessions_at,
            rates: Rates::default(),
            counts: Counts::default(),
            addresses: Addresses::default(),
            deciding: Deciding::default(),
            merchants: Merchants::default(),
            kept_anchor: None,
            verifications: Rc::default(),
            told: FxHashSet::default(),
            senders: Senders::default(),
            alarm_at: None,
            clock: clock::now(),
        }
    }

    /// True until some milliseconds after a time on the platform's clock, which may have run backwards since.
    pub(super) fn is_fresh(&self, at: Timestamp, ms: i64) -> bool {
        (at..at.plus_ms(ms)).contains(&self.clock)
    }

    /// Runs a command whose writes are atomic.
    pub(super) fn write<T>(&mut self, command: impl FnOnce(&mut SqlStore) -> Outcome<T>) -> Outcome<T> {
        self.store.must_be_readable()?;
        self.store.note_arrivals()?;
        let db = self.store.db.clone();
        let before = self.store.news.len();
        let store = &mut self.store;
        let result = db.atomically(|| command(store));
        if let Err(refused) = &result {
            self.store.undo(refused, before)?;
        }
        result
    }

    /// Runs a command that writes a single statement, which is atomic by itself.
    pub(super) fn write_once<T>(&mut self, command: impl FnOnce(&mut SqlStore) -> Outcome<T>) -> Outcome<T> {
        self.store.must_be_readable()?;
        self.store.note_many_arrivals()?;
        let before = self.store.news.len();
        #[cfg(feature = "fault_injection")]
        crate::platform::fault_injection::at("write");
        let result = command(&mut self.store);
        #[cfg(feature = "fault_injection")]
        crate::platform::fault_injection::at("written");
        if let Err(refused) = &result {
            self.store.undo(refused, before)?;
        }
        result
    }

    /// Ends everything due before any decision.
    pub(super) fn settle(&mut self, now: Timestamp) -> Result<(), InternalError> {
        self.store.must_be_readable()?;
        if !deadlines::is_due(&self.store, now) {
            return Ok(());
        }
        self.write(|store| Ok(deadlines::settle(store, now)?)).map_err(|refused| match refused {
            Error::Internal(fault) => fault,
            Error::Refusal(refusal) => InternalError::new(refusal.message),
        })
    }

    /// Ends everything due before a verification, which goes on where that is not possible, since it tells why.
    pub(super) fn settle_for_verification(&mut self, now: Timestamp) {
        if let Err(fault) = self.settle(now).and_then(|()| self.store.note_arrivals()) {
            report(&fault);
        }
    }

    /// The caller, if an active member.
    pub(super) fn caller(&self, from: &ConsoleCaller, now: Timestamp) -> Option<Caller> {
        let member = self.store.member_of(from.account).filter(|member| member.is_active())?;
        let required = self.store.profile().second_factor.is_required();
        let second_factor = from.second_factor.standing(required, now);
        Some(Caller { member, must_change_password: from.must_change_password, second_factor })
    }

    /// Time at which a changed head is due at the issuer.
    pub(super) fn anchor_due(&self) -> Option<Timestamp> {
        self.store.must_be_readable().ok()?;
        match self.store.anchor {
            Some(anchor) if anchor.number == self.store.head().number => None,
            Some(anchor) => Some(anchor.at.plus_ms(ANCHOR_MS)),
            None => Some(self.store.head().at),
        }
    }

    /// Tells listeners of the entries that the event made.
    fn tell_listeners(&mut self, now: Timestamp) {
        for (kind, subject, at) in mem::take(&mut self.store.news) {
            let line = json!({ "type": kind, "id": subject, "at": at }).to_string();
            match self.store.db.broadcast(&line, now) {
                Ok(listening) => self.store.listened = listening > 0,
                Err(fault) => report(&fault),
            }
        }
    }

    /// Sets the next alarm, unless one comes early enough.
    fn set_alarm(&mut self, now: Timestamp) {
        let own = [
            self.store.first_deadline().map(|(at, _)| at),
            self.anchor_due(),
            self.sessions_at,
            self.counts.flush_at(),
            self.store.arrived_since().map(|since| since.plus_ms(FLUSH_MS)),
        ];
        // The platform's clock may be behind the object's.
        let behind = now.unix_ms() - self.clock.unix_ms();
        let own = own.into_iter().flatten().min().map(|at| at.unix_ms() - behind);
        let deliveries = self.store.deliveries.values().map(|delivery| delivery.wake_at(self.clock)).min();
        let Some(next) = own.into_iter().chain(deliveries).chain(self.senders.retry_at()).min() else { return };
        let next = next.max(self.clock.unix_ms() + 1);
        if self.alarm_at.is_none_or(|at| next < at) {
            match self.store.db.wake_at(next) {
                Ok(()) => self.alarm_at = Some(next),
                Err(fault) => report(&fault),
            }
        }
    }
}
