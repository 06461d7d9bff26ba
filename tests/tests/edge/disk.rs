//! A full disk: nothing is half-written, acknowledged writes stay, and everything continues once there is
//! room again.

use std::time::Duration;

use serde_json::json;
use universal_wallet_tests::edge::Setup;
use universal_wallet_tests::money::assert_conserved;

const PHONE: &str = "+2348031234567";

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged_and_makes_nothing_by_half() {
    let edge = Setup::new().on_small_disk(800).start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for number in 0..2_000 {
        let body = json!({ "operationType": "cash-in", "amount": "0.01", "phoneTo": PHONE, "memo": "x".repeat(256) });
        match distributor.operation(&till, body).once(&number.to_string()).try_send() {
            Some(answer) if answer.status == 200 => {
                acknowledged.push((number, answer.json()["operationID"].clone()));
                refused = 0;
            }
            Some(answer) => {
                assert!(answer.status >= 500, "{answer}");
                refused += 1;
            }
            None => refused += 1,
        }
        if refused == 20 {
            break;
        }
    }
    assert!(refused == 20, "the disk was never full");
    assert!(acknowledged.len() > 20, "{} only", acknowledged.len());
    // A read may need to write too, if only the next alarm: it is right, or it fails as an internal error.
    let read = distributor.read_balance(&till);
    assert!(read.status == 200 || read.status >= 500, "{read}");
    edge.kill();
    edge.revive();
    distributor.await_nothing_processing(Duration::from_secs(30));
    for (number, operation) in &acknowledged {
        let body = json!({ "operationType": "cash-in", "amount": "0.01", "phoneTo": PHONE, "memo": "x".repeat(256) });
        let again = distributor.operation(&till, body).once(&number.to_string()).send();
        assert_eq!(again.header("Idempotent-Replayed"), Some("true"), "{number} was acknowledged and is gone");
        assert_eq!(again.ok()["operationID"], *operation);
    }
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
    assert_eq!(distributor.verify()["valid"], true);
    println!("{} operations before the disk was full, 20 refused after", acknowledged.len());
}
