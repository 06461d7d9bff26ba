//! Cash-ins: requested, held, decided and delivered, once each.

use serde_json::{Value, json};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::money::assert_conserved;
use universal_wallet_tests::powers::{DAY_MS, real_now};

const PHONE: &str = "+2348031234567";

#[test]
fn a_pending_cash_in_holds_the_float_until_a_checker_decides() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.asking_key();
    let body = json!({ "operationType": "cash-in", "amount": "100", "phoneTo": "+234 (803) 123-4567", "memo": "rent" });
    let receipt = distributor.operation(&key, body).send().ok();
    assert_eq!(receipt["status"], "pending");
    let id = receipt["operationID"].as_str().unwrap();
    let balance = distributor.read_balance(&key).ok();
    assert_eq!(balance, json!({ "balance": "50000.00", "available": "49900.00", "held": "100.00", "currency": "NGN" }));
    let operation = distributor.read_operation(&key, id);
    for (member, value) in [
        ("operationID", json!(id)),
        ("distributorID", json!(distributor.id)),
        ("operationType", json!("cash-in")),
        ("status", json!("pending")),
        ("amount", json!("100.00")),
        ("phoneTo", json!("+234 (803) 123-4567")),
        ("memo", json!("rent")),
        ("sequenceNumber", Value::Null),
        ("blockchainID", Value::Null),
        ("lastError", Value::Null),
    ] {
        assert_eq!(operation[member], value, "{member}");
    }
    for other in ["merchantTo", "phoneFrom", "cashOutFulfillmentType", "cashOutFulfillmentID"] {
        assert!(operation.get(other).is_none(), "{other}");
    }
    assert_eq!(edge.wallet_balance(PHONE), "0.00");

    let decided = distributor.approve(&distributor.checker, &distributor.approval_of(id)).ok();
    assert_eq!(decided["operation"]["status"], "completed", "{decided}");
    assert_eq!(edge.wallet_balance(PHONE), "100.00");
    let operation = distributor.read_operation(&key, id);
    assert!(operation["sequenceNumber"].is_u64());
    let chain = operation["blockchainID"].as_str().unwrap();
    assert!(chain.starts_with("tx_") && chain.len() == 67, "{chain}");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn a_rejection_a_withdrawal_and_a_lapse_give_the_money_back() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let key = distributor.asking_key();
    let ask = || distributor.cash_in(&key, PHONE, "100.00").ok()["operationID"].as_str().unwrap().to_owned();
    let (rejected, withdrawn, lapsed) = (ask(), ask(), ask());
    assert_eq!(distributor.position()["held"], "300.00");
    distributor.reject(&distributor.approval_of(&rejected)).ok();
    let path = distributor.api(&format!("/operations/{withdrawn}"));
    let answer = edge.delete(&path).key(&key).send().ok();
    assert_eq!(answer["status"], "rejected");
    assert!(answer["lastError"].as_str().unwrap().starts_with("Withdrawn by "), "{answer}");
    edge.delete(&path).key(&key).send().refused(409, "invalid_state");
    assert_eq!(distributor.position()["held"], "100.00");
    edge.stop_clock(start + DAY_MS - 1);
    assert_eq!(distributor.read_operation(&key, &lapsed)["status"], "pending");
    edge.stop_clock(start + DAY_MS);
    assert_eq!(distributor.read_operation(&key, &lapsed)["status"], "expired");
    assert_eq!(distributor.position()["held"], "0.00");
    assert_eq!(distributor.read_balance(&key).ok()["available"], "50000.00");
}

#[test]
fn only_the_key_that_asked_withdraws_an_operation() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (key, other) = (distributor.asking_key(), distributor.asking_key());
    let id = distributor.cash_in(&key, PHONE, "1.00").ok()["operationID"].as_str().unwrap().to_owned();
    let path = distributor.api(&format!("/operations/{id}"));
    let refused = edge.delete(&path).key(&other).send();
    assert!([403, 404].contains(&refused.status), "{refused}");
    edge.delete(&path).key(&key).send().ok();
}

#[test]
fn a_merchant_is_credited_by_its_short_code() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let merchant = edge.merchant("100000");
    edge.post("/issuer/v1/merchants")
        .issuer()
        .json(json!({ "shortCode": "100000", "name": "B" }))
        .send()
        .refused(409, "already_exists");
    let key = distributor.till();
    let to = |code: Value| {
        distributor
            .operation(&key, json!({ "operationType": "cash-in", "amount": "7.05", "merchantToShortCode": code }))
            .send()
    };
    let receipt = to(json!("100000")).ok();
    assert_eq!(receipt["status"], "completed");
    let operation = distributor.read_operation(&key, receipt["operationID"].as_str().unwrap());
    assert_eq!(operation["merchantTo"], merchant["merchantID"]);
    assert_eq!(operation["merchantName"], "ABC Store");
    assert_eq!(operation["merchantShortCode"], 100_000);
    assert!(operation.get("phoneTo").is_none());
    assert_eq!(edge.wallet("merchants/100000")["balance"], "7.05");
    to(json!("100001")).refused(400, "unknown_merchant");
    for code in [json!(100_000), json!("099999"), json!("999"), json!("1234567890"), json!("10000a"), json!("")] {
        to(code).refused(400, "invalid_request");
    }
    assert_conserved(&distributor, &["merchants/100000".into()]);
}

