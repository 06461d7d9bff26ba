//! The limit of requests that one person may leave open, so that nobody buries the others' requests.

use universal_wallet_sdk::Timestamp;

use crate::approvals::model::{Approval, ApprovalKind};
use crate::error::{Code, Outcome, Refusal};
use crate::people::caller::Caller;
use crate::store::Store;

/// Maximum number of open requests of one person; operations have limits of their own.
pub const MAX_OPEN_REQUESTS: usize = 50;

/// Refuses a further request of a person who has as many open as one may have.
pub fn refuse_too_many(store: &dyn Store, caller: &Caller, now: Timestamp) -> Outcome<()> {
    store.room().refuse_full()?;
    let own = |approval: &Approval| {
        approval.kind != ApprovalKind::Operation && store.is_same_person(approval.maker.id, &caller.member)
    };
    let open: Vec<Approval> = store.pending_approvals()?.into_iter().filter(own).collect();
    if open.len() < MAX_OPEN_REQUESTS {
        return Ok(());
    }
    let first = open.iter().map(|approval| approval.expires_at).min().unwrap_or(now);
    let seconds = u32::try_from((first.unix_ms() - now.unix_ms()) / 1000).unwrap_or_default().max(1);
    let message = format!("You have {MAX_OPEN_REQUESTS} open requests; withdraw some, or wait for their decision.");
    Err(Refusal::new(Code::RateLimited, message).retry_after(seconds).into())
}
