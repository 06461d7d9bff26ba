//! Questions of tests and of the simulator to a storage in memory.

use universal_wallet_core::approvals::model::Approval;
use universal_wallet_core::audit::chain::{Content, Entry};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::keys::model::Key;
use universal_wallet_core::operations::decision;
use universal_wallet_core::operations::model::{CashOutRequest, Operation};
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::{MemoryStore, Row, document};

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

    pub(crate) fn operation_at(&self, number: u64) -> Option<Operation> {
        self.operations.get(&number).map(|row| row.operation.clone())
    }

    /// An entry of either kind.
    pub(crate) fn entry(&self, number: u64) -> Option<Entry> {
        let stored = self.entries.get(&number).map(|entry| (**entry).clone());
        stored.or_else(|| self.operations.get(&number).map(Row::entry))
    }

    pub(super) fn approval_of(&self, operation: &Operation) -> Result<Option<Approval>, InternalError> {
        let entry = operation.state.decision.map(|decision| self.entry(decision.entry).unwrap());
        let content = entry.map(|entry| Content::read(&entry.text)).transpose()?;
        decision::approval(operation, self.profile.0.id, content.as_ref())
    }

    /// Unclaimed keys that match, oldest first.
    pub(super) fn unclaimed_keys(&self, wanted: impl Fn(&Key) -> bool) -> Result<Vec<Key>, InternalError> {
        let mut keys = Vec::new();
        for id in &self.unclaimed_keys {
            keys.extend(document::<Key>(self.keys.get(id))?.filter(&wanted));
        }
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }
}