#[test]
fn an_equal_call_is_replayed_and_another_refused() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    let body = |amount: &str, phone: &str| json!({ "operationType": "cash-in", "amount": amount, "phoneTo": phone });
    let first = distributor.operation(&key, body("5.00", PHONE)).once("till-1").send();
    assert_eq!(first.header("Idempotent-Replayed"), None);
    for (amount, phone, header) in
        [("5.00", PHONE, "till-1"), ("5", "+234 803 123 4567", "\"till-1\""), ("05.0", "+234-803-123-4567", "till-1")]
    {
        let again = distributor.operation(&key, body(amount, phone)).once(header).send();
        assert_eq!(again.header("Idempotent-Replayed"), Some("true"), "{again}");
        assert_eq!(again.ok(), first.ok());
    }
    distributor.operation(&key, body("5.01", PHONE)).once("till-1").send().refused(422, "idempotency_key_reused");
    distributor
        .operation(&key, body("5.00", "+2348031234568"))
        .once("till-1")
        .send()
        .refused(422, "idempotency_key_reused");
    // Another till has its own keys.
    let other = distributor.till();
    let theirs = distributor.operation(&other, body("5.00", PHONE)).once("till-1").send();
    assert_ne!(theirs.ok()["operationID"], first.ok()["operationID"]);
    assert_eq!(edge.wallet_balance(PHONE), "10.00");
    // An idempotency key never expires.
    edge.shift_clock(300 * DAY_MS);
    edge.evict("DISTRIBUTOR", &distributor.id);
    let late = distributor.operation(&key, body("5.00", PHONE)).once("till-1").send();
    assert_eq!(late.ok()["operationID"], first.ok()["operationID"]);
}

#[test]
fn a_refused_call_is_not_remembered() {
    let edge = Edge::start();
    let distributor = edge.empty_distributor();
    let key = distributor.till();
    let body = |amount: &str| json!({ "operationType": "cash-in", "amount": amount, "phoneTo": PHONE });
    distributor.operation(&key, body("5.00")).once("a").send().refused(400, "insufficient_balance");
    distributor.top_up("10.00");
    distributor.operation(&key, body("6.00")).once("a").send().ok();
}

#[test]
fn a_rotation_keeps_idempotency_keys_and_shares_the_days_volume() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.key(json!({
        "label": "Till", "permissions": ["perform-operations", "read-balance"], "maxTransactionAmount": "60.00",
        "maxDailyVolume": "100.00", "autoApproveLimit": "60.00",
    }));
    let body = |amount: &str| json!({ "operationType": "cash-in", "amount": amount, "phoneTo": PHONE });
    let first = distributor.operation(&key, body("60.00")).once("1").send().ok();
    let rotate = distributor.console(&format!("/api-keys/{}/rotate", key.id));
    let asked = edge.post(&rotate).person(&distributor.maker).json(json!({ "overlapHours": 1 })).send();
    assert_eq!(asked.status, 201, "{asked}");
    let asked = asked.json();
    assert_eq!(asked["replaces"], json!(key.id));
    edge.post(&rotate).person(&distributor.maker).json(json!({})).send().refused(409, "invalid_state");
    distributor.approve(&distributor.checker, asked["approvalID"].as_str().unwrap()).ok();
    let claimed = distributor.claim(asked["keyID"].as_str().unwrap()).ok();
    let successor = claimed["apiKey"].as_str().unwrap();
    let post = |amount: &str, once: &str| {
        edge.post(&distributor.api("/operations")).bearer(successor).once(once).json(body(amount)).send()
    };
    let replay = post("60.00", "1");
    assert_eq!(replay.header("Idempotent-Replayed"), Some("true"));
    assert_eq!(replay.ok()["operationID"], first["operationID"]);
    post("40.01", "2").refused(403, "daily_volume_exceeded");
    post("40.00", "3").ok();
    distributor.cash_in(&key, PHONE, "0.01").refused(403, "daily_volume_exceeded");
    edge.shift_clock(3_600_001);
    distributor.read_balance(&key).refused(401, "expired_api_key");
}

