//! The program of the guide "Cash-in via API".

use universal_wallet_sdk::{Client, Error, IdempotencyKey, Phone};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let customer: Phone = "+234 803 123 4567".parse()?;
    let sale: IdempotencyKey = "sale-1003".parse()?;

    match client.cash_in(customer, 1500).idempotency_key(sale).send().await {
        Ok(receipt) => println!("{receipt}"),
        Err(error) if error.is_outcome_unknown() => println!("ask again with sale-1003: {error}"),
        Err(error) => println!("nothing moved: {error}"),
    }
    Ok(())
}
