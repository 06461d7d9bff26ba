//! `GET /statements/{date}`: one UTC day, its totals first, its entries in pages.

use universal_wallet_core::audit::reader::{Reader, Reading};
use universal_wallet_core::error::{InternalError, Outcome, Refusal};
use universal_wallet_core::operations::statement::{Format, Line, Statement, ending};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::{Amount, Timestamp};

use super::response::Handled;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::messages::to_distributor::{ExportFormat, ExportPage};
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::store::entries::PAGE;

/// The first instant of a day, in the only spelling of a date.
fn start_of(date: &str) -> Option<Timestamp> {
    let start: Timestamp = format!("{date}T00:00:00.000Z").parse().ok()?;
    (start.date() == date).then_some(start)
}

/// The statement format of an export, if it is one.
pub(super) const fn format_of(format: ExportFormat) -> Option<Format> {
    match format {
        ExportFormat::Csv | ExportFormat::JsonLines => None,
        ExportFormat::StatementJson => Some(Format::Json),
        ExportFormat::StatementCsv => Some(Format::Csv),
        ExportFormat::StatementCamt053 => Some(Format::Camt053),
    }
}

impl DistributorState {
    /// The beginning of a statement and its first page.
    pub(super) fn statement(&mut self, call: &Call, reader: Reader, now: Timestamp) -> Outcome<Handled> {
        let query = Query::of(call.route, &call.query)?;
        let (format, page_format, kind) = match query.word("format", &["json", "csv", "camt053"])? {
            Some("csv") => (Format::Csv, ExportFormat::StatementCsv, "text/csv; charset=utf-8"),
            Some("camt053") => (Format::Camt053, ExportFormat::StatementCamt053, "application/xml"),
            _ => (Format::Json, ExportFormat::StatementJson, "application/json"),
        };
        let start = start_of(&call.subject).ok_or_else(Refusal::not_found)?;
        let profile = self.store.profile();
        if start > now || start.utc_day() < profile.created_at.utc_day() {
            return Err(Refusal::not_found().into());
        }
        let next_day = Timestamp::start_of_day(start.utc_day() + 1);
        let first = self.first_entry_from(start)?;
        let end = self.first_entry_from(next_day)?;
        let (opening_balance, before) = self.left_by(first - 1)?;
        let (closing_balance, head) = if end == first { (opening_balance, before) } else { self.left_by(end - 1)? };
        let totals = self.store.day_totals(start.utc_day())?;
        if Total::default().plus(closing_balance).minus(opening_balance) != totals.change() {
            return Err(InternalError::new("totals of a day that do not lead from its opening to its closing").into());
        }
        let statement = Statement {
            distributor_id: profile.id,
            date: call.subject.clone(),
            is_final: now >= next_day,
            opening_balance,
            closing_balance,
            currency: profile.currency.clone(),
            totals,
            head,
        };
        let page = ExportPage {
            format: page_format,
            next: first,
            until: next_day,
            balance: opening_balance,
            reading: Reading::begin(&self.store, reader).before_entry(end),
            has_lines: false,
            filters: String::new(),
        };
        let (lines, rest) = self.statement_page(page, format)?;
        let answer = Answer::text_of(kind, statement.beginning(format, now)? + &lines);
        Ok(Handled::Stream(answer, rest))
    }

    /// Balance and hash that an entry left; those before the first entry for 0.
    fn left_by(&self, number: u64) -> Result<(Amount, Digest), InternalError> {
        match self.store.entry(number)? {
            Some(entry) => Ok((self.store.content(&entry)?.book.balance, entry.hash)),
            None => Ok((Amount::ZERO, Digest::ZERO)),
        }
    }

    /// The lines of the next entries, and the position and balance after them.
    fn lines(&self, next: &mut u64, reading: Reading, balance: &mut Amount) -> Result<Vec<Line>, InternalError> {
        let mut lines = Vec::new();
        for entry in self.store.entries_from(*next, reading.page(*next, PAGE))? {
            let content = self.store.content(&entry)?;
            *next = entry.number + 1;
            let after = content.book.balance;
            lines.extend(Line::of(*balance, content, &entry.hash)?);
            *balance = after;
        }
        Ok(lines)
    }

    /// A page of a statement, and the position of the next.
    pub(super) fn statement_page(&self, page: ExportPage, format: Format) -> Outcome<(String, Option<ExportPage>)> {
        let ExportPage { mut next, mut balance, mut has_lines, .. } = page;
        let end = page.reading.end();
        let currency = self.store.profile().currency.clone();
        let mut text = String::new();
        if next < end {
            for line in self.lines(&mut next, page.reading, &mut balance)? {
                text += &line.text(format, &currency, !has_lines)?;
                has_lines = true;
            }
        }
        if next >= end {
            text += ending(format);
            return Ok((text, None));
        }
        Ok((text, Some(ExportPage { next, balance, has_lines, ..page })))
    }
}
