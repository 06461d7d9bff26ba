//! Limits hold exactly, also for simultaneous calls.

use std::collections::HashSet;

use serde_json::json;
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::key::Key;
use universal_wallet_tests::money::assert_conserved;
use universal_wallet_tests::powers::{DAY_MS, real_now};

const PHONE: &str = "+2348031234567";
const AT_ONCE: usize = 64;

/// Simultaneous cash-ins, one for each given idempotency key.
fn at_once(
    distributor: &Distributor<'_>,
    key: &Key,
    amount: &str,
    once: impl Fn(usize) -> String + Sync,
) -> Vec<Answer> {
    std::thread::scope(|scope| {
        let once = &once;
        let calls: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let body = json!({ "operationType": "cash-in", "amount": amount, "phoneTo": PHONE });
                scope.spawn(move || distributor.operation(key, body).once(&once(number)).send())
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

fn succeeded(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 200).count()
}

#[test]
fn of_64_calls_at_once_a_daily_limit_for_10_admits_10() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    for auto in ["7.00", "0.00"] {
        let key = distributor.key(json!({
            "label": "Till", "permissions": ALL, "maxTransactionAmount": "7.00", "maxDailyVolume": "76.99",
            "autoApproveLimit": auto,
        }));
        let answers = at_once(&distributor, &key, "7.00", |number| format!("call-{number}"));
        assert_eq!(succeeded(&answers), 10);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.refused(403, "daily_volume_exceeded");
        }
        let info = edge.get(&distributor.api("/api-key")).key(&key).send().ok();
        assert_eq!(info["dailyVolumeRemaining"], "6.99");
    }
    assert_eq!(edge.wallet_balance(PHONE), "70.00");
    assert_eq!(distributor.position()["held"], "70.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn of_64_calls_at_once_a_balance_for_10_admits_10() {
    let edge = Edge::start();
    for generous in [true, false] {
        let distributor = edge.empty_distributor();
        distributor.top_up("109.99");
        let key = if generous { distributor.till() } else { distributor.asking_key() };
        let before = edge.wallet_balance(PHONE);
        let answers = at_once(&distributor, &key, "10.00", |number| format!("call-{number}"));
        assert_eq!(succeeded(&answers), 10);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.refused(400, "insufficient_balance");
        }
        let position = distributor.position();
        assert_eq!(position["available"], "9.99", "{position}");
        assert_eq!(position["held"], if generous { "0.00" } else { "100.00" });
        assert_eq!(before, "0.00".replace("0.00", if generous { "0.00" } else { "100.00" }));
    }
}

#[test]
fn of_64_equal_calls_at_once_one_operation_comes() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    let answers = at_once(&distributor, &key, "3.00", |_| "the-same".to_owned());
    let again = at_once(&distributor, &key, "3.00", |_| "the-same".to_owned());
    for answer in &answers {
        assert!([200, 409].contains(&answer.status), "{answer}");
    }
    let ids: HashSet<_> = answers
        .iter()
        .chain(&again)
        .filter(|answer| answer.status == 200)
        .map(|answer| answer.ok()["operationID"].to_string())
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(succeeded(&again), AT_ONCE);
    let fresh = answers.iter().filter(|answer| answer.status == 200 && answer.header("Idempotent-Replayed").is_none());
    assert_eq!(fresh.count(), 1);
    assert_eq!(edge.wallet_balance(PHONE), "3.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn volume_belongs_to_the_utc_day_of_its_call() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let midnight = (real_now() / DAY_MS + 1) * DAY_MS;
    edge.stop_clock(midnight - 60_000);
    let key = distributor.key(json!({
        "label": "Asks", "permissions": ALL, "maxTransactionAmount": "100.00", "maxDailyVolume": "100.00",
    }));
    edge.stop_clock(midnight - 1);
    let before = distributor.cash_in(&key, PHONE, "100.00").ok()["operationID"].as_str().unwrap().to_owned();
    distributor.cash_in(&key, PHONE, "0.01").refused(403, "daily_volume_exceeded");
    edge.stop_clock(midnight);
    let left = || edge.get(&distributor.api("/api-key")).key(&key).send().ok()["dailyVolumeRemaining"].clone();
    assert_eq!(left(), "100.00");
    distributor.cash_in(&key, PHONE, "60.00").ok();
    // A rejection lowers the volume of the day before, and leaves today's.
    distributor.reject(&distributor.approval_of(&before)).ok();
    assert_eq!(left(), "40.00");
    distributor.cash_in(&key, PHONE, "40.01").refused(403, "daily_volume_exceeded");
    distributor.cash_in(&key, PHONE, "40.00").ok();
    // A later approval moves no volume either.
    assert_eq!(left(), "0.00");
    edge.evict("DISTRIBUTOR", &distributor.id);
    assert_eq!(left(), "0.00");
}

