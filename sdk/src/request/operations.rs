#[cfg(feature = "stream")]
use futures_util::Stream;

use super::query::query;
use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::execute;
use crate::wire::{Operation, OperationStatus, OperationType};

/// Lists the distributor's operations, newest first. See the [example](crate::Client::operations).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct Operations {
    connection: Connection,
    cursor: Option<String>,
    limit: Option<u32>,
    status: Option<OperationStatus>,
    operation_type: Option<OperationType>,
}

/// A page of operations, newest first. See the [example](crate::Client::operations).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationPage {
    /// The operations.
    pub items: Vec<Operation>,
    /// Cursor of the next page; `None` on the last. It stays exact while operations arrive.
    pub next_cursor: Option<String>,
}

impl Operations {
    pub(crate) fn new(connection: &Connection) -> Self {
        Self { connection: connection.clone(), cursor: None, limit: None, status: None, operation_type: None }
    }

    /// Limits the list to operations with this status. See the [example](crate::Client::operations).
    pub fn status(mut self, status: OperationStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Limits the list to operations of this type. See the [example](crate::Client::operations).
    pub fn operation_type(mut self, operation_type: OperationType) -> Self {
        self.operation_type = Some(operation_type);
        self
    }

    /// Starting point: the `next_cursor` of a page. See the [example](crate::Client::operations).
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
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
        let query = query(&[
            ("cursor", self.cursor),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("status", self.status.map(|status| status.to_string())),
            ("operationType", self.operation_type.map(|operation_type| operation_type.to_string())),
        ]);
        let (items, answer) = execute(&self.connection, &Call::get(format!("/operations{query}")), None).await?;
        Ok(OperationPage { items, next_cursor: answer.link.as_deref().and_then(next_cursor) })
    }

    /// Stream of all items, page after page. It ends at its first error.
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
        super::items::items(self.cursor.clone(), move |cursor| {
            let list = Self { cursor, ..self.clone() };
            async move { list.page().await.map(|page| (page.items, page.next_cursor)) }
        })
    }
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
