//! Writes every operation as CSV to the standard output, and the sums to compare with one's own books
//! to the standard error.
//!
//! ```sh
//! cargo run --example reconcile_csv --features stream > operations.csv
//! ```
//!
//! The client comes from `UNIVERSAL_WALLET_URL`, `UNIVERSAL_WALLET_DISTRIBUTOR_ID` and
//! `UNIVERSAL_WALLET_API_KEY`; the key needs the permission `read-transactions`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Write, stdout};

use futures_util::TryStreamExt;
use universal_wallet_sdk::wire::Operation;
use universal_wallet_sdk::{Client, Decimal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let mut csv = stdout().lock();
    let mut sums: BTreeMap<(String, String), (u64, Decimal)> = BTreeMap::new();
    writeln!(csv, "createdAt,operationID,type,status,amount,counterparty,reference,memo,sequenceNumber")?;
    let mut operations = client.operations().limit(1000).stream();
    while let Some(operation) = operations.try_next().await? {
        writeln!(csv, "{}", row(&operation))?;
        // Without a status nobody knows whether the money moved, so those get a sum of their own.
        let (count, sum) = sums.entry((operation.operation_type.to_string(), status(&operation))).or_default();
        *count += 1;
        *sum += Decimal::from(operation.amount);
    }
    for ((operation_type, status), (count, sum)) in sums {
        eprintln!("{operation_type:<22} {status:<12} {count:>8} {sum:>20}");
    }
    Ok(())
}

fn status(operation: &Operation) -> String {
    operation.status.as_ref().map_or_else(|| "not told".to_owned(), ToString::to_string)
}

fn row(operation: &Operation) -> String {
    let phone = operation.phone_to.as_ref().or(operation.phone_from.as_ref()).map(ToString::to_string);
    let merchant = operation.merchant_short_code.map(|code| code.to_string());
    [
        operation.created_at.to_string(),
        operation.operation_id.to_string(),
        operation.operation_type.to_string(),
        status(operation),
        operation.amount.to_string(),
        text(&phone.or(merchant).unwrap_or_default()),
        text(operation.cash_out_fulfillment_id.as_deref().unwrap_or_default()),
        text(operation.memo.as_deref().unwrap_or_default()),
        operation.sequence_number.map_or_else(String::new, |number| number.to_string()),
    ]
    .join(",")
}

/// A quoted cell. A spreadsheet would run a text that begins like a formula, so that gets an
/// apostrophe before it.
fn text(text: &str) -> String {
    let formula = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{formula}{}\"", text.replace('"', "\"\""))
}
