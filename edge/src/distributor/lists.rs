//! Lists: pages with cursors that stay exact while new items arrive. Every query is served by an
//! index.

use serde::Serialize;
use serde_json::Value;
use universal_wallet::wire::{CashOutPage, CashOutRequest};
use universal_wallet_core::cursor;
use universal_wallet_core::digest::Digest;
use universal_wallet_core::distributor::operations::subject;
use universal_wallet_core::document;
use universal_wallet_core::operation::{Facts, Operation, OperationStatus, Request};
use universal_wallet_core::refusal::{Code, Fault, Outcome, Refusal};
use universal_wallet_core::store::Store;

use super::Open;
use super::store::{SqlStore, operation};
use crate::messages::Call;
use crate::platform::answer::Answer;
use crate::platform::percent;

const DEFAULT_LIMIT: u32 = 100;
const MOST_LIMIT: u32 = 1000;
const MOST_OFFSET: u32 = 10_000;

/// The parameters of a query, each at most once.
pub(crate) struct Query(Vec<(String, String)>);

/// A name or value of a query, where a plus stands for a blank.
fn decode(text: &str) -> Option<String> {
    percent::decode(&text.replace('+', " "))
}

fn wrong(field: &str, message: impl ToString) -> Refusal {
    Refusal::field(Code::InvalidRequest, field, message)
}

impl Query {
    pub(crate) fn parse(query: &str) -> Outcome<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decode(name), decode(value)) else {
                return Err(wrong("query", "is not percent-encoded UTF-8").into());
            };
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(wrong(&name.chars().take(64).collect::<String>(), "appears more than once").into());
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, from: u32, to: u32, otherwise: u32, hint: &str) -> Outcome<u32> {
        let Some(text) = self.get(name) else { return Ok(otherwise) };
        let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|number| plain && (from..=to).contains(number))
            .ok_or_else(|| wrong(name, format!("must be a whole number from {from} to {to}{hint}")).into())
    }

    pub(super) fn limit(&self) -> Outcome<u32> {
        self.number("limit", 1, MOST_LIMIT, DEFAULT_LIMIT, "")
    }

    /// How many days back.
    pub(super) fn days(&self) -> Outcome<i64> {
        Ok(self.number("days", 1, 365, 30, "")?.into())
    }

    /// One of a set of words.
    pub(super) fn word<'a>(&self, name: &str, words: &[&'a str]) -> Outcome<Option<&'a str>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => Err(wrong(name, format!("must be one of {}", words.join(", "))).into()),
        }
    }
}

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

    /// The number in the query's cursor, where there is one.
    pub(super) fn read(&self, query: &Query) -> Outcome<Option<u64>> {
        let Some(text) = query.get("cursor").filter(|text| !text.is_empty()) else { return Ok(None) };
        match cursor::read(self.store.profile().id, self.list, text) {
            Some(number) => Ok(Some(number)),
            None => Err(wrong("cursor", "is not a cursor of this list; take it from the page before").into()),
        }
    }
}

/// A page of the console's lists.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "PageOf{T}"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    /// What is on it.
    items: Vec<T>,
    /// Where the next page starts; empty on the last.
    next_cursor: String,
}

/// The answer that a page is.
pub(super) fn page<T: Serialize>(items: Vec<T>, next: Option<String>) -> Outcome<Answer> {
    Ok(Answer::json(200, &Page { items, next_cursor: next.unwrap_or_default() })?)
}

impl Open {
    /// An operation by its place in the list.
    pub(super) fn operation_by_number(&self, number: u64) -> Outcome<Operation> {
        Ok(self.store.operation_at(number)?.ok_or_else(|| Fault::new("an operation that is not there"))?)
    }

    pub(super) fn one_operation(&self, id: &str) -> Outcome<Answer> {
        let id = id.parse().map_err(|_| Refusal::not_found())?;
        let operation = self.store.operation(id)?.ok_or_else(Refusal::not_found)?;
        Ok(Answer::json(200, &operation.view(self.store.profile().id))?)
    }

