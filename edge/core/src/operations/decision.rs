//! The request that a checker decides about an operation. It has no row of its own: its subject is the operation's
//! facts, and the entry that ended it tells by whom, when and why.

use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::audit::chain::Content;
use crate::error::InternalError;
use crate::id::DistributorID;
use crate::operations::model::Operation;
use crate::people::model::Actor;
use crate::text::json_text::add;

/// Details of the entry that ends a request: its status, the digest that the checker agreed to, or the reason.
pub fn details(approval: &Approval, why: Option<&str>) -> Value {
    let mut details = json!({ "approval": approval.status });
    match why {
        Some(why) => add(&mut details, [("reason", json!(why))]),
        None => add(&mut details, [("digest", json!(approval.digest))]),
    }
    details
}

/// Status of the request that an entry ended, if it ended one.
pub fn status(content: &Content) -> Option<ApprovalStatus> {
    let word = content.details.get("approval")?.as_str()?;
    ApprovalStatus::ALL.into_iter().find(|status| status.as_str() == word)
}

/// A request after its end. A person who approves, rejects or withdraws has decided it; the system only lets it lapse.
#[must_use]
pub fn ended(pending: Approval, status: ApprovalStatus, actor: &Actor, at: Timestamp, why: Option<&str>) -> Approval {
    let lapsed = status == ApprovalStatus::Expired && *actor == Actor::System;
    let person = if let Actor::User(person) = actor { Some(person) } else { None };
    let told = match status {
        ApprovalStatus::Rejected => true,
        ApprovalStatus::Withdrawn => person.is_none(),
        ApprovalStatus::Expired => !lapsed,
        ApprovalStatus::Pending | ApprovalStatus::Approved => false,
    };
    Approval {
        status,
        decided_by: person.filter(|_| status != ApprovalStatus::Expired).cloned(),
        decided_at: Some(if lapsed { pending.expires_at } else { at }),
        reason: why.filter(|_| told).map(str::to_owned),
        ..pending
    }
}

/// The request about an operation, if it needs one; `decided` is the entry that ended it.
pub fn approval(
    operation: &Operation,
    distributor: DistributorID,
    decided: Option<&Content>,
) -> Result<Option<Approval>, InternalError> {
    let facts = &operation.facts;
    let Some(id) = facts.approval else { return Ok(None) };
    let kind = ApprovalKind::Operation;
    let pending = Approval::ask(id, distributor, kind, facts.subject(), &facts.maker, facts.created_at)?;
    let Some(decided) = decided else { return Ok(Some(pending)) };
    let status = status(decided).ok_or_else(|| InternalError::new("an entry that decides nothing"))?;
    let why = decided.details.get("reason").and_then(Value::as_str);
    let entry = decided.number;
    Ok(Some(Approval { entry, ..ended(pending, status, &decided.actor, decided.at, why) }))
}
