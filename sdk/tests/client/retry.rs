//! Retries: the calls that are repeated, how often, and when not.

use std::time::{Duration, Instant};

use universal_wallet_sdk::{Client, Error, IdempotencyKey, ShortCode};

use crate::server::{DISTRIBUTOR, Play, Server, answer, balance, error, json, key, receipt};

async fn cash_in(client: &Client) -> Result<universal_wallet_sdk::wire::Receipt, Error> {
    client.cash_in("100000".parse::<ShortCode>().unwrap(), 5).send().await
}

/// The idempotency keys that the write arrived with.
fn keys(server: &Server) -> Vec<String> {
    server.received().iter().filter_map(|call| call.header("idempotency-key")).map(str::to_owned).collect()
}

#[tokio::test]
async fn reads_and_keyed_writes_are_repeated_on_every_passing_failure() {
    for play in [
        error(429, "rate_limited", "retry-after: 0\r\n"),
        error(503, "unavailable", "retry-after: 0\r\n"),
        error(500, "internal", ""),
        // Of an intermediary: no code, or no JSON at all.
        json(408, "", r#"{"error":"Request Timeout","message":"Late"}"#),
        answer(502, "", "<html>Bad gateway</html>"),
        answer(504, "", ""),
        answer(520, "", "error code: 520"),
        answer(524, "", "error code: 524"),
        // Of another server, whose first call is still running.
        json(409, "retry-after: 0\r\n", r#"{"error":"Conflict","message":"In progress"}"#),
        Play::Close,
    ] {
        let server = Server::start([play.clone(), balance(), play, receipt()]).await;
        let client = server.client();
        client.balance().send().await.unwrap();
        cash_in(&client).await.unwrap();
        assert_eq!(server.received().len(), 4);
        let keys = keys(&server);
        assert_eq!(keys[0], keys[1], "a repetition has the same key");
    }
}

#[tokio::test]
async fn a_receipt_tells_whether_an_earlier_call_had_asked() {
    let body = format!(r#"{{"operationID":"op_{DISTRIBUTOR}","status":"pending"}}"#);
    let replay = json(200, "Idempotent-Replayed: true\r\n", &body);
    let server = Server::start([receipt(), Play::Close, replay]).await;
    let client = server.client();
    assert!(!cash_in(&client).await.unwrap().replayed);
    assert!(cash_in(&client).await.unwrap().replayed, "the first attempt had arrived");
}

#[tokio::test]
async fn nothing_else_is_repeated() {
    for (status, code) in
        [(400, "insufficient_balance"), (401, "revoked_api_key"), (409, "invalid_state"), (501, "none"), (530, "none")]
    {
        let server = Server::start([error(status, code, ""), receipt()]).await;
        let failed = cash_in(&server.client()).await.unwrap_err();
        assert_eq!((failed.status(), failed.code(), server.received().len()), (Some(status), Some(code), 1));
        assert_eq!(failed.is_outcome_unknown(), status > 500, "{code}");
    }
}

#[tokio::test]
async fn a_write_without_a_key_is_sent_once() {
    let server = Server::start([error(503, "unavailable", "retry-after: 0\r\n"), receipt()]).await;
    let operation = format!("op_{DISTRIBUTOR}").parse().unwrap();
    let failed = server.client().withdraw(&operation).send().await.unwrap_err();
    assert!(failed.is_outcome_unknown() && failed.idempotency_key().is_none(), "{failed}");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_timeout_after_the_server_committed_is_repeated_with_the_same_key() {
    let server = Server::start([Play::Silence, receipt()]).await;
    let client = server.builder().attempt_timeout(Duration::from_millis(150)).build().unwrap();
    cash_in(&client).await.unwrap();
    let keys = keys(&server);
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn when_the_answer_never_comes_the_error_says_so_and_keeps_the_key() {
    let server = Server::start([Play::Silence, Play::Close, error(401, "revoked_api_key", "")]).await;
    let client = server.builder().attempt_timeout(Duration::from_millis(100)).build().unwrap();
    let own: IdempotencyKey = "sale-7".parse().unwrap();
    let short_code: ShortCode = "100000".parse().unwrap();
    let failed = client.cash_in(short_code, 5).idempotency_key(own.clone()).send().await.unwrap_err();
    // The 401 is decided before the server looks for the earlier attempts.
    assert!(failed.is_unauthorized() && failed.is_outcome_unknown(), "{failed}");
    assert_eq!(failed.idempotency_key(), Some(&own));
    assert!(failed.to_string().contains("sale-7"), "{failed}");
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_settles_that_nothing_moved() {
    let server = Server::start([Play::Close, error(400, "insufficient_balance", "")]).await;
    let failed = cash_in(&server.client()).await.unwrap_err();
    assert!(failed.is_insufficient_balance() && !failed.is_outcome_unknown());
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let server = Server::start([error(429, "rate_limited", "retry-after: 1\r\n"), balance()]).await;
    server.client().balance().send().await.unwrap();
    let calls = server.received();
    let waited = calls[1].at - calls[0].at;
    assert!(waited >= Duration::from_secs(1) && waited < Duration::from_secs(2), "{waited:?}");
}

#[tokio::test]
async fn a_retry_after_beyond_the_total_time_ends_the_call_at_once() {
    let server = Server::start([error(429, "too_many_attempts", "retry-after: 3600\r\n"), balance()]).await;
    let started = Instant::now();
    let failed = server.client().balance().send().await.unwrap_err();
    assert!(failed.is_rate_limited() && failed.is_retryable());
    assert_eq!(failed.retry_after(), Some(Duration::from_secs(3600)));
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_retry_after_that_makes_no_sense_keeps_nobody_and_hurries_nobody() {
    let date = "date: Tue, 24 Nov 2026 18:00:00 GMT\r\n";
    for (header, repeated) in [
        ("retry-after: Tue, 24 Nov 2026 17:00:00 GMT\r\n", true),
        ("retry-after: -5\r\n", true),
        ("retry-after: soon\r\n", true),
        ("retry-after: 315360000\r\n", false),
        ("retry-after: 99999999999999999999999999\r\n", false),
        ("retry-after: Mon, 24 Nov 2036 17:00:00 GMT\r\n", false),
    ] {
        let server = Server::start([error(429, "rate_limited", &format!("{date}{header}")), balance()]).await;
        let started = Instant::now();
        assert_eq!(server.client().balance().send().await.is_ok(), repeated, "{header}");
        assert!(started.elapsed() < Duration::from_secs(2), "{header}");
    }
}

#[tokio::test]
async fn failures_for_ever_end_at_the_caps_with_one_key_throughout() {
    for play in [answer(500, "", "<html>"), error(503, "unavailable", "retry-after: 0\r\n"), answer(522, "", "")] {
        let server = Server::start(vec![play; 9]).await;
        let failed = cash_in(&server.client()).await.unwrap_err();
        assert!(failed.is_outcome_unknown() && failed.is_retryable(), "{failed}");
        let keys = keys(&server);
        assert_eq!(keys.len(), 4);
        assert!(keys.iter().all(|key| Some(key.as_str()) == failed.idempotency_key().map(IdempotencyKey::as_str)));
    }
}

#[tokio::test]
async fn one_call_may_have_limits_of_its_own() {
    let server = Server::start(vec![Play::Silence; 9]).await;
    let client = server.client();
    let hurried = client.with_attempt_timeout(Duration::from_millis(100)).with_total_timeout(Duration::from_secs(2));
    let started = Instant::now();
    assert!(hurried.balance().send().await.unwrap_err().is_timeout());
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(server.received().len() > 1);
    let before = server.received().len();
    hurried.with_max_attempts(1).balance().send().await.unwrap_err();
    assert_eq!(server.received().len(), before + 1);
}

#[tokio::test]
async fn attempts_are_capped() {
    let server = Server::start(vec![error(503, "unavailable", "retry-after: 0\r\n"); 9]).await;
    let failed = server.client().balance().send().await.unwrap_err();
    assert_eq!((failed.status(), server.received().len()), (Some(503), 4));
    let client = server.builder().max_attempts(1).build().unwrap();
    client.balance().send().await.unwrap_err();
    assert_eq!(server.received().len(), 5);
}

#[tokio::test]
async fn the_total_time_is_capped_over_all_attempts_and_waits() {
    let server = Server::start(vec![Play::Silence; 99]).await;
    let client = server
        .builder()
        .max_attempts(99)
        .attempt_timeout(Duration::from_millis(200))
        .total_timeout(Duration::from_millis(700))
        .build()
        .unwrap();
    let started = Instant::now();
    let failed = client.balance().send().await.unwrap_err();
    assert!(failed.is_timeout(), "{failed}");
    assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
    assert!(server.received().len() > 1);
}

#[tokio::test]
async fn without_a_server_nothing_moved() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder(url, DISTRIBUTOR.parse().unwrap(), key()).max_attempts(2).build().unwrap();
    let failed = cash_in(&client).await.unwrap_err();
    assert!(failed.is_connect() && failed.is_retryable() && !failed.is_outcome_unknown(), "{failed}");
    assert!(std::error::Error::source(&failed).is_some());
}
