use http::Method;

use crate::call::{Call, execute};
use crate::id::OperationID;
use crate::wire::Operation;
use crate::{Client, Error};

/// Withdraws a pending operation. See the [example](crate::Client::withdraw).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct Withdraw {
    client: Client,
    operation: OperationID,
}

impl Withdraw {
    pub(crate) fn new(client: &Client, operation: OperationID) -> Self {
        Self { client: client.clone(), operation }
    }

    /// Withdraws it, once: the server keeps no memory of withdrawals.
    /// See the [example](crate::Client::withdraw).
    pub async fn send(self) -> Result<Operation, Error> {
        let path = format!("/operations/{}", self.operation);
        let call = Call { method: Method::DELETE, path, idempotency_key: None, body: None };
        execute(&self.client, &call, None).await.map(|(operation, _)| operation)
    }
}
