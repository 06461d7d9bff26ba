use http::Method;

use crate::call::{Call, segment};
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
    path: String,
}

impl Withdraw {
    pub(crate) fn new(connection: &Connection, operation: &OperationID) -> Self {
        let path = format!("/operations/{}", segment(operation.as_str()));
        Self { connection: connection.clone(), path }
    }

    /// Withdraws the operation, without retries once it was sent: the server does not recognise a repeated
    /// withdrawal.
    /// See the [example](crate::Client::withdraw).
    pub async fn send(self) -> Result<Operation, Error> {
        let call = Call::new("DELETE /operations/{operationID}", Method::DELETE, self.path);
        execute(&self.connection, &call, None).await.map(|(operation, _)| operation)
    }
}
