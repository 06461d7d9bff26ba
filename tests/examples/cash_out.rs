//! The program of the guide "Cash-out via API".

#![allow(clippy::duration_suboptimal_units, reason = "the client's oldest Rust has no `from_mins`")]

use std::time::Duration;

use universal_wallet_sdk::wire::CashOutFulfillmentType;
use universal_wallet_sdk::{Client, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let page = client.cash_outs().limit(10).page().await?;
    for request in &page.items {
        let id = &request.operation_id;
        client.process_cash_out(id, CashOutFulfillmentType::Cash).reference("receipt-78").send().await?;
        let operation = client.wait_for(id, Duration::from_secs(300)).send().await?;
        if operation.is_completed() {
            println!("{id}: hand out {}", operation.amount);
        } else {
            println!("do not pay: {operation}");
        }
    }
    println!("{} requests", page.items.len());
    Ok(())
}
