//! Execution of a call: its attempts, and the waits between them.

use core::time::Duration;

use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::answer::Answer;
use crate::attempt::{Attempt, Log, Outcome};
use crate::call::{Call, LONGEST_ANSWER};
use crate::connection::Connection;
use crate::error::Error;
use crate::retry;
use crate::transport::{Incoming, Instant, sleep, within};
use crate::wire::Receipt;

/// The result of one attempt, and its ID in the server's log.
type Attempted<T> = Result<(T, Option<String>), Error>;

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
        let request_id = answer.request_id(connection.key());
        Ok(((answer.read(connection.key())?, answer), request_id))
    };
    repeat(connection, call, most, attempt).await
}

/// Starts an answer whose body is streamed.
pub(crate) async fn download(connection: &Connection, call: &Call) -> Result<Incoming, Error> {
    let attempt = |timeout| async move {
        let incoming = connection.open(call, timeout).await?;
        if incoming.status() == 200 {
            return Ok((incoming, None));
        }
        Err(within(timeout, incoming.whole(LONGEST_ANSWER)).await?.refused(connection.key()))
    };
    repeat(connection, call, None, attempt).await
}

/// Attempts a call as often as is safe and within the limits, in a span of its own where there are traces.
async fn repeat<T, F: Future<Output = Attempted<T>>>(
    connection: &Connection,
    call: &Call,
    most: Option<Duration>,
    attempt: impl Fn(Duration) -> F,
) -> Result<T, Error> {
    let repeated = attempts(connection, call, most, attempt);
    #[cfg(feature = "tracing")]
    let repeated = tracing::Instrument::instrument(repeated, tracing::info_span!("universal_wallet", call = call.name));
    repeated.await
}

async fn attempts<T, F: Future<Output = Attempted<T>>>(
    connection: &Connection,
    call: &Call,
    most: Option<Duration>,
    attempt: impl Fn(Duration) -> F,
) -> Result<T, Error> {
    let limits = connection.limits();
    let total = most.map_or(limits.total, |most| most.min(limits.total));
    let started = Instant::now();
    let mut number = 0;
    let mut may_be_done = false;
    let mut log = Log::default();
    loop {
        number += 1;
        let started_after = started.elapsed();
        let result = attempt(limits.attempt.min(total.saturating_sub(started_after))).await;
        let elapsed = started.elapsed();
        let mut ended = Attempt {
            call: call.name,
            number,
            started_after,
            duration: elapsed.saturating_sub(started_after),
            outcome: Outcome::Answered(200),
            request_id: None,
            next_after: None,
        };
        let error = match result {
            Ok((value, request_id)) => {
                connection.observer().see(&Attempt { request_id, ..ended });
                return Ok(value);
            }
            Err(error) => error,
        };
        may_be_done = error.is_ambiguous() || (may_be_done && !error.settles_earlier_attempts());

        let wait = retry::wait(number, error.retry_after(), Uuid::new_v4().as_fields().0);
        // A call that never left can be repeated whatever it is.
        let is_safe = call.is_read() || error.is_connect() || (call.idempotency_key.is_some() && limits.repeat_writes);
        let again = is_safe && error.is_retryable() && number < limits.attempts && wait < total.saturating_sub(elapsed);
        ended.outcome = error.outcome();
        ended.request_id = error.request_id().map(str::to_owned);
        ended.next_after = again.then_some(wait);
        connection.observer().see(&ended);
        log.push(ended);
        if !again {
            let error = error.of_call(log.into_attempts());
            return Err(if call.is_read() {
                error
            } else {
                error.of_write(call.idempotency_key.as_ref(), may_be_done)
            });
        }
        sleep(wait).await;
    }
}
