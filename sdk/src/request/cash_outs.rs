#[cfg(feature = "stream")]
use futures_util::Stream;

use super::query::query;
use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::execute;
use crate::wire::CashOutPage;
#[cfg(feature = "stream")]
use crate::wire::CashOutRequest;

/// Lists the open cash-out requests, oldest first. See the [example](crate::Client::cash_outs).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct CashOuts {
    connection: Connection,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl CashOuts {
    pub(crate) fn new(connection: &Connection) -> Self {
        Self { connection: connection.clone(), cursor: None, limit: None }
    }

    /// Starting point: the `next_cursor` of a page. See the [example](crate::Client::cash_outs).
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// Maximum number of items of a page, 1 to 1,000; 100 by default.
    /// See the [example](crate::Client::cash_outs).
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Fetches one page. See the [example](crate::Client::cash_outs).
    pub async fn page(self) -> Result<CashOutPage, Error> {
        let query = query(&[("cursor", self.cursor), ("limit", self.limit.map(|limit| limit.to_string()))]);
        execute(&self.connection, &Call::get("GET /cashouts", format!("/cashouts{query}")), None)
            .await
            .map(|(page, _)| page)
    }

    /// Stream of all items, page after page. It ends at its first error.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut cash_outs = client.cash_outs().stream();
    /// while let Some(request) = cash_outs.try_next().await? {
    ///     println!("{} asks for {}", request.from, request.amount);
    /// }
    /// # Ok(()) });
    /// ```
    #[cfg(feature = "stream")]
    pub fn stream(self) -> impl Stream<Item = Result<CashOutRequest, Error>> + Unpin {
        super::items::items(self.cursor.clone(), move |cursor| {
            let list = Self { cursor, ..self.clone() };
            async move {
                let page = list.page().await?;
                Ok((page.items, page.next_cursor))
            }
        })
    }
}
