//! The Rust of the API reference: each call of the client, once.

#![allow(clippy::duration_suboptimal_units, reason = "the client's oldest Rust has no `from_mins`")]

use std::time::Duration;

use universal_wallet_sdk::wire::{CashOutFulfillmentType, OperationStatus};
use universal_wallet_sdk::{Client, Error, IdempotencyKey, Phone};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;

    let balance = client.balance().send().await?;
    println!("{balance}");

    let key = client.key_info().send().await?;
    println!("{} may do {:?}", key.label, key.permissions);

    let customer: Phone = "+234 803 123 4567".parse()?;
    let once = IdempotencyKey::random(); // store it with the sale, before the call
    let receipt = client.cash_in(customer, 8000).idempotency_key(once).memo("Till 1").send().await?;
    println!("{receipt}");

    let operation = client.operation(&receipt.operation_id).send().await?;
    println!("{operation}");

    let withdrawn = client.withdraw(&receipt.operation_id).send().await?;
    println!("{withdrawn}");

    let page = client.operations().status(OperationStatus::Completed).limit(100).page().await?;
    for operation in &page.items {
        println!("{} {} {}", operation.created_at, operation.operation_id, operation.amount);
    }

    let requests = client.cash_outs().limit(100).page().await?;
    for request in &requests.items {
        println!("{} asks for {}", request.from, request.amount);
    }

    for request in &requests.items {
        let id = &request.operation_id;
        client.process_cash_out(id, CashOutFulfillmentType::Cash).reference("receipt-77").send().await?;
        let paid = client.wait_for(id, Duration::from_secs(60)).send().await?;
        println!("{paid}");
    }
    Ok(())
}
