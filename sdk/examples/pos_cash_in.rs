//! A till that never credits a sale twice and never loses one, even across crashes and power cuts.
//!
//! ```sh
//! cargo run --example pos_cash_in -- "+234 803 123 4567" 1500
//! cargo run --example pos_cash_in -- 100000 250.50
//! cargo run --example pos_cash_in          # only finishes what an earlier run left open
//! ```
//!
//! A line goes to `till.journal` **before** the first call: the sale's idempotency key, its recipient
//! and its amount. A second line says how it ended. On start, every sale without an end is sent again
//! with its own key, which the server does at most once.
//!
//! The client comes from `UNIVERSAL_WALLET_URL`, `UNIVERSAL_WALLET_DISTRIBUTOR_ID` and
//! `UNIVERSAL_WALLET_API_KEY`; the key needs the permission `perform-operations`.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};

use universal_wallet_sdk::request::Recipient;
use universal_wallet_sdk::{Amount, Client, IdempotencyKey, Phone, ShortCode};

const JOURNAL: &str = "till.journal";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    for sale in open_sales()? {
        println!("finishing the sale {}", sale.key);
        send(&client, sale).await?;
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => Ok(()),
        [to, amount] => {
            let sale = Sale { key: IdempotencyKey::random(), to: to.clone(), amount: amount.parse()? };
            recipient(&sale.to)?;
            write(&format!("open\t{}\t{}\t{}", sale.key, sale.to, sale.amount))?;
            send(&client, sale).await
        }
        _ => Err("usage: pos_cash_in [PHONE|SHORTCODE AMOUNT]".into()),
    }
}

struct Sale {
    key: IdempotencyKey,
    to: String,
    amount: Amount,
}

/// Sends a sale that is in the journal, and notes how it ended.
async fn send(client: &Client, sale: Sale) -> Result<(), Box<dyn Error>> {
    let key = sale.key.clone();
    match client.cash_in(recipient(&sale.to)?, sale.amount).idempotency_key(sale.key).send().await {
        Ok(receipt) => {
            write(&format!("end\t{key}\t{}", receipt.operation_id))?;
            let before = if receipt.replayed { ", as an earlier call had asked" } else { "" };
            println!("{receipt}{before}");
            Ok(())
        }
        // Whatever the outcome, the next start sends the sale again with the same key.
        Err(error) if error.is_outcome_unknown() || error.is_retryable() => Err(error.into()),
        // Nothing moved, and sending the sale again would not change that.
        Err(error) => {
            write(&format!("end\t{key}\trefused"))?;
            Err(error.into())
        }
    }
}

fn recipient(text: &str) -> Result<Recipient, universal_wallet_sdk::Error> {
    if text.starts_with('+') { Ok(text.parse::<Phone>()?.into()) } else { Ok(text.parse::<ShortCode>()?.into()) }
}

/// The sales without an end in the journal.
fn open_sales() -> Result<Vec<Sale>, Box<dyn Error>> {
    let journal = match fs::read_to_string(JOURNAL) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        journal => journal?,
    };
    let mut open = BTreeMap::new();
    for line in journal.lines() {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["open", key, to, amount] => {
                let sale = Sale { key: key.parse()?, to: (*to).to_owned(), amount: amount.parse()? };
                open.insert((*key).to_owned(), sale);
            }
            ["end", key, _] => _ = open.remove(*key),
            _ => return Err(format!("{JOURNAL} has a line that no till wrote: {line}").into()),
        }
    }
    Ok(open.into_values().collect())
}

/// Appends a line and waits until it is on the disk.
fn write(line: &str) -> Result<(), std::io::Error> {
    let mut journal = OpenOptions::new().create(true).append(true).open(JOURNAL)?;
    writeln!(journal, "{line}")?;
    journal.sync_all()
}
