//! The Distributor object: keys, approvals, operations, members and the chain of one distributor.
//!
//! One decision, one place: every call is decided in one synchronous stretch on the stored truth,
//! with its writes in one transaction.

mod addresses;
mod attention;
mod console;
mod deliveries;
mod issuer;
mod key_calls;
mod lists;
mod people;
mod rates;
mod schema;
mod store;
mod usage;
mod verify;

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use universal_wallet::Timestamp;
use universal_wallet::id::{DistributorID, OperationID};
use universal_wallet_core::act::Moment;
use universal_wallet_core::distributor::operations::LookedUp;
use universal_wallet_core::distributor::{cash_outs, deadlines, decide_operation, setup};
use universal_wallet_core::operation::Merchant;
use universal_wallet_core::people::{Member, Person};
use universal_wallet_core::refusal::{Code, Fault, Outcome, Refusal, Refused, refuse};
use universal_wallet_core::store::{Idempotency, Profile, Store};
use universal_wallet_core::verify::Anchor;
use wasm_bindgen::prelude::*;

use crate::messages::{Call, ConsoleCaller, ISSUER, Membership, NewMember, ToDistributor, ToIssuer};
use crate::platform::answer::{Answer, Origin, report};
use crate::platform::db::Db;
use crate::platform::random;
use crate::platform::step::{Kind, Step, read_reply};
use addresses::Addresses;
use deliveries::What;
use rates::Rates;
pub(crate) use rates::limits_of_unknown;
use store::SqlStore;
use usage::Counts;

/// The head of a chain that changed is sent to the Issuer once in so long.
const ANCHOR_MS: i64 = 3_600_000;

/// Where a call goes on after another object replied.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Then {
    /// The merchant was looked up: the call is decided again from its beginning.
    Merchant { message: Box<ToDistributor> },
    /// A wallet acknowledged; the call is answered.
    Delivered { number: u64, answer: After },
    /// The issuer told the head that it keeps; the chain is verified.
    Verify { origin: Origin, from: u64 },
    /// The issuer keeps the head.
    Anchored { anchor: Anchor },
    /// A person's own object replied to a call about them.
    Person { call: Box<Call>, caller: ConsoleCaller, next: people::Next },
    /// The sessions of a disabled person have ended.
    Ended { origin: Origin },
}

/// What follows a delivery.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum After {
    /// The answer to the call that made the operation.
    Receipt { origin: Origin, per_second: u32, remaining: u64 },
    /// The answer to the approval that decided it.
    Decision { origin: Origin, approval: String },
    /// The reply to the issuer's cancellation.
    Cancelled,
    /// The next thing that the alarm finds to do.
    Alarm,
}

/// The object, as the shell holds it.
#[wasm_bindgen]
pub struct Distributor {
    db: Rc<Db>,
    open: Option<Open>,
}

/// A distributor that was created.
pub(crate) struct Open {
    store: SqlStore,
    rates: Rates,
    counts: Counts,
    addresses: Addresses,
    merchants: std::collections::HashMap<u32, Merchant>,
    /// When the platform wakes the object, as far as it was told since the object was loaded.
    alarm_at: Option<i64>,
}

#[wasm_bindgen]
impl Distributor {
    /// Loads the object from its storage.
    pub fn open(db: Db) -> Result<Self, JsError> {
        let db = Rc::new(db);
        let open = schema::exists(&db).and_then(|exists| {
            if exists { SqlStore::open(db.clone(), None).map(|store| Some(Open::new(store))) } else { Ok(None) }
        });
        match open {
            Ok(open) => Ok(Self { db, open }),
            Err(fault) => {
                report("", &fault);
                Err(JsError::new("the object cannot be loaded"))
            }
        }
    }

