//! Overview of a distributor: its balance for keys, its summary for members.

use serde::Serialize;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::id::DistributorID;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::responses::Balance;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Amount;

use crate::http::answer::Answer;
use crate::objects::distributor::api::issuer::Standing;
use crate::objects::distributor::state::DistributorState;

/// Summary of a distributor for its members.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    /// ID of the distributor.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// Name of the distributor.
    name: String,
    /// The deployment's currency.
    currency: String,
    /// Whole balance of the float.
    balance: Amount,
    /// Balance minus holds.
    available: Amount,
    /// Amount held by pending cash-ins.
    held: Amount,
    /// Status of the distributor.
    status: Standing,
}

impl DistributorState {
    /// `GET /balance`.
    pub(super) fn balance(&self) -> Outcome<Answer> {
        let book = self.store.head().book;
        let currency = self.store.profile().currency.clone();
        Ok(Answer::json(
            200,
            &Balance { balance: book.balance, available: book.available(), held: book.held, currency },
        )?)
    }

    /// `GET` of the distributor itself.
    pub(super) fn summary(&self, caller: &Caller) -> Outcome<Answer> {
        caller.may(&[])?;
        let (profile, book) = (self.store.profile(), self.store.head().book);
        let summary = Summary {
            distributor_id: profile.id,
            name: profile.name.clone(),
            currency: profile.currency.clone(),
            balance: book.balance,
            available: book.available(),
            held: book.held,
            status: Standing::of(&profile),
        };
        Ok(Answer::json(200, &summary)?)
    }
}
