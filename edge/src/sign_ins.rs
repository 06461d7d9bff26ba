//! The SignIns object: failed sign-ins from one address. Logins are known by digest alone, and at
//! most as many are kept as an address may fail in a quarter of an hour.

use universal_wallet::Timestamp;
use universal_wallet_core::digest::Digest;
use universal_wallet_core::document;
use universal_wallet_core::refusal::Outcome;
use universal_wallet_core::sign_in::{WINDOW_MS, refuse_too_many};
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::messages::ToSignIns;
use crate::platform::clock::timestamp;
use crate::platform::db::{Db, NONE};
use crate::platform::schema::Schema;
use crate::platform::step::reply;

/// These tables are the first version.
const SCHEMA: Schema = Schema { table: "failures", steps: &[] };

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS failures (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, login TEXT NOT NULL) STRICT;
";

/// The object, as the shell holds it.
#[wasm_bindgen]
pub struct SignIns {
    db: Db,
}

#[wasm_bindgen]
impl SignIns {
    /// Loads the object.
    pub fn open(state: DurableObjectState) -> Result<Self, JsError> {
        let db = Db::from(state);
        SCHEMA.upgrade(&db)?;
        db.run(TABLES, NONE).map_err(|_| JsError::new("the object cannot be loaded"))?;
        Ok(Self { db })
    }

    /// Takes a message.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        let now = timestamp(now_ms);
        let result = match document::read(message) {
            Ok(ToSignIns::Try { login }) => self.attempt(&login, now),
            Ok(ToSignIns::Succeeded { login }) => self.forget(&login),
            Err(error) => Err(error.into()),
        };
        reply(result)
    }

    /// Counts an attempt as a failure, until it is known to be none.
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

    fn forget(&self, login: &Digest) -> Outcome<()> {
        Ok(self.db.run("DELETE FROM failures WHERE login = ?", (login,))?)
    }
}
