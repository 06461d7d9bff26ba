//! An example Worker of a distributor: its own small API in front of the wallet's, so that tills need no API key.
//!
//! - `GET /balance` returns the available part of the float.
//! - `PUT /sales/{sale}` with `{"to": "+234…" or "100000", "amount": "1500"}` credits a customer or a merchant. The
//!   sale's own number is the idempotency key, so a till may send it again as often as it likes.
//! - `POST /webhooks` takes the wallet's messages, and `GET /events` lists the types of those handled.

use std::cell::RefCell;
use std::time::Duration;

use js_sys::Function;
use serde::Deserialize;
use serde_json::{Value, json};
use universal_wallet_sdk::request::Recipient;
use universal_wallet_sdk::webhook::{Claim, InMemory, ReplayGuard as _, SecretError, Verifier};
use universal_wallet_sdk::{Amount, Client, Error, IdempotencyKey, Phone, ShortCode, Timestamp};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The distributor's Worker.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Till {
    client: Result<Client, Error>,
    webhook: Result<Verifier, SecretError>,
    /// This Worker's memory alone: a real one keeps it in a Durable Object, together with the messages' effects.
    guard: InMemory,
    handled: RefCell<Vec<String>>,
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
    pub fn new(url: &str, distributor_id: &str, api_key: &str, webhook_secret: &str) -> Self {
        Self {
            client: client(url, distributor_id, api_key),
            webhook: webhook_secret.parse().map(Verifier::new),
            guard: InMemory::new(),
            handled: RefCell::default(),
        }
    }

    /// Takes a message; `header` looks a header up by its name.
    pub async fn receive(&self, header: Function, body: Vec<u8>) -> Answer {
        let header = |name: &str| header.call1(&JsValue::NULL, &name.into()).ok()?.as_string();
        let (status, message) = match self.take(header, &body).await {
            Ok(message) => (200, message.to_owned()),
            Err(Problem { status, message }) => (status, message),
        };
        Answer { status, body: json!({ "message": message }).to_string() }
    }

    /// Answers a request.
    pub async fn answer(&self, method: String, path: String, body: String) -> Answer {
        let answer = match &self.client {
            Ok(_) if (method.as_str(), path.as_str()) == ("GET", "/events") => {
                Ok(json!({ "handled": *self.handled.borrow() }))
            }
            Ok(client) => route(client, &method, &path, &body).await,
            Err(error) => Err(Problem { status: 500, message: error.to_string() }),
        };
        match answer {
            Ok(body) => Answer { status: 200, body: body.to_string() },
            Err(Problem { status, message }) => Answer { status, body: json!({ "message": message }).to_string() },
        }
    }
}

impl Till {
    async fn take(&self, header: impl Fn(&str) -> Option<String>, body: &[u8]) -> Result<&'static str, Problem> {
        let verifier = self.webhook.as_ref().map_err(|error| Problem { status: 500, message: error.to_string() })?;
        let now = Timestamp::now();
        let message =
            verifier.verify(header, body, now).map_err(|error| Problem { status: 400, message: error.to_string() })?;
        match self.guard.claim(&message.id, now).await {
            Ok(Claim::New) => {}
            Ok(Claim::Running) => return Err(Problem { status: 503, message: "it is being handled".into() }),
            Ok(Claim::Done) => return Ok("it was handled before"),
            Err(never) => match never {},
        }
        self.handled.borrow_mut().push(message.event.kind.to_string());
        match self.guard.done(&message.id).await {
            Ok(()) => Ok("handled"),
            Err(never) => match never {},
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
