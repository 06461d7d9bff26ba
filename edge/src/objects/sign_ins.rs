//! The SignIns object: failed sign-ins from one address, and the codes tried from it. Logins are stored as digests only, and their number is limited
//! to the failures that an address may have in a window.

use universal_wallet_core::error::Outcome;
use universal_wallet_core::people::sign_in::{CODE_WINDOW_MS, WINDOW_MS, refuse_too_many, refuse_too_many_codes};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_sdk::Timestamp;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::messages::envelope::{self, Receiver};
use crate::messages::reply::{reply, unreadable};
use crate::messages::to_sign_ins::ToSignIns;
use crate::platform::clock;
use crate::platform::migrations::Migrations;
use crate::platform::storage::{NONE, Storage};

const MIGRATIONS: Migrations = Migrations { table: "failures", retired: None, steps: &[] };

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS failures (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, login TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS codes (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, login TEXT NOT NULL) STRICT;
";

/// The object as the shell holds it.
#[wasm_bindgen]
pub struct SignIns {
    db: Storage,
}

#[wasm_bindgen]
impl SignIns {
    /// Loads the object; the event names the request.
    pub fn open(state: DurableObjectState, event: &str) -> Result<Self, JsError> {
        envelope::enter("SignIns", event);
        let db = Storage::from(state);
        MIGRATIONS.open(&db, || db.run(TABLES, NONE))?;
        Ok(Self { db })
    }

    /// Handles a message.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        envelope::enter("SignIns", message);
        clock::begin(now_ms);
        match envelope::read(Receiver::SignIns, message) {
            Ok(ToSignIns::Try { login }) => reply(self.attempt(&login, clock::now())),
            Ok(ToSignIns::TryCode { login }) => reply(self.try_code(&login, clock::now())),
            Ok(ToSignIns::Succeeded { login }) => reply(self.forget(&login)),
            Err(fault) => unreadable(&fault),
        }
    }
}

impl SignIns {
    /// Counts an attempt as a failure until its success is reported.
    fn attempt(&self, login: &Digest, now: Timestamp) -> Outcome<()> {
        let since = now.unix_ms() - WINDOW_MS;
        let rows: Vec<(i64, Digest)> =
            self.db.rows("SELECT at, login FROM failures WHERE at > ? ORDER BY n", (since,))?;
        let all: Vec<Timestamp> = rows.iter().map(|(at, _)| Timestamp::from_unix_ms(*at)).collect();
        let own: Vec<Timestamp> =
            rows.iter().filter(|(_, of)| of == login).map(|(at, _)| Timestamp::from_unix_ms(*at)).collect();
        refuse_too_many(&own, &all, now)?;
        let add = || {
            self.db.run("DELETE FROM failures WHERE at <= ?", (since,))?;
            self.db.run("INSERT INTO failures (at, login) VALUES (?, ?)", (now.unix_ms(), login))
        };
        Ok(self.db.atomically(add)?)
    }

    /// Counts a tried code.
    fn try_code(&self, login: &Digest, now: Timestamp) -> Outcome<()> {
        let since = now.unix_ms() - CODE_WINDOW_MS;
        let rows: Vec<(i64,)> =
            self.db.rows("SELECT at FROM codes WHERE login = ? AND at > ? ORDER BY n", (login, since))?;
        let tried: Vec<Timestamp> = rows.iter().map(|(at,)| Timestamp::from_unix_ms(*at)).collect();
        refuse_too_many_codes(&tried, now)?;
        let add = || {
            self.db.run("DELETE FROM codes WHERE at <= ?", (since,))?;
            self.db.run("INSERT INTO codes (at, login) VALUES (?, ?)", (now.unix_ms(), login))
        };
        Ok(self.db.atomically(add)?)
    }

    fn forget(&self, login: &Digest) -> Outcome<()> {
        Ok(self.db.run("DELETE FROM failures WHERE login = ?", (login,))?)
    }
}
