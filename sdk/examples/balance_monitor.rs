//! Watches the float: prints every change, and warns while less than a given amount is available.
//!
//! ```sh
//! cargo run --example balance_monitor -- 10000.00
//! ```
//!
//! The client comes from `UNIVERSAL_WALLET_URL`, `UNIVERSAL_WALLET_DISTRIBUTOR_ID` and
//! `UNIVERSAL_WALLET_API_KEY`; the key needs the permission `read-balance`.

use std::env;
use std::error::Error;
use std::time::Duration;

use universal_wallet_sdk::{Amount, Client};

const PAUSE: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let threshold: Amount = env::args().nth(1).ok_or("usage: balance_monitor AMOUNT")?.parse()?;
    let client = Client::from_env()?;
    let mut last = None;
    loop {
        match client.balance().send().await {
            Ok(now) if last.as_ref() != Some(&now) => {
                // A server that holds nothing tells the balance alone.
                let available = now.available.unwrap_or(now.balance);
                let warning = if available < threshold { "  LOW: top up the float" } else { "" };
                println!("{now}{warning}");
                last = Some(now);
            }
            Ok(_) => {}
            // The SDK has already repeated the call; this loop waits out a temporary failure.
            Err(error) if error.is_retryable() => eprintln!("{error}; trying again"),
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
