//! State of a wallet, used in synchronous stretches.

use universal_wallet_core::error::{Code, Outcome, refuse};
use universal_wallet_core::id::{DistributorID, OperationID};
use universal_wallet_core::wallet::{Credited, Funds, WalletStore, capture, credit, release};
use universal_wallet_sdk::Amount;
use universal_wallet_sdk::Timestamp;

use super::store::SqlWallet;
use crate::calls::shared::State;
use crate::messages::to_wallet::WalletFunds;
use crate::messages::wallet_movement::{MovementKind, WalletMovement};
use crate::platform::clock;

/// State of a wallet.
pub(super) struct WalletState {
    pub(super) store: SqlWallet,
}

impl State for WalletState {
    fn begin(&mut self) -> Timestamp {
        clock::now()
    }

    fn end(&mut self, _: Timestamp) {}
}

impl WalletState {
    /// The wallet's funds.
    pub(super) fn funds(&self) -> WalletFunds {
        let Funds { balance, held } = self.store.funds;
        WalletFunds { balance, available: self.store.funds.available(), held }
    }

    /// The distributor of a cash-out request.
    pub(super) fn distributor_of(&self, request: OperationID) -> Outcome<Option<DistributorID>> {
        Ok(self.store.hold(request)?.map(|hold| hold.distributor))
    }

    /// Applies a movement: credit, capture or release.
    pub(super) fn move_money(&mut self, movement: WalletMovement, now: Timestamp) -> Outcome<()> {
        let WalletMovement { operation, kind } = movement;
        match kind {
            MovementKind::Credit(amount) => self.credit(operation, amount, now),
            MovementKind::Capture => self.write(|store| capture(store, operation, now)),
            MovementKind::Release => self.write(|store| Ok(release(store, operation)?)),
        }
    }

    /// Credits a cash-in: one statement writes it, so it needs no transaction.
    fn credit(&mut self, operation: OperationID, amount: Amount, now: Timestamp) -> Outcome<()> {
        self.store.make()?;
        match credit(&mut self.store, operation, amount, now)? {
            Credited::Taken => Ok(()),
            Credited::Refused => refuse(Code::InvalidAmount, "The wallet's balance would pass the largest."),
        }
    }

    /// Runs a command about a hold, whose writes are atomic.
    pub(super) fn write<T>(&mut self, command: impl FnOnce(&mut SqlWallet) -> Outcome<T>) -> Outcome<T> {
        let store = &mut self.store;
        store.make_holds()?;
        let before = store.funds;
        let db = store.db.clone();
        let result = db.atomically(|| command(store));
        if result.is_err() {
            self.store.funds = before;
        }
        result
    }
}
