//! From a request to a key, and what a key may do.

use serde_json::json;
use universal_wallet_tests::edge::Edge;

#[test]
fn a_key_goes_from_request_to_a_balance() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.key(json!({ "label": "Till", "permissions": ["read-balance"] }));
    let balance = distributor.read_balance(&key).ok();
    assert_eq!(balance, json!({ "balance": "50000.00", "available": "50000.00", "held": "0.00", "currency": "NGN" }));
}
