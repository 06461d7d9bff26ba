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

use std::cell::RefCell;
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
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::messages::{Asker, Call, ConsoleCaller, ISSUER, Membership, NewMember, ToDistributor, ToIssuer, ToUser};
use crate::platform::answer::{Answer, Origin, report};
use crate::platform::calls::{Calls, ask};
use crate::platform::clock;
use crate::platform::db::Db;
use crate::platform::random;
use crate::platform::step::{DONE, Kind, reply};
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
use deliveries::Attempt;
pub(crate) use export::Export;
pub(crate) use key_headers::KeyHeaders;
use rates::Rates;
use store::SqlStore;
use usage::Counts;

/// What a call comes to in one synchronous stretch.
pub(super) enum Next {
    /// Its answer.
    Answer(String),
    /// A merchant is looked up; then the call is decided again from its beginning.
    LookUp(String),
    /// A wallet is told first.
    Deliver(Attempt, KeyHeaders),
    /// The issuer is asked for the head that it keeps; then the chain is verified from an entry on, for the issuer all else.
    Verify { from: u64, whole: bool },
    /// The call is about a member, and involves the person's own object.
    Person,
    /// The sessions of a person who is disabled everywhere end.
    EndSessions,
}

/// The object, as the shell holds it.
#[wasm_bindgen]
pub struct Distributor {
    db: Rc<Db>,
    open: Option<Shared>,
    calls: Calls,
}

/// A distributor that was created, as its calls share it.
#[derive(Clone)]
pub(crate) struct Shared(Rc<RefCell<Open>>);

impl Shared {
    /// One synchronous stretch, and what follows every event.
    pub(super) fn step<T>(&self, run: impl FnOnce(&mut Open, Timestamp) -> T) -> T {
        let mut open = self.0.borrow_mut();
        let now = open.now();
        let result = run(&mut open, now);
        open.after_event(now);
        result
    }
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
}

