use core::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::execute::execute;

/// A read of one resource. See the [example](crate::Client::balance).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct Read<T> {
    connection: Connection,
    call: Call,
    answer: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Read<T> {
    pub(crate) fn new(connection: &Connection, call: Call) -> Self {
        Self { connection: connection.clone(), call, answer: PhantomData }
    }

    /// Sends the read, with retries where they can help. See the [example](crate::Client::balance).
    pub async fn send(self) -> Result<T, Error> {
        execute(&self.connection, &self.call, None).await.map(|(value, _)| value)
    }
}
