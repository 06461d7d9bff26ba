//! Requests that people decide. Those about operations have no rows of their own: operations tell them.

use universal_wallet_core::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::operations::decision;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::text::json_text;

use super::SqlStore;
use super::rows::approval_number;

impl SqlStore {
    /// The request about an operation, if it needs one.
    pub(crate) fn approval_of(&self, operation: &Operation) -> Result<Option<Approval>, InternalError> {
        let decided = match operation.state.decision {
            Some(decision) => {
                let entry =
                    self.entry(decision.entry)?.ok_or_else(|| InternalError::new("a decision without entry"))?;
                Some(self.content(&entry)?)
            }
            None => None,
        };
        decision::approval(operation, self.profile.id, decided.as_ref())
    }

    /// Requests below a number, newest first, with their numbers.
    pub(crate) fn approvals_before(
        &self,
        before: u64,
        limit: u32,
        kind: Option<ApprovalKind>,
        status: Option<ApprovalStatus>,
    ) -> Result<Vec<(u64, Approval)>, InternalError> {
        let mut found = Vec::new();
        if kind != Some(ApprovalKind::Operation) {
            found = self.approval_rows(before, limit, kind, status)?;
        }
        if kind.is_none_or(|kind| kind == ApprovalKind::Operation) {
            for operation in self.asked_operations(before, limit, status)? {
                found.extend(self.approval_of(&operation)?.map(|approval| (operation.number, approval)));
            }
        }
        found.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        found.truncate(limit as usize);
        Ok(found)
    }

    fn approval_rows(
        &self,
        before: u64,
        limit: u32,
        kind: Option<ApprovalKind>,
        status: Option<ApprovalStatus>,
    ) -> Result<Vec<(u64, Approval)>, InternalError> {
        let mut sql = String::from("SELECT n, doc FROM approvals WHERE n < ?");
        let filters = [("kind", kind.map(ApprovalKind::as_str)), ("status", status.map(ApprovalStatus::as_str))];
        for (column, word) in filters {
            if let Some(word) = word {
                sql.extend([" AND ", column, " = '", word, "'"]);
            }
        }
        sql += " ORDER BY n DESC LIMIT ?";
        let rows: Vec<(u64, String)> = self.db.rows(sql, (before, limit))?;
        rows.into_iter().map(|(number, text)| Ok((number, json_text::read(&text)?))).collect()
    }

    /// Operations that a checker decides or decided. The index has them by status, so each status is read by itself.
    fn asked_operations(
        &self,
        before: u64,
        limit: u32,
        status: Option<ApprovalStatus>,
    ) -> Result<Vec<Operation>, InternalError> {
        let wanted = ApprovalStatus::ALL.into_iter().filter(|known| status.is_none_or(|status| status == *known));
        let of_status = |status| {
            let number = approval_number(status);
            format!(
                "SELECT * FROM (SELECT n FROM operations WHERE approval = {number} AND n < ?1 ORDER BY n DESC LIMIT ?2)"
            )
        };
        let numbers = wanted.map(of_status).collect::<Vec<_>>().join(" UNION ALL ");
        self.operations(format!("WHERE n IN ({numbers} ORDER BY n DESC LIMIT ?2) ORDER BY n DESC"), (before, limit))
    }
}