#[test]
fn giving_back_on_the_same_day_gives_the_volume_back() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.key(json!({
        "label": "Asks", "permissions": ALL, "maxTransactionAmount": "100.00", "maxDailyVolume": "100.00",
    }));
    let id = distributor.cash_in(&key, PHONE, "100.00").ok()["operationID"].as_str().unwrap().to_owned();
    edge.delete(&distributor.api(&format!("/operations/{id}"))).key(&key).send().ok();
    distributor.cash_in(&key, PHONE, "100.00").ok();
}

#[test]
fn what_is_within_the_auto_approve_limit_needs_no_checker_and_a_cent_more_does() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.key(json!({
        "label": "Till", "permissions": ALL, "maxTransactionAmount": "100.00", "maxDailyVolume": "1000.00",
        "autoApproveLimit": "50.00",
    }));
    assert_eq!(distributor.cash_in(&key, PHONE, "50.00").ok()["status"], "completed");
    assert_eq!(distributor.cash_in(&key, PHONE, "50.01").ok()["status"], "pending");
}

#[test]
fn a_tightened_limit_holds_at_once_and_loosening_needs_an_approval() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    let patch = |body: serde_json::Value| {
        edge.patch(&distributor.console(&format!("/api-keys/{}", key.id))).person(&distributor.maker).json(body).send()
    };
    let lowered = patch(json!({ "maxTransactionAmount": "10.00" })).ok();
    assert_eq!((&lowered["maxTransactionAmount"], &lowered["autoApproveLimit"]), (&json!("10.00"), &json!("10.00")));
    distributor.cash_in(&key, PHONE, "10.01").refused(403, "transaction_limit_exceeded");
    patch(json!({ "maxTransactionAmount": "10.01" })).refused(403, "approval_required");
    patch(json!({ "maxTransactionAmount": null })).refused(403, "approval_required");
    patch(json!({ "maxTransactionAmount": "" })).refused(403, "approval_required");
    patch(json!({ "maxTransactionAmount": "9.00", "maxDailyVolume": "2000000.00" })).refused(403, "approval_required");
    patch(json!({ "allowedIPs": ["10.0.0.0/8"] })).ok();
    patch(json!({ "allowedIPs": ["10.1.0.0/16", "11.0.0.1"] })).refused(403, "approval_required");
    patch(json!({ "allowedIPs": [] })).refused(403, "approval_required");
    patch(json!({ "permissions": ["read-balance"] })).ok();
    patch(json!({ "permissions": ALL })).refused(403, "approval_required");
    patch(json!({ "permissions": [] })).refused(400, "invalid_request");
    let refused = edge.get(&distributor.api("/operations")).key(&key).ip("10.1.2.3").send();
    refused.refused(403, "permission_denied");
    let read = edge.get(&distributor.console(&format!("/api-keys/{}", key.id))).person(&distributor.maker).send().ok();
    assert_eq!(read["maxTransactionAmount"], "10.00", "a refused change changes nothing");
}

#[test]
fn of_a_keys_operations_a_thousand_wait_and_no_more() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let (key, other) = (distributor.asking_key(), distributor.asking_key());
    for _ in 0..999 {
        distributor.cash_in(&key, PHONE, "0.01").ok();
    }
    let last = distributor.cash_in(&key, PHONE, "0.01").ok()["operationID"].as_str().unwrap().to_owned();
    let refused = distributor.cash_in(&key, PHONE, "0.01");
    refused.refused(429, "rate_limited");
    assert!(refused.header("Retry-After").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(distributor.position()["held"], "10.00", "what was refused holds nothing");
    // Another key has its own limit, and a decided operation makes room.
    distributor.cash_in(&other, PHONE, "0.01").ok();
    distributor.reject(&distributor.approval_of(&last)).ok();
    distributor.cash_in(&key, PHONE, "0.01").ok();
    distributor.cash_in(&key, PHONE, "0.01").refused(429, "rate_limited");
}

