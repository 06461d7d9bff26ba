//! State of an endpoint's object: what waits to be sent, and what came of it.

use std::collections::VecDeque;

use universal_wallet_core::error::{InternalError, Outcome};
use universal_wallet_core::text::secret::Secret;
use universal_wallet_core::webhooks::schedule::{Answered, Verdict, next_attempt, record};
use universal_wallet_sdk::Timestamp;

use super::pace::Pace;
use super::store::{Cursor, SqlOutbox, Stored};
use crate::calls::shared::State;
use crate::messages::to_distributor::{ReadyMessage, Target, ToDistributor, Work};
use crate::messages::to_webhook::{DeliveryState, Ownership};
use crate::platform::log::report;
use crate::platform::{clock, random};

/// Maximum number of messages that are sent at once. The platform allows six connections that wait for an answer.
const LANES: usize = 5;
/// Maximum number of messages that wait for another attempt; beyond, no further entries are read.
const MAX_WAITING: usize = 1000;
/// Maximum number of due messages that are asked for at once.
const MAX_DUE: usize = 50;
/// Time after which an alarm continues the work that a crash broke off.
const LEASE_MS: i64 = 60_000;
/// Delay before a distributor that did not answer is asked again.
const ASK_AGAIN_MS: i64 = 5_000;

/// A message that waits for a lane.
pub(super) struct Job {
    delivery: Stored,
    /// The body to send.
    pub(super) body: String,
}

impl Job {
    pub(super) fn id(&self) -> universal_wallet_core::id::MessageID {
        self.delivery.message
    }
}

/// State of an endpoint's object.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct WebhookState {
    pub(super) store: SqlOutbox,
    pub(super) pace: Pace,
    /// True if the distributor may have something to send.
    pub(super) poked: bool,
    /// True if nothing but a lease would continue after a crash what was begun.
    leases: bool,
    /// Target of the messages in the queue, with the secrets that sign them.
    target: Option<(Target, Vec<Secret>)>,
    queue: VecDeque<Job>,
    /// Deliveries that were asked for and wait for their bodies.
    asked: Vec<Stored>,
    /// True while a lane asks the distributor.
    asking: bool,
    /// Number of messages whose answer is awaited.
    sending: usize,
    /// Deliveries that had an attempt and are not written yet.
    done: Vec<Stored>,
    /// Position after the messages in the queue.
    after: Option<Cursor>,
    /// Time before which the distributor is not asked.
    rests_until: Option<Timestamp>,
    /// True if waiting messages are due because the receiver recovered.
    recovered: bool,
    health_changed: bool,
    alarm_at: Option<i64>,
    /// Time at which a lane last took a task.
    active_at: Timestamp,
}

/// Task of a lane.
pub(super) enum Task {
    /// Sends a message.
    Send(Box<Job>, Target, Vec<Secret>),
    /// Asks the distributor what to send.
    Ask(Ownership, ToDistributor),
    /// Tells the distributor about the receiver.
    Report(Ownership, ToDistributor),
    /// There is nothing for this lane.
    Rest,
}

impl State for WebhookState {
    fn begin(&mut self) -> Timestamp {
        clock::now()
    }

    fn end(&mut self, _: Timestamp) {}
}

impl WebhookState {
    pub(super) fn new(store: SqlOutbox) -> Self {
        Self {
            store,
            pace: Pace::default(),
            poked: false,
            leases: false,
            target: None,
            queue: VecDeque::new(),
            asked: Vec::new(),
            asking: false,
            sending: 0,
            done: Vec::new(),
            after: None,
            rests_until: None,
            recovered: false,
            health_changed: false,
            alarm_at: None,
            active_at: clock::now(),
        }
    }

    /// Notes that the distributor, or a person, has something to send.
    pub(super) fn poke(&mut self, of: Ownership) -> Outcome<()> {
        self.store.belong_to(of)?;
        (self.poked, self.leases, self.rests_until) = (true, true, None);
        Ok(())
    }

    /// Notes an alarm, and returns true if a lane went astray: then all begin anew from storage, as after a crash. The
    /// platform repeats an alarm that does not end, so the question that follows needs no lease.
    pub(super) fn woken(&mut self, now: Timestamp) -> bool {
        let astray = (self.sending > 0 || self.asking) && now >= self.active_at.plus_ms(LEASE_MS);
        if astray {
            (self.sending, self.asking) = (0, false);
            (self.queue, self.asked, self.done, self.after) = Default::default();
        }
        (self.alarm_at, self.rests_until, self.leases) = (None, None, false);
        self.poked = self.store.owner.is_some();
        astray
    }

