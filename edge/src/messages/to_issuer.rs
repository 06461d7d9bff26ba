//! Messages to the Issuer.

use serde::{Deserialize, Serialize};
use universal_wallet::id::DistributorID;
use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::operations::model::Merchant;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Input;

/// How many distributors a page of their list has.
pub(crate) const DISTRIBUTORS_PAGE: usize = 1000;

/// A message to the Issuer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToIssuer {
    /// A distributor begins to be created.
    Begin { id: Option<DistributorID>, idempotency_key: Option<String>, request: Digest },
    /// It is created.
    Created { id: DistributorID },
    /// A merchant is registered.
    CreateMerchant { input: Input },
    /// A merchant is looked up.
    Merchant { short_code: String },
    /// The distributors after this one, in the order of their IDs.
    Distributors { after: Option<DistributorID> },
    /// A distributor sends the head of its chain.
    Anchor { distributor: DistributorID, anchor: Anchor },
    /// The head of a distributor's chain, as it was last sent.
    AnchorOf { distributor: DistributorID },
}

/// The beginning of a distributor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) id: DistributorID,
    /// It was created before, by the same call.
    pub(crate) replayed: bool,
}

/// A merchant, and whether the call was made before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CreatedMerchant {
    pub(crate) merchant: Merchant,
    pub(crate) replayed: bool,
}
