//! The calling member: an active member, looked up again in each synchronous stretch.

use universal_wallet_core::error::{Outcome, Refusal};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_sdk::Timestamp;

use crate::calls::shared::Shared;
use crate::messages::to_distributor::ConsoleCaller;
use crate::objects::distributor::state::DistributorState;

/// Runs one synchronous stretch of a member's call. For anybody else there is nothing here.
pub(super) fn for_member<T>(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    run: impl FnOnce(&mut DistributorState, &Caller, Timestamp) -> Outcome<T>,
) -> Outcome<T> {
    state.step(|state, now| {
        state.settle(now)?;
        state.store.note_arrivals()?;
        state.as_member(from, now, run)
    })
}

/// The same for a verification, also of storage that cannot be read in part.
pub(super) fn for_verifying_member<T>(
    state: &Shared<DistributorState>,
    from: &ConsoleCaller,
    run: impl FnOnce(&mut DistributorState, &Caller, Timestamp) -> Outcome<T>,
) -> Outcome<T> {
    state.step(|state, now| {
        state.settle_for_verification(now);
        state.as_member(from, now, run)
    })
}

impl DistributorState {
    fn as_member<T>(
        &mut self,
        from: &ConsoleCaller,
        now: Timestamp,
        run: impl FnOnce(&mut Self, &Caller, Timestamp) -> Outcome<T>,
    ) -> Outcome<T> {
        let caller = self.caller(from, now).ok_or_else(Refusal::not_found)?;
        run(self, &caller, now)
    }
}
