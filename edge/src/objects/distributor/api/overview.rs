//! A distributor as a whole: its balance for keys, its summary for members.

use serde::Serialize;
use universal_wallet::Amount;
use universal_wallet::id::DistributorID;
use universal_wallet::wire::Balance;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::store::Store;

use crate::http::answer::Answer;
use crate::objects::distributor::api::issuer::Standing;
use crate::objects::distributor::state::DistributorState;

/// A distributor, as its members see it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    /// Names it.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// What it is called.
    name: String,
    /// The deployment's currency.
    currency: String,
    /// All of the float.
    balance: Amount,
    /// What is free to be spent.
    available: Amount,
    /// What pending cash-ins hold.
    held: Amount,
    /// Whether the issuer suspended it.
    status: Standing,
}

impl DistributorState {
    /// `GET /balance`.
    pub(super) fn balance(&self) -> Outcome<Answer> {
        let book = self.store.head().book;
        let currency = self.store.profile().currency.clone();
        Ok(Answer::json(200, &Balance::new(book.balance, book.available(), book.held, currency))?)
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
