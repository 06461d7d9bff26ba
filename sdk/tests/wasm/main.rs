//! The client on wasm32, through the platform's own fetch, against a scripted server.

#![cfg(all(feature = "client", target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at what it did not expect")]

mod server;

use std::time::Duration;

use serde_json::json;
use universal_wallet_sdk::wire::OperationStatus;
use universal_wallet_sdk::{Decimal, IdempotencyKey, ShortCode};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::server::{DISTRIBUTOR, Server, balance, error, receipt};

fn merchant() -> ShortCode {
    "100000".parse().unwrap()
}

#[wasm_bindgen_test]
async fn a_read_carries_the_key_and_its_answer_is_parsed_exactly() {
    let server = Server::start(json!([balance()])).await;
    let answer = server.client().balance().send().await.unwrap();
    assert_eq!(Decimal::from(answer.balance).to_string(), "90071992547409.93");
    let calls = server.calls();
    assert_eq!(calls[0]["path"], format!("/api/v1/distributors/{DISTRIBUTOR}/balance"));
    assert!(calls[0]["headers"]["authorization"].as_str().unwrap().starts_with("Bearer uwk_"));
}

#[wasm_bindgen_test]
async fn a_keyed_write_is_repeated_with_its_key_on_every_passing_failure() {
    let server = Server::start(json!([
        error(503, "unavailable"),
        error(429, "rate_limited"),
        { "close": true },
        receipt(),
    ]))
    .await;
    let key: IdempotencyKey = "sale-1".parse().unwrap();
    let receipt = server.client().cash_in(merchant(), 5).idempotency_key(key).send().await.unwrap();
    assert!(receipt.is_completed());
    let calls = server.calls();
    let calls = calls.as_array().unwrap();
    assert_eq!(calls.len(), 4);
    for call in calls {
        assert_eq!(call["headers"]["idempotency-key"], "sale-1");
        assert_eq!(call["headers"]["content-type"], "application/json");
        assert_eq!(call["body"], r#"{"operationType":"cash-in","amount":"5.00","merchantToShortCode":"100000"}"#);
    }
}

#[wasm_bindgen_test]
async fn a_timeout_ends_the_attempt_and_is_repeated() {
    let server = Server::start(json!([{ "silence": true }, receipt()])).await;
    let client = server.builder().attempt_timeout(Duration::from_millis(150)).build().unwrap();
    client.cash_in(merchant(), 5).send().await.unwrap();
    let calls = server.calls();
    assert_eq!(calls[0]["headers"]["idempotency-key"], calls[1]["headers"]["idempotency-key"]);
    assert_eq!(calls[0]["gaveUp"], true, "the lost attempt was ended");
}

#[wasm_bindgen_test]
async fn a_body_that_drips_or_never_ends_is_cut_off() {
    let server = Server::start(json!([{ "status": 200, "drip": true }, { "status": 200, "flood": true }])).await;
    let client = server.builder().max_attempts(1).attempt_timeout(Duration::from_secs(2)).build().unwrap();
    assert!(client.balance().send().await.unwrap_err().is_timeout());
    let failed = client.balance().send().await.unwrap_err();
    assert!(failed.to_string().contains("4 MiB"), "{failed}");
}

#[wasm_bindgen_test]
async fn the_total_time_is_capped() {
    let server = Server::start(json!([{ "silence": true }, { "silence": true }, { "silence": true }])).await;
    let client = server
        .builder()
        .attempt_timeout(Duration::from_millis(200))
        .total_timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    let started = js_sys::Date::now();
    assert!(client.balance().send().await.unwrap_err().is_timeout());
    assert!(js_sys::Date::now() - started < 1_500.0);
}

#[wasm_bindgen_test]
async fn a_redirect_is_never_followed() {
    let elsewhere = Server::start(json!([balance()])).await;
    let server =
        Server::start(json!([{ "status": 307, "headers": { "location": elsewhere.url() }, "body": "" }])).await;
    let failed = server.client().balance().send().await.unwrap_err();
    assert!(failed.to_string().contains("redirect"), "{failed}");
    assert_eq!(elsewhere.calls(), json!([]));
}

#[wasm_bindgen_test]
async fn answers_of_another_form_are_errors_and_unknown_words_survive() {
    let operation = json!({
        "operationID": format!("op_{DISTRIBUTOR}"), "distributorID": DISTRIBUTOR, "operationType": "cash-in",
        "status": "reversed", "amount": "1.00", "walletOperationID": null, "sequenceNumber": null,
        "blockchainID": null, "lastError": null, "createdAt": "2026-11-24T18:07:48.000Z",
        "updatedAt": "2026-11-24T18:07:48.000Z", "later": 1,
    });
    let server = Server::start(json!([
        { "status": 200, "body": "<html>" },
        { "status": 200, "body": "{}" },
        { "status": 200, "body": operation.to_string() },
    ]))
    .await;
    let client = server.client();
    assert!(client.balance().send().await.unwrap_err().to_string().contains("not JSON"));
    assert!(client.balance().send().await.unwrap_err().to_string().contains("`balance` is missing"));
    let operation = client.operation(&format!("op_{DISTRIBUTOR}").parse().unwrap()).send().await.unwrap();
    assert_eq!(operation.status, Some(OperationStatus::Other("reversed".into())));
}
