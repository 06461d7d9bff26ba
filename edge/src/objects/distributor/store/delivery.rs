//! What a wallet has to be told.

use universal_wallet::id::OperationID;
use universal_wallet::{Amount, Timestamp};
use universal_wallet_core::operations::model::{CashOutRequest, Operation, phone_wallet};

use crate::messages::wallet_movement::{MovementKind, WalletMovement};

/// The first repetition comes so long after the first attempt, in milliseconds.
pub(crate) const FIRST_RETRY_MS: i64 = 2_000;
/// Repetitions are never further apart.
const MAX_RETRY_MS: i64 = 300_000;

/// What a wallet has to be told.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) operation: OperationID,
    pub(crate) wallet: String,
    pub(crate) kind: MovementKind,
    /// The operation, where it is about one.
    pub(crate) of: Option<Operation>,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// When it is tried again.
    pub(crate) next_at_ms: i64,
}

impl Delivery {
    /// A cash-in to credit, or a cash-out to capture.
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

    /// A request that is over.
    pub(crate) fn of_request(request: &CashOutRequest) -> Self {
        let wallet = phone_wallet(&request.from);
        Self { operation: request.id, wallet, kind: MovementKind::Release, of: None, attempts: 0, next_at_ms: 0 }
    }

    /// What it may bring to the float: a cash-in comes back where the wallet cannot take it.
    pub(crate) const fn incoming(&self) -> Option<Amount> {
        match &self.of {
            Some(operation) => Some(operation.facts.amount),
            None => None,
        }
    }

    /// What the wallet is told.
    pub(crate) const fn movement(&self) -> WalletMovement {
        WalletMovement { operation: self.operation, kind: self.kind }
    }

    /// When it is tried again: at once where the time lies further ahead than any wait, since then
    /// the clock that it was set by has run back.
    pub(crate) const fn due_at(&self, clock: Timestamp) -> i64 {
        let now = clock.unix_ms();
        if self.next_at_ms - now > 2 * MAX_RETRY_MS { now } else { self.next_at_ms }
    }

    /// Counts an attempt; the next comes twice as late, with up to a half of jitter.
    pub(crate) fn attempted(&mut self, clock: Timestamp, random: u64) {
        let doubled = FIRST_RETRY_MS << self.attempts.min(8);
        let wait = doubled.min(MAX_RETRY_MS);
        let jitter = i64::try_from(random % 1000).unwrap_or(0) * wait / 2000;
        self.attempts = self.attempts.saturating_add(1);
        self.next_at_ms = clock.unix_ms() + wait + jitter;
    }
}
