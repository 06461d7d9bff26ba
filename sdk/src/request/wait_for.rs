use core::time::Duration;

use uuid::Uuid;

use crate::call::Call;
use crate::connection::Connection;
use crate::error::{Error, Kind};
use crate::execute::execute;
use crate::retry;
use crate::transport::{Instant, sleep};
use crate::wire::{Operation, OperationStatus};

/// Minimum wait between two reads of the operation.
const MIN_WAIT: Duration = Duration::from_millis(100);

/// Waits until an operation has ended. See the [example](crate::Client::wait_for).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct WaitFor {
    connection: Connection,
    call: Call,
    timeout: Duration,
}

impl WaitFor {
    pub(crate) fn new(connection: &Connection, call: Call, timeout: Duration) -> Self {
        Self { connection: connection.clone(), call, timeout }
    }

    /// Waits, and returns the ended operation. If the time limit passes first, the error
    /// [`is_timeout`](Error::is_timeout); the operation itself continues.
    pub async fn send(self) -> Result<Operation, Error> {
        let started = Instant::now();
        let mut asked = 0;
        let mut last_status = None;
        loop {
            let left = self.timeout.saturating_sub(started.elapsed());
            let operation: Operation = match execute(&self.connection, &self.call, Some(left)).await {
                Ok((operation, _)) => operation,
                Err(error) => return Err(last_status.filter(|_| error.is_timeout()).map_or(error, still_open)),
            };
            if operation.has_ended() {
                return Ok(operation);
            }
            let Some(status) = operation.status else { return Err(untold()) };
            asked += 1;
            let wait = retry::wait(asked, Some(MIN_WAIT), Uuid::new_v4().as_fields().0);
            if wait >= self.timeout.saturating_sub(started.elapsed()) {
                return Err(still_open(status));
            }
            last_status = Some(status);
            sleep(wait).await;
        }
    }
}

/// The error of waiting at a server that does not tell where its operations stand.
fn untold() -> Error {
    let problem = "it tells no status, so nobody knows when the operation has ended".into();
    Error::new(Kind::Unreadable { status: 200, request_id: None, problem }, None)
}

fn still_open(status: OperationStatus) -> Error {
    Error::new(Kind::StillOpen(status), None)
}
