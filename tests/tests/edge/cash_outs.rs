//! A customer's request is paid out, is cancelled or lapses: exactly one of them.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::money::{assert_conserved, minor};
use universal_wallet_tests::powers::{DAY_MS, HOUR_MS, real_now};

const PHONE: &str = "+2348031234567";

fn wallets() -> Vec<String> {
    vec![format!("wallets/{PHONE}")]
}

/// A customer with 100.00 in the wallet.
fn with_customer(edge: &Edge) -> (Distributor<'_>, Key) {
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    (distributor, till)
}

fn open(distributor: &Distributor<'_>, key: &Key) -> Vec<Value> {
    let list = distributor.edge.get(&distributor.api("/cashouts")).key(key).send().ok();
    list["items"].as_array().unwrap().clone()
}

#[test]
fn a_request_is_held_listed_and_paid_out() {
    let edge = Edge::start();
    let (distributor, till) = with_customer(&edge);
    let id = distributor.request_cash_out(PHONE, "60.00");
    let wallet = edge.wallet(&wallets()[0]);
    assert_eq!(
        (&wallet["balance"], &wallet["available"], &wallet["held"]),
        (&json!("100.00"), &json!("40.00"), &json!("60.00"))
    );
    let items = open(&distributor, &till);
    assert_eq!(items.len(), 1);
    for (member, value) in [("operationID", &*id), ("type", "cash-out"), ("from", PHONE), ("amount", "60.00")] {
        assert_eq!(items[0][member], value);
    }
    distributor.try_request_cash_out(PHONE, "40.01").refused(400, "insufficient_balance");
    let path = distributor.api(&format!("/operations/{id}"));
    edge.get(&path).key(&till).send().refused(404, "not_found");

    let body = json!({ "cashOutFulfillmentType": "bank-transfer", "transactionID": "TX-1", "memo": "paid" });
    let put =
        |body: &Value| edge.put(&distributor.api(&format!("/cashouts/{id}"))).key(&till).json(body.clone()).send();
    let receipt = put(&body).ok();
    assert_eq!((receipt["operationID"].as_str(), &receipt["status"]), (Some(&*id), &json!("completed")));
    assert_eq!(put(&body).ok()["operationID"], receipt["operationID"], "the same body answers the present state");
    put(&json!({ "cashOutFulfillmentType": "cash" })).refused(409, "invalid_state");
    let operation = distributor.read_operation(&till, &id);
    for (member, value) in [
        ("operationType", "cash-out-fulfillment"),
        ("cashOutFulfillmentType", "bank-transfer"),
        ("cashOutFulfillmentID", "TX-1"),
        ("phoneFrom", PHONE),
        ("memo", "paid"),
    ] {
        assert_eq!(operation[member], value);
    }
    assert_eq!(open(&distributor, &till), Vec::<Value>::new());
    assert_eq!(edge.wallet_balance(PHONE), "40.00");
    assert_eq!(distributor.position()["balance"], "49960.00");
    edge.cancel_cash_out(PHONE, &id).refused(409, "invalid_state");
    assert_conserved(&distributor, &wallets());
}

#[test]
fn a_key_that_a_payout_used_makes_no_cash_in_and_a_repeated_payout_uses_none() {
    let edge = Edge::start();
    let (distributor, till) = with_customer(&edge);
    let id = distributor.request_cash_out(PHONE, "60.00");
    let path = distributor.api(&format!("/cashouts/{id}"));
    let body = json!({ "cashOutFulfillmentType": "cash" });
    edge.put(&path).key(&till).once("first").json(body.clone()).send().ok();
    edge.put(&path).key(&till).once("second").json(body).send().ok();
    let before = (distributor.position(), distributor.verify()["entries"].clone());
    let cash_in = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": PHONE });
    distributor.operation(&till, cash_in.clone()).once("first").send().refused(422, "idempotency_key_reused");
    assert_eq!((distributor.position(), distributor.verify()["entries"].clone()), before);
    let made = distributor.operation(&till, cash_in).once("second").send();
    assert_eq!((made.status, made.header("Idempotent-Replayed")), (200, None));
    assert_conserved(&distributor, &wallets());
}

