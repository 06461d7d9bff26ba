//! Things in the storage that wait, for a wallet or for their time, and every request.

use universal_wallet_core::approvals::model::Approval;
use universal_wallet_core::operations::model::{CashOutRequest, Operation};
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::memory::MemoryStore;

impl MemoryStore {
    /// Operations in transit, whose wallet has to be told.
    pub(crate) fn on_the_way(&self) -> impl Iterator<Item = &Operation> {
        self.processing.iter().map(|number| &self.operations[number].operation)
    }

    /// Every request, about an operation or not.
    pub(crate) fn all_approvals(&self) -> Vec<Approval> {
        let stored = self.approvals.values().map(|text| serde_json::from_str(text).unwrap());
        let operations = self.operations.values().filter_map(|row| self.approval_of(&row.operation).unwrap());
        stored.chain(operations).collect()
    }

    /// Ended requests whose wallet has to be told.
    pub(crate) fn unreleased(&self) -> Vec<CashOutRequest> {
        self.unreleased.iter().map(|id| self.request(*id).unwrap().unwrap()).collect()
    }

    /// Every stored deadline, earliest first.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = Timestamp> {
        self.deadlines.iter().map(|(at, _)| *at)
    }
}
