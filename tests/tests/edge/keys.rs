//! A key's life from its request to its end.

use std::collections::HashSet;

use serde_json::{Value, json};
use universal_wallet_sdk::key::ApiKey;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::powers::{DAY_MS, HOUR_MS, real_now};

#[test]
fn a_key_goes_from_request_to_a_balance() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let settings = json!({
        "label": "  Till  ", "permissions": ["read-balance"], "allowedIPs": ["10.1.2.3/8", "::ffff:192.0.2.1"],
        "note": "for the shop",
    });
    let asked = distributor.ask_for_key(&distributor.maker, settings);
    assert_eq!(asked.status, 201, "{asked}");
    let asked = asked.json();
    assert_eq!(asked["status"], "pending");
    assert_eq!(asked["label"], "Till");
    assert_eq!(asked["allowedIPs"], json!(["10.0.0.0/8", "192.0.2.1"]));
    assert_eq!((&asked["expiresInDays"], &asked["autoApproveLimit"]), (&json!(365), &json!("0.00")));
    assert_eq!(asked["makerID"], json!(distributor.maker.id));
    for not_yet in ["expiresAt", "checkerID", "claimedAt", "revokedAt", "keyPrefix", "lastUsedAt"] {
        assert_eq!(asked[not_yet], Value::Null, "{not_yet}");
    }
    let (key_id, approval) = (asked["keyID"].as_str().unwrap(), asked["approvalID"].as_str().unwrap());

    distributor.claim(key_id).refused(409, "invalid_state");
    let decided = distributor.approve(&distributor.checker, approval).ok();
    assert_eq!(decided["approval"]["status"], "approved");
    assert_eq!(decided["key"]["status"], "approved");

    let claimed = distributor.claim(key_id);
    assert_eq!(claimed.header("Cache-Control"), Some("no-store"));
    let claimed = claimed.ok();
    let secret = claimed["apiKey"].as_str().unwrap();
    assert_eq!(claimed["key"]["status"], "active");
    assert!(secret.starts_with(claimed["key"]["keyPrefix"].as_str().unwrap()));

    let balance = edge.get(&distributor.api("/balance")).bearer(secret).ip("10.9.9.9").send();
    assert_eq!(
        balance.ok(),
        json!({ "balance": "50000.00", "available": "50000.00", "held": "0.00", "currency": "NGN" })
    );
    let seen = edge.get(&distributor.console(&format!("/api-keys/{key_id}"))).person(&distributor.checker).send().ok();
    assert_eq!(seen["lastUsedIP"], "10.9.9.9");
    assert_eq!(seen["usage"]["requestsToday"], 1);
    assert!(!seen.to_string().contains(secret), "no answer but the claim's shows the key");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_client_reads_balance_and_key() {
    let edge = Edge::start();
    let (id, secret) = tokio::task::block_in_place(|| {
        let distributor = edge.distributor();
        (distributor.id.clone(), distributor.till().secret)
    });
    let client = universal_wallet_sdk::Client::builder(edge.url.clone(), id.parse().unwrap(), secret.parse().unwrap());
    let client = client.build().unwrap();
    let balance = client.balance().send().await.unwrap();
    assert_eq!(balance.available.unwrap().to_string(), "50000.00");
    let key = client.key_info().send().await.unwrap();
    assert_eq!(key.label, "Till 7");
    assert_eq!(key.daily_volume_remaining.unwrap().to_string(), "1000000.00");
}

#[test]
fn a_key_has_the_published_form_and_only_its_digest_is_kept() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let keys: Vec<_> = (0..3).map(|_| distributor.till().secret).collect();
    for secret in &keys {
        assert_eq!(secret.len(), 56, "uwk_ and 52 characters");
        secret.parse::<ApiKey>().expect("a client that sees the key finds its checksum right");
        let digits = &secret[4..];
        assert!(digits.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");
        for table in ["meta", "entries", "members", "keys", "approvals", "operations", "used", "last_used"] {
            let rows = edge.sql("DISTRIBUTOR", &distributor.id, &format!("SELECT * FROM {table}"), json!([]));
            let text = json!(rows).to_string();
            assert!(!text.contains(digits) && !text.contains(&digits[..34]), "{table} holds a secret");
        }
    }
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 3);
}

#[test]
fn a_key_is_claimed_once_by_its_maker_alone() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    distributor.claim(&key.id).refused(410, "already_claimed");

    let asked = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    let (id, approval) = (asked["keyID"].as_str().unwrap(), asked["approvalID"].as_str().unwrap());
    distributor.approve(&distributor.checker, approval).ok();
    let claim = distributor.console(&format!("/api-keys/{id}/claim"));
    edge.post(&claim).person(&distributor.checker).send().refused(403, "role_required");
    distributor.claim(id).ok();
}

#[test]
fn sixteen_claims_at_once_give_one_secret() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let asked = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    let id = asked["keyID"].as_str().unwrap();
    distributor.approve(&distributor.checker, asked["approvalID"].as_str().unwrap()).ok();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let claims: Vec<_> = (0..16).map(|_| scope.spawn(|| distributor.claim(id))).collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(410, "already_claimed");
    }
}