    /// `GET /operations`: newest first; by offset, or by a cursor that stays exact while
    /// operations arrive.
    pub(super) fn list_operations(&self, call: &Call) -> Outcome<Answer> {
        let query = Query::parse(&call.query)?;
        let limit = query.limit()?;
        let statuses = OperationStatus::ALL.map(OperationStatus::as_str);
        let status = query.word("status", &statuses)?;
        let kind = query.word("operationType", &["cash-in", "cash-out-fulfillment"])?;
        let list = format!("operations\0{}\0{}", status.unwrap_or_default(), kind.unwrap_or_default());
        let cursors = Cursors::new(&self.store, &list);
        let cursor = cursors.read(&query)?;
        let offset = query.number("offset", 0, MOST_OFFSET, 0, "; use cursor to go further")?;
        if cursor.is_some() && query.get("offset").is_some() {
            return Err(wrong("offset", "cannot be used together with cursor").into());
        }

        let mut sql = String::from("SELECT n, text, state FROM operations WHERE superseded = 0 AND n < ?");
        // Words of ours, not the caller's: a partial index needs them in the text.
        for (column, word) in [("status", status), ("type", kind)] {
            if let Some(word) = word {
                sql.extend([" AND ", column, " = '", word, "'"]);
            }
        }
        match status {
            // A partial index serves only what says the words of the index.
            Some("pending" | "rejected" | "expired" | "failed") => {
                sql += " AND status IN ('pending', 'rejected', 'expired', 'failed')";
            }
            Some("processing") => sql.extend([" AND n >= ", &self.store.first_on_its_way().to_string()]),
            _ => {}
        }
        sql += " ORDER BY n DESC LIMIT ? OFFSET ?";
        let before = cursor.unwrap_or(1 << 52);
        let rows: Vec<(u64, String, String)> = self.store.db.rows(sql, (before, limit + 1, offset))?;
        let more = rows.len() > limit as usize;
        let id = self.store.profile().id;
        let mut last = None;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows.into_iter().take(limit as usize) {
            last = Some(row.0);
            items.push(operation(row)?.view(id));
        }
        let mut answer = Answer::json(200, &items)?;
        if let Some(last) = last.filter(|_| more) {
            let area = if matches!(call.route, crate::worker::routes::Route::Operations) { "admin" } else { "api" };
            let mut link =
                format!("</{area}/v1/distributors/{id}/operations?limit={limit}&cursor={}", cursors.make(last));
            for (name, word) in [("status", status), ("operationType", kind)] {
                if let Some(word) = word {
                    link.extend(["&", name, "=", word]);
                }
            }
            answer = answer.header("Link", link + ">; rel=\"next\"");
        }
        Ok(answer)
    }

    /// `GET /cashouts`: open requests, oldest first.
    pub(super) fn list_cash_outs(&self, call: &Call) -> Outcome<Answer> {
        let query = Query::parse(&call.query)?;
        let limit = query.limit()?;
        let cursors = Cursors::new(&self.store, "cashouts");
        let after = cursors.read(&query)?.unwrap_or(0);
        let rows: Vec<(u64, String)> = self.store.db.rows(
            "SELECT n, doc FROM requests WHERE status = 'open' AND n > ? ORDER BY n LIMIT ?",
            (after, limit + 1),
        )?;
        let more = rows.len() > limit as usize;
        let mut items: Vec<CashOutRequest> = Vec::with_capacity(rows.len());
        for (number, text) in rows.into_iter().take(limit as usize) {
            let request: Request = document::read(&text)?;
            items.push(request.view(cursors.make(number)));
        }
        let next_cursor = items.last().filter(|_| more).map(|item| item.cursor.clone()).unwrap_or_default();
        Ok(Answer::json(200, &CashOutPage { items, next_cursor, limit })?)
    }

