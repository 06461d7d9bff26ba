//! Agreements of two people stay in force as they were made, or tighter.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;

fn post(d: &Distributor<'_>, path: &str) -> Answer {
    d.edge.post(&d.console(path)).person(&d.maker).json(json!({})).send()
}

fn tighten(d: &Distributor<'_>, key: &str, body: Value) -> Answer {
    d.edge.patch(&d.console(&format!("/api-keys/{key}"))).person(&d.maker).json(body).send()
}

fn read(d: &Distributor<'_>, path: &str) -> Value {
    d.edge.get(&d.console(path)).person(&d.maker).send().ok()
}

/// Asks for a successor of the key; its ID and the request's.
fn rotate(d: &Distributor<'_>, key: &Key) -> (String, String) {
    let asked = post(d, &format!("/api-keys/{}/rotate", key.id)).ok();
    let id = |name: &str| asked[name].as_str().unwrap().to_owned();
    (id("keyID"), id("approvalID"))
}

fn entries(d: &Distributor<'_>) -> u64 {
    read(d, "/audit?limit=1")["items"][0]["sequenceNumber"].as_u64().unwrap()
}

#[test]
fn a_change_of_the_old_key_never_loosens_its_successor() {
    let edge = Edge::start();
    let d = edge.distributor();
    let till = d.till();
    let (successor, request) = rotate(&d, &till);
    d.approve(&d.checker, &request).ok();
    let tight =
        json!({ "maxTransactionAmount": "10.00", "allowedIPs": ["192.0.2.1"], "permissions": ["read-balance"] });
    tighten(&d, &successor, tight).ok();
    let before = entries(&d);
    tighten(&d, &till.id, json!({})).ok();
    assert_eq!(entries(&d), before, "a change of nothing is no entry");

    tighten(&d, &till.id, json!({ "maxTransactionAmount": "500.00", "allowedIPs": ["192.0.2.0/24"] })).ok();
    let key = read(&d, &format!("/api-keys/{successor}"));
    assert_eq!(key["maxTransactionAmount"], "10.00");
    assert_eq!(key["allowedIPs"], json!(["192.0.2.1"]));
    assert_eq!(key["permissions"], json!(["read-balance"]));
    tighten(&d, &till.id, json!({ "maxTransactionAmount": "5.00" })).ok();
    assert_eq!(read(&d, &format!("/api-keys/{successor}"))["maxTransactionAmount"], "5.00");
}

#[test]
fn a_successor_without_an_address_in_common_with_the_old_key_lapses() {
    let edge = Edge::start();
    let d = edge.distributor();
    let till = d.till();
    let (successor, request) = rotate(&d, &till);
    d.approve(&d.checker, &request).ok();
    tighten(&d, &successor, json!({ "allowedIPs": ["192.0.2.0/25"] })).ok();
    tighten(&d, &till.id, json!({ "allowedIPs": ["192.0.2.128/25"] })).ok();
    let key = read(&d, &format!("/api-keys/{successor}"));
    assert_eq!((&key["status"], &key["allowedIPs"]), (&json!("lapsed"), &json!(["192.0.2.0/25"])));
    assert!(key["reason"].as_str().unwrap().contains("tightened"), "{key}");
    post(&d, &format!("/api-keys/{successor}/claim")).refused(409, "invalid_state");
    let (_, again) = rotate(&d, &till);
    d.approve(&d.checker, &again).ok();
}

#[test]
fn revoking_a_key_lapses_its_open_rotation() {
    let edge = Edge::start();
    let d = edge.distributor();
    for approved in [false, true] {
        let till = d.till();
        let (successor, request) = rotate(&d, &till);
        if approved {
            d.approve(&d.checker, &request).ok();
        }
        post(&d, &format!("/api-keys/{}/revoke", till.id)).ok();
        let key = read(&d, &format!("/api-keys/{successor}"));
        assert_eq!(key["status"], "lapsed");
        assert!(key["reason"].as_str().unwrap().contains("revoked"), "{key}");
        let approval = read(&d, &format!("/approvals/{request}"));
        assert_eq!(approval["status"], if approved { "approved" } else { "expired" });
        post(&d, &format!("/api-keys/{successor}/claim")).refused(409, "invalid_state");
        if !approved {
            assert_eq!(approval["reason"], key["reason"]);
            d.approve(&d.checker, &request).refused(409, "invalid_state");
        }
    }
}

#[test]
fn a_request_about_a_member_ends_when_the_member_changes_and_is_made_once() {
    let edge = Edge::start();
    let d = edge.distributor();
    let path = d.console(&format!("/users/{}", d.maker.id));
    let change = |body: Value| edge.patch(&path).person(&d.admin).json(body).send();
    let reset = || edge.post(&format!("{path}/reset-password")).person(&d.admin).json(json!({})).send();
    let more = json!({ "roles": ["maker", "viewer"] });
    let grant = change(more.clone()).ok()["approvalID"].as_str().unwrap().to_owned();
    change(more).refused(409, "already_exists");
    let again = reset().ok()["approvalID"].as_str().unwrap().to_owned();
    reset().refused(409, "already_exists");

    d.approve(&d.checker, &grant).ok();
    let ended = edge.get(&d.console(&format!("/approvals/{again}"))).person(&d.admin).send().ok();
    assert_eq!(ended["status"], "expired");
    assert!(ended["reason"].as_str().unwrap().contains("changed"), "{ended}");
    d.approve(&d.checker, &again).refused(409, "invalid_state");
    // The maker's session goes on, since the password was not reset.
    read(&d, "/api-keys");
}
