use rust_decimal::Decimal;

#[cfg(feature = "stream")]
use futures_util::Stream;

use super::bound::Bound;
use super::query::query;
use crate::amount::Amount;
use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::execute;
use crate::id::KeyID;
#[cfg(feature = "stream")]
use crate::id::OperationID;
use crate::phone::Phone;
use crate::wire::{Operation, OperationStatus, OperationType};

/// Number of items of a page where no limit is given.
#[cfg(feature = "stream")]
const DEFAULT_LIMIT: u32 = 100;

/// Lists the distributor's operations, newest first. See the [example](crate::Client::operations).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct Operations {
    connection: Connection,
    start: Start,
    limit: Option<u32>,
    filter: Filter,
}

/// Position at which a page starts.
#[derive(Clone, Debug)]
enum Start {
    Newest,
    Cursor(String),
    Offset(u64),
}

#[derive(Clone, Debug, Default)]
struct Filter {
    status: Option<OperationStatus>,
    operation_type: Option<OperationType>,
    phone: Option<Phone>,
    reference: Option<String>,
    key: Option<KeyID>,
    amount: Option<Decimal>,
    from: Option<Bound>,
    to: Option<Bound>,
}

/// A page of operations, newest first. See the [example](crate::Client::operations).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationPage {
    /// The operations.
    pub items: Vec<Operation>,
    /// Cursor of the next page; `None` on the last, and at a server that has no cursors. It stays exact while
    /// operations arrive.
    pub next_cursor: Option<String>,
}

impl Operations {
    pub(crate) fn new(connection: &Connection) -> Self {
        Self { connection: connection.clone(), start: Start::Newest, limit: None, filter: Filter::default() }
    }

    /// Limits the list to operations with this status. See the [example](crate::Client::operations).
    pub fn status(mut self, status: OperationStatus) -> Self {
        self.filter.status = Some(status);
        self
    }

    /// Limits the list to operations of this type. See the [example](crate::Client::operations).
    pub fn operation_type(mut self, operation_type: OperationType) -> Self {
        self.filter.operation_type = Some(operation_type);
        self
    }

    /// Limits the list to operations of this customer. See the [example](Self::from).
    pub fn phone(mut self, phone: Phone) -> Self {
        self.filter.phone = Some(phone);
        self
    }

