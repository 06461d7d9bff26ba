//! The SDK inside a Worker, on workerd. `cargo xtask test` builds the Worker and passes its path.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

mod documentation;
mod edge;
mod foreign;
mod webhooks;
mod worker;

use std::time::Instant;

use universal_wallet_sdk::key::checksum;

use crate::foreign::{Foreign, Play, answer};
use crate::worker::Worker;

const DISTRIBUTOR: &str = "36e48800-22ce-4ea0-b37a-198f7978cd53";
const SALE: &str = r#"{"to":"100000","amount":"12.50"}"#;

/// A key whose tags are no server's, so it opens nothing.
fn key() -> String {
    let before = "uwk_SecretOfNobodyThatIsOnlyForTests01234567890123";
    format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())))
}

fn worker(server: &Foreign) -> Worker {
    Worker::start(&server.url, DISTRIBUTOR, &key())
}

fn balance() -> Play {
    answer(200, "", r#"{"balance":"50000.00","available":"45000.00","held":"5000.00","currency":"NGN"}"#)
}

fn receipt() -> Play {
    answer(200, "", &format!(r#"{{"operationID":"op_{DISTRIBUTOR}","status":"completed"}}"#))
}

fn busy() -> Play {
    let body = r#"{"error":"Service Unavailable","message":"Busy.","code":"unavailable","requestID":"r"}"#;
    answer(503, "retry-after: 1\r\n", body)
}

#[test]
fn a_worker_reads_the_balance() {
    let server = Foreign::start(vec![balance()]);
    let (status, body) = worker(&server).send("GET", "/balance", "");
    assert_eq!((status, body.as_str()), (200, r#"{"available":"45000.00","currency":"NGN"}"#));
    let call = &server.received()[0];
    assert!(call.starts_with(&format!("GET /api/v1/distributors/{DISTRIBUTOR}/balance ")), "{call}");
    assert!(call.contains(&format!("Bearer {}", key())));
}

#[test]
fn a_worker_waits_as_asked_and_repeats_a_write_with_its_key() {
    let server = Foreign::start(vec![busy(), Play::Close, receipt()]);
    let started = Instant::now();
    let (status, body) = worker(&server).send("PUT", "/sales/sale-1", SALE);
    assert_eq!(status, 200, "{body}");
    assert!(started.elapsed().as_millis() >= 1_000, "Retry-After was not waited for");
    let calls = server.received();
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| call.to_lowercase().contains("idempotency-key: sale-1\r\n")), "{calls:?}");
}

#[test]
fn a_worker_gives_up_on_silence_and_asks_again() {
    let server = Foreign::start(vec![Play::Silence, receipt()]);
    let started = Instant::now();
    let (status, body) = worker(&server).send("PUT", "/sales/sale-2", SALE);
    assert_eq!(status, 200, "{body}");
    assert!(started.elapsed().as_secs() >= 2 && started.elapsed().as_secs() < 8);
    assert_eq!(server.received().len(), 2);
}

#[test]
fn a_worker_never_waits_longer_than_it_may_and_says_that_the_outcome_is_unknown() {
    let server = Foreign::start(vec![Play::Silence; 9]);
    let started = Instant::now();
    let (status, body) = worker(&server).send("PUT", "/sales/sale-3", SALE);
    assert_eq!(status, 503);
    assert!(body.contains("unknown") && body.contains("sale-3"), "{body}");
    assert!(started.elapsed().as_secs() < 12, "{:?}", started.elapsed());
}

#[test]
fn a_worker_reads_no_endless_body() {
    for play in [Play::Flood, Play::Drip] {
        let server = Foreign::start(vec![play; 9]);
        let started = Instant::now();
        let (status, _) = worker(&server).send("GET", "/balance", "");
        assert!(matches!(status, 422 | 503), "{status}");
        assert!(started.elapsed().as_secs() < 12);
    }
}

#[test]
fn a_worker_follows_no_redirect() {
    let elsewhere = Foreign::start(vec![balance()]);
    let server = Foreign::start(vec![answer(307, &format!("location: {}/\r\n", elsewhere.url), "")]);
    let (status, body) = worker(&server).send("GET", "/balance", "");
    assert_eq!(status, 422);
    assert!(body.contains("redirect"), "{body}");
    assert!(elsewhere.received().is_empty());
}

#[test]
fn a_worker_with_a_mistyped_key_says_so_and_does_not_repeat_it() {
    let refused = r#"{"error":"Unauthorized","message":"The API key is not valid.","code":"invalid_api_key"}"#;
    let server = Foreign::start(vec![answer(401, "", refused)]);
    let mistyped = key().replace("Secret", "Sceret");
    let (status, body) = Worker::start(&server.url, DISTRIBUTOR, &mistyped).send("GET", "/balance", "");
    assert_eq!(status, 422);
    assert!(body.contains("looks mistyped") && !body.contains("Sceret"), "{body}");
}
