//! The version of an object's tables. Newer code brings older tables up to its own version before anything else is
//! read; tables that are newer than the code are left alone, since nobody knows what it would do to them.

use universal_wallet_core::refusal::Fault;
use wasm_bindgen::JsError;

use super::answer::report;
use super::db::{Db, NONE};

/// What the shell answers 503 for.
const NEWER: &str = "newer";

/// How the tables of one kind of object came about.
pub(crate) struct Schema {
    /// A table that every object of the kind has, once it has any.
    pub(crate) table: &'static str,
    /// What leads from each version to the next, the first one from version 0. The code's own version is their number.
    pub(crate) steps: &'static [&'static str],
}

impl Schema {
    /// Brings the tables up to this code's version, all steps in one transaction. The error goes to the shell; the log
    /// is told.
    pub(crate) fn upgrade(&self, db: &Db) -> Result<(), JsError> {
        let failed = |fault: &Fault| {
            report("", fault);
            JsError::new("the object cannot be loaded")
        };
        let Some(version) = self.stored(db).map_err(|fault| failed(&fault))? else { return Ok(()) };
        if version > self.steps.len() {
            let known = self.steps.len();
            report("", &Fault(format!("the state is newer than this code: version {version}, the code knows {known}")));
            return Err(JsError::new(NEWER));
        }
        let steps = self.steps.get(version..).unwrap_or_default();
        if steps.is_empty() {
            return Ok(());
        }
        let upgraded = db.atomically(|| {
            steps.iter().try_for_each(|step| db.run(*step, NONE))?;
            self.note(db)
        });
        upgraded.map_err(|fault: Fault| failed(&fault))
    }

    /// Notes that the tables are of this code's version.
    pub(crate) fn note(&self, db: &Db) -> Result<(), Fault> {
        db.run(
            "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
            NONE,
        )?;
        db.run(
            "INSERT INTO meta (name, value) VALUES ('schema', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (self.steps.len().to_string(),),
        )
    }

    /// The version of the tables that are there; `None` where there are none yet.
    fn stored(&self, db: &Db) -> Result<Option<usize>, Fault> {
        if has(db, "meta")?
            && let Some((version,)) = db.row::<(String,)>("SELECT value FROM meta WHERE name = 'schema'", NONE)?
        {
            return version.parse().map(Some).map_err(|_| Fault::new("a stored version that is none"));
        }
        Ok(has(db, self.table)?.then_some(0))
    }
}

/// Whether there is a table of that name.
pub(crate) fn has(db: &Db, table: &str) -> Result<bool, Fault> {
    let found: Option<(i64,)> = db.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))?;
    Ok(found.is_some())
}