#[test]
fn a_claim_is_over_24_hours_after_the_approval_to_the_millisecond() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = real_now() + 1000;
    edge.stop_clock(start);
    let ask = || {
        let asked = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
        distributor.approve(&distributor.checker, asked["approvalID"].as_str().unwrap()).ok();
        asked["keyID"].as_str().unwrap().to_owned()
    };
    let (first, second) = (ask(), ask());
    let sessions = sessions_at(&distributor, start + DAY_MS - 1);
    assert_eq!(claim_with(&distributor, &first, &sessions).status, 200);
    edge.stop_clock(start + DAY_MS);
    claim_with(&distributor, &second, &sessions).refused(410, "claim_expired");
    let key = edge.get(&distributor.console(&format!("/api-keys/{second}"))).header("Cookie", &sessions).send().ok();
    assert_eq!(key["status"], "lapsed");
}

/// A session of the maker that starts at a given time.
fn sessions_at(distributor: &Distributor<'_>, at_ms: i64) -> String {
    distributor.edge.stop_clock(at_ms);
    universal_wallet_tests::person::cookie_of(&distributor.maker.sign_in(distributor.edge))
}

fn claim_with(distributor: &Distributor<'_>, key: &str, cookie: &str) -> universal_wallet_tests::answer::Answer {
    distributor.edge.post(&distributor.console(&format!("/api-keys/{key}/claim"))).header("Cookie", cookie).send()
}

#[test]
fn a_revoke_holds_for_the_very_next_call_and_rejects_what_is_pending() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.asking_key();
    let pending = distributor.cash_in(&key, "+2348031234567", "100.00").ok();
    assert_eq!(distributor.position()["held"], "100.00");
    let path = distributor.console(&format!("/api-keys/{}/revoke", key.id));
    edge.post(&path).person(&distributor.maker).json(json!({ "reason": "lost" })).send().ok();
    let refused = distributor.read_balance(&key);
    refused.refused(401, "revoked_api_key");
    assert_eq!(refused.header("WWW-Authenticate"), Some("Bearer error=\"invalid_token\""));
    assert_eq!(distributor.position()["held"], "0.00");
    let path = distributor.console(&format!("/operations/{}", pending["operationID"].as_str().unwrap()));
    assert_eq!(edge.get(&path).person(&distributor.maker).send().ok()["status"], "rejected");
}

#[test]
fn every_role_but_viewer_revokes_and_the_issuer_does_in_an_emergency() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    for person in [&distributor.admin, &distributor.checker] {
        let key = distributor.till();
        let path = distributor.console(&format!("/api-keys/{}/revoke", key.id));
        edge.post(&path).person(person).json(json!({ "reason": "stolen" })).send().ok();
        distributor.read_balance(&key).refused(401, "revoked_api_key");
    }
    let key = distributor.till();
    let path = distributor.issued(&format!("/api-keys/{}/revoke", key.id));
    edge.post(&path).issuer().json(json!({ "reason": "stolen" })).send().ok();
    distributor.read_balance(&key).refused(401, "revoked_api_key");
}

#[test]
fn no_call_is_answered_after_a_revoke_was() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    let path = distributor.console(&format!("/api-keys/{}/revoke", key.id));
    let revoked = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let before = revoked.load(std::sync::atomic::Ordering::SeqCst);
                    let answer = distributor.read_balance(&key);
                    assert!(!(before && answer.status == 200), "answered after the revoke: {answer}");
                    if answer.status != 200 {
                        answer.refused(401, "revoked_api_key");
                        break;
                    }
                }
            });
        }
        edge.post(&path).person(&distributor.maker).json(json!({ "reason": "lost" })).send().ok();
        revoked.store(true, std::sync::atomic::Ordering::SeqCst);
    });
}

#[test]
fn a_key_is_over_at_its_end_to_the_millisecond() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = real_now() + 1000;
    edge.stop_clock(start);
    let key = distributor.key(json!({ "label": "Short", "permissions": ["read-balance"], "expiresInDays": 1 }));
    edge.stop_clock(start + DAY_MS - 1);
    distributor.read_balance(&key).ok();
    edge.stop_clock(start + DAY_MS);
    distributor.read_balance(&key).refused(401, "expired_api_key");
    edge.evict("DISTRIBUTOR", &distributor.id);
    distributor.read_balance(&key).refused(401, "expired_api_key");
}

#[test]
fn an_objects_clock_never_runs_backwards() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = real_now() + 1000;
    edge.stop_clock(start);
    let key = distributor.key(json!({ "label": "Short", "permissions": ["perform-operations"], "expiresInDays": 1 }));
    let other = distributor.asking_key();
    edge.stop_clock(start + DAY_MS);
    distributor.cash_in(&key, "+2348031234567", "1.00").refused(401, "expired_api_key");
    distributor.cash_in(&other, "+2348031234567", "1.00").ok();
    edge.stop_clock(start + HOUR_MS);
    distributor.cash_in(&key, "+2348031234567", "1.00").refused(401, "expired_api_key");
}
