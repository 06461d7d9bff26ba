use http::Method;

use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::execute;
use crate::id::OperationID;
use crate::wire::Operation;

/// Withdraws a pending operation. See the [example](crate::Client::withdraw).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct Withdraw {
    connection: Connection,
    operation: OperationID,
}

impl Withdraw {
    pub(crate) fn new(connection: &Connection, operation: OperationID) -> Self {
        Self { connection: connection.clone(), operation }
    }

    /// Withdraws the operation, without retries: the server does not recognise a repeated withdrawal.
    /// See the [example](crate::Client::withdraw).
    pub async fn send(self) -> Result<Operation, Error> {
        let path = format!("/operations/{}", self.operation);
        let call = Call { method: Method::DELETE, path, idempotency_key: None, body: None };
        execute(&self.connection, &call, None).await.map(|(operation, _)| operation)
    }
}
