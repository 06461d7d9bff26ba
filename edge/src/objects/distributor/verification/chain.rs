//! Verification of stored rows against the chain, and of the chain against the head that the issuer keeps. Rows are
//! read from storage and not from memory.

use std::ops::Range;

use universal_wallet_core::audit::chain::{Entry, Head, state_digest};
use universal_wallet_core::audit::verify::{Evidence, Stored, Verification, Verified};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;

use crate::objects::distributor::store::SqlStore;
use crate::objects::distributor::store::entries::StoredEntry;
use crate::platform::storage::{NONE, Value};

/// A number beyond all entries; larger ones are not exact in JavaScript.
const LAST: u64 = 1 << 52;

struct Sql<'a>(&'a SqlStore);

/// A document that names the entry which last changed it.
#[derive(serde::Deserialize)]
struct Dated {
    entry: u64,
}

impl Sql<'_> {
    fn document(&self, sql: &str, key: impl Value) -> Result<Option<Stored>, InternalError> {
        let row: Option<(String,)> = self.0.db.row(sql, (key,))?;
        // An unparsable document names no entry.
        Ok(row.map(|(text,)| Stored {
            entry: json_text::read(&text).map_or(0, |dated: Dated| dated.entry),
            digest: state_digest(&text),
        }))
    }

    fn numbered(&self, table: &str, uuid: Option<uuid::Uuid>) -> Result<Option<Stored>, InternalError> {
        let Some(number) = uuid.and_then(|uuid| self.0.numbering.number(uuid)) else { return Ok(None) };
        self.document(&format!("SELECT doc FROM {table} WHERE n = ?"), number)
    }
}

fn spelt(entry: &StoredEntry) -> Result<Entry, InternalError> {
    Ok(Entry { number: entry.number, text: entry.text()?, hash: entry.hash })
}

/// An entry whose row cannot be read: it does not hold.
const fn unreadable(number: u64) -> Entry {
    Entry { number, text: String::new(), hash: Digest::ZERO }
}

fn uuid_of(id: &str, prefix: &str) -> Option<uuid::Uuid> {
    id.strip_prefix(prefix)?.parse().ok()
}

