//! An example Worker of a distributor: its own small API in front of the wallet's, so that tills need no API key.
//!
//! - `GET /balance` returns the available part of the float.
//! - `PUT /sales/{sale}` with `{"to": "+234…" or "100000", "amount": "1500"}` credits a customer or a merchant. The
//!   sale's own number is the idempotency key, so a till may send it again as often as it likes.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use universal_wallet_sdk::request::Recipient;
use universal_wallet_sdk::{Amount, Client, Error, IdempotencyKey, Phone, ShortCode};
use wasm_bindgen::prelude::wasm_bindgen;

/// The distributor's Worker.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Till {
    client: Result<Client, Error>,
}

/// The Worker's answer.
#[wasm_bindgen(getter_with_clone)]
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}

#[derive(Deserialize)]
struct Sale {
    to: String,
    amount: Amount,
}

#[wasm_bindgen]
impl Till {
    /// A Worker with these settings. Every answer reports invalid settings.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str, distributor_id: &str, api_key: &str) -> Self {
        Self { client: client(url, distributor_id, api_key) }
    }

    /// Answers a request.
    pub async fn answer(&self, method: String, path: String, body: String) -> Answer {
        let answer = match &self.client {
            Ok(client) => route(client, &method, &path, &body).await,
            Err(error) => Err(Problem { status: 500, message: error.to_string() }),
        };
        match answer {
            Ok(body) => Answer { status: 200, body: body.to_string() },
            Err(Problem { status, message }) => Answer { status, body: json!({ "message": message }).to_string() },
        }
    }
}

struct Problem {
    status: u16,
    message: String,
}

impl From<Error> for Problem {
    /// A temporary failure is 503 to the till too.
    fn from(error: Error) -> Self {
        let status = if error.is_outcome_unknown() || error.is_retryable() { 503 } else { 422 };
        Self { status, message: error.to_string() }
    }
}

/// A till's own request has a shorter time limit than the SDK's default.
fn client(url: &str, distributor_id: &str, api_key: &str) -> Result<Client, Error> {
    Client::builder(url, distributor_id.parse()?, api_key.parse()?)
        .attempt_timeout(Duration::from_secs(2))
        .total_timeout(Duration::from_secs(8))
        .build()
}

async fn route(client: &Client, method: &str, path: &str, body: &str) -> Result<Value, Problem> {
    match (method, path.strip_prefix("/sales/")) {
        ("GET", None) if path == "/balance" => {
            let balance = client.balance().send().await?;
            Ok(json!({ "available": balance.available, "currency": balance.currency }))
        }
        ("PUT", Some(sale)) => {
            let key: IdempotencyKey = sale.parse().map_err(Error::from)?;
            let sale: Sale =
                serde_json::from_str(body).map_err(|error| Problem { status: 400, message: error.to_string() })?;
            let receipt = client.cash_in(recipient(&sale.to)?, sale.amount).idempotency_key(key).send().await?;
            Ok(json!({ "operationID": receipt.operation_id, "status": receipt.status }))
        }
        _ => Err(Problem { status: 404, message: "There is GET /balance and PUT /sales/{sale}.".into() }),
    }
}

fn recipient(text: &str) -> Result<Recipient, Error> {
    if text.starts_with('+') { Ok(text.parse::<Phone>()?.into()) } else { Ok(text.parse::<ShortCode>()?.into()) }
}
