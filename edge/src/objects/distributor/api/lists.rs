//! Lists: pages with cursors that stay exact while new items arrive. An index serves every query.

use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;
use universal_wallet_core::error::{InternalError, Outcome};
use universal_wallet_core::operations::model::{Operation, OperationStatus};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::{cursor, json_text};

use super::operation_filters::Filters;
use crate::http::answer::Answer;
use crate::http::query::{MAX_OFFSET, Query, wrong};
use crate::http::routes::Route;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::store::SqlStore;
use crate::objects::distributor::store::search::{Found, Search};

/// Makes and reads the cursors of one list.
pub(super) struct Cursors<'a> {
    store: &'a SqlStore,
    list: &'a str,
}

impl<'a> Cursors<'a> {
    pub(super) const fn new(store: &'a SqlStore, list: &'a str) -> Self {
        Self { store, list }
    }

    pub(super) fn make(&self, number: u64) -> String {
        cursor::make(self.store.profile().id, self.list, number)
    }

    /// The number in the query's cursor, if any.
    pub(super) fn read(&self, query: &Query) -> Outcome<Option<u64>> {
        let Some(text) = query.get("cursor").filter(|text| !text.is_empty()) else { return Ok(None) };
        match cursor::read(self.store.profile().id, self.list, text) {
            Some(number) => Ok(Some(number)),
            None => Err(wrong("cursor", "is not a cursor of this list; take it from the page before").into()),
        }
    }
}

/// A page of a console list.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "PageOf{T}"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    /// Items on the page.
    items: Vec<T>,
    /// Cursor of the next page; empty on the last.
    next_cursor: String,
}

/// The answer that shows a page.
pub(super) fn page<T: Serialize>(items: Vec<T>, next: Option<String>) -> Outcome<Answer> {
    Ok(Answer::json(200, &Page { items, next_cursor: next.unwrap_or_default() })?)
}

impl DistributorState {
    /// `GET /operations`: newest first, by offset or by a cursor that stays exact while operations arrive.
    pub(super) fn list_operations(&self, call: &Call) -> Outcome<Answer> {
        let query = Query::of(call.route, &call.query)?;
        let limit = query.limit()?;
        let filters = self.filters(&query)?;
        let Filters { status, kind, given, .. } = &filters;
        let (known, kind) = (*status, *kind);
        let status = known.map(OperationStatus::as_str);
        let list = format!("operations\0{}\0{}\0{given:?}", status.unwrap_or_default(), kind.unwrap_or_default());
        let cursors = Cursors::new(&self.store, &list);
        let cursor = cursors.read(&query)?;
        let offset = query.number("offset", 0, MAX_OFFSET, 0, "")?;
        if cursor.is_some() && query.get("offset").is_some() {
            return Err(wrong("offset", "cannot be used together with cursor").into());
        }

        let mut numbers = filters.numbers.clone();
        numbers.end = numbers.end.min(cursor.unwrap_or(u64::MAX));
        let conditions = filters.conditions.clone();
        let (most, offset) = (u64::from(limit) + 1, u64::from(offset));
        let found = if filters.facets.is_empty() {
            let operations = self.newest_operations(known, &conditions, numbers, most, offset)?;
            Found { operations, ended_at: None }
        } else {
            let (facets, values) = (filters.facets.clone(), filters.values.clone());
            self.store.search(&Search { facets, conditions, values, numbers, offset, most })?
        };
        if offset > 0 && found.ended_at.is_some() {
            return Err(wrong("offset", "reaches too far back for these filters; follow the Link of a page").into());
        }
        let operations = found.operations;
        let more = operations.len() > limit as usize;
        let id = self.store.profile().id;
        let mut last = None;
        let mut items = Vec::with_capacity(operations.len());
        for operation in operations.into_iter().take(limit as usize) {
            last = Some(operation.number);
            items.push(operation.view(id));
        }
        let next = last.filter(|_| more).or(found.ended_at);
        let mut answer = Answer::json(200, &items)?;
        if let Some(next) = next {
            let area = if matches!(call.route, Route::ListConsoleOperations) { "admin" } else { "api" };
            let mut link =
                format!("</{area}/v1/distributors/{id}/operations?limit={limit}&cursor={}", cursors.make(next));
            for (name, word) in [("status", status), ("operationType", kind)] {
                if let Some(word) = word {
                    link.extend(["&", name, "=", word]);
                }
            }
            for (name, text) in given {
                link.extend(["&", name, "="]);
                link.extend(form_urlencoded::byte_serialize(text.as_bytes()));
            }
            answer = answer.header("Link", link + ">; rel=\"next\"");
        }
        Ok(answer)
    }

    /// Operations of a range of numbers, newest first, by an index of their status.
    fn newest_operations(
        &self,
        status: Option<OperationStatus>,
        conditions: &str,
        numbers: Range<u64>,
        most: u64,
        offset: u64,
    ) -> Result<Vec<Operation>, InternalError> {
        let mut which = format!("superseded = 0 AND n >= ?1 AND n < ?2{conditions}");
        match status {
            Some(OperationStatus::Pending) => which += " AND approval = 0",
            Some(OperationStatus::Expired) => which += " AND approval = 4",
            Some(OperationStatus::Processing) => {
                which.extend([" AND n >= ", &self.store.first_on_its_way().to_string()]);
            }
            Some(OperationStatus::Rejected) => {
                // Rejected or withdrawn: the index has each in order.
                let of = |number| {
                    format!(
                        "SELECT * FROM (SELECT n FROM operations WHERE {which} AND approval = {number} \
                         ORDER BY n DESC LIMIT ?3 + ?4)"
                    )
                };
                which = format!("n IN ({} UNION ALL {})", of(2), of(3));
            }
            Some(OperationStatus::Completed | OperationStatus::Failed) | None => {}
        }
        let which = format!("WHERE {which} ORDER BY n DESC LIMIT ?3 OFFSET ?4");
        self.store.operations(which, (numbers.start, numbers.end, most, offset))
    }

    /// Documents of a table, newest first, and the next page's cursor.
    pub(super) fn list_documents<T: DeserializeOwned>(
        &self,
        call: &Call,
        table: &str,
        filters: &[(&str, Option<&str>)],
    ) -> Outcome<(Vec<T>, Option<String>)> {
        let query = Query::of(call.route, &call.query)?;
        let limit = query.limit()?;
        let mut list = table.to_owned();
        let mut sql = format!("SELECT n, doc FROM {table} WHERE n < ?");
        for (column, word) in filters {
            list.extend(["\0", word.unwrap_or_default()]);
            if let Some(word) = word {
                sql.extend([" AND ", column, " = '", word, "'"]);
            }
        }
        let cursors = Cursors::new(&self.store, &list);
        let before = cursors.read(&query)?.unwrap_or(1 << 52);
        sql += " ORDER BY n DESC LIMIT ?";
        let rows: Vec<(u64, String)> = self.store.db.rows(sql, (before, limit + 1))?;
        let more = rows.len() > limit as usize;
        let mut last = None;
        let mut documents = Vec::with_capacity(rows.len());
        for (number, text) in rows.into_iter().take(limit as usize) {
            last = Some(number);
            documents.push(json_text::read(&text)?);
        }
        Ok((documents, last.filter(|_| more).map(|last| cursors.make(last))))
    }
}
