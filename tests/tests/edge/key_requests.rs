//! Requests for keys: their settings, list and end.

use serde_json::json;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::person::cookie_of;
use universal_wallet_tests::powers::{DAY_MS, real_now};

#[test]
fn keys_are_listed_newest_first_in_pages_and_by_status() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let labels = ["a", "b", "c", "d", "e"];
    for label in labels {
        distributor.ask_for_key(&distributor.maker, json!({ "label": label, "permissions": ["read-balance"] })).ok();
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = distributor.console(&format!("/api-keys?status=pending&limit=2&cursor={cursor}"));
        let page = edge.get(&path).person(&distributor.checker).send().ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|key| key["label"].as_str().unwrap().to_owned()));
        cursor = page["nextCursor"].as_str().unwrap().to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["e", "d", "c", "b", "a"]);
    let foreign = edge.get(&distributor.console("/audit?limit=1")).person(&distributor.maker).send().ok();
    let path = distributor.console(&format!("/api-keys?cursor={}", foreign["nextCursor"].as_str().unwrap()));
    edge.get(&path).person(&distributor.maker).send().refused(400, "invalid_request");
}

#[test]
fn settings_that_contradict_the_contract_are_refused_with_their_field() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let too_many: Vec<String> = (0..51).map(|number| format!("10.0.0.{number}")).collect();
    for (field, change) in [
        ("label", json!({ "label": "   " })),
        ("label", json!({ "label": "x".repeat(65) })),
        ("label", json!({ "label": 7 })),
        ("note", json!({ "note": "n".repeat(257) })),
        ("permissions", json!({ "permissions": [] })),
        ("permissions", json!({ "permissions": ["read-balance", "read-balance"] })),
        ("permissions[0]", json!({ "permissions": ["all"] })),
        ("maxTransactionAmount", json!({ "maxTransactionAmount": "10.01", "maxDailyVolume": "10.00" })),
        ("autoApproveLimit", json!({ "autoApproveLimit": "1.00" })),
        ("autoApproveLimit", json!({ "autoApproveLimit": "1.00", "maxTransactionAmount": "5.00" })),
        (
            "autoApproveLimit",
            json!({ "autoApproveLimit": "5.01", "maxTransactionAmount": "5.00", "maxDailyVolume": "9.00" }),
        ),
        ("expiresInDays", json!({ "expiresInDays": 0 })),
        ("expiresInDays", json!({ "expiresInDays": 366 })),
        ("expiresInDays", json!({ "expiresInDays": 1.5 })),
        ("expiresInDays", json!({ "expiresInDays": "30" })),
        ("allowedIPs[1]", json!({ "allowedIPs": ["10.0.0.1", "10.0.0.256"] })),
        ("allowedIPs[0]", json!({ "allowedIPs": ["10.0.0.0/33"] })),
        ("allowedIPs[0]", json!({ "allowedIPs": ["2a06:98c0:3600::103"] })),
        ("allowedIPs[0]", json!({ "allowedIPs": ["::/0"] })),
        ("allowedIPs", json!({ "allowedIPs": too_many })),
        ("allowedIPs", json!({ "allowedIPs": "10.0.0.1" })),
        ("colour", json!({ "colour": "red" })),
    ] {
        let mut settings = json!({ "label": "Till", "permissions": ["read-balance"] });
        settings.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refusal = distributor.ask_for_key(&distributor.maker, settings);
        assert_eq!(refusal.status, 400, "{change}: {refusal}");
        let fields = refusal.json()["errors"].clone();
        assert!(fields.as_array().unwrap().iter().any(|error| error["field"] == field), "{change}: {refusal}");
    }
    for amount in ["-1.00", "1e3", "1.234", " 1.00", "١.00", ".5", "5.", "1234567890123456"] {
        let settings = json!({ "label": "Till", "permissions": ["read-balance"], "maxDailyVolume": amount });
        distributor.ask_for_key(&distributor.maker, settings).refused(400, "invalid_amount");
    }
    assert_eq!(
        edge.get(&distributor.console("/api-keys")).person(&distributor.maker).send().ok()["items"],
        json!([]),
        "a refused request stores nothing"
    );
}

#[test]
fn a_request_that_nobody_decides_lapses_after_7_days_without_any_alarm() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let start = real_now() + 1000;
    edge.stop_clock(start);
    let asked = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    let approval = distributor.console(&format!("/approvals/{}", asked["approvalID"].as_str().unwrap()));
    edge.stop_clock(start + 7 * DAY_MS - 1);
    let cookie = cookie_of(&distributor.maker.sign_in(&edge));
    assert_eq!(edge.get(&approval).header("Cookie", &cookie).send().ok()["status"], "pending");
    edge.stop_clock(start + 7 * DAY_MS);
    assert_eq!(edge.get(&approval).header("Cookie", &cookie).send().ok()["status"], "expired");
    let keys = edge.get(&distributor.console("/api-keys?status=lapsed")).header("Cookie", &cookie).send().ok();
    assert_eq!(keys["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        edge.get(&distributor.console("/api-keys?status=pending")).header("Cookie", &cookie).send().ok()["items"],
        json!([])
    );
}

#[test]
fn a_revoked_key_has_no_successor() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    for by_issuer in [false, true] {
        let key = distributor.till();
        let rotate = distributor.console(&format!("/api-keys/{}/rotate", key.id));
        let asked = edge.post(&rotate).person(&distributor.maker).json(json!({})).send().ok();
        let reason = json!({ "reason": "stolen" });
        let path = format!("/api-keys/{}/revoke", key.id);
        if by_issuer {
            edge.post(&distributor.issued(&path)).issuer().json(reason).send().ok();
        } else {
            edge.post(&distributor.console(&path)).person(&distributor.maker).json(reason).send().ok();
        }
        let approval = asked["approvalID"].as_str().unwrap();
        distributor.approve(&distributor.checker, approval).refused(409, "invalid_state");
        distributor.claim(asked["keyID"].as_str().unwrap()).refused(409, "invalid_state");
    }
}
