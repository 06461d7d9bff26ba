//! The Distributor object: keys, approvals, operations, members and the chain of one distributor.
//!
//! One decision, one place: every call is decided in one synchronous stretch on the stored truth,
//! with its writes in one transaction.

mod addresses;
mod alarm;
mod attention;
mod consistency;
mod console;
mod deliveries;
mod export;
mod issuer;
mod key_calls;
mod key_headers;
pub(crate) mod lists;
mod people;
mod rates;
mod schema;
mod store;
mod usage;
mod verify;

use std::rc::Rc;

use rustc_hash::FxHashMap;
use universal_wallet::Timestamp;
use universal_wallet::id::{DistributorID, OperationID};
use universal_wallet_core::act::Moment;
use universal_wallet_core::distributor::operations::LookedUp;
use universal_wallet_core::distributor::{cash_outs, deadlines, setup};
use universal_wallet_core::document;
use universal_wallet_core::operation::Merchant;
use universal_wallet_core::people::{Member, Person};
use universal_wallet_core::refusal::{Code, Fault, Outcome, Refusal, Refused, refuse};
use universal_wallet_core::store::{Idempotency, Profile, Store};
use universal_wallet_core::verify::Anchor;
use wasm_bindgen::prelude::*;

use crate::messages::{Asker, Call, ConsoleCaller, Membership, NewMember, ToDistributor};
use crate::platform::answer::{Answer, Origin, report};
use crate::platform::clock::timestamp;
use crate::platform::db::Db;
use crate::platform::random;
use crate::platform::step::{DONE, Kind, Step, read_reply, reply};
use crate::platform::waiting::Waiting;
use crate::worker::routes::Route;
/// The types of its answers, for their description.
#[cfg(test)]
pub(crate) mod answers {
    pub(crate) use super::attention::Attention;
    pub(crate) use super::consistency::Checked;
    pub(crate) use super::console::{Claimed, Decision, Summary};
    pub(crate) use super::issuer::FloatMoved;
    pub(crate) use super::lists::{AuditItem, Page};
    pub(crate) use super::people::{UserChanged, UserRequested};
    pub(crate) use super::usage::KeyUsage;
}

use addresses::Addresses;
pub(crate) use export::Export;
pub(crate) use key_headers::KeyHeaders;
use rates::Rates;
use store::SqlStore;
use usage::Counts;

/// Where a call goes on after another object replied.
#[derive(Debug)]
pub(crate) enum Then {
    /// The merchant was looked up: the call is decided again from its beginning.
    Merchant { asked: Box<(Asker, Call)> },
    /// A wallet acknowledged; the call is answered.
    Delivered { number: u64, after: After },
    /// The issuer told the head that it keeps; the chain is verified, and for the issuer all else.
    Verify { origin: Origin, from: u64, whole: bool },
    /// The issuer keeps the head.
    Anchored { anchor: Anchor },
    /// A person's own object replied to a call about them.
    Person { call: Box<Call>, caller: ConsoleCaller, next: people::Next },
    /// The sessions of a disabled person have ended.
    Ended { origin: Origin },
}

/// What follows a delivery.
#[derive(Debug)]
pub(crate) enum After {
    /// The answer to the call that made the operation.
    Receipt { origin: Origin, headers: KeyHeaders },
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
    merchants: FxHashMap<u32, Merchant>,
    /// When the platform wakes the object, as far as it was told since the object was loaded.
    alarm_at: Option<i64>,
    /// The platform's time at the present event, which may have run backwards. What waits for time
    /// to pass, and decides nothing, goes by it.
    clock: Timestamp,
    /// The calls that asked another object.
    waiting: Waiting<Then>,
}

