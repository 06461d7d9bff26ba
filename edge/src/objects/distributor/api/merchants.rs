//! `GET /merchants/{shortCode}`: the merchant's name, so that it is seen before the money goes.

use serde::Serialize;
use universal_wallet_core::error::{Outcome, Refusal};
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_sdk::ShortCode;

use super::response::Handled;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;

/// A merchant by name.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct MerchantName {
    /// Short code that customers pay to.
    short_code: ShortCode,
    /// Name of the merchant.
    name: String,
}

fn answer(found: &MerchantLookup) -> Outcome<Handled> {
    let MerchantLookup::Known(merchant) = found else {
        return Err(Refusal::not_found().into());
    };
    let name = MerchantName { short_code: merchant.short_code, name: merchant.name.clone() };
    Ok(Handled::Answer(Answer::json(200, &name)?))
}

impl DistributorState {
    /// Tells a merchant's name; asks the issuer unless the answer is remembered.
    pub(super) fn get_merchant(&mut self, call: &Call, found: &MerchantLookup) -> Outcome<Handled> {
        Query::of(call.route, &call.query)?;
        let short_code: ShortCode = call.subject.parse().map_err(|_| Refusal::not_found())?;
        match found {
            MerchantLookup::NotYet => match self.merchants.find(short_code, self.clock)? {
                MerchantLookup::NotYet => Ok(Handled::LookUp(short_code)),
                remembered => answer(&remembered),
            },
            found => answer(found),
        }
    }
}
