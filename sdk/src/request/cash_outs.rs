#[cfg(feature = "stream")]
use futures_util::Stream;

use crate::call::{Call, execute};
use crate::wire::CashOutPage;
#[cfg(feature = "stream")]
use crate::wire::CashOutRequest;
use crate::{Client, Error};

/// Lists the open cash-out requests, oldest first.
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct CashOuts {
    client: Client,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl CashOuts {
    pub(crate) fn new(client: &Client) -> Self {
        Self { client: client.clone(), cursor: None, limit: None }
    }

    /// Where to start: a page's `next_cursor`.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// How many a page holds at most, 1 to 1,000; 100 unless told.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// One page.
    pub async fn page(self) -> Result<CashOutPage, Error> {
        let query = super::query(&[("cursor", self.cursor), ("limit", self.limit.map(|limit| limit.to_string()))]);
        execute(&self.client, &Call::get(format!("/cashouts{query}")), None).await.map(|(page, _)| page)
    }

    /// All of them, page after page. It ends with its first error.
    #[cfg(feature = "stream")]
    pub fn stream(self) -> impl Stream<Item = Result<CashOutRequest, Error>> + Unpin {
        super::items::items(self.cursor.clone(), move |cursor| {
            let list = Self { cursor, ..self.clone() };
            async move {
                let page = list.page().await?;
                Ok((page.items, Some(page.next_cursor).filter(|cursor| !cursor.is_empty())))
            }
        })
    }
}
