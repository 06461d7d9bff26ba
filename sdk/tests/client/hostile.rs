//! Hostile and broken answers, and the redirects and proxies that lead to them.

use std::env;
use std::time::{Duration, Instant};

use universal_wallet_sdk::wire::{Balance, OperationStatus};
use universal_wallet_sdk::{Client, Error};

use crate::child;
use crate::server::{DISTRIBUTOR, Play, Server, answer, balance, error, json, key};

async fn ask(server: &Server) -> Result<Balance, Error> {
    server.builder().max_attempts(1).build().unwrap().balance().send().await
}

#[tokio::test]
async fn an_answer_that_is_not_the_apis_is_an_error_and_never_a_value() {
    let nested = format!("{{\"x\":{}", "[".repeat(100_000));
    for (body, says) in [
        ("", "not JSON"),
        ("<html>hello</html>", "not JSON"),
        ("{\"balance\":\"1.00\",", "not JSON"),
        (nested.as_str(), "not JSON"),
        ("\u{feff}{}", "not JSON"),
        ("{}", "`balance` is missing"),
        ("[]", "another type or form"),
        ("null", "another type or form"),
        (r#"{"balance":50000,"available":"1.00","held":"1.00","currency":"NGN"}"#, "another type or form"),
        (r#"{"balance":"1e9","available":"1.00","held":"1.00","currency":"NGN"}"#, "another type or form"),
        (r#"{"balance":"-1.00","available":"1.00","held":"1.00","currency":"NGN"}"#, "another type or form"),
    ] {
        let server = Server::start([json(200, "x-request-id: r-3\r\n", body)]).await;
        let failed = ask(&server).await.unwrap_err();
        assert!(failed.to_string().contains(says), "{failed}: {}", body.get(..40).unwrap_or(body));
        assert_eq!((failed.status(), failed.request_id(), failed.is_retryable()), (Some(200), Some("r-3"), false));
        // The parser's own error would tell the value that it met.
        assert!(std::error::Error::source(&failed).is_none());
    }
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_are_an_error() {
    let Play::Bytes(mut bytes) = balance() else { unreachable!() };
    let place = bytes.windows(3).position(|three| three == b"NGN").unwrap();
    bytes[place] = 0xff;
    ask(&Server::start([Play::Bytes(bytes)]).await).await.unwrap_err();
}

#[tokio::test]
async fn a_truncated_answer_is_a_broken_connection() {
    let Play::Bytes(whole) = balance() else { unreachable!() };
    let head = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    for length in [1, head - 5, head + 4, whole.len() - 1] {
        let server = Server::start([Play::Bytes(whole[..length].to_vec())]).await;
        let failed = ask(&server).await.unwrap_err();
        assert!(failed.is_retryable() && !failed.is_timeout(), "{length}: {failed}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_a_broken_connection() {
    for bytes in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], &[0; 64], b"HTTP/1.1 99999 ?\r\n\r\n"] {
        let failed = ask(&Server::start([Play::Bytes(bytes.to_vec())]).await).await.unwrap_err();
        assert!(failed.is_retryable() && failed.status().is_none(), "{failed}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n"] {
        let started = Instant::now();
        let failed = ask(&Server::start([Play::Flood(head.as_bytes().to_vec())]).await).await.unwrap_err();
        assert!(failed.to_string().contains("4 MiB"), "{failed}");
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_drip_ends_with_the_attempts_time() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{".to_vec();
    let server = Server::start([Play::Drip(head, Duration::from_millis(20))]).await;
    let client = server.builder().max_attempts(1).attempt_timeout(Duration::from_millis(300)).build().unwrap();
    let started = Instant::now();
    assert!(client.balance().send().await.unwrap_err().is_timeout());
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let elsewhere = Server::start([balance()]).await;
    for status in [301, 302, 303, 307, 308] {
        let server = Server::start([answer(status, &format!("location: {}/\r\n", elsewhere.url), "")]).await;
        let failed = ask(&server).await.unwrap_err();
        assert!(failed.to_string().contains("redirect"), "{failed}");
        assert_eq!((failed.status(), failed.is_retryable()), (Some(status), false));
    }
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_client_of_ones_own_that_follows_redirects_is_found_out_and_the_key_stays() {
    let elsewhere = Server::start([balance()]).await;
    let server = Server::start([answer(307, &format!("location: {}/\r\n", elsewhere.url), "")]).await;
    let client = server.builder().with_http_client(reqwest::Client::new()).build().unwrap();
    let failed = client.balance().send().await.unwrap_err();
    assert!(failed.to_string().contains("followed a redirect") && !failed.is_retryable(), "{failed}");
    assert_eq!(elsewhere.received()[0].header("authorization"), None);
}

#[tokio::test]
async fn the_error_of_a_proxy_is_told_apart_from_the_apis() {
    let server = Server::start([answer(403, "", "<html>Blocked</html>"), answer(502, "", "Bad gateway")]).await;
    let client = server.client().with_max_attempts(1);
    let short_code: universal_wallet_sdk::ShortCode = "100000".parse().unwrap();
    for status in [403, 502] {
        let failed = client.cash_in(short_code, 1).send().await.unwrap_err();
        assert_eq!((failed.status(), failed.code()), (Some(status), None));
        assert!(failed.is_outcome_unknown(), "{failed}");
        assert!(failed.to_string().contains("proxy"), "{failed}");
    }
}

#[tokio::test]
async fn a_busy_gateways_page_is_waited_for_like_the_apis_own_answer() {
    let server = Server::start([answer(503, "retry-after: 0\r\n", "<html>Busy</html>"), balance()]).await;
    server.client().balance().send().await.unwrap();
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let build = |url: &str, allowed: bool| {
        let builder = Client::builder(url, DISTRIBUTOR.parse().unwrap(), key());
        if allowed { builder.allow_insecure_http().build() } else { builder.build() }
    };
    assert!(build("http://wallet.example", false).unwrap_err().to_string().contains("https"));
    assert!(build("http://wallet.example", true).is_ok());
}

/// A proxy in between reads plain http, so it would see the key.
#[tokio::test]
async fn plain_http_goes_past_every_proxy() {
    if let Ok(url) = env::var("CHILD_URL") {
        let client = Client::builder(url, DISTRIBUTOR.parse().unwrap(), key()).build().unwrap();
        client.balance().send().await.unwrap();
        return;
    }
    let server = Server::start([balance()]).await;
    let proxy = Server::start([]).await;
    child::run(
        "hostile::plain_http_goes_past_every_proxy",
        &[("CHILD_URL", &server.url), ("HTTP_PROXY", &proxy.url), ("ALL_PROXY", &proxy.url)],
    )
    .await;
    assert_eq!((server.received().len(), proxy.received().len()), (1, 0));
}

#[tokio::test]
async fn https_goes_through_the_environments_proxy_which_never_sees_the_key() {
    if env::var("CHILD_URL").is_ok() {
        let client = Client::builder("https://wallet.example", DISTRIBUTOR.parse().unwrap(), key());
        let failed = client.max_attempts(1).build().unwrap().balance().send().await.unwrap_err();
        assert!(failed.is_connect(), "{failed}");
        return;
    }
    let proxy = Server::start([Play::Close]).await;
    child::run(
        "hostile::https_goes_through_the_environments_proxy_which_never_sees_the_key",
        &[("CHILD_URL", "here"), ("HTTPS_PROXY", &proxy.url)],
    )
    .await;
    let calls = proxy.received();
    assert_eq!(calls[0].line, "CONNECT wallet.example:443 HTTP/1.1");
    assert!(!format!("{calls:?}").contains("uwk_"));
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_over_https() {
    let server = Server::start([balance()]).await;
    let url = server.url.replace("http:", "https:");
    let client = Client::builder(url, DISTRIBUTOR.parse().unwrap(), key()).max_attempts(1);
    let client = client.attempt_timeout(Duration::from_millis(500)).build().unwrap();
    client.balance().send().await.unwrap_err();
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn waiting_ends_with_the_operation_or_with_the_time() {
    let answer = |status: &str| {
        json(
            200,
            "",
            &format!(
                r#"{{"operationID":"op_{DISTRIBUTOR}","distributorID":"{DISTRIBUTOR}","operationType":"cash-in",
                "status":"{status}","amount":"1.00","walletOperationID":null,"sequenceNumber":null,"blockchainID":null,
                "lastError":null,"createdAt":"2026-11-24T18:07:48.000Z","updatedAt":"2026-11-24T18:07:48.000Z"}}"#
            ),
        )
    };
    let operation = format!("op_{DISTRIBUTOR}").parse().unwrap();

    let passing = error(503, "unavailable", "retry-after: 0\r\n");
    let server = Server::start([answer("pending"), passing, answer("later-word"), answer("rejected")]).await;
    let ended = server.client().wait_for(&operation, Duration::from_secs(20)).send().await.unwrap();
    assert_eq!((ended.status, server.received().len()), (Some(OperationStatus::Rejected), 4));

    let server = Server::start(vec![answer("pending"); 99]).await;
    let started = Instant::now();
    let failed = server.client().wait_for(&operation, Duration::from_millis(600)).send().await.unwrap_err();
    assert!(failed.is_timeout() && failed.to_string().contains("pending"), "{failed}");
    assert!(started.elapsed() < Duration::from_secs(2));

    let server = Server::start([Play::Silence]).await;
    let failed = server.client().wait_for(&operation, Duration::from_millis(300)).send().await.unwrap_err();
    assert!(failed.is_timeout(), "{failed}");
    assert!(started.elapsed() < Duration::from_secs(4));
}
