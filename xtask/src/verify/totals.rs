//! The sums over all wallets.

use super::money::Money;

/// The number of wallets and the sum of their balances.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) number: usize,
    pub(super) balance: Money,
}
