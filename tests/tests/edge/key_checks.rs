//! Checks before a key's call is carried out, and their order.

use serde_json::json;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::key::Key;
use universal_wallet_tests::powers::{DAY_MS, real_now};

#[test]
fn a_key_is_used_from_its_addresses_alone() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let allowed = ["192.0.2.7", "198.51.100.0/25", "2001:db8:1::/48", "10.20.30.40/8"];
    let key = distributor.key(json!({ "label": "Till", "permissions": ["read-balance"], "allowedIPs": allowed }));
    let from = |ip: &str| edge.get(&distributor.api("/balance")).key(&key).ip(ip).send();
    for ip in [
        "192.0.2.7",
        "::ffff:192.0.2.7",
        "198.51.100.0",
        "198.51.100.127",
        "2001:db8:1::1",
        "2001:DB8:1:ffff::",
        "10.0.0.1",
    ] {
        from(ip).ok();
    }
    for ip in ["192.0.2.8", "198.51.100.128", "2001:db8:2::1", "::1", "11.0.0.1", "nonsense", ""] {
        from(ip).refused(403, "ip_not_allowed");
    }
    distributor.read_balance(&key).refused(403, "ip_not_allowed");
    let spoofed = edge.get(&distributor.api("/balance")).key(&key).ip("203.0.113.9");
    spoofed
        .header("X-Forwarded-For", "192.0.2.7")
        .header("X-Real-IP", "192.0.2.7")
        .send()
        .refused(403, "ip_not_allowed");
    let free = distributor.key(json!({ "label": "Anywhere", "permissions": ["read-balance"], "allowedIPs": [] }));
    distributor.read_balance(&free).ok();
}

#[test]
fn a_missing_permission_is_named() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    for permission in ALL {
        let key = distributor.key(json!({ "label": permission, "permissions": [permission] }));
        let body = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": "+2348031234567" });
        for (needed, answer) in [
            ("read-balance", distributor.read_balance(&key)),
            ("read-transactions", edge.get(&distributor.api("/operations")).key(&key).send()),
            ("read-transactions", edge.get(&distributor.api("/cashouts")).key(&key).send()),
            ("perform-operations", distributor.operation(&key, body).send()),
        ] {
            if needed == permission {
                answer.ok();
            } else {
                let refusal = answer.refused(403, "permission_denied");
                assert!(refusal["message"].as_str().unwrap().contains(needed), "{refusal}");
            }
        }
        let info = edge.get(&distributor.api("/api-key")).key(&key).send().ok();
        assert_eq!(info["permissions"], json!([permission]));
    }
}

#[test]
fn the_checks_of_a_keys_call_come_in_the_contracts_order() {
    // A call that is wrong in every way is refused for the first reason; then that one is
    // mended, and the next shows.
    let edge = Setup::new().var("RATE_LIMIT_PER_KEY", "20").start();
    let distributor = edge.distributor();
    let other = edge.distributor();
    let start = real_now() + 1000;
    edge.stop_clock(start);
    let issue = |permissions: &[&str], days: u32| {
        distributor.key(json!({
            "label": "Till", "permissions": permissions, "allowedIPs": ["192.0.2.1"], "expiresInDays": days,
            "maxTransactionAmount": "10.00", "maxDailyVolume": "15.00", "autoApproveLimit": "10.00",
        }))
    };
    let (key, reader, short) = (issue(&ALL, 30), issue(&["read-balance"], 30), issue(&["read-balance"], 1));
    let path = distributor.api("/operations");
    let post = |path: &str, key: &Key, ip: &str| edge.post(path).key(key).ip(ip);

    edge.request("PATCH", &path).bearer("forged").send().refused(405, "method_not_allowed");
    edge.post(&other.api("/operations")).bearer("forged").body("{").send().refused(401, "invalid_api_key");
    post(&other.api("/operations"), &key, "9.9.9.9").body("{").send().refused(403, "distributor_mismatch");

    // Expiry before address, address before permission, permission before body.
    edge.stop_clock(start + DAY_MS);
    post(&path, &short, "9.9.9.9").body("{").send().refused(401, "expired_api_key");
    post(&path, &reader, "9.9.9.9").body("{").send().refused(403, "ip_not_allowed");
    post(&path, &reader, "192.0.2.1").body("{").send().refused(403, "permission_denied");

    // Rate before body.
    for _ in 0..20 {
        post(&path, &key, "192.0.2.1").body("{").send().refused(415, "unsupported_media_type");
    }
    post(&path, &key, "192.0.2.1").body("{").send().refused(429, "rate_limited");

    // Body before replay, replay before suspension, suspension before merchant, limits, balance.
    edge.stop_clock(start + DAY_MS + 2000);
    let cash_in = |to: &str, amount: &str| json!({ "operationType": "cash-in", "amount": amount, to: "100000" });
    edge.merchant("100000");
    post(&path, &key, "192.0.2.1").once("1").json(cash_in("merchantToShortCode", "1.00")).send().ok();
    distributor.issuer_act("suspend").ok();
    post(&path, &key, "192.0.2.1").once("1").json(json!({})).send().refused(400, "invalid_request");
    let replay = post(&path, &key, "192.0.2.1").once("1").json(cash_in("merchantToShortCode", "1.0")).send();
    replay.ok();
    assert_eq!(replay.header("Idempotent-Replayed"), Some("true"));
    let unknown = json!({ "operationType": "cash-in", "amount": "20.00", "merchantToShortCode": "999999" });
    post(&path, &key, "192.0.2.1").json(unknown.clone()).send().refused(403, "distributor_suspended");
    distributor.issuer_act("resume").ok();
    post(&path, &key, "192.0.2.1").json(unknown).send().refused(400, "unknown_merchant");
    let above = cash_in("merchantToShortCode", "999999999999999.99");
    post(&path, &key, "192.0.2.1").json(above).send().refused(403, "transaction_limit_exceeded");
}

