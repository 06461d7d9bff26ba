//! `GET /merchants/{shortCode}`: the merchant's name, so that it is seen before the money goes.

use serde::Serialize;
use universal_wallet_core::error::{Outcome, Refusal};
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_core::operations::model::Merchant;
use universal_wallet_sdk::{ShortCode, Timestamp};

use super::response::Handled;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;

/// Time for which an answer, also that nobody is known, is remembered.
const REMEMBERED_MS: i64 = 10_000;
/// Maximum number of remembered answers.
const MAX_REMEMBERED: usize = 10_000;

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

fn answer(merchant: Option<&Merchant>) -> Outcome<Handled> {
    let merchant = merchant.ok_or_else(Refusal::not_found)?;
    let name = MerchantName { short_code: merchant.short_code, name: merchant.name.clone() };
    Ok(Handled::Answer(Answer::json(200, &name)?))
}

impl DistributorState {
    /// Tells a merchant's name; asks the issuer unless the answer is remembered.
    pub(super) fn get_merchant(&mut self, call: &Call, found: &MerchantLookup, now: Timestamp) -> Outcome<Handled> {
        Query::of(call.route, &call.query)?;
        let short_code: ShortCode = call.subject.parse().map_err(|_| Refusal::not_found())?;
        let number = short_code.number();
        let merchant = match found {
            MerchantLookup::NotYet => match self.looked_up.get(&number) {
                Some((at, merchant)) if now < at.plus_ms(REMEMBERED_MS) => return answer(merchant.as_ref()),
                _ => return Ok(Handled::LookUp(short_code.to_string())),
            },
            MerchantLookup::Unknown => None,
            MerchantLookup::Known(merchant) => Some(merchant.clone()),
        };
        if self.looked_up.len() >= MAX_REMEMBERED {
            self.looked_up.clear();
        }
        self.looked_up.insert(number, (now, merchant.clone()));
        answer(merchant.as_ref())
    }
}
