//! The connection to the server: the address, the key, the limits and the transport that requests share.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use crate::answer::{Answer, Failure};
use crate::call::Call;
use crate::key::ApiKey;
use crate::retry::Limits;
use crate::transport::{Incoming, Transport, within};

/// Cheap to clone; clones share the transport.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Inner>);

struct Inner {
    transport: Transport,
    /// URL up to and including the distributor's ID.
    distributor_url: String,
    key: ApiKey,
    limits: Limits,
}

impl Connection {
    pub(crate) fn new(transport: Transport, distributor_url: String, key: ApiKey, limits: Limits) -> Self {
        Self(Arc::new(Inner { transport, distributor_url, key, limits }))
    }

    pub(crate) fn limits(&self) -> Limits {
        self.0.limits
    }

    pub(crate) fn key(&self) -> &ApiKey {
        &self.0.key
    }

    /// Sends a call once.
    pub(crate) async fn attempt(&self, call: &Call, timeout: Duration) -> Result<Answer, Failure> {
        let url = format!("{}{}", self.0.distributor_url, call.path);
        self.0.transport.send(call, url, timeout).await
    }

    /// Sends a call once, and returns when its answer begins.
    pub(crate) async fn open(&self, call: &Call, timeout: Duration) -> Result<Incoming, Failure> {
        let url = format!("{}{}", self.0.distributor_url, call.path);
        within(timeout, self.0.transport.open(call, url)).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("distributor_url", &self.0.distributor_url)
            .field("key", &self.0.key)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}
