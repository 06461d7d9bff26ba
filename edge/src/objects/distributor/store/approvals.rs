//! Requests that people decide. Those about operations have no rows of their own: operations tell them.

use universal_wallet_core::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::operations::decision;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::text::json_text;

use super::SqlStore;
use super::rows::approval_number;

/// Which requests of a list come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    NewestFirst,
    OldestFirst,
}

impl Order {
    /// A number before all others.
    const fn start(self) -> u64 {
        match self {
            Self::NewestFirst => 1 << 52,
            Self::OldestFirst => 0,
        }
    }

    /// Comparison with the number before, and direction, in SQL.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NewestFirst => ("<", "DESC"),
            Self::OldestFirst => (">", "ASC"),
        }
    }
}

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

    /// Requests of these kinds, or of all for none, after a number in the order of the list; with their numbers.
    pub(crate) fn approvals(
        &self,
        order: Order,
        after: Option<u64>,
        limit: u32,
        kinds: &[ApprovalKind],
        status: Option<ApprovalStatus>,
    ) -> Result<Vec<(u64, Approval)>, InternalError> {
        let after = after.unwrap_or(order.start());
        let mut found = Vec::new();
        if kinds.is_empty() {
            found = self.approval_rows(order, after, limit, None, status)?;
        }
        // Each kind by itself is a stretch of an index; several at once would have to be sorted.
        for kind in kinds.iter().filter(|kind| **kind != ApprovalKind::Operation) {
            found.extend(self.approval_rows(order, after, limit, Some(*kind), status)?);
        }
        if kinds.is_empty() || kinds.contains(&ApprovalKind::Operation) {
            for operation in self.asked_operations(order, after, limit, status)? {
                found.extend(self.approval_of(&operation)?.map(|approval| (operation.number, approval)));
            }
        }
        found.sort_unstable_by_key(|(number, _)| match order {
            Order::NewestFirst => u64::MAX - number,
            Order::OldestFirst => *number,
        });
        found.truncate(limit as usize);
        Ok(found)
    }

    fn approval_rows(
        &self,
        order: Order,
        after: u64,
        limit: u32,
        kind: Option<ApprovalKind>,
        status: Option<ApprovalStatus>,
    ) -> Result<Vec<(u64, Approval)>, InternalError> {
        let (beyond, direction) = order.words();
        let mut sql = format!("SELECT n, doc FROM approvals WHERE n {beyond} ?");
        let filters = [("kind", kind.map(ApprovalKind::as_str)), ("status", status.map(ApprovalStatus::as_str))];
        for (column, word) in filters {
            if let Some(word) = word {
                sql.extend([" AND ", column, " = '", word, "'"]);
            }
        }
        sql.extend([" ORDER BY n ", direction, " LIMIT ?"]);
        let rows: Vec<(u64, String)> = self.db.rows(sql, (after, limit))?;
        rows.into_iter().map(|(number, text)| Ok((number, json_text::read(&text)?))).collect()
    }

    /// Operations that a checker decides or decided. The index has them by status, so each status is read by itself.
    fn asked_operations(
        &self,
        order: Order,
        after: u64,
        limit: u32,
        status: Option<ApprovalStatus>,
    ) -> Result<Vec<Operation>, InternalError> {
        let (beyond, direction) = order.words();
        let wanted = ApprovalStatus::ALL.into_iter().filter(|known| status.is_none_or(|status| status == *known));
        let of_status = |status| {
            let number = approval_number(status);
            format!(
                "SELECT * FROM (SELECT n FROM operations WHERE approval = {number} AND n {beyond} ?1 \
                 ORDER BY n {direction} LIMIT ?2)"
            )
        };
        let numbers = wanted.map(of_status).collect::<Vec<_>>().join(" UNION ALL ");
        self.operations(
            format!("WHERE n IN ({numbers} ORDER BY n {direction} LIMIT ?2) ORDER BY n {direction}"),
            (after, limit),
        )
    }
}