#[wasm_bindgen]
impl Distributor {
    /// Loads the object from its storage.
    pub fn open(db: Db) -> Result<Self, JsError> {
        schema::SCHEMA.upgrade(&db)?;
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
        match Call::read(message) {
            Some(Ok((caller, call))) => self.take_call(caller, call, now_ms, LookedUp::NotYet),
            Some(Err(fault)) => reply::<()>(Err(fault.into())),
            None => match document::read(message) {
                Ok(message) => self.take(message, now_ms),
                Err(error) => reply::<()>(Err(error.into())),
            },
        }
    }

    /// Goes on with the reply of another object.
    pub fn resume(&mut self, number: &str, answer: &str, now_ms: f64) -> String {
        let Some(open) = &mut self.open else { return DONE.into() };
        let now = open.now(now_ms);
        match open.waiting.take(number) {
            Some(Then::Merchant { asked }) => match read_reply::<Option<Merchant>>(answer) {
                Ok(merchant) => {
                    let (caller, call) = *asked;
                    self.take_call(caller, call, now_ms, merchant.map_or(LookedUp::Unknown, LookedUp::Known))
                }
                Err(refused) => answer_refused(&asked.1.origin, &refused),
            },
            Some(Then::Delivered { number, after }) => open.delivered(number, after, answer, now),
            Some(Then::Verify { origin, from, whole }) => {
                let check = if whole { consistency::answer } else { verify::answer };
                let result = read_reply(answer).and_then(|anchor| check(&open.store, anchor, from));
                result.unwrap_or_else(|refused| Answer::refused(&refused, &origin)).text()
            }
            Some(Then::Anchored { anchor }) => {
                let kept = read_reply::<()>(answer).is_ok();
                if let Err(fault) =
                    open.store.set_anchor(Anchor { number: if kept { anchor.number } else { 0 }, ..anchor })
                {
                    report("", &fault);
                }
                open.after_event(now);
                DONE.into()
            }
            Some(Then::Person { call, caller, next }) => open.resume_console(&call, &caller, next, answer, now),
            Some(Then::Ended { origin }) => Answer::refusal(&crate::worker::not_signed_in(), &origin).text(),
            None => DONE.into(),
        }
    }

    /// Whether a person may listen (`caller` as the Worker found them): their ID, or nothing.
    pub fn listen(&mut self, caller: &str, now_ms: f64) -> String {
        let (Some(open), Ok(caller)) = (&mut self.open, document::read::<ConsoleCaller>(caller)) else {
            return String::new();
        };
        let now = open.now(now_ms);
        if let Err(fault) = open.settle(now) {
            report("", &fault);
            return String::new();
        }
        open.store.listened = true;
        let member = open.store.member(caller.user).filter(|member| !member.disabled && !caller.must_change_password);
        member.map(|member| member.person.id.to_string()).unwrap_or_default()
    }

    /// The platform wakes the object.
    pub fn alarm(&mut self, now_ms: f64) -> String {
        let Some(open) = &mut self.open else { return DONE.into() };
        let now = open.now(now_ms);
        open.alarm_at = None;
        open.alarm(now)
    }
}

/// The answer to a call that could not be decided.
fn answer_refused(origin: &Origin, refused: &Refused) -> String {
    Answer::refused(refused, origin).text()
}

impl Distributor {
    fn take_call(&mut self, caller: Asker, call: Call, now_ms: f64, merchant: LookedUp) -> String {
        let Some(open) = &mut self.open else { return answer_refused(&call.origin, &Refusal::not_found().into()) };
        let now = open.now(now_ms);
        let settled = open.settle(now);
        // What reads rows reads them as they stand.
        let reads_none = matches!(call.route, Route::KeyBalance | Route::KeyInfo | Route::KeyCreateOperation);
        let noted = settled.and_then(|()| if reads_none { Ok(()) } else { open.store.note_arrivals() });
        if let Err(fault) = noted {
            return answer_refused(&call.origin, &fault.into());
        }
        let step = match caller {
            Asker::Key(digest) => open.key_call(call, digest, now, merchant),
            Asker::Person(caller) => open.console_call(call, caller, now, merchant),
            Asker::Issuer => open.issuer_call(call, now),
        };
        open.after_event(now);
        step
    }

