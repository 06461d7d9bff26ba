//! The SignIns object: failed sign-ins from one address and the codes tried from it, or failures of one login from
//! anywhere. Logins are stored as digests only, and everything is deleted once its window is over.

use universal_wallet_core::error::{InternalError, Outcome};
use universal_wallet_core::people::sign_in::{
    ANYWHERE_WINDOW_MS, CODE_WINDOW_MS, WINDOW_MS, refuse_too_many, refuse_too_many_codes,
    refuse_too_many_from_anywhere,
};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_sdk::Timestamp;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::calls::step::{DONE, LOST};
use crate::messages::envelope::{self, Receiver};
use crate::messages::reply::{reply, unreadable};
use crate::messages::to_sign_ins::ToSignIns;
use crate::platform::clock;
use crate::platform::log::report;
use crate::platform::migrations::Migrations;
use crate::platform::storage::Storage;

const MIGRATIONS: Migrations = Migrations { table: "failures", retired: None, steps: &[] };

const TABLES: &str = "
CREATE TABLE failures (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, login TEXT NOT NULL) STRICT;
CREATE TABLE codes (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, login TEXT NOT NULL) STRICT;
";

/// The longest window: after it nothing counts any more.
const KEPT_MS: i64 = ANYWHERE_WINDOW_MS;

/// The object as the shell holds it.
#[wasm_bindgen]
pub struct SignIns {
    db: Storage,
    /// True if an alarm was set since the object was loaded.
    wakes: bool,
}

#[wasm_bindgen]
impl SignIns {
    /// Loads the object; the event names the request.
    pub fn open(state: DurableObjectState, event: &str) -> Result<Self, JsError> {
        envelope::enter("SignIns", event);
        let db = Storage::from(state);
        MIGRATIONS.open(&db, || Ok(()))?;
        Ok(Self { db, wakes: false })
    }

    /// Handles a message.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        envelope::enter("SignIns", message);
        clock::begin(now_ms);
        match envelope::read(Receiver::SignIns, message) {
            Ok(message) => reply(self.take(&message, clock::now())),
            Err(fault) => unreadable(&fault),
        }
    }

    /// Handles the platform's alarm: deletes what counts no more, at last the whole object.
    pub fn alarm(&mut self, event: &str, now_ms: f64) -> String {
        envelope::enter("SignIns", event);
        clock::begin(now_ms);
        self.wakes = false;
        match self.delete_old(clock::now()) {
            Ok(()) => DONE.into(),
            Err(fault) => {
                report(&fault);
                LOST.into()
            }
        }
    }
}

impl SignIns {
    fn take(&mut self, message: &ToSignIns, now: Timestamp) -> Outcome<()> {
        match message {
            ToSignIns::Try { login } => {
                let rows = self.tried("failures", now, WINDOW_MS)?;
                let all: Vec<Timestamp> = rows.iter().map(|(at, _)| *at).collect();
                let own: Vec<Timestamp> = rows.iter().filter(|(_, of)| of == login).map(|(at, _)| *at).collect();
                refuse_too_many(&own, &all, now)?;
                self.count("failures", login, now)
            }
            ToSignIns::TryFromAnywhere => {
                let failed: Vec<Timestamp> =
                    self.tried("failures", now, ANYWHERE_WINDOW_MS)?.iter().map(|(at, _)| *at).collect();
                refuse_too_many_from_anywhere(&failed, now)?;
                self.count("failures", &Digest::ZERO, now)
            }
            ToSignIns::TryCode { login } => {
                let rows = self.tried("codes", now, CODE_WINDOW_MS)?;
                let tried: Vec<Timestamp> = rows.iter().filter(|(_, of)| of == login).map(|(at, _)| *at).collect();
                refuse_too_many_codes(&tried, now)?;
                self.count("codes", login, now)
            }
            ToSignIns::Succeeded { login } => self.forget("DELETE FROM failures WHERE login = ?", login),
            ToSignIns::SucceededFromAnywhere => {
                let last = "DELETE FROM failures WHERE login = ? AND n = (SELECT MAX(n) FROM failures)";
                self.forget(last, &Digest::ZERO)
            }
        }
    }

    /// Attempts in the window, oldest first.
    fn tried(&self, table: &str, now: Timestamp, window_ms: i64) -> Result<Vec<(Timestamp, Digest)>, InternalError> {
        if !self.db.has_table("failures")? {
            return Ok(Vec::new());
        }
        let since = now.unix_ms() - window_ms;
        let sql = format!("SELECT at, login FROM {table} WHERE at > ? ORDER BY n");
        let rows: Vec<(i64, Digest)> = self.db.rows(sql, (since,))?;
        Ok(rows.into_iter().map(|(at, login)| (Timestamp::from_unix_ms(at), login)).collect())
    }

    /// Counts an attempt as a failure until its success is reported.
    fn count(&mut self, table: &str, login: &Digest, now: Timestamp) -> Outcome<()> {
        self.db.atomically(|| {
            if !self.db.has_table("failures")? {
                MIGRATIONS.create(&self.db, TABLES)?;
            }
            self.db.run(format!("DELETE FROM {table} WHERE at <= ?"), (now.unix_ms() - KEPT_MS,))?;
            self.db.run(format!("INSERT INTO {table} (at, login) VALUES (?, ?)"), (now.unix_ms(), login))
        })?;
        if !self.wakes {
            self.db.wake_at(now.unix_ms() + KEPT_MS)?;
            self.wakes = true;
        }
        Ok(())
    }

    fn forget(&self, sql: &str, login: &Digest) -> Outcome<()> {
        if self.db.has_table("failures")? {
            self.db.run(sql, (login,))?;
        }
        Ok(())
    }

    fn delete_old(&mut self, now: Timestamp) -> Result<(), InternalError> {
        let mut last = None;
        for table in ["failures", "codes"] {
            last = last.max(self.tried(table, now, KEPT_MS)?.last().map(|(at, _)| *at));
        }
        match last {
            None => self.db.delete_all(),
            Some(last) => {
                self.wakes = true;
                self.db.wake_at(last.unix_ms() + KEPT_MS)
            }
        }
    }
}
