//! The connection to the server: the address, the key, the limits and the transport that requests share.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use crate::answer::{Answer, Failure};
use crate::attempt::Observer;
use crate::call::Call;
use crate::key::ApiKey;
use crate::retry::Limits;
use crate::transport::{Incoming, Transport, within};

/// Cheap to clone; clones share the transport, and each has limits of its own.
#[derive(Clone)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
    limits: Limits,
}

pub(crate) struct Shared {
    pub(crate) transport: Transport,
    /// URL up to and including the distributor's ID.
    pub(crate) distributor_url: String,
    pub(crate) key: ApiKey,
    pub(crate) observer: Observer,
}

impl Connection {
    pub(crate) fn new(shared: Shared, limits: Limits) -> Self {
        Self { shared: Arc::new(shared), limits }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// The same connection with other limits.
    pub(crate) fn with_limits(&self, limits: Limits) -> Self {
        Self { shared: self.shared.clone(), limits }
    }

    pub(crate) fn key(&self) -> &ApiKey {
        &self.shared.key
    }

    pub(crate) fn observer(&self) -> &Observer {
        &self.shared.observer
    }

    /// Sends a call once.
    pub(crate) async fn attempt(&self, call: &Call, timeout: Duration) -> Result<Answer, Failure> {
        self.shared.transport.send(call, self.url(call), timeout).await
    }

    /// Sends a call once, and returns when its answer begins.
    pub(crate) async fn open(&self, call: &Call, timeout: Duration) -> Result<Incoming, Failure> {
        within(timeout, self.shared.transport.open(call, self.url(call))).await
    }

    fn url(&self, call: &Call) -> String {
        format!("{}{}", self.shared.distributor_url, call.path)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("distributor_url", &self.shared.distributor_url)
            .field("key", &self.shared.key)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
