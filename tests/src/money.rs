//! Sums of money, and the check that none is lost or made.

use serde_json::Value;

use crate::distributor::Distributor;

/// An amount in hundredths.
#[track_caller]
pub fn minor(amount: &str) -> i128 {
    let (whole, hundredths) = amount.split_once('.').unwrap_or((amount, "00"));
    assert_eq!(hundredths.len(), 2, "{amount} has two decimals");
    format!("{whole}{hundredths}").parse().unwrap()
}

/// An amount in a JSON object, in hundredths.
#[track_caller]
pub fn minor_of(object: &Value, member: &str) -> i128 {
    minor(object[member].as_str().unwrap_or_else(|| panic!("{member} is not an amount in {object}")))
}

/// Asserts that money is conserved, given all wallets that the distributor ever dealt with. Nothing may move meanwhile.
#[track_caller]
pub fn assert_conserved(distributor: &Distributor<'_>, wallets: &[String]) {
    let position = distributor.position();
    let of = |member| minor_of(&position, member);
    let wallets: i128 = wallets.iter().map(|wallet| minor_of(&distributor.edge.wallet(wallet), "balance")).sum();
    assert_eq!(of("issued"), of("balance") + wallets + of("processing"), "wallets {wallets}, {position}");
    assert_eq!(of("balance"), of("available") + of("held"), "{position}");
    if of("processing") == 0 {
        assert_eq!(wallets, of("cashedIn") - of("cashedOut"), "{position}");
    }
}
