//! A distributor whose storage is nearly full: nothing new is made, and everything that protects money goes on.

use serde_json::json;
use universal_wallet_tests::edge::Setup;
use universal_wallet_tests::money::assert_conserved;

const PHONE: &str = "+2348031234567";

#[test]
fn with_full_storage_nothing_new_is_made_and_everything_that_protects_goes_on() {
    let edge = Setup::new().var("STORAGE_BYTES", "420000").start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let (till, asking) = (distributor.till(), distributor.asking_key());
    let pending = distributor.cash_in(&asking, PHONE, "5.00").ok()["operationID"].as_str().unwrap().to_owned();
    distributor.cash_in(&till, PHONE, "1.00").ok();
    let request = distributor.request_cash_out(PHONE, "0.01");
    let withdrawn = distributor.cash_in(&asking, PHONE, "6.00").ok()["operationID"].as_str().unwrap().to_owned();
    let asked =
        distributor.ask_for_key(&distributor.maker, json!({ "label": "Asked", "permissions": ["read-balance"] }));
    let asked = asked.json()["approvalID"].as_str().unwrap().to_owned();
    let body = |number: u32| json!({ "operationType": "cash-in", "amount": "0.01", "phoneTo": PHONE, "memo": format!("{number:0>250}") });
    let mut last = 0;
    let refused = loop {
        let answer = distributor.operation(&till, body(last)).once(&last.to_string()).send();
        if answer.status != 200 {
            break answer;
        }
        last += 1;
        assert!(last < 5_000, "the storage was never full");
        if last % 20 == 0 {
            edge.alarm("DISTRIBUTOR", &distributor.id);
        }
    };
    assert_eq!(
        refused.refused(503, "unavailable")["message"].as_str().unwrap().split(',').next(),
        Some("This distributor's storage is full")
    );
    assert!(refused.header("Retry-After").is_some());
    assert!(last > 20, "{last} only");

    // A made operation is repeated truly; new requests of any kind wait.
    let again = distributor.operation(&till, body(0)).once("0").send();
    assert_eq!((again.status, again.header("Idempotent-Replayed")), (200, Some("true")), "{again}");
    distributor.process(&till, &request).refused(503, "unavailable");
    let more = distributor.ask_for_key(&distributor.maker, json!({ "label": "More", "permissions": ["read-balance"] }));
    more.refused(503, "unavailable");
    distributor.try_request_cash_out(PHONE, "0.02").refused(503, "unavailable");

    // The issuer and people see it.
    let storage = distributor.position()["storage"].clone();
    assert!(storage["percent"].as_u64().unwrap() >= 95, "{storage}");
    assert_eq!(storage["operations"].as_u64().unwrap(), u64::from(last) + 3, "{storage}");
    assert!(storage["bytes"].as_u64().unwrap() > 300_000, "{storage}");
    let attention = edge.get(&distributor.console("/attention")).person(&distributor.checker).send().ok();
    let kinds: Vec<_> = attention["items"].as_array().unwrap().iter().map(|item| item["kind"].clone()).collect();
    assert!(kinds.contains(&json!("storage")), "{attention}");

    // Decisions, revoking, suspending, signing in and reading go on.
    distributor.reject(&distributor.approval_of(&pending)).ok();
    edge.delete(&distributor.api(&format!("/operations/{withdrawn}"))).key(&asking).send().ok();
    distributor.approve(&distributor.checker, &asked).ok();
    assert_eq!(distributor.maker.sign_in(&edge).status, 200);
    distributor.read_balance(&till).ok();
    let revoke = distributor.console(&format!("/api-keys/{}/revoke", till.id));
    edge.post(&revoke).person(&distributor.maker).json(json!({ "reason": "lost" })).send().ok();
    distributor.read_balance(&till).refused(401, "revoked_api_key");
    distributor.issuer_act("suspend").ok();
    edge.let_alarms_come(true);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    distributor.await_nothing_processing(std::time::Duration::from_secs(20));
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
    assert_eq!(distributor.verify()["valid"], true);
}
