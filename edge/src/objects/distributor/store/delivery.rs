//! Delivery of a movement to a wallet.

use universal_wallet_core::id::OperationID;
use universal_wallet_core::operations::model::{CashOutRequest, Operation, phone_wallet};
use universal_wallet_sdk::{Amount, Timestamp};

use crate::messages::wallet_movement::{MovementKind, WalletMovement};

/// Delay before the first retry, in milliseconds.
pub(crate) const FIRST_RETRY_MS: i64 = 2_000;
/// Time for which an attempt is under way at most: the reply's deadline and a little more.
const UNDER_WAY_MS: i64 = 11_000;
/// Maximum delay between retries, in milliseconds.
const MAX_RETRY_MS: i64 = 300_000;

/// Deliveries that wait for each other. Money does not wait for the ends of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Line {
    /// Credits and captures.
    Money,
    /// Releases of holds.
    Release,
}

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
    /// Time until which an attempt may be under way; zero when it has failed.
    under_way_until_ms: i64,
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
            under_way_until_ms: 0,
        }
    }

    /// The release of an ended request.
    pub(crate) fn of_request(request: &CashOutRequest) -> Self {
        let wallet = phone_wallet(&request.from);
        Self {
            operation: request.id,
            wallet,
            kind: MovementKind::Release,
            of: None,
            attempts: 0,
            next_at_ms: 0,
            under_way_until_ms: 0,
        }
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

    /// The line in which it waits.
    pub(crate) const fn line(&self) -> Line {
        if matches!(self.kind, MovementKind::Release) { Line::Release } else { Line::Money }
    }

    /// Time at which the wallet is told again: at once if that is further ahead than the maximum delay, because then the
    /// clock that set it has run back.
    pub(crate) fn due_at(&self, clock: Timestamp) -> i64 {
        let (now, at) = (clock.unix_ms(), self.next_at_ms.max(self.under_way_until_ms));
        if at - now > 2 * MAX_RETRY_MS { now } else { at }
    }

    /// Time of the alarm for it: before [`Delivery::due_at`] while an attempt is under way, which a crash may have lost.
    pub(crate) fn wake_at(&self, clock: Timestamp) -> i64 {
        if self.next_at_ms > clock.unix_ms() { self.due_at(clock).min(self.next_at_ms) } else { self.due_at(clock) }
    }

    /// Counts an attempt, which is under way.
    pub(crate) fn attempted(&mut self, clock: Timestamp, random: u64) {
        self.attempts = self.attempts.saturating_add(1);
        self.failed(clock, random);
        self.under_way_until_ms = clock.unix_ms() + UNDER_WAY_MS;
    }

    /// Sets the next attempt after one that failed: twice the delay of the one before, with up to half of it as jitter.
    pub(crate) fn failed(&mut self, clock: Timestamp, random: u64) {
        let doubled = FIRST_RETRY_MS << self.attempts.saturating_sub(1).min(8);
        let wait = doubled.min(MAX_RETRY_MS);
        let jitter = i64::try_from(random % 1000).unwrap_or(0) * wait / 2000;
        self.next_at_ms = clock.unix_ms() + wait + jitter;
        self.under_way_until_ms = 0;
    }
}
