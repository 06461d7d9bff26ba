//! Messages to a Wallet, besides movements.

use serde::{Deserialize, Serialize};
use universal_wallet::id::OperationID;
use universal_wallet::{Amount, Phone};
use universal_wallet_core::text::input::Input;
use universal_wallet_core::total::Total;

/// A message to a Wallet.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWallet {
    /// How much is in it.
    Funds,
    /// Whether its entries and holds fit together.
    Verify,
    /// The owner asks to be paid out.
    Request { from: Phone, input: Input },
    /// Who pays a request out.
    RequestOf { operation: OperationID },
}

/// A wallet's money.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WalletFunds {
    /// All of it.
    pub(crate) balance: Amount,
    /// What is free.
    pub(crate) available: Amount,
    /// What requests to be paid out hold.
    pub(crate) held: Amount,
}

/// What a wallet's entries and holds come to, read behind the back of what is in memory.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WalletVerified {
    /// Number of entries.
    pub(crate) entries: u64,
    /// The balance that they leave.
    pub(crate) balance: Total,
    /// What is held for requests that a distributor knows of.
    pub(crate) held: Total,
    /// What is held for requests that none knows of yet.
    pub(crate) announcing: Total,
    /// What does not fit, a sentence each.
    pub(crate) problems: Vec<String>,
}