    fn take(&mut self, message: ToDistributor, now_ms: f64) -> String {
        let Some(open) = &mut self.open else { return self.take_unopened(message, now_ms) };
        let now = open.now(now_ms);
        if let Err(fault) = open.settle(now).and_then(|()| open.store.note_arrivals()) {
            return reply::<()>(Err(fault.into()));
        }
        let step = match message {
            ToDistributor::Create { id, .. } => {
                // Created before: the issuer's record was not closed.
                reply(if id == open.store.profile().id { Ok(()) } else { refuse(Code::AlreadyExists, "Taken.") })
            }
            ToDistributor::AddMember { member, idempotency } => {
                reply(open.add_member(member, idempotency.as_ref(), now))
            }
            ToDistributor::Membership { user } => reply(Ok(open.membership(user))),
            ToDistributor::OpenRequest { id, from, amount, memo } => {
                let wanted = cash_outs::Wanted { id, from, amount, memo, created_at: now };
                reply(open.write(|store| cash_outs::open(store, now, wanted)))
            }
            ToDistributor::CancelRequest { id } => open.cancel_request(id, now),
            ToDistributor::SessionEnded { user } => {
                let closed = open.store.db.close_sockets(&user.to_string(), 4401);
                reply(closed.map_err(Refused::from))
            }
            ToDistributor::Export { export } => reply(open.export_page(export)),
        };
        open.after_event(now);
        step
    }

    fn take_unopened(&mut self, message: ToDistributor, now_ms: f64) -> String {
        let ToDistributor::Create { id, name, currency, members } = message else {
            return reply::<()>(Err(Refusal::not_found().into()));
        };
        let created = self.create(id, name, currency, members, timestamp(now_ms));
        if created.is_err() {
            self.open = None;
        }
        reply(created)
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
        open.clock = now;
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

impl Open {
    fn new(store: SqlStore) -> Self {
        Self {
            store,
            rates: Rates::default(),
            counts: Counts::default(),
            addresses: Addresses::default(),
            merchants: FxHashMap::default(),
            alarm_at: None,
            clock: Timestamp::from_unix_ms(0),
            waiting: Waiting::default(),
        }
    }

    /// An event begins: the object's time, which never runs backwards.
    fn now(&mut self, now_ms: f64) -> Timestamp {
        self.clock = timestamp(now_ms);
        self.clock.max(self.store.head().at)
    }

    /// Asks another object, to go on with its reply.
    fn ask(
        &mut self,
        to: Kind,
        name: impl Into<String>,
        message: &impl serde::Serialize,
        then: Then,
    ) -> Outcome<String> {
        let step = Step::ask(to, name, message, then)?;
        Ok(step.text(|then| self.waiting.keep(then)))
    }

    /// Runs a command: what it writes becomes true together, or not at all.
    fn write<T>(&mut self, command: impl FnOnce(&mut SqlStore) -> Outcome<T>) -> Outcome<T> {
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

    /// Runs a command whose writes are one statement, which becomes true as a whole by itself.
    fn write_once<T>(&mut self, command: impl FnOnce(&mut SqlStore) -> Outcome<T>) -> Outcome<T> {
        self.store.note_many_arrivals()?;
        let before = self.store.news.len();
        #[cfg(feature = "faults")]
        crate::platform::fault::at("write");
        let result = command(&mut self.store);
        #[cfg(feature = "faults")]
        crate::platform::fault::at("written");
        if let Err(refused) = &result {
            self.store.undo(refused, before)?;
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
            return reply::<()>(Err(refused));
        }
        let due = self.store.deliveries.iter().find(|(_, delivery)| delivery.operation == id);
        match due.map(|(number, _)| *number) {
            Some(number) => self.deliver(number, After::Cancelled, now),
            None => reply(Ok(())),
        }
    }
}
