use super::download::Download;
use crate::call::Call;
use crate::connection::Connection;
use crate::date::Date;
use crate::error::Error;

/// File format of a statement. See the [example](crate::Client::statement_file).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementFormat {
    /// One JSON object, as [`Client::statement`](crate::Client::statement) reads it.
    Json,
    /// Comma-separated values under a line of names.
    Csv,
    /// The XML that banks send to bookkeeping programs (ISO 20022, camt.053.001.08).
    Camt053,
}

/// Requests a day's statement as a file. See the [example](crate::Client::statement_file).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct StatementFile {
    connection: Connection,
    date: Date,
    format: StatementFormat,
}

impl StatementFile {
    pub(crate) fn new(connection: &Connection, date: Date, format: StatementFormat) -> Self {
        Self { connection: connection.clone(), date, format }
    }

    /// Starts the download, with retries where they can help. See the [example](crate::Client::statement_file).
    pub async fn send(self) -> Result<Download, Error> {
        let format = match self.format {
            StatementFormat::Json => "json",
            StatementFormat::Csv => "csv",
            StatementFormat::Camt053 => "camt053",
        };
        let path = format!("/statements/{}?format={format}", self.date);
        Download::start(&self.connection, &Call::get("GET /statements/{date}", path)).await
    }
}
