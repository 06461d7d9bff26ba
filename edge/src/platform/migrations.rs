//! Versions of an object's tables. Newer code brings older tables up to its own version before anything else is read;
//! tables newer than the code are left alone, since the effect of older code on them is unknown.

use universal_wallet_core::error::InternalError;
use wasm_bindgen::JsError;

use super::log::report;
use super::storage::{NONE, Storage};

/// The error for which the shell answers 503: the tables are not of a version that this code reads.
const NEWER: &str = "newer";
/// The error for which the shell answers 500: the stored values cannot be loaded. Neither is a trap, so nobody else
/// notices.
const UNLOADABLE: &str = "unloadable";

/// Changes to the tables of one kind of object since their first version.
pub(crate) struct Migrations {
    /// A table that every object of the kind has, once it has any.
    pub(crate) table: &'static str,
    /// Part of that table's definition in version 0.1, whose tables this code does not read.
    pub(crate) retired: Option<&'static str>,
    /// Statements that lead from each version to the next; the first leads from version 1 to 2.
    pub(crate) steps: &'static [&'static str],
}

impl Migrations {
    /// Version that this code creates and reads.
    const fn version(&self) -> usize {
        1 + self.steps.len()
    }

    /// Opens an object: brings its tables up to this code's version and loads the values kept in memory. An error is
    /// logged and returned to the shell.
    pub(crate) fn open<T>(
        &self,
        storage: &Storage,
        load: impl FnOnce() -> Result<T, InternalError>,
    ) -> Result<T, JsError> {
        let failed = |fault: InternalError| {
            report(&fault);
            JsError::new(UNLOADABLE)
        };
        if self.is_retired(storage).map_err(failed)? {
            report(&InternalError::new(
                "the state is of version 0.1, which this code does not read: start with a new one",
            ));
            return Err(JsError::new(NEWER));
        }
        let stored = self.stored(storage).map_err(failed)?;
        if let Some(stored) = stored.filter(|stored| *stored > self.version()) {
            let known = self.version();
            report(&InternalError(format!(
                "the state is newer than this code: version {stored}, the code knows {known}"
            )));
            return Err(JsError::new(NEWER));
        }
        self.migrate(storage, stored).and_then(|()| load()).map_err(failed)
    }

    /// True for tables of version 0.1.
    fn is_retired(&self, storage: &Storage) -> Result<bool, InternalError> {
        let Some(part) = self.retired else { return Ok(false) };
        Ok(storage.definition(self.table)?.is_some_and(|definition| definition.contains(part)))
    }

    /// Takes every step from the stored version on, in one transaction.
    fn migrate(&self, storage: &Storage, stored: Option<usize>) -> Result<(), InternalError> {
        let steps = stored.and_then(|stored| self.steps.get(stored.saturating_sub(1)..)).unwrap_or_default();
        if steps.is_empty() {
            return Ok(());
        }
        storage.atomically(|| {
            steps.iter().try_for_each(|step| storage.run(*step, NONE))?;
            self.note(storage)
        })
    }

    /// Creates the tables: those of version 1, then every step.
    pub(crate) fn create(&self, storage: &Storage, first: &str) -> Result<(), InternalError> {
        storage.run(first, NONE)?;
        if self.steps.is_empty() {
            return Ok(());
        }
        self.steps.iter().try_for_each(|step| storage.run(*step, NONE))?;
        self.note(storage)
    }

    /// Records this code's version for the tables. Tables without a record have version 1.
    fn note(&self, storage: &Storage) -> Result<(), InternalError> {
        storage.run(
            "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
            NONE,
        )?;
        storage.run(
            "INSERT INTO meta (name, value) VALUES ('schema', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (self.version().to_string(),),
        )
    }

    /// Version of the stored tables; `None` without tables.
    fn stored(&self, storage: &Storage) -> Result<Option<usize>, InternalError> {
        if storage.has_table("meta")?
            && let Some((version,)) = storage.row::<(String,)>("SELECT value FROM meta WHERE name = 'schema'", NONE)?
        {
            return version
                .parse()
                .map(Some)
                .map_err(|_| InternalError::new("a stored schema version that cannot be parsed"));
        }
        Ok(storage.has_table(self.table)?.then_some(1))
    }
}
