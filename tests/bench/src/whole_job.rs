//! The whole job in JavaScript does the work that it is measured for.

use edge_runtime::Entry;
use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::Edge;

use crate::cores::Cores;
use crate::prepared::{Prepared, forged, in_javascript};
use crate::server::Server;

const HERE: &str = "192.0.2.1";

fn start() -> (Server, Edge) {
    let server = Server::baseline(Cores::any(), "whole-job", Entry::Production).unwrap();
    let edge = server.client().unwrap();
    (server, edge)
}

fn balance(edge: &Edge, of: &Prepared, key: &str, ip: &str) -> Answer {
    edge.get(&of.path("/balance")).bearer(key).ip(ip).send()
}

fn cash_in(edge: &Edge, of: &Prepared, amount: &str, once: &str) -> Answer {
    let body = json!({ "operationType": "cash-in", "amount": amount, "phoneTo": "+2348031234567" });
    edge.post(&of.path("/operations")).bearer(&of.key).ip(HERE).once(once).json(body).send()
}

fn available(edge: &Edge, of: &Prepared) -> Value {
    balance(edge, of, &of.key, HERE).ok()["available"].clone()
}

#[test]
fn a_cash_in_leaves_the_float_once_and_is_answered_again_as_it_was() {
    let (_server, edge) = start();
    let till = in_javascript(&edge, &json!({ "float": "10000" })).unwrap();
    let first = cash_in(&edge, &till, "20.00", "one");
    assert_eq!(first.ok()["status"], "completed");
    assert!(first.header("X-Request-ID").is_some() && first.header("RateLimit").is_some());
    assert_eq!(first.header("Cache-Control"), Some("no-store"));
    let again = cash_in(&edge, &till, "20.0", "one");
    assert_eq!(again.ok(), first.ok());
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"));
    cash_in(&edge, &till, "21.00", "one").refused(422, "idempotency_key_reused");
    assert_eq!(available(&edge, &till), "80.00");
    cash_in(&edge, &till, "80.01", "two").refused(400, "insufficient_balance");
    for amount in ["0", "1.001", "-1", "1e2", "", " 1"] {
        cash_in(&edge, &till, amount, "three").refused(400, "invalid_amount");
    }
    assert_eq!(available(&edge, &till), "80.00");
}

#[test]
fn operations_are_listed_newest_first_with_a_link_while_there_are_more() {
    let (_server, edge) = start();
    let till = in_javascript(&edge, &json!({})).unwrap();
    let made: Vec<Value> =
        ["one", "two", "three"].map(|once| cash_in(&edge, &till, "20.00", once).ok()["operationID"].clone()).into();
    let list = |limit: u32| {
        let answer = edge.get(&till.path(&format!("/operations?limit={limit}"))).bearer(&till.key).ip(HERE).send();
        let ids: Vec<Value> =
            answer.ok().as_array().unwrap().iter().map(|operation| operation["operationID"].clone()).collect();
        (ids, answer.header("Link").is_some())
    };
    assert_eq!(list(2), (vec![made[2].clone(), made[1].clone()], true));
    assert!(!list(3).1);
    let path = till.path("/operations?offset=1");
    edge.get(&path).bearer(&till.key).ip(HERE).send().refused(400, "invalid_request");
}

#[test]
fn limits_hold_to_the_cent_and_what_is_above_the_auto_approve_limit_waits() {
    let (_server, edge) = start();
    let settings = json!({ "maxTransaction": "2000", "maxDaily": "3000", "autoApprove": "1000" });
    let till = in_javascript(&edge, &settings).unwrap();
    cash_in(&edge, &till, "20.01", "one").refused(403, "transaction_limit_exceeded");
    assert_eq!(cash_in(&edge, &till, "20.00", "two").ok()["status"], "pending");
    assert_eq!(balance(&edge, &till, &till.key, HERE).ok()["held"], "20.00");
    cash_in(&edge, &till, "10.01", "three").refused(403, "daily_volume_exceeded");
    assert_eq!(cash_in(&edge, &till, "10.00", "four").ok()["status"], "completed");
}

#[test]
fn a_key_is_refused_where_it_may_not_be_used() {
    let (_server, edge) = start();
    let till = in_javascript(&edge, &json!({ "allowedIPs": ["192.0.2.0/24", "2001:db8::/32"] })).unwrap();
    balance(&edge, &till, &till.key, HERE).ok();
    balance(&edge, &till, &till.key, "2001:db8:1::1").ok();
    for ip in ["192.0.3.1", "2001:db9::1"] {
        balance(&edge, &till, &till.key, ip).refused(403, "ip_not_allowed");
    }
    balance(&edge, &till, forged().first().unwrap(), HERE).refused(401, "invalid_api_key");
    let over = in_javascript(&edge, &json!({ "expiresAt": 1 })).unwrap();
    balance(&edge, &over, &over.key, HERE).refused(401, "expired_api_key");
    balance(&edge, &till, &over.key, HERE).refused(401, "invalid_api_key");
    let blind = in_javascript(&edge, &json!({ "permissions": ["perform-operations"] })).unwrap();
    balance(&edge, &blind, &blind.key, HERE).refused(403, "permission_denied");
}
