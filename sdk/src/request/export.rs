use super::download::Download;
use super::query::query;
use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::timestamp::Timestamp;

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
        Download::start(&self.connection, &Call::get("GET /operations/export", format!("/operations/export{query}")))
            .await
    }
}
