//! Execution of a call: its attempts, and the waits between them.

use core::time::Duration;

use http::Method;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::answer::Answer;
use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::retry;
use crate::transport::{Incoming, Instant, sleep, within};
use crate::wire::Receipt;

/// Makes a write at most once, and returns the status of the operation.
pub(crate) async fn write(connection: &Connection, call: &Call) -> Result<Receipt, Error> {
    let (receipt, answer): (Receipt, _) = execute(connection, call, None).await?;
    Ok(Receipt { replayed: answer.replayed, ..receipt })
}

/// Makes a call, retries it where that is safe and within the limits, and reads the answer.
pub(crate) async fn execute<T: DeserializeOwned>(
    connection: &Connection,
    call: &Call,
    most: Option<Duration>,
) -> Result<(T, Answer), Error> {
    let attempt = |timeout| async move {
        let answer = connection.attempt(call, timeout).await?;
        Ok((answer.read(connection.key())?, answer))
    };
    repeat(connection, call, most, attempt).await
}

/// Starts an answer whose body is streamed.
pub(crate) async fn download(connection: &Connection, call: &Call) -> Result<Incoming, Error> {
    let attempt = |timeout| async move {
        let incoming = connection.open(call, timeout).await?;
        if incoming.status() == 200 {
            return Ok(incoming);
        }
        Err(within(timeout, incoming.whole()).await?.refused(connection.key()))
    };
    repeat(connection, call, None, attempt).await
}

/// Attempts a call as often as is safe and within the limits.
async fn repeat<T, F: Future<Output = Result<T, Error>>>(
    connection: &Connection,
    call: &Call,
    most: Option<Duration>,
    attempt: impl Fn(Duration) -> F,
) -> Result<T, Error> {
    let limits = connection.limits();
    let total = most.map_or(limits.total, |most| most.min(limits.total));
    let started = Instant::now();
    let mut failed_attempts = 0;
    let mut may_be_done = false;
    loop {
        let left = total.saturating_sub(started.elapsed());
        let error = match attempt(limits.attempt.min(left)).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        failed_attempts += 1;
        may_be_done = error.is_ambiguous() || (may_be_done && !error.settles_earlier_attempts());

        let left = total.saturating_sub(started.elapsed());
        let random = Uuid::new_v4().as_fields().0;
        let wait = retry::wait(failed_attempts, error.retry_after(), random);
        let again = call.is_repeatable() && error.is_retryable() && failed_attempts < limits.attempts && wait < left;
        if !again {
            let is_read = call.method == Method::GET;
            return Err(if is_read { error } else { error.of_write(call.idempotency_key.as_ref(), may_be_done) });
        }
        sleep(wait).await;
    }
}
