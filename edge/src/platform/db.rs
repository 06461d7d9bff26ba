//! An object's storage, alarm and WebSockets.

use std::cell::Cell;

use serde::Deserialize;
use universal_wallet_core::refusal::Fault;
use wasm_bindgen::prelude::*;
use worker::js_sys::Date;
use worker::worker_sys::DurableObjectState;
use worker::{Error, SqlCursor, SqlStorage, State, Storage, WebSocket};

use super::values::{Bindings, Row, read};
pub(crate) use super::values::{NONE, Value};

#[wasm_bindgen]
extern "C" {
    type RawStorage;

    /// What `worker` does not bind: a transaction that is over when it returns.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(this: &RawStorage, run: &mut dyn FnMut() -> Result<(), JsValue>) -> Result<(), JsValue>;
}

thread_local! {
    /// The rows that statements read and wrote, while somebody wants to know.
    static COUNTED: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
}

/// From now on rows are counted, or not; how many were read and written until now.
pub(crate) fn count_rows(count: bool) -> (usize, usize) {
    COUNTED.replace(count.then_some((0, 0))).unwrap_or_default()
}

/// Counts the rows of a statement that has run.
fn count(cursor: &SqlCursor) {
    if let Some((read, written)) = COUNTED.get() {
        COUNTED.set(Some((read + cursor.rows_read(), written + cursor.rows_written())));
    }
}

/// The platform's side of an object.
#[derive(Debug)]
pub(crate) struct Db {
    state: State,
    storage: Storage,
    sql: SqlStorage,
}

impl From<DurableObjectState> for Db {
    fn from(state: DurableObjectState) -> Self {
        let state = State::from(state);
        let storage = state.storage();
        let sql = storage.sql();
        Self { state, storage, sql }
    }
}

/// What a socket keeps while the object sleeps.
#[derive(Deserialize)]
struct Attachment {
    /// When its session ends, in milliseconds.
    until: f64,
}

/// Closes a socket.
const SESSION_ENDED: (u16, &str) = (4401, "The session has ended.");

fn fault(what: &str, error: &Error) -> Fault {
    Fault::new(format!("{what}: {error}"))
}

impl Db {
    /// The rows of a statement.
    pub(crate) fn rows<T: Row>(&self, sql: impl AsRef<str>, bindings: impl Bindings) -> Result<Vec<T>, Fault> {
        let sql = sql.as_ref();
        let cursor = self.execute(sql, &bindings)?;
        let rows = cursor.raw().map(|row| read(row.map_err(|error| fault(sql, &error))?)).collect();
        count(&cursor);
        rows
    }

    /// The first row of a statement.
    pub(crate) fn row<T: Row>(&self, sql: impl AsRef<str>, bindings: impl Bindings) -> Result<Option<T>, Fault> {
        Ok(self.rows(sql, bindings)?.into_iter().next())
    }

    /// Runs a statement that answers nothing.
    pub(crate) fn run(&self, sql: impl AsRef<str>, bindings: impl Bindings) -> Result<(), Fault> {
        count(&self.execute(sql.as_ref(), &bindings)?);
        Ok(())
    }

    #[inline(never)]
    fn execute(&self, sql: &str, bindings: &dyn Bindings) -> Result<SqlCursor, Fault> {
        self.sql.exec(sql, bindings.values()?).map_err(|error| fault(sql, &error))
    }

    /// Runs a function whose writes become true together, or not at all where it fails.
    pub(crate) fn atomically<T, E: From<Fault>>(&self, run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let (mut run, mut result) = (Some(run), None);
        let storage: &RawStorage = self.storage.as_raw().unchecked_ref();
        let ended = storage.transaction_sync(&mut || {
            result = run.take().map(|run| run());
            #[cfg(feature = "faults")]
            super::fault::at("write");
            if matches!(result, Some(Ok(_))) { Ok(()) } else { Err(JsValue::NULL) }
        });
        let ended = ended.map_err(|error| fault("transaction", &error.into()));
        match result {
            Some(Ok(value)) => ended.map(|()| value).map_err(E::from),
            Some(Err(error)) => Err(error),
            None => Err(ended.err().unwrap_or_else(|| Fault::new("a transaction that did not run")).into()),
        }
    }

    /// Wakes the object at that time.
    pub(crate) fn wake_at(&self, at_ms: i64) -> Result<(), Fault> {
        #[allow(clippy::cast_precision_loss, reason = "times are far below 2^53")]
        let at = Date::new(&(at_ms as f64).into());
        // The output gate waits for the write; nothing here does.
        let set = self.storage.as_raw().set_alarm(at, JsValue::UNDEFINED.unchecked_into());
        set.map(drop).map_err(|error| fault("setAlarm", &error.into()))
    }

    /// Tells every WebSocket of the object; how many there are.
    pub(crate) fn tell_all(&self, message: &str, now_ms: i64) -> Result<usize, Fault> {
        let sockets = listening(self.state.get_websockets());
        for socket in &sockets {
            let attachment: Option<Attachment> =
                socket.deserialize_attachment().map_err(|error| fault("a socket's session", &error))?;
            #[allow(clippy::cast_precision_loss, reason = "times are far below 2^53")]
            let told = if attachment.is_some_and(|session| (now_ms as f64) < session.until) {
                socket.send_with_str(message)
            } else {
                socket.close(Some(SESSION_ENDED.0), Some(SESSION_ENDED.1))
            };
            told.map_err(|error| fault("a socket", &error))?;
        }
        Ok(sockets.len())
    }

    /// Closes every WebSocket of a person.
    pub(crate) fn close_sockets(&self, person: &str, code: u16) -> Result<(), Fault> {
        let reason = if code == SESSION_ENDED.0 { SESSION_ENDED.1 } else { "The membership has ended." };
        listening(self.state.get_websockets_with_tag(person))
            .iter()
            .try_for_each(|socket| socket.close(Some(code), Some(reason)))
            .map_err(|error| fault("a socket", &error))
    }
}

/// Those that take messages; one that was closed and whose other side is silent takes none.
fn listening(mut sockets: Vec<WebSocket>) -> Vec<WebSocket> {
    sockets.retain(|socket| socket.as_ref().ready_state() == worker::web_sys::WebSocket::OPEN);
    sockets
}