#[test]
fn amounts_beyond_2_to_the_53_are_exact_everywhere() {
    let edge = Edge::start();
    let distributor = edge.empty_distributor();
    distributor.top_up("999999999999999.99");
    let body = json!({ "amount": "0.01", "reference": "too much" });
    let over = edge.post(&distributor.issued("/topups")).issuer().once("over").json(body).send();
    over.refused(400, "invalid_amount");
    let key = distributor.key(json!({
        "label": "Big", "permissions": ["perform-operations", "read-balance"],
        "maxTransactionAmount": "999999999999999.99", "maxDailyVolume": "999999999999999.99",
        "autoApproveLimit": "999999999999999.99",
    }));
    // 2^53 + 1 hundredths, which no double can represent.
    distributor.cash_in(&key, PHONE, "90071992547409.93").ok();
    distributor.cash_in(&key, PHONE, "0.01").ok();
    assert_eq!(edge.wallet_balance(PHONE), "90071992547409.94");
    assert_eq!(distributor.read_balance(&key).ok()["balance"], "909928007452590.05");
    edge.evict("DISTRIBUTOR", &distributor.id);
    edge.evict("WALLET", &format!("phone:{PHONE}"));
    distributor.cash_in(&key, PHONE, "900000000000000.01").ok();
    assert_eq!(edge.wallet_balance(PHONE), "990071992547409.95");
    assert_eq!(distributor.read_balance(&key).ok()["balance"], "9928007452590.04");
    let info = edge.get(&distributor.api("/api-key")).key(&key).send().ok();
    assert_eq!(info["dailyVolumeRemaining"], "9928007452590.04");
    distributor.cash_in(&key, PHONE, "9928007452590.05").refused(403, "daily_volume_exceeded");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn a_persons_operation_always_waits_for_another_person() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let body = json!({ "operationType": "cash-in", "amount": "25.00", "phoneTo": PHONE });
    let post = || edge.post(&distributor.console("/operations")).json(body.clone());
    for person in [&distributor.checker, &distributor.admin] {
        post().person(person).send().refused(403, "role_required");
    }
    let receipt = post().person(&distributor.maker).once("1").send().ok();
    assert_eq!(receipt["status"], "pending");
    let again = post().person(&distributor.maker).once("1").send();
    assert_eq!(again.ok()["operationID"], receipt["operationID"]);
    let id = receipt["operationID"].as_str().unwrap();
    distributor.approve(&distributor.checker, &distributor.approval_of(id)).ok();
    assert_eq!(edge.wallet_balance(PHONE), "25.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_client_moves_money_there_and_back() {
    let edge = Edge::start();
    let (id, secret) = tokio::task::block_in_place(|| {
        let distributor = edge.distributor();
        (distributor.id.clone(), distributor.till().secret)
    });
    let builder = universal_wallet_sdk::Client::builder(edge.url.clone(), id.parse().unwrap(), secret.parse().unwrap());
    let client = builder.build().unwrap();
    let phone: universal_wallet_sdk::Phone = PHONE.parse().unwrap();
    let receipt = client.cash_in(phone.clone(), 200).memo("₦ 🙂").send().await.unwrap();
    assert!(receipt.is_completed());
    let operation = client.operation(&receipt.operation_id).send().await.unwrap();
    assert_eq!(operation.memo.as_deref(), Some("₦ 🙂"));
    let path = format!("/issuer/v1/wallets/{PHONE}/cashouts");
    tokio::task::block_in_place(|| {
        edge.post(&path).issuer().once("1").json(json!({ "distributorID": id, "amount": "150.00" })).send().ok()
    });
    let open = client.cash_outs().page().await.unwrap();
    assert_eq!(open.items.len(), 1);
    let how = universal_wallet_sdk::wire::CashOutFulfillmentType::Cash;
    let paid = client.cash_out(phone, 150, how).reference("slip 12").send().await.unwrap();
    assert!(paid.is_completed());
    assert_eq!(paid.operation_id, open.items[0].operation_id);
    assert_eq!(client.balance().send().await.unwrap().balance.to_string(), "49950.00");
    let list = client.operations().page().await.unwrap();
    assert_eq!(list.items.len(), 2);
}

#[test]
fn a_wallet_without_room_fails_the_operation_and_the_float_has_the_money_back() {
    let edge = Edge::start();
    let (rich, other) = (edge.empty_distributor(), edge.distributor());
    let most = "999999999999999.99";
    rich.top_up(most);
    let all = rich.key(json!({
        "label": "Big", "permissions": ["perform-operations"], "maxTransactionAmount": most, "maxDailyVolume": most,
        "autoApproveLimit": most,
    }));
    rich.cash_in(&all, PHONE, most).ok();
    let till = other.till();
    let body = json!({ "operationType": "cash-in", "amount": "0.01", "phoneTo": PHONE });
    for replayed in [None, Some("true")] {
        let failed = other.operation(&till, body.clone()).once("1").send();
        assert_eq!(failed.header("Idempotent-Replayed"), replayed);
        let receipt = failed.ok();
        assert_eq!(receipt["status"], "failed", "{receipt}");
        let operation = other.read_operation(&till, receipt["operationID"].as_str().unwrap());
        assert_eq!(operation["lastError"], "The balance of the wallet would pass 999999999999999.99.", "{operation}");
    }
    let position = other.position();
    assert_eq!((&position["balance"], &position["processing"]), (&json!("50000.00"), &json!("0.00")), "{position}");
    assert_conserved(&rich, &[format!("wallets/{PHONE}")]);
    assert_eq!(other.verify()["valid"], true);
}
