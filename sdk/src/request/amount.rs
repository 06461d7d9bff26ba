//! The amount of a write.

use rust_decimal::Decimal;

use crate::amount::{Amount, AmountError};
use crate::error::Error;

/// A write has to move money, so zero is refused.
pub(super) fn amount(decimal: Decimal) -> Result<Amount, Error> {
    match Amount::try_from(decimal) {
        Ok(amount) if !amount.is_zero() => Ok(amount),
        Ok(_) => Err(Error::input(ZeroAmount)),
        Err(error) => Err(AmountError::into(error)),
    }
}

#[derive(Debug)]
struct ZeroAmount;

impl core::fmt::Display for ZeroAmount {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the amount has to be greater than zero")
    }
}

impl core::error::Error for ZeroAmount {}
