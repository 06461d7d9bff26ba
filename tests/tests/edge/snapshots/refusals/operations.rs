//! Moving money: what is asked for, limits, balances, requests of customers.

use std::time::Duration;

use serde_json::{Value, json};
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::powers::{DAY_MS, real_now};

use super::Sheet;
use crate::world::PHONE;

/// The largest amount.
const LARGEST: &str = "999999999999999.99";

pub(super) fn refusals(sheet: &mut Sheet) {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    fields(sheet, &distributor, &till);
    limits(sheet, &distributor);
    withdrawals(sheet, &distributor, &till);
    cash_outs(sheet, &distributor, &till);
    decisions(sheet, &distributor);
    lapsed(sheet);
}

/// A cash-in with some members otherwise, and without those that are null.
fn cash_in_but(change: Value) -> Value {
    let mut body = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": PHONE });
    let members = body.as_object_mut().unwrap();
    members.extend(change.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    body
}

fn fields(sheet: &mut Sheet, d: &Distributor<'_>, till: &Key) {
    sheet.title("Fields of an operation");
    for change in [
        json!({ "amount": null }),
        json!({ "amount": "0.00" }),
        json!({ "amount": "1.001" }),
        json!({ "amount": 1 }),
        json!({ "operationType": null }),
        json!({ "operationType": "cash-out" }),
        json!({ "phoneTo": null }),
        json!({ "phoneTo": "08031234567" }),
        json!({ "phoneTo": 5 }),
        json!({ "merchantToShortCode": "100000" }),
        json!({ "phoneTo": null, "merchantToShortCode": "12" }),
        json!({ "phoneTo": null, "merchantToShortCode": "999999" }),
        json!({ "memo": "x".repeat(257) }),
        json!({ "memo": "a\nb" }),
        json!({ "memo": 5 }),
        json!({ "phoneFrom": PHONE }),
        json!({ "amount": "x", "phoneTo": "x", "memo": 5 }),
        json!({ "operationType": "cash-out-fulfillment", "phoneTo": null }),
        json!({ "operationType": "cash-out-fulfillment", "phoneTo": null, "phoneFrom": PHONE,
            "cashOutFulfillmentType": "cheque" }),
        json!({ "operationType": "cash-out-fulfillment", "phoneTo": null, "phoneFrom": PHONE,
            "cashOutFulfillmentType": "cash" }),
    ] {
        sheet.add(&d.operation(till, cash_in_but(change)).send());
    }
}

fn limits(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Limits and balances");
    let limited = d.key(json!({
        "label": "Limited", "permissions": ALL, "maxTransactionAmount": "10.00", "maxDailyVolume": "15.00",
    }));
    sheet.add(&d.cash_in(&limited, PHONE, "10.01"));
    d.cash_in(&limited, PHONE, "10.00").ok();
    sheet.add(&d.cash_in(&limited, PHONE, "5.01"));
    let asking = d.asking_key();
    sheet.add(&d.cash_in(&asking, PHONE, "50000.01"));
    let issuer = |path: &str, amount: &str| {
        let body = json!({ "amount": amount, "reference": "transfer" });
        d.edge.post(&d.issued(path)).issuer().once(amount).json(body).send()
    };
    sheet.add(&issuer("/redemptions", "50000.01"));
    sheet.add(&issuer("/topups", LARGEST));
    sheet.add(&d.try_request_cash_out(PHONE, "50.00"));
    d.issuer_act("suspend").ok();
    sheet.add(&d.cash_in(&asking, PHONE, "1.00"));
    sheet.add(&d.ask_for_key(&d.maker, Distributor::generous()));
    d.issuer_act("resume").ok();
}

fn withdrawals(sheet: &mut Sheet, d: &Distributor<'_>, till: &Key) {
    sheet.title("Withdrawing an operation");
    let withdraw = |operation: &Value| {
        let id = operation["operationID"].as_str().unwrap();
        d.edge.delete(&d.api(&format!("/operations/{id}"))).key(till).send()
    };
    d.await_nothing_processing(Duration::from_secs(20));
    sheet.add(&withdraw(&d.cash_in(till, PHONE, "1.00").ok()));
    sheet.add(&withdraw(&d.cash_in(&d.asking_key(), PHONE, "1.00").ok()));
}

fn cash_outs(sheet: &mut Sheet, d: &Distributor<'_>, till: &Key) {
    sheet.title("Requests of customers to be paid out");
    let put = |id: &str, body: Value| d.edge.put(&d.api(&format!("/cashouts/{id}"))).key(till).json(body).send();
    d.cash_in(till, PHONE, "100.00").ok();
    d.await_nothing_processing(Duration::from_secs(20));
    sheet.add(&put("op_00000000-0000-4000-8000-000000000000", json!({ "cashOutFulfillmentType": "cash" })));
    let paid = d.request_cash_out(PHONE, "10.00");
    sheet.add(&put(&paid, json!({})));
    sheet.add(&put(&paid, json!({ "cashOutFulfillmentType": "cheque" })));
    sheet.add(&put(&paid, json!({ "cashOutFulfillmentType": "cash", "transactionID": "x".repeat(65) })));
    d.process(till, &paid).ok();
    d.await_nothing_processing(Duration::from_secs(20));
    sheet.add(&put(&paid, json!({ "cashOutFulfillmentType": "bank-transfer" })));
    sheet.add(&d.edge.cancel_cash_out(PHONE, &paid));
    let cancelled = d.request_cash_out(PHONE, "10.00");
    d.edge.cancel_cash_out(PHONE, &cancelled).ok();
    sheet.add(&d.process(till, &cancelled));
    let path = format!("/issuer/v1/wallets/{PHONE}/cashouts");
    sheet.add(&d.edge.post(&path).issuer().json(json!({ "distributorID": d.id, "amount": "1.00" })).send());
    sheet.add(&d.edge.post(&path).issuer().once("one").json(json!({ "distributorID": "x" })).send());
    let nobody = json!({ "distributorID": "00000000-0000-4000-8000-000000000000", "amount": "1.00" });
    sheet.add(&d.edge.post(&path).issuer().once("two").json(nobody).send());
    sheet.add(&d.edge.cancel_cash_out(PHONE, "op_00000000-0000-4000-8000-000000000000"));
}

fn decisions(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Approving an operation that is no longer possible");
    let ask = |key: &Key| {
        let operation = d.cash_in(key, PHONE, "20.00").ok()["operationID"].as_str().unwrap().to_owned();
        d.approval_of(&operation)
    };
    let lowered = d.asking_key();
    let approval = ask(&lowered);
    let path = d.console(&format!("/api-keys/{}", lowered.id));
    d.edge.patch(&path).person(&d.maker).json(json!({ "maxTransactionAmount": "5.00" })).send().ok();
    sheet.add(&d.approve(&d.checker, &approval));
    let revoked = d.asking_key();
    let approval = ask(&revoked);
    d.edge
        .post(&format!("{}/revoke", d.console(&format!("/api-keys/{}", revoked.id))))
        .person(&d.maker)
        .json(json!({ "reason": "lost" }))
        .send()
        .ok();
    sheet.add(&d.approve(&d.checker, &approval));
}

fn lapsed(sheet: &mut Sheet) {
    sheet.title("A request that has expired");
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    distributor.await_nothing_processing(Duration::from_secs(20));
    let request = distributor.request_cash_out(PHONE, "10.00");
    edge.stop_clock(real_now() + 2 * DAY_MS);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    sheet.add(&distributor.process(&till, &request));
    sheet.add(&edge.cancel_cash_out(PHONE, &request));
}
