//! The program of the guide "Get started".

use universal_wallet_sdk::{Client, Error, Phone};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;

    let balance = client.balance().send().await?;
    println!("{balance}");

    let customer: Phone = "+234 803 123 4567".parse()?;
    let receipt = client.cash_in(customer, 250).memo("from Rust").send().await?;
    println!("{receipt}");
    Ok(())
}
