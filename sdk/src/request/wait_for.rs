use core::time::Duration;

use uuid::Uuid;

use crate::call::Call;
use crate::connection::Connection;
use crate::error::{Error, Kind};
use crate::execute::execute;
use crate::id::OperationID;
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
    operation: OperationID,
    timeout: Duration,
}

impl WaitFor {
    pub(crate) fn new(connection: &Connection, operation: OperationID, timeout: Duration) -> Self {
        Self { connection: connection.clone(), operation, timeout }
    }

    /// Waits, and returns the ended operation. If the time limit passes first, the error
    /// [`is_timeout`](Error::is_timeout); the operation itself continues.
    pub async fn send(self) -> Result<Operation, Error> {
        let call = Call::get(format!("/operations/{}", self.operation));
        let started = Instant::now();
        let mut asked = 0;
        let mut last_status = None;
        loop {
            let left = self.timeout.saturating_sub(started.elapsed());
            let operation: Operation = match execute(&self.connection, &call, Some(left)).await {
                Ok((operation, _)) => operation,
                Err(error) => return Err(last_status.filter(|_| error.is_timeout()).map_or(error, still_open)),
            };
            if operation.status.has_ended() {
                return Ok(operation);
            }
            asked += 1;
            let wait = retry::wait(asked, Some(MIN_WAIT), Uuid::new_v4().as_fields().0);
            if wait >= self.timeout.saturating_sub(started.elapsed()) {
                return Err(still_open(operation.status));
            }
            last_status = Some(operation.status);
            sleep(wait).await;
        }
    }
}

fn still_open(status: OperationStatus) -> Error {
    Error::new(Kind::StillOpen(status), None)
}
