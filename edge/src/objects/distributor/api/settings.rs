//! Settings of the distributor: the second factor, and the float that is low.

use serde::Serialize;
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::second_factor::proof::Requirement;
use universal_wallet_core::responses::ApprovalView;
use universal_wallet_core::settings;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::{Amount, Timestamp};

use crate::http::answer::Answer;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;
use crate::platform::random;

/// Settings of a distributor.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DistributorSettings {
    /// Whether members need a second factor.
    second_factor: Requirement,
    /// Balance below which the float is low; null for no warning.
    low_float: Option<Amount>,
    /// The request for a change that needs another person.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
}

impl DistributorState {
    /// `GET /settings`.
    pub(super) fn get_settings(&self, caller: &Caller) -> Outcome<Answer> {
        caller.may(&[])?;
        self.settings(None)
    }

    /// `PATCH /settings`.
    pub(super) fn change_settings(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let approval = self.write(|store| settings::change(store, moment, caller, &call.input))?;
        self.settings(approval.map(|approval| approval.view()))
    }

    fn settings(&self, approval: Option<ApprovalView>) -> Outcome<Answer> {
        let profile = self.store.profile();
        let (second_factor, low_float) = (profile.second_factor, profile.low_float);
        Ok(Answer::json(200, &DistributorSettings { second_factor, low_float, approval })?)
    }
}
