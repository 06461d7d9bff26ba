//! Verification of stored rows against the chain, and of the chain against the head that the issuer keeps. Rows are
//! read from storage and not from memory.

use universal_wallet_core::audit::chain::{Entry, Head, state_digest};
use universal_wallet_core::audit::verify::{Anchor, Evidence, Stored, Verified, verify};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::json_text;

use crate::objects::distributor::store::SqlStore;
use crate::platform::storage::{NONE, Value};

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

fn uuid_of(id: &str, prefix: &str) -> Option<uuid::Uuid> {
    id.strip_prefix(prefix)?.parse().ok()
}

impl Evidence for Sql<'_> {
    fn entries(&self, from: u64, most: usize) -> Result<Vec<Entry>, InternalError> {
        let rows: Vec<(u64, String, String)> = self.0.db.rows(
            "SELECT * FROM (SELECT n, text, hash FROM entries WHERE n >= ?1 ORDER BY n LIMIT ?2) UNION ALL \
             SELECT * FROM (SELECT n, text, hash FROM operations WHERE n >= ?1 ORDER BY n LIMIT ?2) \
             ORDER BY n LIMIT ?2",
            (from, most),
        )?;
        Ok(rows
            .into_iter()
            .map(|(number, text, hash)| Entry {
                number,
                text,
                hash: hash.parse().unwrap_or(universal_wallet_core::text::digest::Digest::ZERO),
            })
            .collect())
    }

    fn stored(&self, id: &str) -> Result<Option<Stored>, InternalError> {
        match id.split_once(['_', ':']).map(|(kind, _)| kind) {
            Some("key") => self.numbered("keys", uuid_of(id, "key_")),
            Some("apr") => self.numbered("approvals", uuid_of(id, "apr_")),
            Some("usr") => self.document("SELECT doc FROM members WHERE id = ?", id),
            Some("request") => {
                self.document("SELECT doc FROM requests WHERE id = ?", id.strip_prefix("request:").unwrap_or_default())
            }
            Some("op") => {
                let Some(id) = id.parse().ok() else { return Ok(None) };
                let operation = self.0.stored_operation(id).unwrap_or_default();
                Ok(operation.map(|operation| Stored {
                    entry: operation.state.entry,
                    digest: operation.state.status.in_chain().into(),
                }))
            }
            _ => self.document("SELECT value FROM meta WHERE name = 'profile' AND ? <> ''", id),
        }
    }

    fn unvouched(&self) -> Result<Option<u64>, InternalError> {
        // A row without a chain entry: no entry has its number, or that entry concerns another subject.
        let row: Option<(u64,)> = self.0.db.row(
            "SELECT k.n FROM keys k LEFT JOIN entries e ON e.n = k.n WHERE e.n IS NULL OR instr(e.text, k.id) = 0 \
             UNION ALL \
             SELECT a.n FROM approvals a LEFT JOIN entries e ON e.n = a.n LEFT JOIN operations o ON o.n = a.n \
               WHERE COALESCE(instr(e.text, a.id), 0) + COALESCE(instr(o.text, a.id), 0) = 0 \
             UNION ALL \
             SELECT r.n FROM requests r LEFT JOIN entries e ON e.n = r.n WHERE e.n IS NULL OR instr(e.text, r.id) = 0 \
             UNION ALL \
             SELECT json_extract(m.doc, '$.entry') FROM members m LEFT JOIN entries e \
               ON e.n = json_extract(m.doc, '$.entry') WHERE e.n IS NULL OR instr(e.text, m.id) = 0 \
             LIMIT 1",
            NONE,
        )?;
        if let Some((number,)) = row {
            return Ok(Some(number));
        }
        // Query columns must agree with the documents.
        let row: Option<(u64,)> = self.0.db.row(
            "SELECT n FROM keys WHERE status <> json_extract(doc, '$.status') \
               OR COALESCE(digest, '') <> COALESCE(json_extract(doc, '$.digest'), '') OR id <> json_extract(doc, '$.id') \
             UNION ALL \
             SELECT n FROM approvals WHERE status <> json_extract(doc, '$.status') OR id <> json_extract(doc, '$.id') \
               OR kind <> json_extract(doc, '$.kind') \
             UNION ALL \
             SELECT n FROM requests WHERE status <> json_extract(doc, '$.status') OR id <> json_extract(doc, '$.id') \
               OR amount <> json_extract(doc, '$.amount') \
             UNION ALL \
             SELECT n FROM operations WHERE status <> json_extract(state, '$.status') \
               OR id <> json_extract(text, '$.subject') \
             LIMIT 1",
            NONE,
        )?;
        Ok(row.map(|(number,)| number))
    }
}

/// The last stored entry, which differs from the head in memory if the tail was cut.
fn stored_head(store: &SqlStore) -> Result<Head, InternalError> {
    let evidence = Sql(store);
    let row: Option<(u64,)> = store.db.row(
        "SELECT MAX(n) FROM (SELECT MAX(n) AS n FROM entries UNION ALL SELECT MAX(n) AS n FROM operations)",
        NONE,
    )?;
    let last = row.map_or(0, |(number,)| number);
    match evidence.entries(last, 1)?.first() {
        Some(entry) => {
            Head::of(entry).or_else(|_| Ok(Head { number: entry.number, hash: entry.hash, ..Head::default() }))
        }
        None => Ok(Head::default()),
    }
}

/// Verifies the chain, starting at an entry.
pub(crate) fn verify_from(store: &SqlStore, anchor: Option<Anchor>, from: u64) -> Result<Verified, InternalError> {
    let loaded = store.head();
    let stored = stored_head(store)?;
    let mut verified = verify(&Sql(store), stored, anchor, from)?;
    if verified.valid && stored.number != loaded.number {
        verified.valid = false;
        verified.broken_at = Some(stored.number.min(loaded.number) + 1);
        verified.next_from = None;
    }
    Ok(verified)
}
