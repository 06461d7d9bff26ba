//! Messages to the Issuer.

use serde::{Deserialize, Serialize};
use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::id::DistributorID;
use universal_wallet_core::operations::model::Merchant;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::{Idempotency, Input};

/// Distributors per page of the list.
pub(crate) const DISTRIBUTORS_PAGE: usize = 1000;

/// A message to the Issuer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToIssuer {
    /// Begins the creation of a distributor.
    Begin { id: Option<DistributorID>, idempotency_key: Option<String>, request: Digest },
    /// Completes the creation of a distributor.
    Created { id: DistributorID },
    /// Remembers an idempotency key of a call that other objects carry out; refused if another call has it.
    Remember { idempotency: Idempotency },
    /// Registers a merchant.
    CreateMerchant { input: Input },
    /// Looks up a merchant.
    Merchant { short_code: String },
    /// Lists the distributors after this one, in the order of their IDs.
    Distributors { after: Option<DistributorID> },
    /// Keeps the head of a distributor's chain.
    Anchor { distributor: DistributorID, anchor: Anchor },
    /// Asks for the last kept head of a distributor's chain.
    AnchorOf { distributor: DistributorID },
}

/// A distributor whose creation has begun.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) id: DistributorID,
    /// True if the same call created it before.
    pub(crate) replayed: bool,
}

/// A merchant, with a flag for a repeated call.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CreatedMerchant {
    pub(crate) merchant: Merchant,
    pub(crate) replayed: bool,
}
