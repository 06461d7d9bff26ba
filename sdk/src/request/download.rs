use core::fmt;
use core::time::Duration;

#[cfg(feature = "stream")]
use futures_util::stream::{Stream, try_unfold};

use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::download;
use crate::transport::{Incoming, within};

/// A download of any length, never held in memory as a whole. See the [example](crate::Client::export).
pub struct Download {
    incoming: Incoming,
    /// Time limit for the next part.
    pause: Duration,
}

impl Download {
    pub(super) async fn start(connection: &Connection, call: &Call) -> Result<Self, Error> {
        let incoming = download(connection, call).await?;
        Ok(Self { incoming, pause: connection.limits().attempt })
    }

    /// The next part; `None` after the last. Parts end anywhere, also within a line. An error means that the file
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
