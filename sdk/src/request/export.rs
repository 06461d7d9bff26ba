use core::fmt;
use core::time::Duration;

#[cfg(feature = "stream")]
use futures_util::stream::{Stream, try_unfold};

use super::query::query;
use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::download;
use crate::timestamp::Timestamp;
use crate::transport::{Incoming, within};

/// File format of the ledger. See the [example](crate::Client::export).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// Comma-separated values under a line of names.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// Requests the ledger, oldest entry first. See the [example](crate::Client::export).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct Export {
    connection: Connection,
    format: ExportFormat,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Export {
    pub(crate) fn new(connection: &Connection, format: ExportFormat) -> Self {
        Self { connection: connection.clone(), format, from: None, to: None }
    }

    /// Limits the ledger to entries from this time on. See the [example](crate::Client::export).
    pub fn from(mut self, from: Timestamp) -> Self {
        self.from = Some(from);
        self
    }

    /// Limits the ledger to entries before this time. See the [example](crate::Client::export).
    pub fn to(mut self, to: Timestamp) -> Self {
        self.to = Some(to);
        self
    }

    /// Starts the download, with retries where they can help. See the [example](crate::Client::export).
    pub async fn send(self) -> Result<Download, Error> {
        let format = match self.format {
            ExportFormat::Csv => "csv",
            ExportFormat::JsonLines => "jsonl",
        };
        let query = query(&[
            ("format", Some(format.to_owned())),
            ("from", self.from.map(|from| from.to_string())),
            ("to", self.to.map(|to| to.to_string())),
        ]);
        let incoming = download(&self.connection, &Call::get(format!("/operations/export{query}"))).await?;
        Ok(Download { incoming, pause: self.connection.limits().attempt })
    }
}

/// A ledger download of any length, never held in memory as a whole. See the [example](crate::Client::export).
pub struct Download {
    incoming: Incoming,
    /// Time limit for the next part.
    pause: Duration,
}

impl Download {
    /// The next part; `None` after the last. Parts end anywhere, also within a line. An error means that the ledger
    /// broke off: the parts before it are not the whole. Each part may take as long as an attempt.
    /// See the [example](crate::Client::export).
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(within(self.pause, self.incoming.chunk()).await?)
    }

    /// Stream of all parts. It ends at its first error.
    ///
    /// ```
    /// # let with_client = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/with_client.rs"));
    /// # with_client(async |client: universal_wallet_sdk::Client| {
    /// use futures_util::TryStreamExt;
    /// use universal_wallet_sdk::request::ExportFormat;
    ///
    /// let parts = client.export(ExportFormat::JsonLines).send().await?.stream();
    /// let ledger: Vec<u8> = parts.try_concat().await?;
    /// println!("{} entries", ledger.iter().filter(|byte| **byte == b'\n').count());
    /// # Ok(()) });
    /// ```
    #[cfg(feature = "stream")]
    pub fn stream(self) -> impl Stream<Item = Result<Vec<u8>, Error>> + Unpin {
        Box::pin(try_unfold(self, async |mut download| Ok(download.chunk().await?.map(|part| (part, download)))))
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").finish_non_exhaustive()
    }
}
