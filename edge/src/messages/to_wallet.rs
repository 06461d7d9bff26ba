//! Messages to a Wallet other than movements.

use serde::{Deserialize, Serialize};
use universal_wallet_core::id::OperationID;
use universal_wallet_core::text::input::Input;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::{Amount, Phone};

/// A message to a Wallet.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWallet {
    /// Asks for the wallet's funds.
    Funds,
    /// Verifies the wallet's entries and holds.
    Verify,
    /// Requests a cash-out for the owner.
    Request { from: Phone, input: Input },
    /// Asks for the distributor of a request.
    RequestOf { operation: OperationID },
}

/// Funds of a wallet.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WalletFunds {
    /// Whole balance.
    pub(crate) balance: Amount,
    /// Balance minus holds.
    pub(crate) available: Amount,
    /// Amount held for cash-out requests.
    pub(crate) held: Amount,
}

/// Totals of a wallet's entries and holds, read from storage and not from memory.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WalletVerified {
    /// Number of entries.
    pub(crate) entries: u64,
    /// Balance after the entries.
    pub(crate) balance: Total,
    /// Amount held for requests that a distributor knows of.
    pub(crate) held: Total,
    /// Amount held for requests that are not yet announced.
    pub(crate) announcing: Total,
    /// Inconsistencies, one sentence each.
    pub(crate) problems: Vec<String>,
}
