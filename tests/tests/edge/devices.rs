//! Devices that signed a login in before are counted by themselves, so strangers lock nobody out.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::person::{Person, sign_in};
use universal_wallet_tests::powers::{DAY_MS, HOUR_MS, real_now};

const MINUTE_MS: i64 = 60_000;
const WRONG: &str = "a wrong password";
const OFFICE: &str = "198.51.100.9";

fn from_device(edge: &Edge, person: &Person, password: &str, cookie: &str) -> Answer {
    let body = json!({ "login": person.login, "password": password });
    edge.post("/admin/v1/session").ip(OFFICE).header("Cookie", cookie).json(body).send()
}

/// The device cookie that a sign-in sets, as it is sent back.
fn device_of(answer: &Answer) -> String {
    let set = answer.all("Set-Cookie");
    let device = set.iter().find(|cookie| cookie.starts_with("__Host-uw_device_")).expect("a device cookie");
    for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=15552000"] {
        assert!(device.split("; ").any(|found| found == part), "{device}");
    }
    device.split(';').next().unwrap().to_owned()
}

#[test]
fn strangers_lock_out_no_device_that_was_there_before() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let person = &distributor.maker;
    let start = real_now();
    edge.stop_clock(start);
    let device = device_of(&person.sign_in(&edge));
    assert!(!device.contains(&person.login), "the login is not readable");
    // Strangers use up the login, and the office's address.
    for number in 0..100 {
        sign_in(&edge, &person.login, WRONG, &format!("192.0.2.{}", number / 10)).refused(401, "invalid_credentials");
    }
    let refused = sign_in(&edge, &person.login, &person.password, "203.0.113.1");
    refused.refused(429, "too_many_attempts");
    assert_eq!(refused.header("Retry-After"), Some("3600"));
    for number in 0..30 {
        sign_in(&edge, &format!("nobody-{number}@bank.test"), WRONG, OFFICE).refused(401, "invalid_credentials");
    }
    let again = from_device(&edge, person, &person.password, &device);
    again.ok();
    assert_eq!(device_of(&again), device, "a device keeps its cookie");
    // Another login's cookie, an altered one and none are a stranger's.
    let checkers = device_of(&sign_in(&edge, &distributor.checker.login, &distributor.checker.password, "203.0.113.2"));
    let altered = format!("{device}0");
    let renamed = format!("{}={}", device.split('=').next().unwrap(), checkers.split('=').nth(1).unwrap());
    for cookie in [&*checkers, &*altered, &*renamed, "__Host-uw_device_=x"] {
        from_device(&edge, person, &person.password, cookie).refused(429, "too_many_attempts");
    }
    edge.stop_clock(start + HOUR_MS);
    sign_in(&edge, &person.login, &person.password, "203.0.113.1").ok();
}

#[test]
fn a_device_has_ten_failures_a_quarter_of_an_hour_and_twenty_in_a_row() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let person = &distributor.maker;
    let start = real_now();
    edge.stop_clock(start);
    let device = device_of(&person.sign_in(&edge));
    for _ in 0..10 {
        from_device(&edge, person, WRONG, &device).refused(401, "invalid_credentials");
    }
    from_device(&edge, person, &person.password, &device).refused(429, "too_many_attempts");
    sign_in(&edge, &person.login, &person.password, OFFICE).ok();
    edge.stop_clock(start + 15 * MINUTE_MS);
    for _ in 0..10 {
        from_device(&edge, person, WRONG, &device).refused(401, "invalid_credentials");
    }
    // It is a stranger now, and counts as one.
    from_device(&edge, person, WRONG, &device).refused(401, "invalid_credentials");
    from_device(&edge, person, &person.password, &device).ok();
}

#[test]
fn a_device_is_forgotten_after_180_days_and_with_a_reset() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let person = &distributor.maker;
    let start = real_now();
    edge.stop_clock(start);
    let device = device_of(&person.sign_in(&edge));
    let crowd = || {
        for number in 0..100 {
            sign_in(&edge, &person.login, WRONG, &format!("192.0.2.{}", number / 10));
        }
    };
    edge.stop_clock(start + 180 * DAY_MS);
    crowd();
    from_device(&edge, person, &person.password, &device).refused(429, "too_many_attempts");
    edge.stop_clock(start + 181 * DAY_MS);
    let device = device_of(&person.sign_in(&edge));
    let reset = format!("/issuer/v1/users/{}/reset-password", person.login);
    edge.post(&reset).issuer().once("lost").json(json!({})).send().ok();
    crowd();
    from_device(&edge, person, WRONG, &device).refused(429, "too_many_attempts");
}

#[test]
fn records_of_failures_are_deleted_once_their_window_is_over() {
    let edge = Edge::start();
    let start = real_now();
    edge.stop_clock(start);
    edge.let_alarms_come(false);
    sign_in(&edge, "nobody@bank.test", WRONG, "192.0.2.2").refused(401, "invalid_credentials");
    let tables =
        || edge.sql("SIGN_INS", "192.0.2.2", "SELECT name FROM sqlite_master WHERE name = 'failures'", json!([]));
    assert_eq!(tables().len(), 1);
    edge.stop_clock(start + HOUR_MS - 1);
    edge.alarm("SIGN_INS", "192.0.2.2");
    assert_eq!(tables().len(), 1, "the hour is not over");
    edge.stop_clock(start + HOUR_MS);
    edge.alarm("SIGN_INS", "192.0.2.2");
    assert_eq!(tables(), Vec::<Value>::new());
    sign_in(&edge, "nobody@bank.test", WRONG, "192.0.2.2").refused(401, "invalid_credentials");
    assert_eq!(tables().len(), 1, "the next failure counts again");
}
