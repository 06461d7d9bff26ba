//! An object's SQLite storage, through a few lines of the shell: each statement crosses into
//! JavaScript once, with strings.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use universal_wallet_core::refusal::Fault;
use wasm_bindgen::prelude::*;

use super::values::{Bindings, Row, Values, first, rows};
pub(crate) use super::values::{NONE, Value};

#[wasm_bindgen]
extern "C" {
    /// The shell's `Db` class.
    pub type Db;

    /// What a thrown value says.
    #[wasm_bindgen(js_name = String)]
    fn text_of(value: &JsValue) -> String;

    /// Runs a statement with its values; answers those of all its rows.
    #[wasm_bindgen(method, catch)]
    fn query(this: &Db, sql: &JsValue, values: &str) -> Result<String, JsValue>;

    /// Runs a statement, and reads none of its rows.
    #[wasm_bindgen(method, catch)]
    fn execute(this: &Db, sql: &JsValue, values: &str) -> Result<(), JsValue>;

    /// Runs the function in a transaction, which is rolled back where it answers false.
    #[wasm_bindgen(method, catch)]
    fn transaction(this: &Db, run: &mut dyn FnMut() -> bool) -> Result<(), JsValue>;

    /// Wakes the object at that time (milliseconds), instead of any time set before.
    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &Db, at_ms: f64) -> Result<(), JsValue>;

    /// Tells every WebSocket of the object; how many there are.
    #[wasm_bindgen(method, catch)]
    fn broadcast(this: &Db, message: &str, now_ms: f64) -> Result<u32, JsValue>;

    /// Closes every WebSocket of a person.
    #[wasm_bindgen(method, catch, js_name = closeSockets)]
    fn close(this: &Db, person: &str, code: u16) -> Result<(), JsValue>;
}

thread_local! {
    /// The statements that never change, as JavaScript has them, by their place and length in memory: SQLite finds a
    /// prepared one by that very string.
    static STATEMENTS: RefCell<FxHashMap<(usize, usize), JsValue>> = RefCell::default();
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    /// One that never changes.
    Static(&'static str),
    /// One that was put together.
    Made(String),
}

impl From<&'static str> for Statement {
    fn from(sql: &'static str) -> Self {
        Self::Static(sql)
    }
}

impl From<String> for Statement {
    fn from(sql: String) -> Self {
        Self::Made(sql)
    }
}

impl Statement {
    fn text(&self) -> &str {
        match self {
            Self::Static(sql) => sql,
            Self::Made(sql) => sql,
        }
    }

    fn with<T>(&self, run: impl FnOnce(&JsValue) -> Result<T, JsValue>) -> Result<T, Fault> {
        let done = match self {
            Self::Static(sql) => STATEMENTS.with_borrow_mut(|known| {
                run(known.entry((sql.as_ptr().addr(), sql.len())).or_insert_with(|| JsValue::from_str(sql)))
            }),
            Self::Made(sql) => run(&JsValue::from_str(sql)),
        };
        done.map_err(|error| fault(self.text(), &error))
    }
}

fn fault(what: &str, error: &JsValue) -> Fault {
    Fault::new(format!("{what}: {}", text_of(error)))
}

impl Db {
    /// The rows of a statement.
    pub(crate) fn rows<T: Row>(&self, sql: impl Into<Statement>, bindings: impl Bindings) -> Result<Vec<T>, Fault> {
        rows(&self.answer(sql.into(), &bindings)?)
    }

    /// The first row of a statement.
    pub(crate) fn row<T: Row>(&self, sql: impl Into<Statement>, bindings: impl Bindings) -> Result<Option<T>, Fault> {
        first(&self.answer(sql.into(), &bindings)?)
    }

    /// Runs a statement that answers nothing.
    pub(crate) fn run(&self, sql: impl Into<Statement>, bindings: impl Bindings) -> Result<(), Fault> {
        self.tell(sql.into(), &bindings)
    }

    #[inline(never)]
    fn answer(&self, sql: Statement, bindings: &dyn Bindings) -> Result<String, Fault> {
        let values = Values::of(bindings)?;
        sql.with(|sql| self.query(sql, &values))
    }

    #[inline(never)]
    fn tell(&self, sql: Statement, bindings: &dyn Bindings) -> Result<(), Fault> {
        let values = Values::of(bindings)?;
        sql.with(|sql| self.execute(sql, &values))
    }

    /// Runs a function whose writes become true together, or not at all where it fails.
    pub(crate) fn atomically<T, E: From<Fault>>(&self, run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let (mut run, mut result) = (Some(run), None);
        let ended = self.transact(&mut || {
            result = run.take().map(|run| run());
            matches!(result, Some(Ok(_)))
        });
        match result {
            Some(Ok(value)) => ended.map(|()| value).map_err(E::from),
            Some(Err(error)) => Err(error),
            None => Err(ended.err().unwrap_or_else(|| Fault::new("a transaction that did not run")).into()),
        }
    }

    /// Runs a function in a transaction, which is kept where it answers true.
    #[inline(never)]
    fn transact(&self, run: &mut dyn FnMut() -> bool) -> Result<(), Fault> {
        let ended = self.transaction(&mut || {
            let keep = run();
            #[cfg(feature = "faults")]
            super::fault::at("write");
            keep
        });
        ended.map_err(|error| fault("transaction", &error))
    }

    /// Wakes the object at that time.
    pub(crate) fn wake_at(&self, at_ms: i64) -> Result<(), Fault> {
        #[allow(clippy::cast_precision_loss, reason = "times are far below 2^53")]
        self.set_alarm(at_ms as f64).map_err(|error| fault("setAlarm", &error))
    }

    /// Tells every WebSocket of the object; how many there are.
    pub(crate) fn tell_all(&self, message: &str, now_ms: i64) -> Result<u32, Fault> {
        #[allow(clippy::cast_precision_loss, reason = "times are far below 2^53")]
        self.broadcast(message, now_ms as f64).map_err(|error| fault("broadcast", &error))
    }

    /// Closes every WebSocket of a person.
    pub(crate) fn close_sockets(&self, person: &str, code: u16) -> Result<(), Fault> {
        self.close(person, code).map_err(|error| fault("closeSockets", &error))
    }
}