#[test]
fn limits_come_before_the_balance() {
    let edge = Edge::start();
    let distributor = edge.empty_distributor();
    let key = distributor.key(json!({
        "label": "Till", "permissions": ALL, "maxTransactionAmount": "10.00", "maxDailyVolume": "15.00",
    }));
    distributor.cash_in(&key, "+2348031234567", "10.01").refused(403, "transaction_limit_exceeded");
    distributor.cash_in(&key, "+2348031234567", "10.00").refused(400, "insufficient_balance");
    distributor.top_up("100.00");
    distributor.cash_in(&key, "+2348031234567", "10.00").ok();
    distributor.cash_in(&key, "+2348031234567", "5.01").refused(403, "daily_volume_exceeded");
    distributor.cash_in(&key, "+2348031234567", "5.00").ok();
    distributor.cash_in(&key, "+2348031234567", "0.01").refused(403, "daily_volume_exceeded");
}

#[test]
fn a_suspended_distributor_reads_rejects_and_revokes_but_moves_nothing() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (till, asking) = (distributor.till(), distributor.asking_key());
    distributor.cash_in(&till, "+2348031234567", "50.00").ok();
    let request = distributor.request_cash_out("+2348031234567", "20.00");
    let waiting =
        distributor.cash_in(&asking, "+2348031234567", "7.00").ok()["operationID"].as_str().unwrap().to_owned();
    let approval = distributor.approval_of(&waiting);
    distributor.issuer_act("suspend").ok();
    assert_eq!(distributor.position()["status"], "suspended");

    distributor.cash_in(&till, "+2348031234567", "1.00").refused(403, "distributor_suspended");
    distributor.process(&till, &request).refused(403, "distributor_suspended");
    distributor.ask_for_key(&distributor.maker, Distributor::generous()).refused(403, "distributor_suspended");
    distributor.approve(&distributor.checker, &approval).refused(403, "distributor_suspended");
    let rotate = distributor.console(&format!("/api-keys/{}/rotate", till.id));
    edge.post(&rotate).person(&distributor.maker).json(json!({})).send().refused(403, "distributor_suspended");
    distributor.try_request_cash_out("+2348031234567", "5.00").refused(403, "distributor_suspended");

    distributor.read_balance(&till).ok();
    distributor.reject(&approval).ok();
    let revoke = distributor.console(&format!("/api-keys/{}/revoke", asking.id));
    edge.post(&revoke).person(&distributor.maker).json(json!({ "reason": "over" })).send().ok();
    edge.cancel_cash_out("+2348031234567", &request).ok();
    distributor.issuer_act("resume").ok();
    distributor.cash_in(&till, "+2348031234567", "1.00").ok();
}

#[test]
fn the_rate_of_a_key_is_limited_and_told_in_headers() {
    let edge = Setup::new().var("RATE_LIMIT_PER_KEY", "20").start();
    let distributor = edge.distributor();
    edge.stop_clock(real_now());
    let key = distributor.till();
    let other = distributor.till();
    let first = distributor.read_balance(&key);
    assert!(first.header("RateLimit-Policy").is_some() && first.header("RateLimit").is_some());
    let answers: Vec<_> = (0..40).map(|_| distributor.read_balance(&key)).collect();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 19);
    let last = answers.last().unwrap();
    last.refused(429, "rate_limited");
    assert!(last.header("Retry-After").unwrap().parse::<u32>().unwrap() >= 1);
    distributor.read_balance(&other).ok();
    edge.stop_clock(real_now() + 1500);
    distributor.read_balance(&key).ok();
}

#[test]
fn a_thief_elsewhere_does_not_use_up_the_owners_rate() {
    let edge = Setup::new().var("RATE_LIMIT_PER_KEY", "20").start();
    let distributor = edge.distributor();
    edge.stop_clock(real_now());
    let key = distributor.key(json!({ "label": "Till", "permissions": ["read-balance"], "allowedIPs": ["192.0.2.1"] }));
    let from = |ip: &str| edge.get(&distributor.api("/balance")).key(&key).ip(ip).send();
    let codes: Vec<_> = (0..10).map(|_| from("203.0.113.1").code()).collect();
    assert_eq!(codes.iter().filter(|code| *code == "ip_not_allowed").count(), 2, "a tenth: {codes:?}");
    assert!(codes.iter().skip(2).all(|code| code == "rate_limited"), "{codes:?}");
    for _ in 0..20 {
        from("192.0.2.1").ok();
    }
    from("192.0.2.1").refused(429, "rate_limited");
}
