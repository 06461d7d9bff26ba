use core::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::call::{Call, execute};
use crate::{Client, Error};

/// Asks for one thing. See the [example](crate::Client::balance).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct Read<T> {
    client: Client,
    path: String,
    answer: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Read<T> {
    pub(crate) fn new(client: &Client, path: impl Into<String>) -> Self {
        Self { client: client.clone(), path: path.into(), answer: PhantomData }
    }

    /// Asks, and repeats the question where that can help. See the [example](crate::Client::balance).
    pub async fn send(self) -> Result<T, Error> {
        execute(&self.client, &Call::get(self.path), None).await.map(|(value, _)| value)
    }
}