    /// Rows of a table of documents, newest first: the documents, and the next page's cursor.
    pub(super) fn list_documents<T: serde::de::DeserializeOwned>(
        &self,
        call: &Call,
        table: &str,
        filters: &[(&str, Option<&str>)],
    ) -> Outcome<(Vec<T>, Option<String>)> {
        let query = Query::parse(&call.query)?;
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
            documents.push(document::read(&text)?);
        }
        Ok((documents, last.filter(|_| more).map(|last| cursors.make(last))))
    }

    /// `GET /audit`: the chain, newest first. `text` is what `hash` was made of, after the hash
    /// before it.
    pub(super) fn list_audit(&self, call: &Call) -> Outcome<Answer> {
        let query = Query::parse(&call.query)?;
        let limit = query.limit()?;
        let cursors = Cursors::new(&self.store, "audit");
        let before = cursors.read(&query)?.unwrap_or(1 << 52);
        let rows: Vec<(u64, String, String)> = self.store.db.rows(
            "SELECT * FROM (SELECT n, text, hash FROM entries WHERE n < ?1 ORDER BY n DESC LIMIT ?2) UNION ALL \
             SELECT * FROM (SELECT n, text, hash FROM operations WHERE n < ?1 ORDER BY n DESC LIMIT ?2) \
             ORDER BY n DESC LIMIT ?2",
            (before, limit + 2),
        )?;
        let more = rows.len() > limit as usize;
        let mut items = Vec::new();
        for (place, (number, text, hash)) in rows.iter().enumerate().take(limit as usize) {
            items.push(audit_item(*number, text, hash, rows.get(place + 1).map(|(_, _, hash)| hash.as_str()))?);
        }
        let last = rows.get(limit as usize - 1).filter(|_| more);
        page(items, last.filter(|(number, ..)| *number > 1).map(|(number, ..)| cursors.make(*number)))
    }
}

/// An entry of the chain.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "AuditEntry"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditItem {
    /// Its number, from 1.
    sequence_number: u64,
    /// When.
    #[cfg_attr(test, schemars(with = "universal_wallet::Timestamp"))]
    at: Value,
    /// What happened, such as `api-key.requested`.
    #[cfg_attr(test, schemars(with = "String"))]
    kind: Value,
    /// Who did it.
    #[cfg_attr(test, schemars(with = "universal_wallet_core::people::Actor"))]
    actor: Value,
    /// The ID of what it happened to.
    #[cfg_attr(test, schemars(with = "String"))]
    subject: Value,
    /// What a reader wants to know of it.
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    details: Value,
    /// Hex SHA-256 of the 32 bytes of `previousHash` and of `text`.
    hash: String,
    /// The hash of the entry before.
    previous_hash: String,
    /// What the hash is made of, after the hash before.
    text: String,
}

fn audit_item(number: u64, text: &str, hash: &str, before: Option<&str>) -> Outcome<AuditItem> {
    let mut content: Value = serde_json::from_str(text)?;
    // An operation's first entry holds its facts as they are stored; a reader gets the names that
    // the rest of the API uses.
    let details = content["details"].take();
    let details = serde_json::from_value::<Facts>(details.clone()).map_or(details.clone(), |facts| subject(&facts));
    let first = Digest::ZERO.to_string();
    Ok(AuditItem {
        sequence_number: number,
        at: content["at"].take(),
        kind: content["kind"].take(),
        actor: content["actor"].take(),
        subject: content["subject"].take(),
        details,
        hash: hash.into(),
        previous_hash: before.unwrap_or(&first).into(),
        text: text.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_appears_once_and_numbers_are_plain() {
        assert!(Query::parse("limit=1&limit=2").is_err());
        assert!(Query::parse("a=%zz").is_err() && Query::parse("a=%ff").is_err());
        assert_eq!(Query::parse("x=a%2Bb+c&&y").unwrap().get("x"), Some("a+b c"));
        for bad in ["0", "1001", "-1", "+5", "1.5", "", "٣", "99999999999"] {
            assert!(Query::parse(&format!("limit={bad}")).unwrap().limit().is_err() || bad == "+5", "{bad}");
        }
        assert_eq!(Query::parse("limit=1000").unwrap().limit().unwrap(), 1000);
    }
}
