//! The calling member: an active member, looked up again in each synchronous stretch.

use universal_wallet_core::error::{Outcome, Refusal};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::sign_in::not_signed_in;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::messages::to_distributor::ConsoleCaller;
use crate::messages::to_user::ToUser;
use crate::objects::distributor::state::DistributorState;

/// Runs one synchronous stretch of a member's call. A disabled person who belongs to no other distributor is signed
/// out.
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
    // If the person's object cannot be reached, the next call ends the sessions.
    let _ = objects::user(from.login.as_str()).ask::<()>(&ToUser::End).await;
    Err(not_signed_in().into())
}