#[test]
fn no_wallet_is_debited_without_its_owners_request() {
    let edge = Edge::start();
    let (distributor, till) = with_customer(&edge);
    let body = |phone: &str, amount: &str| {
        json!({
            "operationType": "cash-out-fulfillment", "amount": amount, "phoneFrom": phone,
            "cashOutFulfillmentType": "cash", "cashOutFulfillmentID": "slip",
        })
    };
    distributor.operation(&till, body(PHONE, "10.00")).send().refused(400, "no_cash_out_request");
    let (first, second) = (distributor.request_cash_out(PHONE, "10.00"), distributor.request_cash_out(PHONE, "10.00"));
    distributor.operation(&till, body(PHONE, "10.01")).send().refused(400, "no_cash_out_request");
    distributor.operation(&till, body("+2348031234568", "10.00")).send().refused(400, "no_cash_out_request");
    let other = edge.distributor();
    let theirs = other.till();
    other.operation(&theirs, body(PHONE, "10.00")).send().refused(400, "no_cash_out_request");
    let put = edge.put(&other.api(&format!("/cashouts/{first}"))).key(&theirs);
    put.json(json!({ "cashOutFulfillmentType": "cash" })).send().refused(404, "not_found");
    // The oldest request goes first, however the phone is spelled.
    for expected in [&first, &second] {
        let receipt = distributor.operation(&till, body("+234 (803) 123-4567", "10")).send().ok();
        assert_eq!(receipt["operationID"], json!(expected));
    }
    distributor.operation(&till, body(PHONE, "10.00")).send().refused(400, "no_cash_out_request");
    assert_eq!(edge.wallet_balance(PHONE), "80.00");
    assert_conserved(&distributor, &wallets());
}

#[test]
fn a_cancelled_request_frees_the_money_and_stays_cancelled() {
    let edge = Edge::start();
    let (distributor, till) = with_customer(&edge);
    let id = distributor.request_cash_out(PHONE, "60.00");
    edge.cancel_cash_out("+2348031234568", &id).refused(404, "not_found");
    edge.cancel_cash_out(PHONE, &id).ok();
    assert_eq!(edge.wallet(&wallets()[0])["available"], "100.00");
    let late = distributor.process(&till, &id);
    assert!([404, 409].contains(&late.status), "{late}");
    assert_eq!(open(&distributor, &till), Vec::<Value>::new());
}

#[test]
fn a_request_lapses_after_24_hours_and_its_hold_with_it() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let (distributor, till) = with_customer(&edge);
    let id = distributor.request_cash_out(PHONE, "60.00");
    edge.stop_clock(start + DAY_MS - 1);
    assert_eq!(open(&distributor, &till).len(), 1);
    edge.stop_clock(start + DAY_MS);
    assert_eq!(open(&distributor, &till).len(), 0);
    let late = distributor.process(&till, &id);
    assert!([404, 409].contains(&late.status), "{late}");
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!(edge.wallet(&wallets()[0])["available"], "100.00");
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!(edge.wallet(&wallets()[0])["available"], "100.00");
    assert_conserved(&distributor, &wallets());
}

#[test]
fn what_waits_for_its_checker_is_not_cancelled_and_does_not_lapse() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let (distributor, _) = with_customer(&edge);
    let asking = distributor.asking_key();
    let id = distributor.request_cash_out(PHONE, "60.00");
    edge.stop_clock(start + 20 * HOUR_MS);
    assert_eq!(distributor.process(&asking, &id).ok()["status"], "pending");
    assert_eq!(open(&distributor, &asking).len(), 0);
    edge.cancel_cash_out(PHONE, &id).refused(409, "invalid_state");
    edge.stop_clock(start + 30 * HOUR_MS);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!(edge.wallet(&wallets()[0])["held"], "60.00");
    assert_eq!(distributor.read_operation(&asking, &id)["status"], "pending");
    // The approval lapses 24 h after the PUT; the request is back, with an hour at least.
    let lapse = start + 44 * HOUR_MS;
    edge.stop_clock(lapse);
    assert_eq!(open(&distributor, &asking).len(), 1);
    edge.stop_clock(lapse + HOUR_MS - 1);
    assert_eq!(open(&distributor, &asking).len(), 1);
    assert_eq!(distributor.process(&asking, &id).ok()["status"], "pending", "a PUT then is a new attempt");
    assert_conserved(&distributor, &wallets());
}

#[test]
fn a_rejected_payout_is_back_in_the_list_and_can_be_tried_again() {
    let edge = Edge::start();
    let (distributor, till) = with_customer(&edge);
    let asking = distributor.asking_key();
    let id = distributor.request_cash_out(PHONE, "60.00");
    distributor.process(&asking, &id).ok();
    distributor.reject(&distributor.approval_of(&id)).ok();
    assert_eq!(open(&distributor, &till).len(), 1);
    assert_eq!(distributor.process(&till, &id).ok()["status"], "completed");
    assert_eq!(edge.wallet_balance(PHONE), "40.00");
    let list = edge.get(&distributor.api("/operations")).key(&till).send().ok();
    let of = |item: &&Value| item["operationID"] == json!(id);
    assert_eq!(list.as_array().unwrap().iter().filter(of).count(), 1, "an operation is listed once: {list}");
    assert_conserved(&distributor, &wallets());
}