#[test]
fn operations_given_back_on_a_day_are_limited_and_ends_are_not() {
    let edge = Setup::new().var("RETURNED_PER_KEY_DAY", "2").start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let midnight = (real_now() / DAY_MS + 1) * DAY_MS;
    edge.stop_clock(midnight - 10_000);
    let key = distributor.asking_key();
    let ask = || distributor.cash_in(&key, PHONE, "1.00");
    let id = |answer: &Answer| answer.ok()["operationID"].as_str().unwrap().to_owned();
    let withdraw = |id: &str| edge.delete(&distributor.api(&format!("/operations/{id}"))).key(&key).send();
    let (first, second, third) = (id(&ask()), id(&ask()), id(&ask()));
    withdraw(&first).ok();
    distributor.reject(&distributor.approval_of(&second)).ok();
    let refused = ask();
    refused.refused(429, "rate_limited");
    assert_eq!(refused.header("Retry-After"), Some("10"));
    // The count is stored, and another key's operations go on.
    edge.evict("DISTRIBUTOR", &distributor.id);
    ask().refused(429, "rate_limited");
    distributor.cash_in(&distributor.till(), PHONE, "5.00").ok();
    let request = distributor.request_cash_out(PHONE, "1.00");
    distributor.process(&key, &request).refused(429, "rate_limited");
    // Ends are never limited: rejecting, suspending, revoking.
    distributor.reject(&distributor.approval_of(&third)).ok();
    let issued = |path: &str| edge.post(&distributor.issued(path)).issuer().send();
    issued("/suspend").ok();
    issued("/resume").ok();
    edge.stop_clock(midnight);
    let last = id(&ask());
    let revoke = edge.post(&distributor.console(&format!("/api-keys/{}/revoke", key.id)));
    revoke.person(&distributor.checker).send().ok();
    assert_eq!(distributor.read_operation(&distributor.till(), &last)["status"], "rejected");
}

#[test]
fn a_repeated_put_stores_nothing_more() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "5.00").ok();
    let request = distributor.request_cash_out(PHONE, "5.00");
    distributor.process(&till, &request).ok();
    let stored = || {
        ["entries", "operations", "used"].map(|table| {
            edge.sql("DISTRIBUTOR", &distributor.id, &format!("SELECT COUNT(*) AS c FROM {table}"), json!([]))[0]["c"]
                .clone()
        })
    };
    let before = stored();
    for once in ["a", "b", "c"] {
        let put = edge.put(&distributor.api(&format!("/cashouts/{request}"))).key(&till).once(once);
        let answer = put.json(json!({ "cashOutFulfillmentType": "cash" })).send();
        assert_eq!(
            (answer.ok()["status"].clone(), answer.header("Idempotent-Replayed")),
            (json!("completed"), Some("true"))
        );
    }
    assert_eq!(stored(), before);
}

#[test]
fn a_days_volume_beyond_64_bits_is_told_truly() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let start = (real_now() / DAY_MS + 1) * DAY_MS;
    edge.stop_clock(start);
    let (key, asks) = (distributor.asking_key(), distributor.asking_key());
    distributor.cash_in(&key, PHONE, "1.00").ok();
    let waits = distributor.cash_in(&asks, PHONE, "3.00").ok()["operationID"].as_str().unwrap().to_owned();
    // Ten times the largest 64-bit number, as many operations of the largest amount would bring it about.
    let grow = "UPDATE days SET volume = volume + 999999999999999600, parts = 92";
    edge.sql("DISTRIBUTOR", &distributor.id, grow, json!([]));
    edge.evict("DISTRIBUTOR", &distributor.id);
    let told = |key: &Key| {
        let path = distributor.console(&format!("/api-keys/{}", key.id));
        edge.get(&path).person(&distributor.maker).send().ok()["usage"]["volumeToday"].clone()
    };
    assert_eq!(told(&key), "929999999999999997.00");
    distributor.cash_in(&key, PHONE, "2.99").ok();
    distributor.cash_in(&key, PHONE, "0.01").ok();
    assert_eq!(told(&key), "930000000000000000.00");
    let path = distributor.console(&format!("/api-keys/{}/usage?days=1", key.id));
    let days = edge.get(&path).person(&distributor.maker).send().ok()["days"].clone();
    assert_eq!(days[0]["volume"], "930000000000000000.00");
    // An amount that is given back leaves the sum exactly, also over the edge.
    assert_eq!(told(&asks), "929999999999999999.00");
    distributor.cash_in(&asks, PHONE, "2.00").ok();
    assert_eq!(told(&asks), "930000000000000001.00");
    edge.delete(&distributor.api(&format!("/operations/{waits}"))).key(&asks).send().ok();
    assert_eq!(told(&asks), "929999999999999998.00");
    // A limit that comes later that day counts all of it.
    let tighten = json!({ "maxDailyVolume": "999999999999999.99", "maxTransactionAmount": "5.00" });
    let key_path = distributor.console(&format!("/api-keys/{}", asks.id));
    edge.patch(&key_path).person(&distributor.maker).json(tighten).send().ok();
    distributor.cash_in(&asks, PHONE, "0.01").refused(403, "daily_volume_exceeded");
    let info = edge.get(&distributor.api("/api-key")).key(&asks).send().ok();
    assert_eq!(info["dailyVolumeRemaining"], "0.00");
}