impl Evidence for Sql<'_> {
    fn entries(&self, from: u64, most: usize) -> Result<Vec<Entry>, InternalError> {
        let most = most.try_into().unwrap_or(u64::MAX);
        let Ok(entries) = self.0.entries_from(from, most) else {
            // Some row cannot be read: one at a time, so that those before it are verified.
            let entry = self.0.entry(from).ok().flatten();
            return Ok(vec![entry.and_then(|entry| spelt(&entry).ok()).unwrap_or_else(|| unreadable(from))]);
        };
        Ok(entries.iter().map(|entry| spelt(entry).unwrap_or_else(|_| unreadable(entry.number))).collect())
    }

    fn stored(&self, id: &str) -> Result<Option<Stored>, InternalError> {
        match id.split_once(['_', ':']).map(|(kind, _)| kind) {
            Some("key") => self.numbered("keys", uuid_of(id, "key_")),
            Some("whk") => self.numbered("webhooks", uuid_of(id, "whk_")),
            Some("apr") => self.numbered("approvals", uuid_of(id, "apr_")),
            Some("usr") => self.document("SELECT doc FROM members WHERE id = ?", id),
            Some("request") => {
                self.document("SELECT doc FROM requests WHERE id = ?", id.strip_prefix("request:").unwrap_or_default())
            }
            _ => self.document("SELECT value FROM meta WHERE name = 'profile' AND ? <> ''", id),
        }
    }

    fn operation(&self, number: u64) -> Result<Option<Operation>, InternalError> {
        // A row that cannot be read is no operation.
        Ok(self.0.operation_at(number).unwrap_or_default())
    }

    fn unvouched(&self, range: Range<u64>) -> Result<Option<u64>, InternalError> {
        let (start, end) = (range.start.min(LAST), range.end.min(LAST));
        let mut first = start.cast_signed();
        if start == 0 {
            // Before the first entry there is nothing.
            first = -LAST.cast_signed();
            let before = "SELECT n FROM entries WHERE n < 1 UNION ALL SELECT n FROM operations WHERE n < 1 LIMIT 1";
            if self.0.db.row::<(i64,)>(before, NONE)?.is_some() {
                return Ok(Some(0));
            }
        }
        // A row without a chain entry: no entry has its number, or that entry concerns another subject. Query columns
        // must agree with the documents.
        let row: Option<(i64,)> = self.0.db.row(
            "SELECT k.n FROM keys k LEFT JOIN entries e ON e.n = k.n WHERE k.n >= ?1 AND k.n < ?2 \
               AND (e.n IS NULL OR instr(e.text, k.id) = 0 OR k.status <> json_extract(k.doc, '$.status') \
               OR COALESCE(k.digest, '') <> COALESCE(json_extract(k.doc, '$.digest'), '') \
               OR k.id <> json_extract(k.doc, '$.id')) \
             UNION ALL \
             SELECT w.n FROM webhooks w LEFT JOIN entries e ON e.n = w.n WHERE w.n >= ?1 AND w.n < ?2 \
               AND (e.n IS NULL OR instr(e.text, w.id) = 0 OR w.id <> json_extract(w.doc, '$.id')) \
             UNION ALL \
             SELECT a.n FROM approvals a LEFT JOIN entries e ON e.n = a.n WHERE a.n >= ?1 AND a.n < ?2 \
               AND (e.n IS NULL OR instr(e.text, a.id) = 0 OR a.status <> json_extract(a.doc, '$.status') \
               OR a.id <> json_extract(a.doc, '$.id') OR a.kind <> json_extract(a.doc, '$.kind')) \
             UNION ALL \
             SELECT r.n FROM requests r LEFT JOIN entries e ON e.n = r.n WHERE r.n >= ?1 AND r.n < ?2 \
               AND (e.n IS NULL OR instr(e.text, r.id) = 0 OR r.status <> json_extract(r.doc, '$.status') \
               OR r.id <> json_extract(r.doc, '$.id') OR r.amount <> json_extract(r.doc, '$.amount')) \
             LIMIT 1",
            (first, end),
        )?;
        if row.is_some() || end < LAST {
            return Ok(row.map(|(number,)| number.try_into().unwrap_or(0)));
        }
        // Members are few, and have no number of their own.
        let rows: Vec<(String, String)> = self.0.db.rows("SELECT id, doc FROM members", NONE)?;
        for (id, doc) in rows {
            let entry = json_text::read(&doc).map_or(0, |dated: Dated| dated.entry.min(LAST));
            let about: Option<(u64,)> =
                self.0.db.row("SELECT n FROM entries WHERE n = ? AND instr(text, ?) > 0", (entry, id))?;
            if about.is_none() {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

/// The last stored entry, which differs from the head in memory if the tail was cut.
fn stored_head(store: &SqlStore) -> Result<Head, InternalError> {
    let row: Option<(Option<u64>,)> = store.db.row(
        "SELECT MIN(MAX(n), ?) FROM (SELECT MAX(n) AS n FROM entries UNION ALL SELECT MAX(n) AS n FROM operations)",
        (LAST,),
    )?;
    let Some(last) = row.and_then(|(number,)| number) else { return Ok(Head::default()) };
    match Sql(store).entries(last, 1)?.first() {
        Some(entry) => {
            Head::of(entry).or_else(|_| Ok(Head { number: entry.number, hash: entry.hash, ..Head::default() }))
        }
        None => Ok(Head::default()),
    }
}

/// Verifies the next slice of the chain; the result comes with the last one.
pub(crate) fn verify_slice(
    store: &SqlStore,
    verification: &mut Verification,
) -> Result<Option<Verified>, InternalError> {
    let loaded = store.head();
    store.drop_loaded_origins();
    let stored = stored_head(store)?;
    let mut verified = verification.slice(&Sql(store), stored)?;
    if let Some(verified) = &mut verified
        && verified.valid
        && stored.number != loaded.number
    {
        verified.valid = false;
        verified.broken_at = Some(stored.number.min(loaded.number) + 1);
        verified.next_from = None;
    }
    Ok(verified)
}
