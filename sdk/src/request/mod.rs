//! The requests, each built by a method of [`Client`](crate::Client) and then sent.

mod body;
mod cash_in;
mod cash_out;
mod cash_outs;
mod export;
#[cfg(feature = "stream")]
mod items;
mod operations;
mod process_cash_out;
mod read;
mod wait_for;
mod withdraw;

pub use cash_in::{CashIn, Recipient};
pub use cash_out::CashOut;
pub use cash_outs::CashOuts;
pub use export::{Download, Export, ExportFormat};
pub use operations::{OperationPage, Operations};
pub use process_cash_out::ProcessCashOut;
pub use read::Read;
pub use wait_for::WaitFor;
pub use withdraw::Withdraw;

use rust_decimal::Decimal;

use crate::{Amount, AmountError, Error};

/// The amount of a write: money has to move.
fn amount(decimal: Decimal) -> Result<Amount, Error> {
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

/// The parameters of a list as a query, `?` included where there are any.
fn query(parameters: &[(&str, Option<String>)]) -> String {
    let mut query = String::new();
    for (name, value) in parameters {
        let Some(value) = value else { continue };
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        query.extend(percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC));
    }
    query
}
