//! `GET /operations/export`: the ledger, oldest first, in pages. Each chain entry that changed the float is one line.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;
use universal_wallet_core::audit::chain::Content;
use universal_wallet_core::audit::reader::{Reader, Reading};
use universal_wallet_core::error::{Code, InternalError, Outcome, Refusal};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;
use universal_wallet_sdk::{Amount, Timestamp};

use super::response::{Handled, export_message};
use super::statement::format_of;
use crate::http::answer::Answer;
use crate::http::period::{Period, Time};
use crate::http::query::Query;
use crate::http::routes::Route;
use crate::messages::call::Call;
use crate::messages::to_distributor::{ExportFormat, ExportPage};
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::store::entries::PAGE;

/// Filters of operations that an export takes.
const FILTERS: [&str; 6] = ["status", "operationType", "phone", "reference", "keyID", "amount"];
const COLUMNS: &str = "sequenceNumber,at,kind,operationID,change,balance,held,blockchainID\n";

/// The filters of a query, as a query of their own.
fn filters_of(query: &Query) -> String {
    let given = FILTERS.iter().filter_map(|name| Some((name, query.get(name)?)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
}

impl DistributorState {
    /// The first page, and the position of the next.
    pub(super) fn export(&self, call: &Call, reader: Reader) -> Outcome<Handled> {
        let query = Query::of(call.route, &call.query)?;
        let Some(word) = query.word("format", &["csv", "jsonl"])? else {
            return Err(Refusal::field(Code::InvalidRequest, "format", "must be csv or jsonl").into());
        };
        let Period { from, to } = Period::of(&query)?;
        // An export goes on where one that ended at an instant stopped, so an instant does not belong to it.
        let until = match to {
            Some(Time::Instant(at)) => at,
            Some(day) => day.end(),
            None => Timestamp::from_unix_ms(i64::MAX),
        };
        let (format, kind) = match word {
            "csv" => (ExportFormat::Csv, "text/csv; charset=utf-8"),
            _ => (ExportFormat::JsonLines, "application/x-ndjson"),
        };
        let filters = filters_of(&query);
        let next = from.map_or(Ok(1), |from| self.first_entry_from(from.start()))?;
        let balance = match self.store.entry(next.saturating_sub(1))? {
            Some(entry) => self.store.content(&entry)?.book.balance,
            None => Amount::ZERO,
        };
        let reading = Reading::begin(&self.store, reader);
        let (lines, rest) =
            self.export_page(ExportPage { format, next, until, balance, reading, has_lines: false, filters })?;
        let head = if format == ExportFormat::Csv { COLUMNS } else { "" };
        let file = format!("attachment; filename=\"ledger.{word}\"");
        let answer = Answer::text_of(kind, format!("{head}{lines}")).header("Content-Disposition", file);
        Ok(Handled::Stream(answer, rest))
    }

    /// The first entry at or after a time: numbers and times of entries rise together.
    pub(super) fn first_entry_from(&self, from: Timestamp) -> Result<u64, InternalError> {
        let (mut low, mut high) = (1, self.store.head().number + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.store.time_of(middle)?.is_some_and(|at| at < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The reply to a request for a page: its lines, and the message that asks for the next page.
    pub(crate) fn next_page(&self, page: ExportPage, now: Timestamp) -> Outcome<(String, Option<String>)> {
        page.reading.refuse_ended(&self.store, now)?;
        let (lines, next) = self.export_page(page)?;
        Ok((lines, next.map(export_message).transpose()?))
    }

    /// Subjects of those entries whose operation meets the filters; `None` without filters.
    fn fitting(&self, filters: &str, entries: &[(u64, Digest, Content)]) -> Outcome<Option<BTreeSet<String>>> {
        if filters.is_empty() {
            return Ok(None);
        }
        let filters = self.filters(&Query::of(Route::ListOperations, filters)?)?;
        let ids = entries.iter().filter_map(|(_, _, content)| content.subject.parse().ok());
        let fitting = self.store.fitting(ids, &filters.conditions, &filters.values)?;
        Ok(Some(fitting.iter().map(ToString::to_string).collect()))
    }

    /// The lines of a page, and the position of the next.
    fn export_page(&self, export: ExportPage) -> Outcome<(String, Option<ExportPage>)> {
        if let Some(format) = format_of(export.format) {
            return self.statement_page(export, format);
        }
        let ExportPage { format, next, until, mut balance, .. } = export;
        let mut lines = String::new();
        let mut entries = Vec::new();
        for entry in self.store.entries_from(next, export.reading.page(next, PAGE))? {
            entries.push((entry.number, entry.hash, self.store.content(&entry)?));
        }
        let fitting = self.fitting(&export.filters, &entries)?;
        for (number, hash, content) in entries {
            if content.at >= until {
                return Ok((lines, None));
            }
            let (before, after) = (balance, content.book.balance);
            balance = after;
            if before == after || fitting.as_ref().is_some_and(|fitting| !fitting.contains(&content.subject)) {
                continue;
            }
            let change = match after.checked_sub(before) {
                Some(more) => more.to_string(),
                None => format!("-{}", before.checked_sub(after).unwrap_or_default()),
            };
            let Content { at, kind, subject, book, .. } = content;
            let held = book.held;
            // Writing to a String cannot fail.
            let _ = if format == ExportFormat::Csv {
                writeln!(lines, "{number},{at},{kind},{subject},{change},{after},{held},tx_{hash}")
            } else {
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
                writeln!(lines, "{}", json_text::write(&line)?)
            };
        }
        let next = next + PAGE;
        let more = next < export.reading.end();
        Ok((lines, more.then_some(ExportPage { next, balance, ..export })))
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