    /// True if another lane has something to do.
    pub(super) fn takes_lane(&self) -> bool {
        let free = self.sending == 0 && !self.asking;
        (!self.queue.is_empty() && self.sending < LANES) || (free && self.poked && self.rests_until.is_none())
    }

    /// The next task of a lane.
    pub(super) fn next(&mut self, now: Timestamp) -> Task {
        self.active_at = now;
        let task = self.try_next(now);
        task.unwrap_or_else(|fault| {
            report(&fault);
            self.rest_until(now.plus_ms(ASK_AGAIN_MS));
            Task::Rest
        })
    }

    fn try_next(&mut self, now: Timestamp) -> Result<Task, InternalError> {
        if let Some((target, secrets)) = &self.target
            && let Some(job) = self.queue.pop_front()
        {
            self.sending += 1;
            return Ok(Task::Send(Box::new(job), target.clone(), secrets.clone()));
        }
        if self.sending > 0 || self.asking {
            return Ok(Task::Rest);
        }
        self.write_outcomes(now)?;
        let Some(owner) = self.store.owner else {
            self.poked = false;
            return Ok(Task::Rest);
        };
        if let Some(message) = self.report(owner, now)? {
            self.asking = true;
            return Ok(Task::Report(owner, message));
        }
        if self.rests_until.is_some() {
            return Ok(Task::Rest);
        }
        let (waiting, first) = self.store.waiting()?;
        let due = self.store.due(now, MAX_DUE)?;
        let from = (self.poked && waiting < MAX_WAITING).then_some(self.store.cursor.next);
        if due.is_empty() && from.is_none() {
            // A full store keeps being poked: it reads on once a place is free.
            let times = first.into_iter().chain(self.store.health.report_due());
            if let Some(at) = times.min() {
                self.wake_at(at)?;
            }
            self.rests_until = self.poked.then_some(first).flatten();
            return Ok(Task::Rest);
        }
        // Where no place is free, reading on waits.
        self.poked &= from.is_none();
        self.asking = true;
        if std::mem::take(&mut self.leases) {
            self.wake_at(now.plus_ms(LEASE_MS))?;
        }
        let again = due.iter().filter(|due| due.body.is_none()).map(|due| (due.entry, due.kind)).collect();
        self.asked = due;
        let (webhook, awaited) = (owner.webhook, self.store.cursor.awaited.clone());
        Ok(Task::Ask(owner, ToDistributor::WebhookWork { webhook, again, from, awaited }))
    }

    /// Takes the distributor's answer.
    pub(super) fn take(&mut self, answer: Outcome<Work>, asked_from: bool, now: Timestamp) {
        self.asking = false;
        let taken = if let Ok(work) = answer {
            self.take_work(work, asked_from, now)
        } else {
            self.poked |= asked_from;
            self.rest_until(now.plus_ms(ASK_AGAIN_MS));
            Ok(())
        };
        if let Err(fault) = taken {
            report(&fault);
            self.queue.clear();
            self.rest_until(now.plus_ms(ASK_AGAIN_MS));
        }
    }

    fn take_work(&mut self, work: Work, asked_from: bool, now: Timestamp) -> Result<(), InternalError> {
        let Work { target, again, fresh, next, awaited, caught_up } = work;
        let asked = std::mem::take(&mut self.asked);
        let Some(target) = target else {
            // Disabled: what waits stays until two people enable the endpoint.
            self.target = None;
            self.rests_until = Some(now);
            self.alarm_at = None;
            return self.store.db.sleep();
        };
        if target.enabled_at.is_some_and(|at| self.store.health.enabled(at)) {
            self.store.put_health()?;
            self.store.bring_forward(now)?;
            self.poked = true;
        }
        let secrets = self.store.secrets(&target.secrets, now)?;
        self.target = Some((target, secrets));
        let mut again = again.into_iter();
        for delivery in asked {
            let body = match &delivery.body {
                Some(body) => Some(body.clone()),
                None => again.next().flatten().map(|message| message.body),
            };
            match body {
                Some(body) => self.queue.push_back(Job { delivery, body }),
                None => self.done.push(Stored { state: DeliveryState::Failed, next: None, ..delivery }),
            }
        }
        self.poked |= asked_from && !(caught_up && fresh.is_empty());
        if asked_from {
            let cursor = Cursor { next, awaited };
            // Entries without messages cost no write; after a crash they are read again.
            if fresh.is_empty() && cursor.awaited == self.store.cursor.awaited {
                self.store.cursor.next = next;
            } else {
                self.after = Some(cursor);
            }
        }
        for ReadyMessage { entry, kind, id, body } in fresh {
            let (state, attempts) = (DeliveryState::Waiting, Vec::new());
            let delivery =
                Stored { number: 0, entry, kind, message: id, at: now, state, next: None, attempts, body: None };
            self.queue.push_back(Job { delivery, body });
        }
        if self.queue.is_empty() { Ok(()) } else { self.wake_at(now.plus_ms(LEASE_MS)) }
    }