    /// Takes a message.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        #[cfg(feature = "faults")]
        {
            crate::platform::fault::begin(message);
            crate::platform::fault::at("object");
        }
        match serde_json::from_str::<ToDistributor>(message) {
            Ok(message) => self.take(message, now_ms, LookedUp::NotYet),
            Err(error) => Step::reply::<()>(Err(Fault::from(error).into())).text(""),
        }
    }

    /// Goes on with the reply of another object.
    pub fn resume(&mut self, then: &str, reply: &str, now_ms: f64) -> String {
        let Some(open) = &mut self.open else { return Step::Done.text("") };
        let now = open.now(now_ms);
        match serde_json::from_str(then) {
            Ok(Then::Merchant { message }) => match read_reply::<Option<Merchant>>(reply) {
                Ok(merchant) => self.take(*message, now_ms, merchant.map_or(LookedUp::Unknown, LookedUp::Known)),
                Err(refused) => answer_refused(&message, &refused),
            },
            Ok(Then::Delivered { number, answer }) => open.delivered(number, answer, reply, now),
            Ok(Then::Verify { origin, from }) => {
                let result = read_reply(reply).and_then(|anchor| verify::answer(&open.store, anchor, from));
                Step::Answer(result.unwrap_or_else(|refused| Answer::refused(&refused, &origin)))
                    .text(&origin.request_id)
            }
            Ok(Then::Anchored { anchor }) => {
                let kept = read_reply::<()>(reply).is_ok();
                if let Err(fault) =
                    open.store.set_anchor(Anchor { number: if kept { anchor.number } else { 0 }, ..anchor })
                {
                    report("", &fault);
                }
                open.after_event(now);
                Step::Done.text("")
            }
            Ok(Then::Person { call, caller, next }) => open.resume_console(&call, &caller, next, reply, now),
            Ok(Then::Ended { origin }) => {
                Answer::refusal(&crate::worker::not_signed_in(), &origin).text(&origin.request_id)
            }
            Err(error) => {
                report("", &error.into());
                Step::Done.text("")
            }
        }
    }

    /// Whether a person may listen (`caller` as the Worker found them): their ID, or nothing.
    pub fn listen(&mut self, caller: &str, now_ms: f64) -> String {
        let (Some(open), Ok(caller)) = (&mut self.open, serde_json::from_str::<ConsoleCaller>(caller)) else {
            return String::new();
        };
        if let Err(fault) = open.settle(timestamp(now_ms)) {
            report("", &fault);
            return String::new();
        }
        let member = open.store.member(caller.user).filter(|member| !member.disabled && !caller.must_change_password);
        member.map(|member| member.person.id.to_string()).unwrap_or_default()
    }

    /// The platform wakes the object.
    pub fn alarm(&mut self, now_ms: f64) -> String {
        let Some(open) = &mut self.open else { return Step::Done.text("") };
        let now = open.now(now_ms);
        open.alarm_at = None;
        open.alarm(now)
    }
}

/// The answer to a call that could not be decided.
fn answer_refused(message: &ToDistributor, refused: &Refused) -> String {
    match message {
        ToDistributor::Key { call, .. } | ToDistributor::Console { call, .. } | ToDistributor::Issuer { call } => {
            Answer::refused(refused, &call.origin).text(&call.origin.request_id)
        }
        _ => Step::reply::<()>(Err(refused.clone())).text(""),
    }
}

impl Distributor {
    fn take(&mut self, message: ToDistributor, now_ms: f64, merchant: LookedUp) -> String {
        let Some(open) = &mut self.open else { return self.take_unopened(message, now_ms) };
        let now = open.now(now_ms);
        if let Err(fault) = open.settle(now) {
            return answer_refused(&message, &fault.into());
        }
        let step = match message {
            ToDistributor::Key { call, digest } => open.key_call(call, digest, now, merchant),
            ToDistributor::Console { call, caller } => open.console_call(call, caller, now, merchant),
            ToDistributor::Issuer { call } => open.issuer_call(call, now),
            ToDistributor::Create { id, .. } => {
                // Created before: the issuer's record was not closed.
                Step::reply(if id == open.store.profile().id { Ok(()) } else { refuse(Code::AlreadyExists, "Taken.") })
                    .text("")
            }
            ToDistributor::AddMember { member, idempotency } => {
                Step::reply(open.add_member(member, idempotency.as_ref(), now)).text("")
            }
            ToDistributor::Membership { user } => Step::reply(Ok(open.membership(user))).text(""),
            ToDistributor::OpenRequest { id, from, amount, memo } => {
                let wanted = cash_outs::Wanted { id, from, amount, memo, created_at: now };
                Step::reply(open.write(|store| cash_outs::open(store, now, wanted))).text("")
            }
            ToDistributor::CancelRequest { id } => open.cancel_request(id, now),
        };
        open.after_event(now);
        step
    }

