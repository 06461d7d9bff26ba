//! Indexes over operations: which are pending, for how long, and which are on their way to a wallet.

use universal_wallet_core::approvals::model::ApprovalKind;
use universal_wallet_core::operations::model::{Operation, OperationStatus};
use universal_wallet_core::store::Deadline;

use super::MemoryStore;

impl MemoryStore {
    pub(super) fn track(&mut self, number: u64) {
        let Operation { facts, state, .. } = &self.operations[&number].operation;
        let due = facts.approval.map(|id| (facts.created_at.plus_ms(ApprovalKind::Operation.lapses_after_ms()), id));
        if let Some((at, id)) = due {
            match state.status {
                OperationStatus::Pending => self.deadlines.insert((at, Deadline::Approval(id))),
                _ => self.deadlines.remove(&(at, Deadline::Approval(id))),
            };
        }
        if let Some((key, _)) = facts.key {
            let pending = self.pending.entry(key).or_default();
            match state.status {
                OperationStatus::Pending => pending.insert(number),
                _ => pending.remove(&number),
            };
        }
        match state.status {
            OperationStatus::Processing => self.processing.insert(number),
            _ => self.processing.remove(&number),
        };
    }
}
