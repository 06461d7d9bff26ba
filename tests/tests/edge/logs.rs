//! A request's line in the log: its content, and the secrets that it must not hold.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::person::cookie_of;

const PHONE: &str = "+2348031234567";

/// The log line of an answered request.
#[track_caller]
fn line_of(edge: &Edge, answer: &Answer) -> Value {
    let id = answer.header("X-Request-ID").unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let log = edge.log();
        let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        if let Some(line) = lines.find(|line| line["requestID"] == id && line.get("status").is_some()) {
            return line;
        }
        assert!(Instant::now() < deadline, "no line of {answer} in\n{log}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_request_leaves_one_line_that_tells_who_called_what_and_what_it_cost() {
    let edge = Setup::new().var("LOG_REQUESTS", "1").start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let prefix = till.secret.get(..8).unwrap();

    let answer = edge.get(&distributor.api("/balance")).key(&till).ip("192.0.2.7").send();
    let line = line_of(&edge, &answer);
    let told = [&line["level"], &line["route"], &line["distributor"], &line["status"], &line["code"]];
    assert_eq!(told, [&json!("info"), &json!("getBalance"), &json!(distributor.id), &json!(200), &Value::Null]);
    assert_eq!((&line["keyPrefix"], &line["ip"]), (&json!(prefix), &json!("192.0.2.7")));
    assert!(line["wallMs"].is_u64(), "{line}");
    assert_eq!(edge.log().matches(answer.header("X-Request-ID").unwrap()).count(), 1, "one line");

    // The rows match those that the storage itself counts.
    edge.let_alarms_come(false);
    distributor.cash_in(&till, PHONE, "1.00").ok();
    edge.reset_counts();
    let answer = distributor.cash_in(&till, PHONE, "1.00");
    let (line, counts) = (line_of(&edge, &answer), edge.counts());
    assert_eq!(line["rowsRead"], counts.rows_read(), "{line}");
    assert!(line["rowsWritten"].as_i64().unwrap() >= 4, "{line}");

    let forged = edge.get(&distributor.api("/balance")).bearer("uwk_forged").send();
    let line = line_of(&edge, &forged);
    assert_eq!((&line["status"], &line["code"]), (&json!(401), &json!("invalid_api_key")));
    assert_eq!((&line["keyPrefix"], &line["rowsRead"]), (&Value::Null, &json!(0)));
    assert_eq!(line_of(&edge, &edge.get("/api/v1/nothing").send())["route"], Value::Null);
    edge.lose("DISTRIBUTOR", "before", "", 1);
    let lost = distributor.read_balance(&till);
    assert_eq!(line_of(&edge, &lost)["level"], if lost.status < 500 { "info" } else { "error" });
}

#[test]
fn no_line_holds_a_secret_a_phone_number_or_an_amount() {
    let edge = Setup::new().var("LOG_REQUESTS", "1").start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let sign_in = distributor.maker.sign_in(&edge);
    line_of(&edge, &sign_in);
    let mut last = distributor.cash_in(&till, PHONE, "1234.56");
    for path in [
        format!("/issuer/v1/wallets/{PHONE}"),
        format!("/issuer/v1/wallets/%2B{}", PHONE.trim_start_matches('+')),
        format!("/api/v1/nothing/{PHONE}/{}?key={}", till.secret, till.secret),
        format!("/api/v1/distributors/{PHONE}/balance"),
    ] {
        last = edge.get(&path).issuer().send();
    }
    let request = distributor.request_cash_out(PHONE, "1000.01");
    distributor.process(&till, &request).ok();
    edge.lose("WALLET", "after", "", 1);
    distributor.cash_in(&till, PHONE, "1234.56");
    line_of(&edge, &last);
    let log = edge.log();
    let (cookie, signed_in) = (distributor.maker.cookie(&edge), cookie_of(&sign_in));
    for secret in [
        &*till.secret,
        till.secret.get(8..).unwrap(),
        &edge.secret("ISSUER_TOKEN"),
        &edge.secret("KEY_PEPPER"),
        &edge.secret("SESSION_SECRET"),
        &distributor.maker.password,
        cookie.split_once('=').unwrap().1,
        signed_in.split_once('=').unwrap().1,
        PHONE.trim_start_matches('+'),
        "1234.56",
        "1000.01",
    ] {
        assert!(!log.contains(secret), "the log holds one of them");
    }
}

#[test]
fn nothing_is_told_where_nobody_asked_for_it() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let answer = distributor.read_balance(&distributor.till());
    assert_eq!(answer.header("Server-Timing"), None);
    assert_eq!(edge.log(), "");
}

#[test]
fn server_timing_is_told_in_development() {
    let edge = Setup::new().var("SERVER_TIMING", "1").start();
    let distributor = edge.distributor();
    let answer = distributor.read_balance(&distributor.till());
    let timing = answer.header("Server-Timing").unwrap();
    assert!(timing.starts_with("edge;dur=") && timing.contains("rows;desc="), "{timing}");
}
