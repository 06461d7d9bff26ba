//! Usage of a key: by day, by address, and by refusal. Counted in memory, written
//! at most every ten seconds.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::cookie_of;
use universal_wallet_tests::powers::{DAY_MS, real_now};

const PHONE: &str = "+2348031234567";

/// Noon, so that no test crosses the end of a day by chance.
fn noon() -> i64 {
    (real_now() / DAY_MS + 1) * DAY_MS + DAY_MS / 2
}

/// The usage of a key, read by a person who signs in then.
fn usage(distributor: &Distributor<'_>, key: &Key, query: &str) -> Value {
    let edge = distributor.edge;
    let cookie = cookie_of(&distributor.checker.sign_in(edge));
    let path = distributor.console(&format!("/api-keys/{}/usage{query}", key.id));
    edge.get(&path).header("Cookie", &cookie).send().ok()
}

fn read_from(distributor: &Distributor<'_>, key: &Key, ip: &str) {
    distributor.edge.get(&distributor.api("/balance")).key(key).ip(ip).send().ok();
}

fn entries_of(distributor: &Distributor<'_>, kind: &str) -> Vec<Value> {
    let cookie = cookie_of(&distributor.checker.sign_in(distributor.edge));
    let list = distributor.edge.get(&distributor.console("/audit?limit=1000")).header("Cookie", &cookie).send().ok();
    list["items"].as_array().unwrap().iter().filter(|entry| entry["kind"] == kind).cloned().collect()
}

#[test]
fn usage_tells_days_addresses_and_refusals() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = noon();
    edge.stop_clock(start);
    let key = distributor.key(json!({
        "label": "Till", "permissions": ALL, "maxTransactionAmount": "50.00", "maxDailyVolume": "100.00",
        "autoApproveLimit": "50.00", "allowedIPs": ["192.0.2.0/24"],
    }));
    let cash_in = |ip: &str, amount: &str| {
        let body = json!({ "operationType": "cash-in", "amount": amount, "phoneTo": PHONE });
        distributor.operation(&key, body).ip(ip).send()
    };
    cash_in("192.0.2.1", "50.00").ok();
    edge.stop_clock(start + DAY_MS);
    read_from(&distributor, &key, "192.0.2.1");
    read_from(&distributor, &key, "192.0.2.2");
    cash_in("192.0.2.2", "20.25").ok();
    cash_in("192.0.2.2", "50.01").refused(403, "transaction_limit_exceeded");
    cash_in("203.0.113.9", "1.00").refused(403, "ip_not_allowed");
    cash_in("203.0.113.9", "1.00").refused(403, "ip_not_allowed");
    // A malformed call is not a refusal of the key.
    cash_in("192.0.2.2", "1.001").refused(400, "invalid_amount");

    let used = usage(&distributor, &key, "?days=3");
    let days = used["days"].as_array().unwrap();
    assert_eq!(days.len(), 3, "oldest first, also those without use: {used}");
    let [_, first, second] = days.as_slice() else { panic!("{used}") };
    let of = |day: &Value| {
        (day["requests"].clone(), day["denied"].clone(), day["operations"].clone(), day["volume"].clone())
    };
    assert_eq!(of(&days[0]), (json!(0), json!(0), json!(0), json!("0.00")));
    assert_eq!(of(first), (json!(1), json!(0), json!(1), json!("50.00")));
    assert_eq!(of(second), (json!(7), json!(3), json!(1), json!("20.25")));
    assert!(first["date"].as_str().unwrap() < second["date"].as_str().unwrap());

    let ips: Vec<_> =
        used["ips"].as_array().unwrap().iter().map(|one| (&one["ip"], &one["requests"], &one["denied"])).collect();
    let refused = (&json!("203.0.113.9"), &json!(2), &json!(2));
    assert!(ips.contains(&refused) && ips.contains(&(&json!("192.0.2.2"), &json!(4), &json!(1))), "{used}");
    let old = used["ips"].as_array().unwrap().iter().find(|one| one["ip"] == "192.0.2.1").unwrap();
    assert_eq!(old["requests"], 2);
    assert!(old["firstSeenAt"].as_str().unwrap() < old["lastSeenAt"].as_str().unwrap());

    let denials = used["denials"].as_array().unwrap();
    let of = |code: &str| denials.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{code}: {used}"));
    assert_eq!((&of("ip_not_allowed")["count"], &of("ip_not_allowed")["lastIP"]), (&json!(2), &json!("203.0.113.9")));
    assert_eq!(of("transaction_limit_exceeded")["count"], 1);
    assert_eq!(denials.len(), 2);
    assert_eq!(usage(&distributor, &key, "")["days"].as_array().unwrap().len(), 30);
}