    /// Takes a receiver's answer.
    pub(super) fn sent(&mut self, job: Job, sent_at: Timestamp, answered: &Answered, now: Timestamp) {
        self.sending -= 1;
        let mut delivery = job.delivery;
        record(&mut delivery.attempts, answered.attempt(sent_at, now));
        let health = &mut self.store.health;
        let before = health.clone();
        match answered.verdict() {
            Verdict::Delivered => {
                self.recovered |= health.succeeded(now);
                (delivery.state, delivery.next) = (DeliveryState::Delivered, None);
            }
            verdict => {
                let since = health.failed(now);
                if verdict == Verdict::Gone {
                    health.given_up = Some("The receiver answered 410 Gone.".into());
                }
                let first = delivery.attempts.first().map_or(now, |first| first.at.plus_ms(first.duration_ms));
                delivery.next = next_attempt(first, now, since, random::bits().unwrap_or_default());
                if delivery.next.is_none() {
                    delivery.state = DeliveryState::Failed;
                }
            }
        }
        self.health_changed |= before != self.store.health;
        self.done.push(delivery);
        if self.store.health.given_up.is_some() {
            // The rest waits until the endpoint is enabled again.
            let rest = self.queue.drain(..).map(|job| Stored { next: Some(now), ..job.delivery });
            self.done.extend(rest);
        }
    }

    /// Writes the outcomes of all messages that were sent, and the position after them.
    fn write_outcomes(&mut self, now: Timestamp) -> Result<(), InternalError> {
        if self.done.is_empty() && self.after.is_none() && !self.health_changed {
            return Ok(());
        }
        let (mut done, after) = (self.done.clone(), self.after.clone());
        let db = self.store.db.clone();
        db.atomically(|| {
            self.store.put(&mut done)?;
            if let Some(cursor) = after {
                self.store.put_cursor(cursor)?;
            }
            if self.health_changed {
                self.store.put_health()?;
            }
            if self.recovered { self.store.bring_forward(now) } else { Ok(()) }
        })?;
        self.done.clear();
        self.after = None;
        (self.health_changed, self.recovered) = (false, false);
        Ok(())
    }

    /// The report that is due to the distributor.
    fn report(&mut self, owner: Ownership, now: Timestamp) -> Result<Option<ToDistributor>, InternalError> {
        let webhook = owner.webhook;
        if let Some(reason) = self.store.health.given_up.clone() {
            self.wake_at(now.plus_ms(LEASE_MS))?;
            return Ok(Some(ToDistributor::WebhookGivenUp { webhook, reason }));
        }
        let Some(since) = self.store.health.report(now) else { return Ok(None) };
        self.store.put_health()?;
        Ok(Some(ToDistributor::WebhookFailing { webhook, since }))
    }

    /// Takes the distributor's answer to a report.
    pub(super) fn reported(&mut self, message: &ToDistributor, answer: Outcome<()>, now: Timestamp) {
        self.asking = false;
        let gave_up = matches!(message, ToDistributor::WebhookGivenUp { .. });
        let health = &mut self.store.health;
        match answer {
            Ok(()) if gave_up => (health.given_up, self.poked) = (None, true),
            Ok(()) => {}
            Err(_) if gave_up => self.rest_until(now.plus_ms(ASK_AGAIN_MS)),
            Err(_) => health.not_reported(now),
        }
        if let Err(fault) = self.store.put_health() {
            report(&fault);
        }
    }

    /// Does nothing until a time.
    fn rest_until(&mut self, at: Timestamp) {
        self.poked = true;
        self.rests_until = Some(at);
        if let Err(fault) = self.wake_at(at) {
            report(&fault);
        }
    }

    /// Sets the alarm, unless it comes early enough.
    fn wake_at(&mut self, at: Timestamp) -> Result<(), InternalError> {
        let at = at.unix_ms().max(clock::now().unix_ms() + 1);
        if self.alarm_at.is_none_or(|set| at < set) {
            self.store.db.wake_at(at)?;
            self.alarm_at = Some(at);
        }
        Ok(())
    }
}
