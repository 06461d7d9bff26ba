//! The Wallet object of a customer or merchant.

mod verify;

use std::rc::Rc;

use universal_wallet::id::{DistributorID, OperationID};
use universal_wallet::{Amount, Phone, Timestamp};
use universal_wallet_core::digest::Digest;
use universal_wallet_core::document;
use universal_wallet_core::input::{Input, must_be_same};
use universal_wallet_core::refusal::{Code, Fault, Outcome, Refused, refuse};
use universal_wallet_core::wallet::{
    Credited, Funds, Hold, HoldStatus, WalletStore, announce, announced, capture, credit, place_hold, refused, release,
};
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::messages::{Movement, ToDistributor, ToWallet, WalletFunds, What};
use crate::platform::answer::report;
use crate::platform::clock::timestamp;
use crate::platform::db::{Db, NONE};
use crate::platform::random;
use crate::platform::schema::Schema;
use crate::platform::step::{ACKNOWLEDGED, DONE, Kind, Step, read_reply, reply};
use crate::platform::waiting::Waiting;
use verify::verify;

/// These tables are the first version.
const SCHEMA: Schema = Schema { table: "entries", steps: &[] };

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS entries (
  n INTEGER PRIMARY KEY, operation TEXT NOT NULL UNIQUE, minor INTEGER NOT NULL, balance TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS holds (
  id TEXT PRIMARY KEY, status TEXT NOT NULL, doc TEXT NOT NULL, idempotency TEXT UNIQUE, request TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS holds_open ON holds (id) WHERE status IN ('announcing', 'held');
";

/// A hold that the distributor does not know of yet is announced again after so long.
const ANNOUNCE_MS: i64 = 5_000;

/// Where it goes on after the distributor replied.
#[derive(Debug)]
enum Then {
    /// The customer's request was announced; the issuer's call is answered.
    Announced { id: OperationID, announcement: u32, replayed: bool },
    /// It was announced again, by the alarm.
    AnnouncedAgain { id: OperationID, announcement: u32, left: Vec<OperationID> },
}

/// The object, as the shell holds it.
#[wasm_bindgen]
pub struct Wallet {
    store: SqlWallet,
    waiting: Waiting<Then>,
}

struct SqlWallet {
    db: Rc<Db>,
    /// Whether the tables are there: a wallet that was never used has none.
    made: bool,
    funds: Funds,
}

#[wasm_bindgen]
impl Wallet {
    /// Loads the object.
    pub fn open(state: DurableObjectState) -> Result<Self, JsError> {
        let db = Db::from(state);
        SCHEMA.upgrade(&db)?;
        match SqlWallet::open(Rc::new(db)) {
            Ok(store) => Ok(Self { store, waiting: Waiting::default() }),
            Err(fault) => {
                report("", &fault);
                Err(JsError::new("the object cannot be loaded"))
            }
        }
    }

    /// Takes a message.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        let now = timestamp(now_ms);
        if let Some(movement) = Movement::read(message) {
            let moved = self.move_money(movement, now);
            return if moved.is_ok() { ACKNOWLEDGED.into() } else { reply(moved) };
        }
        match document::read(message) {
            Ok(ToWallet::Funds) => {
                let Funds { balance, held } = self.store.funds;
                reply(Ok(WalletFunds { balance, available: self.store.funds.available(), held }))
            }
            Ok(ToWallet::Verify) => reply(verify(&self.store).map_err(Refused::from)),
            Ok(ToWallet::Request { from, input }) => match self.request(from, &input, now) {
                Ok(step) => self.text(step),
                Err(refused) => reply::<()>(Err(refused)),
            },
            Ok(ToWallet::RequestOf { operation }) => {
                let hold = if self.store.made { self.store.hold(operation).map_err(Refused::from) } else { Ok(None) };
                reply(hold.map(|hold| hold.map(|hold| hold.distributor)))
            }
            Err(error) => reply::<()>(Err(error.into())),
        }
    }

    /// Goes on with the distributor's reply.
    pub fn resume(&mut self, number: &str, answer: &str, now_ms: f64) -> String {
        match self.waiting.take(number) {
            Some(Then::Announced { id, announcement, replayed }) => {
                reply(self.announced(id, announcement, answer).map(|()| (id, replayed)))
            }
            Some(Then::AnnouncedAgain { id, announcement, left }) => {
                if let Err(Refused::Fault(fault)) = self.announced(id, announcement, answer) {
                    report("", &fault);
                }
                self.announce_next(left, timestamp(now_ms))
            }
            None => DONE.into(),
        }
    }

    /// The platform wakes the object: what the distributor does not know of is announced again.
    pub fn alarm(&mut self, now_ms: f64) -> String {
        match self.store.announcing() {
            Ok(ids) => self.announce_next(ids, timestamp(now_ms)),
            Err(fault) => {
                report("", &fault);
                DONE.into()
            }
        }
    }
}

impl Wallet {
    fn move_money(&mut self, Movement { operation, what }: Movement, now: Timestamp) -> Outcome<()> {
        match what {
            What::Credit(amount) => self.credit(operation, amount, now),
            What::Capture => self.write(|store| capture(store, operation, now)),
            What::Release => self.write(|store| Ok(release(store, operation)?)),
        }
    }

    /// Takes a cash-in: one statement writes it, so it needs no transaction.
    fn credit(&mut self, operation: OperationID, amount: Amount, now: Timestamp) -> Outcome<()> {
        self.store.make()?;
        match credit(&mut self.store, operation, amount, now)? {
            Credited::Taken => Ok(()),
            Credited::Refused => refuse(Code::InvalidAmount, "The wallet's balance would pass the largest."),
        }
    }

    fn write<T>(&mut self, command: impl FnOnce(&mut SqlWallet) -> Outcome<T>) -> Outcome<T> {
        let store = &mut self.store;
        store.make()?;
        let before = store.funds;
        let db = store.db.clone();
        let result = db.atomically(|| command(store));
        if result.is_err() {
            self.store.funds = before;
        }
        result
    }

    /// The owner asks to be paid out: the money is held, then the distributor is told.
    fn request(&mut self, from: Phone, input: &Input, now: Timestamp) -> Outcome<Step<Then>> {
        let Some(idempotency) = input.idempotency_key()? else {
            return refuse(
                Code::IdempotencyKeyRequired,
                "Send an Idempotency-Key, so that a repeated call holds money once.",
            );
        };
        let mut body = input.object()?;
        let distributor: Option<DistributorID> = body.required("distributorID");
        let amount = body.moved_amount("amount");
        let memo = body.line("memo", 256);
        body.finish()?;
        let (Some(distributor), Some(amount)) = (distributor, amount) else {
            return refuse(Code::InvalidRequest, "The request is not complete.");
        };
        let values = document::write(&(distributor, amount, &memo))?;
        let request = Digest::of(&[values.as_bytes()]);
        if let Some((hold, before)) = self.store.by_idempotency(&idempotency)? {
            must_be_same(&before, &request)?;
            return if hold.status == HoldStatus::Announcing {
                self.announce(hold, |id, announcement| Then::Announced { id, announcement, replayed: true })
            } else {
                Ok(Step::Reply(reply(Ok((hold.id, true)))))
            };
        }
        let id = OperationID::from_uuid(random::uuid()?);
        let hold = Hold {
            id,
            distributor,
            from,
            amount,
            memo,
            created_at: now,
            status: HoldStatus::Announcing,
            announcements: 0,
        };
        self.write(|store| {
            place_hold(store, &hold)?;
            Ok(store
                .db
                .run("UPDATE holds SET idempotency = ?, request = ? WHERE id = ?", (&idempotency, request, id))?)
        })?;
        self.store.db.wake_at(now.unix_ms() + ANNOUNCE_MS)?;
        self.announce(hold, |id, announcement| Then::Announced { id, announcement, replayed: false })
    }

    /// The distributor knows, or refuses: then the money is free again, and the call is not
    /// remembered.
    fn announced(&mut self, id: OperationID, announcement: u32, reply: &str) -> Outcome<()> {
        match read_reply::<()>(reply) {
            Ok(()) => self.write(|store| Ok(announced(store, id)?)),
            Err(Refused::Refusal(refusal)) if refusal.code.status() < 500 => {
                let free = self.write(|store| {
                    let free = refused(store, id, announcement)?;
                    if free {
                        store.db.run("UPDATE holds SET idempotency = NULL WHERE id = ?", (id,))?;
                    }
                    Ok(free)
                })?;
                let held = self.store.hold(id)?.is_some_and(|hold| hold.status == HoldStatus::Held);
                if held && !free { Ok(()) } else { Err(Refused::Refusal(refusal)) }
            }
            Err(other) => Err(other),
        }
    }

    fn announce(&mut self, hold: Hold, then: impl FnOnce(OperationID, u32) -> Then) -> Outcome<Step<Then>> {
        let Hold { id, from, amount, memo, distributor, .. } = hold;
        let announcement = self.write(|store| Ok(announce(store, id)?))?;
        let message = ToDistributor::OpenRequest { id, from, amount, memo };
        Ok(Step::ask(Kind::Distributor, distributor.to_string(), &message, then(id, announcement))?)
    }

    fn announce_next(&mut self, mut left: Vec<OperationID>, now: Timestamp) -> String {
        let Some(id) = left.pop() else {
            if self.store.announcing().is_ok_and(|ids| !ids.is_empty())
                && let Err(fault) = self.store.db.wake_at(now.unix_ms() + ANNOUNCE_MS)
            {
                report("", &fault);
            }
            return DONE.into();
        };
        let step = match self.store.hold(id) {
            Ok(Some(hold)) => self.announce(hold, |id, announcement| Then::AnnouncedAgain { id, announcement, left }),
            Ok(None) => return self.announce_next(left, now),
            Err(fault) => Err(fault.into()),
        };
        self.text(step.unwrap_or(Step::Done))
    }

    fn text(&mut self, step: Step<Then>) -> String {
        step.text(|then| self.waiting.keep(then))
    }
}

impl SqlWallet {
    fn open(db: Rc<Db>) -> Result<Self, Fault> {
        let tables: Option<(u8,)> =
            db.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'entries'", NONE)?;
        let mut wallet = Self { made: tables.is_some(), db, funds: Funds::default() };
        if wallet.made {
            let last: Option<(Amount,)> = wallet.db.row("SELECT balance FROM entries ORDER BY n DESC LIMIT 1", NONE)?;
            wallet.funds.balance = last.map_or(Amount::ZERO, |(balance,)| balance);
            let holds: Vec<(String,)> =
                wallet.db.rows("SELECT doc FROM holds WHERE status IN ('announcing', 'held')", NONE)?;
            for (text,) in holds {
                let hold: Hold = document::read(&text)?;
                wallet.funds.held = wallet
                    .funds
                    .held
                    .checked_add(hold.amount)
                    .ok_or_else(|| Fault::new("holds past the largest balance"))?;
            }
        }
        Ok(wallet)
    }

    /// Makes the tables, where there are none.
    fn make(&mut self) -> Result<(), Fault> {
        if !self.made {
            self.db.run(TABLES, NONE)?;
            self.made = true;
        }
        Ok(())
    }

    fn by_idempotency(&self, key: &str) -> Result<Option<(Hold, Digest)>, Fault> {
        if !self.made {
            return Ok(None);
        }
        let row: Option<(String, Digest)> =
            self.db.row("SELECT doc, request FROM holds WHERE idempotency = ?", (key,))?;
        row.map(|(doc, request)| Ok((document::read(&doc)?, request))).transpose()
    }

    fn announcing(&self) -> Result<Vec<OperationID>, Fault> {
        if !self.made {
            return Ok(Vec::new());
        }
        let rows: Vec<(OperationID,)> = self.db.rows(
            "SELECT id FROM holds WHERE status = 'announcing' AND status IN ('announcing', 'held') LIMIT 100",
            NONE,
        )?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

impl WalletStore for SqlWallet {
    fn funds(&self) -> Funds {
        self.funds
    }

    fn append(&mut self, id: OperationID, minor: i64, balance: Amount, now: Timestamp) -> Result<Option<i64>, Fault> {
        // Beyond 2^53 a number is not exact in JavaScript: it travels as text.
        let added = self.db.run(
            "INSERT INTO entries (operation, minor, balance, at) VALUES (?, CAST(? AS INTEGER), ?, ?)",
            (id, minor.to_string(), balance, now.unix_ms()),
        );
        let Err(fault) = added else {
            self.funds.balance = balance;
            return Ok(None);
        };
        // Most operations come once, so the index is left to say that one came before.
        let row: Option<(String,)> =
            self.db.row("SELECT CAST(minor AS TEXT) FROM entries WHERE operation = ?", (id,))?;
        row.and_then(|(minor,)| minor.parse().ok()).map(Some).ok_or(fault)
    }

    fn hold(&self, id: OperationID) -> Result<Option<Hold>, Fault> {
        if !self.made {
            return Ok(None);
        }
        let row: Option<(String,)> = self.db.row("SELECT doc FROM holds WHERE id = ?", (id,))?;
        row.map(|(doc,)| document::read(&doc)).transpose()
    }

    fn put_hold(&mut self, hold: &Hold, held: Amount) -> Result<(), Fault> {
        self.db.run(
            "INSERT INTO holds (id, status, doc) VALUES (?, ?, ?) \
             ON CONFLICT (id) DO UPDATE SET status = excluded.status, doc = excluded.doc",
            (hold.id, hold.status, document::write(&hold)?),
        )?;
        self.funds.held = held;
        Ok(())
    }
}