#[test]
fn days_that_are_none_are_refused() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    for days in ["0", "-1", "1.5", "x", "", "367", "99999999999999999999"] {
        let path = distributor.console(&format!("/api-keys/{}/usage?days={days}", key.id));
        let refusal = edge.get(&path).person(&distributor.maker).send();
        assert_eq!(refusal.refused(400, "invalid_request")["errors"][0]["field"], "days", "{days}");
    }
}

#[test]
fn of_a_keys_addresses_the_hundred_most_recent_are_kept_and_the_rest_are_counted_together() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let start = noon();
    edge.stop_clock(start);
    let key = distributor.till();
    for number in 0..120 {
        edge.stop_clock(start + number * 1000);
        read_from(&distributor, &key, &format!("198.51.100.{number}"));
        if number % 50 == 49 {
            edge.alarm("DISTRIBUTOR", &distributor.id);
        }
    }
    edge.stop_clock(start + 200_000);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    for forgets in [false, true] {
        if forgets {
            edge.evict("DISTRIBUTOR", &distributor.id);
        }
        let used = usage(&distributor, &key, "");
        let ips = used["ips"].as_array().unwrap();
        assert_eq!(ips.len(), 101, "{used}");
        let kept = |ip: &str| ips.iter().find(|one| one["ip"] == ip);
        assert_eq!(kept("others").unwrap()["requests"], 20, "{used}");
        assert!(kept("198.51.100.19").is_none() && kept("198.51.100.20").is_some(), "{used}");
        let all: u64 = ips.iter().map(|one| one["requests"].as_u64().unwrap()).sum();
        assert_eq!(all, 120);
    }
}

#[test]
fn a_restart_loses_counts_of_ten_seconds_at_most_and_no_volume() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let start = noon();
    edge.stop_clock(start);
    let key = distributor.till();
    read_from(&distributor, &key, "192.0.2.1");
    edge.stop_clock(start + 9_999);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    distributor.cash_in(&key, PHONE, "10.00").ok();
    edge.evict("DISTRIBUTOR", &distributor.id);
    let today = |used: &Value| used["days"].as_array().unwrap().last().unwrap().clone();
    let lost = today(&usage(&distributor, &key, ""));
    assert_eq!((&lost["requests"], &lost["operations"], &lost["volume"]), (&json!(0), &json!(1), &json!("10.00")));

    read_from(&distributor, &key, "192.0.2.1");
    edge.stop_clock(start + 9_999 + 10_000);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    edge.evict("DISTRIBUTOR", &distributor.id);
    assert_eq!(today(&usage(&distributor, &key, ""))["requests"], 1, "what is ten seconds old is written");
}

#[test]
fn a_first_use_from_a_new_address_is_an_entry_of_the_chain() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    read_from(&distributor, &key, "192.0.2.1");
    read_from(&distributor, &key, "192.0.2.1");
    assert_eq!(entries_of(&distributor, "api-key.new-address").len(), 1, "also the very first");
    read_from(&distributor, &key, "192.0.2.2");
    read_from(&distributor, &key, "192.0.2.2");
    read_from(&distributor, &key, "192.0.2.1");
    let told = entries_of(&distributor, "api-key.new-address");
    assert_eq!(told.len(), 2);
    assert_eq!((&told[0]["subject"], &told[0]["details"]["ip"]), (&json!(key.id), &json!("192.0.2.2")), "{told:?}");
    assert_eq!(distributor.verify()["valid"], true);
}
