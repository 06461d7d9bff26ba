//! `GET /operations/export`: the ledger, oldest first, a page at a time. A line for each entry of
//! the chain that changed the float.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::json;
use universal_wallet::{Amount, Timestamp};
use universal_wallet_core::chain::Content;
use universal_wallet_core::document;
use universal_wallet_core::refusal::{Code, Fault, Outcome, Refusal};
use universal_wallet_core::store::Store;

use super::Open;
use super::lists::Query;
use crate::messages::ToDistributor;
use crate::platform::answer::Answer;

/// How many entries of the chain a page looks at.
const PAGE: u64 = 1000;
const COLUMNS: &str = "sequenceNumber,at,kind,operationID,change,balance,held,blockchainID\n";

/// How the lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Format {
    Csv,
    JsonLines,
}

/// Where an export goes on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Export {
    format: Format,
    /// The first entry that is not written yet.
    next: u64,
    /// The first instant that is not written any more.
    until: Timestamp,
    /// The balance before that entry.
    balance: Amount,
}

/// An instant, or the beginning of a UTC day.
fn instant(query: &Query, name: &str) -> Outcome<Option<Timestamp>> {
    let Some(text) = query.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let parsed = text.parse().or_else(|_| format!("{text}T00:00:00Z").parse::<Timestamp>());
    parsed.map(Some).map_err(|error| Refusal::field(Code::InvalidRequest, name, error).into())
}

impl Open {
    /// The first page, and what the shell asks for the rest, page by page: whom, and what.
    pub(super) fn begin_export(&self, query: &str) -> Outcome<(Answer, Option<String>)> {
        let query = Query::parse(query)?;
        let Some(word) = query.word("format", &["csv", "jsonl"])? else {
            return Err(Refusal::field(Code::InvalidRequest, "format", "must be csv or jsonl").into());
        };
        let from = instant(&query, "from")?;
        let until = instant(&query, "to")?.unwrap_or(Timestamp::from_unix_ms(i64::MAX));
        if from.is_some_and(|from| from > until) {
            return Err(Refusal::field(Code::InvalidRequest, "to", "must not lie before from").into());
        }
        let (format, kind) = match word {
            "csv" => (Format::Csv, "text/csv; charset=utf-8"),
            _ => (Format::JsonLines, "application/x-ndjson"),
        };
        let next = from.map_or(Ok(1), |from| self.first_entry_from(from))?;
        let balance = match self.entry(next.saturating_sub(1))? {
            Some((content, _)) => content.book.balance,
            None => Amount::ZERO,
        };
        let (lines, rest) = self.export_page(Export { format, next, until, balance })?;
        let head = if format == Format::Csv { COLUMNS } else { "" };
        let file = format!("attachment; filename=\"ledger.{word}\"");
        let answer = Answer::text_of(kind, format!("{head}{lines}")).header("Content-Disposition", file);
        let more = |export| {
            let message = ToDistributor::Export { export };
            json!({ "name": self.store.profile().id, "message": message }).to_string()
        };
        Ok((answer, rest.map(more)))
    }

    fn entry(&self, number: u64) -> Result<Option<(Content, String)>, Fault> {
        let row: Option<(String, String)> = self.store.db.row(
            "SELECT text, hash FROM entries WHERE n = ?1 UNION ALL SELECT text, hash FROM operations WHERE n = ?1",
            (number,),
        )?;
        row.map(|(text, hash)| Ok((document::read(&text)?, hash))).transpose()
    }

    /// The first entry that is not older: entries rise in number and time alike.
    fn first_entry_from(&self, from: Timestamp) -> Result<u64, Fault> {
        let (mut low, mut high) = (1, self.store.head().number + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle)?.is_some_and(|(content, _)| content.at < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The lines of a page, and where the export goes on.
    pub(super) fn export_page(&self, export: Export) -> Outcome<(String, Option<Export>)> {
        let Export { format, next, until, mut balance } = export;
        let rows: Vec<(u64, String, String)> = self.store.db.rows(
            "SELECT n, text, hash FROM entries WHERE n >= ?1 AND n < ?2 UNION ALL \
             SELECT n, text, hash FROM operations WHERE n >= ?1 AND n < ?2 ORDER BY n",
            (next, next + PAGE),
        )?;
        let mut lines = String::new();
        for (number, text, hash) in rows {
            let content: Content = document::read(&text)?;
            if content.at >= until {
                return Ok((lines, None));
            }
            let (before, after) = (balance, content.book.balance);
            balance = after;
            if before == after {
                continue;
            }
            let change = match after.checked_sub(before) {
                Some(more) => more.to_string(),
                None => format!("-{}", before.checked_sub(after).unwrap_or_default()),
            };
            let Content { at, kind, subject, book, .. } = content;
            let held = book.held;
            // Writing to a String cannot fail.
            let _ = match format {
                Format::Csv => writeln!(lines, "{number},{at},{kind},{subject},{change},{after},{held},tx_{hash}"),
                Format::JsonLines => {
                    let blockchain_id = format!("tx_{hash}");
                    let line = Line {
                        sequence_number: number,
                        at,
                        kind: &kind,
                        operation_id: &subject,
                        change: &change,
                        balance: after,
                        held,
                        blockchain_id: &blockchain_id,
                    };
                    writeln!(lines, "{}", document::write(&line)?)
                }
            };
        }
        let next = next + PAGE;
        let more = next <= self.store.head().number;
        Ok((lines, more.then_some(Export { format, next, until, balance })))
    }
}

/// A line of an export in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    sequence_number: u64,
    at: Timestamp,
    kind: &'a str,
    #[serde(rename = "operationID")]
    operation_id: &'a str,
    change: &'a str,
    balance: Amount,
    held: Amount,
    #[serde(rename = "blockchainID")]
    blockchain_id: &'a str,
}