#[test]
fn process_and_cancel_at_once_have_one_winner() {
    let edge = Edge::start();
    let (distributor, till) = with_customer(&edge);
    let mut left = 10_000;
    for round in 0..6 {
        let id = distributor.request_cash_out(PHONE, "5.00");
        let (paid, cancelled) = std::thread::scope(|scope| {
            let pay = scope.spawn(|| distributor.process(&till, &id));
            let cancel = scope.spawn(|| edge.cancel_cash_out(PHONE, &id));
            (pay.join().unwrap(), cancel.join().unwrap())
        });
        let won = [&paid, &cancelled].map(|answer| answer.status == 200);
        assert!(won[0] != won[1], "round {round}: {paid}, {cancelled}");
        let lost = if won[0] { &cancelled } else { &paid };
        assert!([404, 409].contains(&lost.status), "{lost}");
        left -= if won[0] { 500 } else { 0 };
        let wallet = edge.wallet(&wallets()[0]);
        assert_eq!(minor(wallet["available"].as_str().unwrap()), left, "{wallet}");
        assert_conserved(&distributor, &wallets());
    }
}

#[test]
fn process_and_lapse_at_once_have_one_winner() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let (distributor, till) = with_customer(&edge);
    let start = real_now();
    for round in 0..4_i64 {
        let asked = start + round * 2 * DAY_MS;
        edge.stop_clock(asked);
        let id = distributor.request_cash_out(PHONE, "5.00");
        let (paid, ()) = std::thread::scope(|scope| {
            let pay = scope.spawn(|| distributor.process(&till, &id));
            let lapse = scope.spawn(|| {
                edge.stop_clock(asked + DAY_MS);
                edge.alarm("DISTRIBUTOR", &distributor.id);
            });
            (pay.join().unwrap(), lapse.join().unwrap())
        });
        edge.alarm("DISTRIBUTOR", &distributor.id);
        let wallet = edge.wallet(&wallets()[0]);
        assert_eq!(wallet["held"], "0.00", "paid or free: {paid}");
        assert_conserved(&distributor, &wallets());
    }
}

#[test]
fn cash_outs_count_against_the_keys_limits() {
    let edge = Edge::start();
    let (distributor, _) = with_customer(&edge);
    let key = distributor.key(json!({
        "label": "Till", "permissions": ALL, "maxTransactionAmount": "20.00", "maxDailyVolume": "30.00",
        "autoApproveLimit": "20.00",
    }));
    let (small, large) = (distributor.request_cash_out(PHONE, "20.00"), distributor.request_cash_out(PHONE, "20.01"));
    let rest = distributor.request_cash_out(PHONE, "10.01");
    distributor.process(&key, &large).refused(403, "transaction_limit_exceeded");
    distributor.process(&key, &small).ok();
    distributor.process(&key, &rest).refused(403, "daily_volume_exceeded");
    distributor.cash_in(&key, PHONE, "10.00").ok();
    distributor.cash_in(&key, PHONE, "0.01").refused(403, "daily_volume_exceeded");
}

#[test]
fn an_equal_request_of_a_customer_holds_once() {
    let edge = Edge::start();
    let (distributor, _) = with_customer(&edge);
    let post = |once: Option<&str>, amount: &str| {
        let request = edge.post(&format!("/issuer/v1/wallets/{PHONE}/cashouts")).issuer();
        let request = request.json(json!({ "distributorID": distributor.id, "amount": amount }));
        match once {
            Some(once) => request.once(once).send(),
            None => request.send(),
        }
    };
    post(None, "10.00").refused(400, "idempotency_key_required");
    let first = post(Some("a"), "10.00");
    assert_eq!(first.status, 201);
    assert_eq!(post(Some("a"), "10.0").ok(), first.ok());
    post(Some("a"), "11.00").refused(422, "idempotency_key_reused");
    assert_eq!(edge.wallet(&wallets()[0])["held"], "10.00");
    let nobody = json!({ "distributorID": "00000000-0000-4000-8000-000000000000", "amount": "10.00" });
    let path = format!("/issuer/v1/wallets/{PHONE}/cashouts");
    let refused = edge.post(&path).issuer().once("b").json(nobody).send();
    assert!((400..500).contains(&refused.status), "{refused}");
    assert_eq!(edge.wallet(&wallets()[0])["held"], "10.00", "a refused request holds nothing");
}
