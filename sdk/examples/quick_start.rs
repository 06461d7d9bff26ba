//! The README's first program.

use universal_wallet_sdk::{Client, Error, Phone};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;

    let balance = client.balance().send().await?;
    println!("{balance}");

    let customer: Phone = "+234 803 123 4567".parse()?;
    let receipt = client.cash_in(customer, 1500).memo("a first try").send().await?;
    println!("{receipt}");
    Ok(())
}
