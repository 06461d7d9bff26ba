//! Entries of the chain, as they lie in two tables: operations are their own first entries, all others are texts.

use universal_wallet_core::audit::chain::{Book, Content, Entry, Head, States};
use universal_wallet_core::audit::created;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::people::model::Actor;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;
use universal_wallet_sdk::Timestamp;

use super::SqlStore;
use super::rows::{FIRST_ENTRY, OPERATION, OperationRow, TOLD, Told};
use crate::platform::log::report;
use crate::platform::sql_values::{Bindings, NONE};

/// Maximum number of entries that one page of a stream reads; the build with faults has small pages.
pub(crate) const PAGE: u64 = if cfg!(feature = "fault_injection") { 8 } else { 1000 };

/// A stored entry.
pub(crate) struct StoredEntry {
    pub(crate) number: u64,
    pub(crate) hash: Digest,
    pub(crate) source: Source,
}

/// Where the text of an entry comes from.
pub(crate) enum Source {
    /// The stored text.
    Text(String),
    /// The operation that the entry made, and what else it tells.
    Operation(Box<(Operation, Book, States)>),
}

impl StoredEntry {
    /// The text that the hash covers.
    pub(crate) fn text(&self) -> Result<String, InternalError> {
        match &self.source {
            Source::Text(text) => Ok(text.clone()),
            Source::Operation(made) => created::text(&made.0, made.1, made.2.clone()),
        }
    }
}

impl SqlStore {
    /// The typed content of an entry, as readers are told: with the label of a key, and an operation's facts as details.
    pub(crate) fn content(&self, entry: &StoredEntry) -> Result<Content, InternalError> {
        let mut content = match &entry.source {
            Source::Text(text) => Content::read(text)?,
            Source::Operation(made) => {
                let (operation, book, states) = &**made;
                created::content(operation, *book, states.clone()).with_details(operation.facts.subject())
            }
        };
        if let Actor::Key { id, name } = &mut content.actor
            && let Some(key) = self.key(*id)?
        {
            name.clone_from(&key.settings.label);
        }
        Ok(content)
    }

    fn texts(&self, which: &str, bindings: impl Bindings) -> Result<Vec<StoredEntry>, InternalError> {
        let rows: Vec<(u64, String, Digest)> =
            self.db.rows(["SELECT n, text, lower(hex(hash)) FROM entries ", which].concat(), bindings)?;
        let stored = |(number, text, hash)| StoredEntry { number, hash, source: Source::Text(text) };
        Ok(rows.into_iter().map(stored).collect())
    }

    fn first_entries(&self, which: &str, bindings: impl Bindings) -> Result<Vec<StoredEntry>, InternalError> {
        let rows: Vec<(String, String)> = self.db.rows([FIRST_ENTRY, which].concat(), bindings)?;
        let read = |(row, told): (String, String)| {
            let row: OperationRow = json_text::read(&row)?;
            let (number, hash) = row.entry();
            let (book, states) = json_text::read::<Told>(&told)?.read()?;
            let operation = self.present(row.operation(&self.origins)?);
            Ok(StoredEntry { number, hash, source: Source::Operation(Box::new((operation, book, states))) })
        };
        rows.into_iter().map(read).collect()
    }

    /// Entries from a number on, in order, up to a maximum count.
    pub(crate) fn entries_from(&self, from: u64, most: u64) -> Result<Vec<StoredEntry>, InternalError> {
        let mut entries = self.texts("WHERE n >= ? ORDER BY n LIMIT ?", (from, most))?;
        entries.extend(self.first_entries("WHERE n >= ? ORDER BY n LIMIT ?", (from, most))?);
        entries.sort_unstable_by_key(|entry| entry.number);
        entries.truncate(most.try_into().unwrap_or(usize::MAX));
        Ok(entries)
    }

    /// Entries of a range of numbers that are not an operation's first, in order.
    pub(super) fn entries_apart(&self, from: u64, until: u64) -> Result<Vec<StoredEntry>, InternalError> {
        self.texts("WHERE n >= ? AND n < ? ORDER BY n", (from, until))
    }

    /// Entries below a number, newest first, up to a maximum count.
    pub(crate) fn entries_before(&self, before: u64, most: u64) -> Result<Vec<StoredEntry>, InternalError> {
        let mut entries = self.texts("WHERE n < ? ORDER BY n DESC LIMIT ?", (before, most))?;
        entries.extend(self.first_entries("WHERE n < ? ORDER BY n DESC LIMIT ?", (before, most))?);
        entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.number));
        entries.truncate(most.try_into().unwrap_or(usize::MAX));
        Ok(entries)
    }

    /// The entry with this number.
    pub(crate) fn entry(&self, number: u64) -> Result<Option<StoredEntry>, InternalError> {
        match self.texts("WHERE n = ?", (number,))?.pop() {
            Some(entry) => Ok(Some(entry)),
            None => Ok(self.first_entries("WHERE n = ?", (number,))?.pop()),
        }
    }

    /// The time of an entry, for which an operation's first one need not be spelt.
    pub(crate) fn time_of(&self, number: u64) -> Result<Option<Timestamp>, InternalError> {
        let at: Option<(i64,)> = self.db.row("SELECT at FROM operations WHERE n = ?", (number,))?;
        match at {
            Some((at,)) => Ok(Some(Timestamp::from_unix_ms(at))),
            None => Ok(self.entry(number)?.map(|entry| self.content(&entry)).transpose()?.map(|content| content.at)),
        }
    }

    /// The last entry of either table.
    pub(super) fn last_head(&self) -> Result<Head, InternalError> {
        let text = self.texts("ORDER BY n DESC LIMIT 1", NONE)?.pop();
        let row: Option<(u64, Digest, i64, String)> = self
            .db
            .row(format!("SELECT n, lower(hex(hash)), at, {TOLD} FROM operations ORDER BY n DESC LIMIT 1"), NONE)?;
        match (text, row) {
            (text, Some((number, hash, at, told))) if text.as_ref().is_none_or(|text| text.number < number) => {
                let (book, _) = json_text::read::<Told>(&told)?.read()?;
                Ok(Head { number, hash, at: Timestamp::from_unix_ms(at), book })
            }
            (Some(StoredEntry { number, hash, source: Source::Text(text) }), _) => {
                Head::of(&Entry { number, text, hash })
            }
            _ => Ok(Head::default()),
        }
    }

    /// Operations that can be read, by the rest of a statement. An altered row must not keep the object from loading,
    /// since verification is what finds it.
    pub(super) fn readable_operations(
        &self,
        which: &str,
        bindings: impl Bindings,
    ) -> Result<Vec<Operation>, InternalError> {
        let rows: Vec<(String,)> = self.db.rows([OPERATION, which].concat(), bindings)?;
        let read = |(row,): &(String,)| json_text::read::<OperationRow>(row)?.operation(&self.origins);
        Ok(rows.iter().filter_map(|row| read(row).inspect_err(report).ok()).collect())
    }

    /// Operations as stored, by the rest of a statement.
    pub(crate) fn operations(
        &self,
        which: impl AsRef<str>,
        bindings: impl Bindings,
    ) -> Result<Vec<Operation>, InternalError> {
        let rows: Vec<(String,)> = self.db.rows([OPERATION, which.as_ref()].concat(), bindings)?;
        rows.iter()
            .map(|(row,)| Ok(self.present(json_text::read::<OperationRow>(row)?.operation(&self.origins)?)))
            .collect()
    }
}
