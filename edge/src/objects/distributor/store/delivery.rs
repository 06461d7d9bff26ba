//! Delivery of a movement to a wallet.

use universal_wallet_core::id::OperationID;
use universal_wallet_core::operations::model::{CashOutRequest, Operation, phone_wallet};
use universal_wallet_sdk::{Amount, Timestamp};

use crate::messages::wallet_movement::{MovementKind, WalletMovement};

/// Delay before the first retry, in milliseconds.
pub(crate) const FIRST_RETRY_MS: i64 = 2_000;
/// Maximum delay between retries, in milliseconds.
const MAX_RETRY_MS: i64 = 300_000;

/// A movement that a wallet has to be told.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) operation: OperationID,
    pub(crate) wallet: String,
    pub(crate) kind: MovementKind,
    /// The operation, for a movement of one.
    pub(crate) of: Option<Operation>,
    /// Number of attempts.
    pub(crate) attempts: u32,
    /// Time of the next attempt.
    pub(crate) next_at_ms: i64,
}

impl Delivery {
    /// The credit of a cash-in, or the capture of a cash-out.
    pub(crate) fn of_operation(operation: &Operation) -> Self {
        let facts = &operation.facts;
        let kind = if facts.is_cash_in() { MovementKind::Credit(facts.amount) } else { MovementKind::Capture };
        Self {
            operation: facts.id,
            wallet: facts.wallet(),
            kind,
            of: Some(operation.clone()),
            attempts: 0,
            next_at_ms: 0,
        }
    }

    /// The release of an ended request.
    pub(crate) fn of_request(request: &CashOutRequest) -> Self {
        let wallet = phone_wallet(&request.from);
        Self { operation: request.id, wallet, kind: MovementKind::Release, of: None, attempts: 0, next_at_ms: 0 }
    }

    /// Amount that may reach the float: a cash-in comes back if the wallet cannot take it.
    pub(crate) const fn incoming(&self) -> Option<Amount> {
        match &self.of {
            Some(operation) => Some(operation.facts.amount),
            None => None,
        }
    }

    /// The movement for the wallet.
    pub(crate) const fn movement(&self) -> WalletMovement {
        WalletMovement { operation: self.operation, kind: self.kind }
    }

    /// Time of the next attempt: at once if it is further ahead than the maximum delay, because then the clock that set
    /// it has run back.
    pub(crate) const fn due_at(&self, clock: Timestamp) -> i64 {
        let now = clock.unix_ms();
        if self.next_at_ms - now > 2 * MAX_RETRY_MS { now } else { self.next_at_ms }
    }

    /// Counts an attempt and doubles the delay, with up to half of it as jitter.
    pub(crate) fn attempted(&mut self, clock: Timestamp, random: u64) {
        let doubled = FIRST_RETRY_MS << self.attempts.min(8);
        let wait = doubled.min(MAX_RETRY_MS);
        let jitter = i64::try_from(random % 1000).unwrap_or(0) * wait / 2000;
        self.attempts = self.attempts.saturating_add(1);
        self.next_at_ms = clock.unix_ms() + wait + jitter;
    }
}