    /// Limits the list to cash-outs with this reference of yours. See the [example](Self::from).
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.filter.reference = Some(reference.into());
        self
    }

    /// Limits the list to operations that this key made. See the [example](Self::from).
    pub fn key(mut self, key: KeyID) -> Self {
        self.filter.key = Some(key);
        self
    }

    /// Limits the list to operations of exactly this amount. See the [example](Self::from).
    pub fn amount(mut self, amount: impl Into<Decimal>) -> Self {
        self.filter.amount = Some(amount.into());
        self
    }

    /// Limits the list to operations made at this instant or later, or on this day or later.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use universal_wallet_sdk::{Date, Phone};
    ///
    /// // The customer says: "some 250 on the 24th or so".
    /// let (from, to): (Date, Date) = ("2026-11-23".parse()?, "2026-11-25".parse()?);
    /// let customer: Phone = "+234 803 123 4567".parse()?;
    /// let found = client.operations().phone(customer).amount(250).from(from).to(to).page().await?;
    /// # Ok(()) });
    /// ```
    pub fn from(mut self, from: impl Into<Bound>) -> Self {
        self.filter.from = Some(from.into());
        self
    }

    /// Limits the list to operations made before this instant, or until the end of this day.
    /// See the [example](Self::from).
    pub fn to(mut self, to: impl Into<Bound>) -> Self {
        self.filter.to = Some(to.into());
        self
    }

    /// Starting point: the `next_cursor` of a page. See the [example](crate::Client::operations).
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.start = Start::Cursor(cursor.into());
        self
    }

    /// Starting point: the number of newest operations to skip, for those who port a loop. Where operations arrive
    /// meanwhile, the next page repeats some; a cursor does not. See the [example](crate::Client::operations).
    pub fn offset(mut self, offset: u64) -> Self {
        self.start = Start::Offset(offset);
        self
    }

    /// Maximum number of items of a page, 1 to 1,000; 100 by default.
    /// See the [example](crate::Client::operations).
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Fetches one page. See the [example](crate::Client::operations).
    pub async fn page(self) -> Result<OperationPage, Error> {
        let (cursor, offset) = match self.start {
            Start::Newest => (None, None),
            Start::Cursor(cursor) => (Some(cursor), None),
            Start::Offset(offset) => (None, Some(offset.to_string())),
        };
        let filter = self.filter;
        let amount = filter.amount.map(Amount::try_from).transpose()?;
        let query = query(&[
            ("cursor", cursor),
            ("offset", offset),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("status", filter.status.map(|status| status.to_string())),
            ("operationType", filter.operation_type.map(|operation_type| operation_type.to_string())),
            ("phone", filter.phone.map(|phone| phone.bare().to_owned())),
            ("reference", filter.reference),
            ("keyID", filter.key.map(|key| key.to_string())),
            ("amount", amount.map(|amount| amount.to_string())),
            ("from", filter.from.map(|from| from.to_string())),
            ("to", filter.to.map(|to| to.to_string())),
        ]);
        let call = Call::get("GET /operations", format!("/operations{query}"));
        let (items, answer) = execute(&self.connection, &call, None).await?;
        Ok(OperationPage { items, next_cursor: answer.link.as_deref().and_then(next_cursor) })
    }

    /// Stream of all items, page after page. It ends at its first error.
    ///
    /// At a server without cursors it goes on by offset, and leaves out what arriving operations pushed from one page
    /// to the next.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut operations = client.operations().stream();
    /// while let Some(operation) = operations.try_next().await? {
    ///     println!("{} {}", operation.created_at, operation.amount);
    /// }
    /// # Ok(()) });
    /// ```
    #[cfg(feature = "stream")]
    pub fn stream(self) -> impl Stream<Item = Result<Operation, Error>> + Unpin {
        super::items::items(None, move |position: Option<Position>| {
            let list = match &position {
                None => self.clone(),
                Some(Position::Cursor(cursor)) => self.clone().cursor(cursor),
                Some(Position::Offset(offset, _)) => self.clone().offset(*offset),
            };
            async move {
                let full = list.limit.unwrap_or(DEFAULT_LIMIT) as usize;
                let offset = if let Start::Offset(offset) = list.start { offset } else { 0 };
                let page = list.page().await?;
                let next = page.next_cursor.map(Position::Cursor).or_else(|| {
                    // A server that tells a status tells also where the next page is.
                    let has_cursors = page.items.iter().any(|item| item.status.is_some());
                    let ids = || page.items.iter().map(|item| item.operation_id.clone()).collect();
                    (page.items.len() >= full && !has_cursors)
                        .then(|| Position::Offset(offset.saturating_add(full as u64), ids()))
                });
                let mut items = page.items;
                if let Some(Position::Offset(_, before)) = position {
                    items.retain(|item| !before.contains(&item.operation_id));
                }
                Ok((items, next))
            }
        })
    }
}

/// Position of a stream's next page.
#[cfg(feature = "stream")]
#[derive(Clone, PartialEq)]
enum Position {
    Cursor(String),
    /// With the operations of the page before.
    Offset(u64, Vec<OperationID>),
}

/// The cursor in a `Link` header's `rel="next"`. The rest of the address is not used: a path or a
/// proxy in between may have changed it.
fn next_cursor(link: &str) -> Option<String> {
    link.split(',').find_map(|part| {
        let (target, parameters) = part.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters.split(';').any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
        let (_, query) = target.split_once('?')?;
        let value = query.split('&').find_map(|pair| pair.strip_prefix("cursor="))?;
        let cursor = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
        (is_next && !cursor.is_empty()).then(|| cursor.into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_cursor_is_taken_out_of_the_link_and_its_address_is_not() {
        for (link, cursor) in [
            ("<https://a.example/x?limit=2&cursor=c%2F1>; rel=\"next\"", Some("c/1")),
            ("</x?cursor=a>; rel=\"prev\", </x?cursor=b>; title=x; rel=next", Some("b")),
            ("</x?cursor=a>; rel=\"prev\"", None),
            ("</x?cursor=>; rel=\"next\"", None),
            ("</x?precursor=1>; rel=\"next\"", None),
            ("</x?cursor=%ff>; rel=\"next\"", None),
            ("<", None),
            ("", None),
        ] {
            assert_eq!(next_cursor(link).as_deref(), cursor, "{link}");
        }
    }
}
