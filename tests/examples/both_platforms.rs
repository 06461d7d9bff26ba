//! One program for the reference platform and for this edge: what one of them does not tell is `None`.

use universal_wallet_sdk::{Client, Error, IdempotencyKey, Phone};

/// Settings from the environment, beside those of [`Client::from_env`]: whether the server knows idempotency keys.
fn client() -> Result<Client, Error> {
    let setting = |name: &str| std::env::var(name).unwrap_or_default();
    let (url, distributor_id, api_key) = (
        setting("UNIVERSAL_WALLET_URL"),
        setting("UNIVERSAL_WALLET_DISTRIBUTOR_ID"),
        setting("UNIVERSAL_WALLET_API_KEY"),
    );
    let knows_idempotency_keys = setting("UNIVERSAL_WALLET_IS_REFERENCE").is_empty();
    let client = Client::builder(url, distributor_id.parse()?, api_key.parse()?)
        .repeat_writes(knows_idempotency_keys)
        .build()?;
    Ok(client)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = client()?;
    println!("{}", client.balance().send().await?);

    let customer: Phone = "+234 8123456781".parse()?;
    let sale = IdempotencyKey::random(); // store it with the sale, before the call
    let receipt = client.cash_in(customer, 5000).idempotency_key(sale).send().await?;
    println!("{receipt}");

    let page = client.operations().limit(10).offset(0).page().await?;
    let completed = page.items.iter().filter(|operation| operation.is_completed()).count();
    let untold = page.items.iter().filter(|operation| operation.status.is_none()).count();
    println!("{} operations, {completed} completed, {untold} without a status", page.items.len());

    for request in client.cash_outs().page().await?.items {
        println!("{} asks for {} under {}", request.from, request.amount, request.operation_id);
    }
    Ok(())
}