    fn take_unopened(&mut self, message: ToDistributor, now_ms: f64) -> String {
        let ToDistributor::Create { id, name, currency, members } = message else {
            return answer_refused(&message, &Refusal::not_found().into());
        };
        let created = self.create(id, name, currency, members, timestamp(now_ms));
        if created.is_err() {
            self.open = None;
        }
        Step::reply(created).text("")
    }

    fn create(
        &mut self,
        id: DistributorID,
        name: String,
        currency: String,
        members: Vec<NewMember>,
        now: Timestamp,
    ) -> Outcome<()> {
        let profile = Profile { entry: 0, id, name, currency, suspended: false, created_at: now };
        let moment = Moment { now, random: random::bits()? };
        let db = self.db.clone();
        let store = self.db.atomically(|| {
            schema::create(&db)?;
            let mut store = SqlStore::open(db.clone(), Some(profile.clone()))?;
            setup::create(&mut store, now, profile)?;
            for member in members {
                setup::add_user(&mut store, moment, new_member(member, now))?;
            }
            Ok::<_, Fault>(store)
        })?;
        let mut open = Open::new(store);
        open.after_event(now);
        self.open = Some(open);
        Ok(())
    }
}

fn new_member(new: NewMember, now: Timestamp) -> Member {
    Member {
        entry: 0,
        person: Person { id: new.user, name: new.name },
        login: new.login,
        roles: new.roles,
        disabled: false,
        created_at: now,
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the platform's clock is in whole milliseconds below 2^53")]
fn timestamp(now_ms: f64) -> Timestamp {
    Timestamp::from_unix_ms(now_ms as i64)
}

impl Open {
    fn new(store: SqlStore) -> Self {
        Self {
            store,
            rates: Rates::default(),
            counts: Counts::default(),
            addresses: Addresses::default(),
            merchants: std::collections::HashMap::new(),
            alarm_at: None,
        }
    }

    /// The object's time, which never runs backwards.
    fn now(&self, now_ms: f64) -> Timestamp {
        timestamp(now_ms).max(self.store.head().at)
    }

    /// Runs a command: what it writes becomes true together, or not at all.
    fn write<T>(&mut self, command: impl FnOnce(&mut SqlStore) -> Outcome<T>) -> Outcome<T> {
        let db = self.store.db.clone();
        let before = self.store.news.len();
        let store = &mut self.store;
        let result = db.atomically(|| command(store));
        // A refusal writes nothing, so there is nothing to read again after one.
        if matches!(result, Err(Refused::Fault(_))) {
            self.store.reload()?;
        } else if result.is_err() {
            self.store.news.truncate(before);
        }
        result
    }

    /// Ends what is over before anything else is decided.
    fn settle(&mut self, now: Timestamp) -> Result<(), Fault> {
        if !deadlines::is_due(&self.store, now) {
            return Ok(());
        }
        self.write(|store| Ok(deadlines::settle(store, now)?)).map_err(|refused| match refused {
            Refused::Fault(fault) => fault,
            Refused::Refusal(refusal) => Fault::new(refusal.message),
        })
    }

    fn membership(&self, user: universal_wallet::id::UserID) -> Option<Membership> {
        let member = self.store.member(user).filter(|member| !member.disabled)?;
        Some(Membership { name: self.store.profile().name.clone(), roles: member.roles.clone() })
    }

    /// The issuer adds a member; whether the same call did so before.
    fn add_member(&mut self, member: NewMember, idempotency: Option<&Idempotency>, now: Timestamp) -> Outcome<bool> {
        if let Some(key) = idempotency
            && self.store.recall(key)?.is_some()
        {
            return Ok(true);
        }
        if self.store.member(member.user).is_some() {
            return refuse(Code::AlreadyExists, "This login is a member of the distributor already.");
        }
        let moment = Moment { now, random: random::bits()? };
        let user = member.user.to_string();
        self.write(|store| {
            setup::add_user(store, moment, new_member(member, now))?;
            idempotency.map_or(Ok(()), |key| store.remember(key, &user))?;
            Ok(false)
        })
    }

    fn cancel_request(&mut self, id: OperationID, now: Timestamp) -> String {
        if let Err(refused) = self.write(|store| cash_outs::cancel(store, now, id)) {
            return Step::reply::<()>(Err(refused)).text("");
        }
        let due = self.store.deliveries.iter().find(|(_, delivery)| delivery.operation == id);
        match due.map(|(number, _)| *number) {
            Some(number) => self.deliver(number, After::Cancelled, now),
            None => Step::reply(Ok(())).text(""),
        }
    }

    /// Tells a wallet what it has to be told; what follows comes with its acknowledgement.
    fn deliver(&mut self, number: u64, after: After, now: Timestamp) -> String {
        let random = random::bits().unwrap_or_default();
        let Some(delivery) = self.store.deliveries.get_mut(&number) else { return self.follow(number, after, now) };
        delivery.attempted(now, random);
        let (wallet, message) = (delivery.wallet.clone(), delivery.message());
        let then = Then::Delivered { number, answer: after };
        match Step::ask(Kind::Wallet, wallet, &message, &then) {
            Ok(step) => step.text(""),
            Err(fault) => {
                report("", &fault);
                Step::Done.text("")
            }
        }
    }

    /// A wallet acknowledged, or did not: then the alarm tells it again.
    fn delivered(&mut self, number: u64, after: After, reply: &str, now: Timestamp) -> String {
        let Some(delivery) = self.store.deliveries.get(&number).cloned() else {
            return self.follow(number, after, now);
        };
        match read_reply::<()>(reply) {
            Ok(()) => {
                let id = delivery.operation;
                let done = self.write(|store| match delivery.what {
                    What::Release => Ok(store.request_released(id)?),
                    What::Credit(_) | What::Capture(_) => Ok(decide_operation::arrived(store, now, id).map(|_| ())?),
                });
                if let Err(Refused::Fault(fault)) = done {
                    report("", &fault);
                }
            }
            Err(Refused::Refusal(refusal)) if refusal.code == Code::InvalidAmount => {
                let id = delivery.operation;
                let returned = self.write(|store| Ok(decide_operation::returned(store, now, id).map(|_| ())?));
                if let Err(Refused::Fault(fault)) = returned {
                    report("", &fault);
                }
            }
            Err(refused) => {
                report("", &Fault::new(format!("delivery of {} was not taken: {refused:?}", delivery.operation)));
            }
        }
        let text = self.follow(number, after, now);
        self.after_event(now);
        text
    }

    fn follow(&mut self, number: u64, after: After, now: Timestamp) -> String {
        match after {
            After::Receipt { origin, per_second, remaining } => self.receipt(number, &origin, per_second, remaining),
            After::Decision { origin, approval } => self.decision(&origin, &approval),
            After::Cancelled => Step::reply(Ok(())).text(""),
            After::Alarm => self.alarm(now),
        }
    }

    /// What is due: deadlines, deliveries, usage to be written, the head to be sent. One thing at a
    /// time; the reply to it comes back here.
    fn alarm(&mut self, now: Timestamp) -> String {
        if let Err(fault) = self.settle(now).and_then(|()| self.flush(now)) {
            report("", &fault);
        }
        let due = self.store.deliveries.iter().find(|(_, delivery)| delivery.next_at_ms <= now.unix_ms());
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
            if let Ok(step) = Step::ask(Kind::Issuer, ISSUER, &message, &Then::Anchored { anchor }) {
                return step.text("");
            }
        }
        self.after_event(now);
        Step::Done.text("")
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
    fn after_event(&mut self, now: Timestamp) {
        for (kind, subject, at) in core::mem::take(&mut self.store.news) {
            let line = serde_json::json!({ "type": kind, "id": subject, "at": at }).to_string();
            if let Err(fault) = self.store.db.tell_all(&line, now.unix_ms()) {
                report("", &fault);
            }
        }
        let deliveries = self.store.deliveries.values().map(|delivery| delivery.next_at_ms);
        let next = [
            self.store.first_deadline().map(|(at, _)| at.unix_ms()),
            deliveries.min(),
            self.anchor_due().map(Timestamp::unix_ms),
            self.counts.flush_at().map(Timestamp::unix_ms),
        ];
        let Some(next) = next.into_iter().flatten().min() else { return };
        let next = next.max(now.unix_ms() + 1);
        if self.alarm_at.is_none_or(|at| next < at) {
            match self.store.db.wake_at(next) {
                Ok(()) => self.alarm_at = Some(next),
                Err(fault) => report("", &fault),
            }
        }
    }
}