#[wasm_bindgen]
impl Distributor {
    /// Loads the object from its storage.
    pub fn open(state: DurableObjectState) -> Result<Self, JsError> {
        let db = Db::from(state);
        schema::SCHEMA.upgrade(&db)?;
        let db = Rc::new(db);
        let open = schema::exists(&db).and_then(|exists| {
            if exists {
                SqlStore::open(db.clone(), None).map(|store| Some(Open::new(store).shared()))
            } else {
                Ok(None)
            }
        });
        match open {
            Ok(open) => Ok(Self { db, open, calls: Calls::default() }),
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
        clock::begin(now_ms);
        match Call::read(message) {
            Some(Ok((caller, call))) => match &self.open {
                Some(open) => self.calls.begin(take_call(open.clone(), caller, call)),
                None => answer_refused(&call.origin, &Refusal::not_found().into()),
            },
            Some(Err(fault)) => reply::<()>(Err(fault.into())),
            None => match document::read(message) {
                Ok(message) => self.take(message),
                Err(error) => reply::<()>(Err(error.into())),
            },
        }
    }

    /// Goes on with the reply of another object.
    pub fn resume(&mut self, number: &str, answer: &str, now_ms: f64) -> String {
        clock::begin(now_ms);
        self.calls.resume(number, answer).unwrap_or_else(|| DONE.into())
    }

    /// Whether a person may listen (`caller` as the Worker found them): their ID, or nothing.
    pub fn listen(&mut self, caller: &str, now_ms: f64) -> String {
        clock::begin(now_ms);
        let (Some(open), Ok(caller)) = (&self.open, document::read::<ConsoleCaller>(caller)) else {
            return String::new();
        };
        let mut open = open.0.borrow_mut();
        let now = open.now();
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
        clock::begin(now_ms);
        match &self.open {
            Some(open) => self.calls.begin(alarm::alarm(open.clone())),
            None => DONE.into(),
        }
    }
}

/// The answer to a call that could not be decided.
fn answer_refused(origin: &Origin, refused: &Refused) -> String {
    Answer::refused(refused, origin).text()
}

/// Answers a call: it is decided in one synchronous stretch, and goes on when who was asked has replied.
async fn take_call(open: Shared, caller: Asker, call: Call) -> String {
    answer(&open, &caller, &call).await.unwrap_or_else(|refused| answer_refused(&call.origin, &refused))
}

async fn answer(open: &Shared, caller: &Asker, call: &Call) -> Outcome<String> {
    let mut merchant = LookedUp::NotYet;
    loop {
        match (open.step(|open, now| open.decide(caller, call, now, merchant))?, caller) {
            (Next::Answer(text), _) => return Ok(text),
            (Next::LookUp(short_code), _) => {
                let found: Option<Merchant> = ask(Kind::Issuer, ISSUER, &ToIssuer::Merchant { short_code }).await?;
                merchant = found.map_or(LookedUp::Unknown, LookedUp::Known);
            }
            (Next::Deliver(attempt, headers), _) => {
                let (number, receives) = (attempt.number, call.route != Route::Approve);
                let operation = open.deliver(attempt, receives).await;
                let open = open.0.borrow();
                return if receives {
                    Ok(open.receipt(number, operation, &call.origin, headers))
                } else {
                    Ok(open.decided(&call.subject, None)?.text())
                };
            }
            (Next::Verify { from, whole }, _) => {
                let message = ToIssuer::AnchorOf { distributor: call.distributor };
                let anchor = ask(Kind::Issuer, ISSUER, &message).await?;
                let check = if whole { consistency::answer } else { verify::answer };
                return Ok(check(&open.0.borrow().store, anchor, from)?.text());
            }
            (Next::Person, Asker::Person(from)) => return Ok(people::answer(open, call, from).await?.text()),
            (Next::EndSessions, Asker::Person(from)) => {
                // Who could not be asked ends them with the next call.
                let _ = ask::<()>(Kind::User, from.login.as_str(), &ToUser::End).await;
                return Err(crate::worker::not_signed_in().into());
            }
            (Next::Person | Next::EndSessions, _) => return Err(Refusal::not_found().into()),
        }
    }
}

/// The owner of a wallet takes a request back.
async fn cancel_request(open: Shared, id: OperationID) -> Outcome<()> {
    let attempt = open.step(|open, now| {
        open.settle(now)?;
        open.write(|store| cash_outs::cancel(store, now, id))?;
        let due = open.store.deliveries.iter().find(|(_, delivery)| delivery.operation == id);
        Outcome::Ok(due.map(|(number, _)| *number).and_then(|number| open.attempt(number)))
    })?;
    if let Some(attempt) = attempt {
        open.deliver(attempt, false).await;
    }
    Ok(())
}

impl Distributor {
    fn take(&mut self, message: ToDistributor) -> String {
        let Some(open) = self.open.clone() else { return self.take_unopened(message, clock::now()) };
        if let ToDistributor::CancelRequest { id } = message {
            return self.calls.begin(async move { reply(cancel_request(open, id).await) });
        }
        open.step(|open, now| {
            if let Err(fault) = open.settle(now).and_then(|()| open.store.note_arrivals()) {
                return reply::<()>(Err(fault.into()));
            }
            match message {
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
                ToDistributor::CancelRequest { .. } => DONE.into(),
                ToDistributor::SessionEnded { user } => {
                    let closed = open.store.db.close_sockets(&user.to_string(), 4401);
                    reply(closed.map_err(Refused::from))
                }
                ToDistributor::Export { export } => reply(open.export_page(export)),
            }
        })
    }

    fn take_unopened(&mut self, message: ToDistributor, now: Timestamp) -> String {
        let ToDistributor::Create { id, name, currency, members } = message else {
            return reply::<()>(Err(Refusal::not_found().into()));
        };
        let created = self.create(id, name, currency, members, now);
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
        self.open = Some(open.shared());
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
        }
    }

    fn shared(self) -> Shared {
        Shared(Rc::new(RefCell::new(self)))
    }

    /// An event begins: the object's time, which never runs backwards.
    fn now(&mut self) -> Timestamp {
        self.clock = clock::now();
        self.clock.max(self.store.head().at)
    }

    /// Decides a call on the stored truth.
    fn decide(&mut self, caller: &Asker, call: &Call, now: Timestamp, merchant: LookedUp) -> Outcome<Next> {
        self.settle(now)?;
        // What reads rows reads them as they stand.
        if !matches!(call.route, Route::KeyBalance | Route::KeyInfo | Route::KeyCreateOperation) {
            self.store.note_arrivals()?;
        }
        match caller {
            Asker::Key(digest) => self.key_call(call, digest, now, merchant),
            Asker::Person(from) => self.console_call(call, from, now, merchant),
            Asker::Issuer => self.issuer_call(call, now),
        }
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
}
