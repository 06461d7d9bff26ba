//! Filters of the list of operations.

use std::ops::Range;

use universal_wallet_core::error::Outcome;
use universal_wallet_core::id::KeyID;
use universal_wallet_core::operations::model::OperationStatus;
use universal_wallet_core::operations::search_index::Facet;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::{Amount, Phone};
use worker::SqlStorageValue;

use crate::http::period::Period;
use crate::http::query::{Query, wrong};
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::store::rows::{digits, status_number};
use crate::platform::config::config;
use crate::platform::sql_values::{Exact, Value};

/// Names of the parameters.
const NAMES: [&str; 6] = ["phone", "reference", "keyID", "amount", "from", "to"];
/// Maximum length of a filter's value, in characters.
const MAX_CHARACTERS: usize = 64;

/// Conditions that operations have to meet.
pub(super) struct Filters {
    /// Values that the index of operations knows.
    pub(super) facets: Vec<(Facet, Vec<u8>)>,
    /// Conditions of the rows, each with ` AND ` before it.
    pub(super) conditions: String,
    /// Values of the conditions, from `?2` on.
    pub(super) values: Vec<Option<SqlStorageValue>>,
    /// Numbers of the entries of the period.
    pub(super) numbers: Range<u64>,
    /// The status of the operations.
    pub(super) status: Option<OperationStatus>,
    /// The type of the operations.
    pub(super) kind: Option<&'static str>,
    /// The other parameters as given.
    pub(super) given: Vec<(&'static str, String)>,
}

impl Filters {
    fn add(&mut self, condition: &str, value: impl Value) {
        self.values.push(value.value());
        self.conditions.extend([" AND ", condition, " ?", &(self.values.len() + 1).to_string()]);
    }
}

/// A phone in any spelling, also a national one with a leading zero.
fn phone(text: &str) -> Outcome<Phone> {
    // In a query, a plus sign that is not escaped stands for a blank.
    let text = text.trim_start();
    let plain: String = text.chars().filter(|character| !matches!(character, ' ' | '-' | '(' | ')')).collect();
    let international = if let Some(national) = plain.strip_prefix('0') {
        format!("+{}{national}", config()?.country_code)
    } else if plain.starts_with('+') {
        text.to_owned()
    } else {
        format!("+{text}")
    };
    international.parse().map_err(|error| wrong("phone", error).into())
}

impl DistributorState {
    /// Reads the filters of a query.
    pub(super) fn filters(&self, query: &Query) -> Outcome<Filters> {
        let mut filters = Filters {
            facets: Vec::new(),
            conditions: String::new(),
            values: Vec::new(),
            numbers: 1..self.store.head().number + 1,
            status: None,
            kind: None,
            given: Vec::new(),
        };
        // The words are constants, not the caller's text: a partial index matches only literals in the statement.
        if let Some(word) = query.word("operationType", &["cash-in", "cash-out-fulfillment"])? {
            filters.conditions += if word == "cash-in" { " AND type < 2" } else { " AND type >= 2" };
            filters.kind = Some(word);
        }
        if let Some(word) = query.word("status", &OperationStatus::ALL.map(OperationStatus::as_str))? {
            filters.status = OperationStatus::ALL.into_iter().find(|known| known.as_str() == word);
        }
        if let Some(status) = filters.status {
            filters.conditions.extend([" AND status = ", &status_number(status).to_string()]);
        }
        for name in NAMES {
            let Some(text) = query.get(name) else { continue };
            if text.trim().is_empty() || text.chars().count() > MAX_CHARACTERS {
                return Err(wrong(name, format!("must have 1 to {MAX_CHARACTERS} characters")).into());
            }
            filters.given.push((name, text.to_owned()));
        }
        if let Some(text) = query.get("phone") {
            let phone = phone(text)?;
            let digits = digits(&phone).ok_or_else(|| wrong("phone", "must be a phone number"))?;
            filters.facets.push((Facet::Phone, digits.to_be_bytes().into()));
            filters.add("type <> 1 AND party =", digits);
        }
        if let Some(text) = query.get("reference") {
            filters.facets.push((Facet::Reference, text.as_bytes().into()));
            filters.add("reference =", text);
        }
        if let Some(text) = query.get("keyID") {
            let id: KeyID = text.parse().map_err(|_| wrong("keyID", "must be the ID of a key, such as key_…"))?;
            // No row has the number 0.
            let number = self.store.key(id)?.map_or(Ok(0), |key| self.store.key_number(key.id))?;
            filters.facets.push((Facet::Key, number.to_be_bytes().into()));
            filters.add("key =", number);
        }
        if let Some(text) = query.get("amount") {
            let amount: Amount = text.parse().map_err(|error| wrong("amount", error))?;
            filters.facets.push((Facet::Amount, amount.minor().to_be_bytes().into()));
            filters.add("minor =", Exact(amount.minor()));
        }
        let Period { from, to } = Period::of(query)?;
        // Numbers and times rise together, so a period is a range of numbers.
        if let Some(from) = from {
            filters.numbers.start = self.first_entry_from(from.start())?;
        }
        if let Some(to) = to {
            filters.numbers.end = self.first_entry_from(to.end())?;
        }
        Ok(filters)
    }
}
