//! A wallet's storage in memory.

use std::collections::BTreeMap;

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::OperationID;
use universal_wallet_core::wallet::{Funds, Hold, HoldStatus, WalletStore};
use universal_wallet_sdk::{Amount, Timestamp};

#[derive(Clone, Default)]
pub(crate) struct MemoryWallet {
    /// Number of writes so far.
    pub(crate) writes: u64,
    funds: Funds,
    /// Amount that each operation's entry added, in minor units.
    pub(crate) entries: BTreeMap<OperationID, i64>,
    holds: BTreeMap<OperationID, String>,
}

impl MemoryWallet {
    pub(crate) fn holds(&self) -> impl Iterator<Item = Hold> {
        self.holds.values().map(|text| serde_json::from_str(text).unwrap())
    }

    /// Amount that an operation's entry added, if it has an entry.
    pub(crate) fn brought(&self, id: OperationID) -> Option<i64> {
        self.entries.get(&id).copied()
    }

    /// Panics unless balance and held equal the sums of entries and holds.
    pub(crate) fn must_add_up(&self) {
        assert_eq!(self.entries.values().sum::<i64>(), self.funds.balance.minor());
        let open = self.holds().filter(|hold| matches!(hold.status, HoldStatus::Announcing | HoldStatus::Held));
        assert_eq!(open.map(|hold| hold.amount.minor()).sum::<i64>(), self.funds.held.minor());
        assert!(self.funds.held <= self.funds.balance);
    }
}

impl WalletStore for MemoryWallet {
    fn funds(&self) -> Funds {
        self.funds
    }

    fn append(
        &mut self,
        id: OperationID,
        minor: i64,
        balance: Amount,
        _: Timestamp,
    ) -> Result<Option<i64>, InternalError> {
        if let Some(brought) = self.entries.get(&id) {
            return Ok(Some(*brought));
        }
        self.writes += 1;
        self.entries.insert(id, minor);
        self.funds.balance = balance;
        Ok(None)
    }

    fn hold(&self, id: OperationID) -> Result<Option<Hold>, InternalError> {
        Ok(self.holds.get(&id).map(|text| serde_json::from_str(text)).transpose()?)
    }

    fn put_hold(&mut self, hold: &Hold, held: Amount) -> Result<(), InternalError> {
        self.writes += 1;
        self.holds.insert(hold.id, serde_json::to_string(hold)?);
        self.funds.held = held;
        Ok(())
    }
}
