//! Who calls through the console: an active member, found anew in each synchronous stretch.

use universal_wallet::Timestamp;
use universal_wallet_core::error::{Outcome, Refusal};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::sign_in::not_signed_in;
use universal_wallet_core::store::Store;

use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::messages::to_distributor::ConsoleCaller;
use crate::messages::to_user::ToUser;
use crate::objects::distributor::state::DistributorState;

/// One synchronous stretch of a member's call. A person who is disabled here and belongs nowhere else is signed out.
pub(super) async fn for_member<T>(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    run: impl FnOnce(&mut DistributorState, &Caller, Timestamp) -> Outcome<T>,
) -> Outcome<T> {
    let done: Option<T> = state.step(|state, now| {
        state.settle(now)?;
        state.store.note_arrivals()?;
        if let Some(caller) = state.caller(from) {
            return run(state, &caller, now).map(Some);
        }
        let disabled = state.store.member(from.user).is_some_and(|member| member.disabled);
        if disabled && from.only_here { Ok(None) } else { Err(Refusal::not_found().into()) }
    })?;
    if let Some(done) = done {
        return Ok(done);
    }
    // Where the person's object could not be asked, the next call ends the sessions.
    let _ = objects::user(from.login.as_str()).ask::<()>(&ToUser::End).await;
    Err(not_signed_in().into())
}
