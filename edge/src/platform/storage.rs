//! Storage of an object: SQL statements, transactions, the alarm.

use std::cell::Cell;

use universal_wallet_core::error::InternalError;
use wasm_bindgen::prelude::*;
use worker::js_sys::Date;
use worker::worker_sys::DurableObjectState;
use worker::{Error, SqlCursor, SqlStorage, State};

use super::sql_values::{Bindings, Row, read};
pub(crate) use super::sql_values::{NONE, Value};

#[wasm_bindgen]
extern "C" {
    type RawStorage;

    /// The platform's synchronous transaction, which `worker` does not bind.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(this: &RawStorage, run: &mut dyn FnMut() -> Result<(), JsValue>) -> Result<(), JsValue>;
}

thread_local! {
    /// Rows read and written by statements, while counting is on.
    static COUNTED: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
}

/// Starts or stops counting rows; returns the numbers read and written so far.
pub(crate) fn count_rows(count: bool) -> (usize, usize) {
    COUNTED.replace(count.then_some((0, 0))).unwrap_or_default()
}

/// Counts the rows of a finished statement.
fn count(cursor: &SqlCursor) {
    if let Some((read, written)) = COUNTED.get() {
        COUNTED.set(Some((read + cursor.rows_read(), written + cursor.rows_written())));
    }
}

/// Storage, sockets and alarm of an object.
#[derive(Debug)]
pub(crate) struct Storage {
    state: State,
    inner: worker::Storage,
    sql: SqlStorage,
    /// True if values in memory may differ from the stored ones, and could not be read again.
    lost: Cell<bool>,
}

impl From<DurableObjectState> for Storage {
    fn from(state: DurableObjectState) -> Self {
        let state = State::from(state);
        let inner = state.storage();
        let sql = inner.sql();
        Self { state, inner, sql, lost: Cell::new(false) }
    }
}

/// The error of a failed platform call. Statements contain no values, so their text is safe to log.
pub(super) fn failed(what: &str, error: &Error) -> InternalError {
    InternalError::new(format!("{what}: {error}"))
}

impl Storage {
    /// The platform's state of the object.
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Notes that the values in memory are not to be used any more.
    pub(crate) fn lose(&self) {
        self.lost.set(true);
    }

    /// True once the values in memory are not to be used any more; forgets it.
    pub(crate) fn take_lost(&self) -> bool {
        self.lost.take()
    }

    /// ID of the object, in hex.
    pub(crate) fn object_id(&self) -> String {
        self.state.id().to_string()
    }

    /// Size of the database in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.sql.database_size() as u64
    }

    /// The rows of a statement.
    pub(crate) fn rows<T: Row>(&self, sql: impl AsRef<str>, bindings: impl Bindings) -> Result<Vec<T>, InternalError> {
        let sql = sql.as_ref();
        let cursor = self.execute(sql, &bindings)?;
        let rows = cursor.raw().map(|row| read(row.map_err(|error| failed(sql, &error))?)).collect();
        count(&cursor);
        rows
    }

    /// The first row of a statement.
    pub(crate) fn row<T: Row>(
        &self,
        sql: impl AsRef<str>,
        bindings: impl Bindings,
    ) -> Result<Option<T>, InternalError> {
        Ok(self.rows(sql, bindings)?.into_iter().next())
    }

    /// Runs a statement without a result.
    pub(crate) fn run(&self, sql: impl AsRef<str>, bindings: impl Bindings) -> Result<(), InternalError> {
        count(&self.execute(sql.as_ref(), &bindings)?);
        Ok(())
    }

    fn execute(&self, sql: &str, bindings: &dyn Bindings) -> Result<SqlCursor, InternalError> {
        self.sql.exec(sql, bindings.values()?).map_err(|error| failed(sql, &error))
    }

    /// Runs a function in a transaction, which is rolled back if the function fails.
    pub(crate) fn atomically<T, E: From<InternalError>>(&self, run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let (mut run, mut result) = (Some(run), None);
        let storage: &RawStorage = self.inner.as_raw().unchecked_ref();
        let ended = storage.transaction_sync(&mut || {
            result = run.take().map(|run| run());
            #[cfg(feature = "fault_injection")]
            super::fault_injection::at("write");
            if matches!(result, Some(Ok(_))) { Ok(()) } else { Err(JsValue::NULL) }
        });
        let ended = ended.map_err(|error| failed("transaction", &error.into()));
        match result {
            Some(Ok(value)) => ended.map(|()| value).map_err(E::from),
            Some(Err(error)) => Err(error),
            None => Err(ended.err().unwrap_or_else(|| InternalError::new("a transaction that did not run")).into()),
        }
    }

    /// Sets the alarm to a time, replacing any earlier setting.
    pub(crate) fn wake_at(&self, at_ms: i64) -> Result<(), InternalError> {
        #[allow(clippy::cast_precision_loss, reason = "times are far below 2^53")]
        let at = Date::new(&(at_ms as f64).into());
        // The output gate waits for the write; this code does not.
        let set = self.inner.as_raw().set_alarm(at, JsValue::UNDEFINED.unchecked_into());
        set.map(drop).map_err(|error| failed("setAlarm", &error.into()))
    }

    /// Deletes everything that the object stores.
    pub(crate) fn delete_all(&self) -> Result<(), InternalError> {
        // The output gate waits for the deletion; this code does not.
        let deleted = self.inner.as_raw().delete_all();
        deleted.map(drop).map_err(|error| failed("deleteAll", &error.into()))
    }

    /// Takes the alarm back.
    pub(crate) fn sleep(&self) -> Result<(), InternalError> {
        let deleted = self.inner.as_raw().delete_alarm(JsValue::UNDEFINED.unchecked_into());
        deleted.map(drop).map_err(|error| failed("deleteAlarm", &error.into()))
    }

    /// True if a table with that name exists.
    pub(crate) fn has_table(&self, table: &str) -> Result<bool, InternalError> {
        Ok(self.definition(table)?.is_some())
    }

    /// The statement that created a table; `None` without the table.
    pub(super) fn definition(&self, table: &str) -> Result<Option<String>, InternalError> {
        let found: Option<(String,)> =
            self.row("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))?;
        Ok(found.map(|(sql,)| sql))
    }
}
