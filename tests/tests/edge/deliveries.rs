//! Money reaches a wallet once, whatever is lost on the way.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::money::assert_conserved;
use universal_wallet_tests::powers::real_now;

const PHONE: &str = "+2348031234567";
const MINUTE_MS: i64 = 60_000;

fn wallets() -> Vec<String> {
    vec![format!("wallets/{PHONE}")]
}

#[test]
fn a_credit_that_gets_lost_before_or_after_it_arrives_is_repeated_and_counts_once() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    let till = distributor.till();
    for (round, when) in ["before", "after"].into_iter().enumerate() {
        edge.lose("WALLET", when, "credit ", 2);
        let receipt = distributor.cash_in(&till, PHONE, "10.00").ok();
        assert_eq!(receipt["status"], "processing");
        let id = receipt["operationID"].as_str().unwrap();
        assert_eq!(distributor.position()["processing"], "10.00");
        edge.evict("DISTRIBUTOR", &distributor.id);
        let now = start + (i64::try_from(round).unwrap() + 1) * 20 * MINUTE_MS;
        edge.stop_clock(now);
        edge.alarm("DISTRIBUTOR", &distributor.id);
        assert_eq!(distributor.read_operation(&till, id)["status"], "processing", "lost again");
        // The alarm fires late, and twice.
        edge.stop_clock(now + 10 * MINUTE_MS);
        edge.alarm("DISTRIBUTOR", &distributor.id);
        edge.alarm("DISTRIBUTOR", &distributor.id);
        assert_eq!(distributor.read_operation(&till, id)["status"], "completed");
        assert_eq!(distributor.position()["processing"], "0.00");
        assert_conserved(&distributor, &wallets());
    }
    assert_eq!(edge.wallet_balance(PHONE), "20.00");
}

/// The stored status of the only operation, read behind the object's back: 0 processing, 1 completed.
fn stored_status(distributor: &Distributor<'_>) -> Value {
    distributor.edge.sql("DISTRIBUTOR", &distributor.id, "SELECT status FROM operations", json!([]))[0]["status"]
        .clone()
}

#[test]
fn an_arrival_that_was_not_written_down_before_the_power_went_is_told_again_and_counts_once() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    let receipt = distributor.cash_in(&till, PHONE, "10.00").ok();
    assert_eq!((&receipt["status"], stored_status(&distributor)), (&json!("completed"), json!(0)));
    edge.evict("DISTRIBUTOR", &distributor.id);
    let position = distributor.position();
    assert_eq!((&position["balance"], &position["processing"]), (&json!("49990.00"), &json!("10.00")));
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!(distributor.read_operation(&till, receipt["operationID"].as_str().unwrap())["status"], "completed");
    assert_eq!(edge.wallet_balance(PHONE), "10.00");
    assert_conserved(&distributor, &wallets());
    assert_eq!(distributor.verify()["valid"], true);
}

/// A write at a distributor, by a key or another caller.
type Write<'a> = &'a dyn Fn(&Distributor<'_>, &Key);

#[test]
fn an_arrival_is_written_down_once_there_are_many_or_by_a_write_a_read_of_rows_or_the_alarm() {
    let cash_in = |distributor: &Distributor<'_>, key: &Key| distributor.cash_in(key, "+2348030000001", "0.01").ok();
    let writes: [Write<'_>; 5] = [
        &|distributor, till| (0..64).for_each(|_| drop(cash_in(distributor, till))),
        &|distributor, _| drop(cash_in(distributor, &distributor.asking_key())),
        &|distributor, till| drop(distributor.edge.get(&distributor.api("/operations")).key(till).send().ok()),
        &|distributor, _| drop(distributor.position()),
        &|distributor, _| {
            distributor.edge.stop_clock(real_now() + 10_000);
            distributor.edge.alarm("DISTRIBUTOR", &distributor.id);
        },
    ];
    let edge = Edge::start();
    edge.let_alarms_come(false);
    for write in writes {
        edge.stop_clock(real_now());
        let distributor = edge.distributor();
        let till = distributor.till();
        distributor.cash_in(&till, PHONE, "10.00").ok();
        distributor.read_balance(&till).ok();
        cash_in(&distributor, &till);
        assert_eq!(stored_status(&distributor), 0, "neither a balance nor a cash-in needs the row");
        write(&distributor, &till);
        assert_eq!(stored_status(&distributor), 1);
    }
}

#[test]
fn a_lost_delivery_is_repeated_by_itself() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.lose("WALLET", "before", "credit ", 1);
    assert_eq!(distributor.cash_in(&till, PHONE, "10.00").ok()["status"], "processing");
    distributor.await_nothing_processing(Duration::from_secs(20));
    assert_eq!(edge.wallet_balance(PHONE), "10.00");
}

#[test]
fn a_distributor_is_credited_only_after_the_customers_money_is_captured() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    for (round, when) in ["before", "after"].into_iter().enumerate() {
        let id = distributor.request_cash_out(PHONE, "10.00");
        let before = distributor.position();
        edge.lose("WALLET", when, "capture ", 1);
        assert_eq!(distributor.process(&till, &id).ok()["status"], "processing");
        let position = distributor.position();
        assert_eq!(
            (&position["balance"], &position["processing"]),
            (&before["balance"], &"10.00".into()),
            "{position}"
        );
        edge.cancel_cash_out(PHONE, &id).refused(409, "invalid_state");
        edge.stop_clock(start + (i64::try_from(round).unwrap() + 1) * 10 * MINUTE_MS);
        edge.alarm("DISTRIBUTOR", &distributor.id);
        assert_eq!(distributor.read_operation(&till, &id)["status"], "completed");
        assert_conserved(&distributor, &wallets());
    }
    assert_eq!(edge.wallet_balance(PHONE), "80.00");
    assert_eq!(distributor.position()["balance"], "49920.00");
}

#[test]
fn a_release_that_gets_lost_is_repeated() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    for (round, when) in ["before", "after"].into_iter().enumerate() {
        let id = distributor.request_cash_out(PHONE, "10.00");
        edge.lose("WALLET", when, "release ", 1);
        edge.cancel_cash_out(PHONE, &id).ok();
        edge.stop_clock(start + (i64::try_from(round).unwrap() + 1) * 10 * MINUTE_MS);
        edge.alarm("DISTRIBUTOR", &distributor.id);
        assert_eq!(edge.wallet(&wallets()[0])["available"], "100.00", "lost {when}");
    }
    assert_conserved(&distributor, &wallets());
}

#[test]
fn a_request_whose_announcement_gets_lost_is_announced_again() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    for when in ["before", "after"] {
        edge.lose("DISTRIBUTOR", when, "OpenRequest", 1);
        let path = format!("/issuer/v1/wallets/{PHONE}/cashouts");
        let body = serde_json::json!({ "distributorID": distributor.id, "amount": "10.00" });
        let lost = edge.post(&path).issuer().once(when).json(body.clone()).send();
        assert!(lost.status >= 500, "the outcome is unknown: {lost}");
        edge.alarm("WALLET", &format!("phone:{PHONE}"));
        let again = edge.post(&path).issuer().once(when).json(body).send().ok();
        let list = edge.get(&distributor.api("/cashouts")).key(&till).send().ok();
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.iter().filter(|item| item["operationID"] == again["operationID"]).count(), 1, "{list}");
    }
    assert_eq!(edge.wallet(&wallets()[0])["held"], "20.00");
    assert_conserved(&distributor, &wallets());
}

#[test]
fn a_wallet_that_does_not_answer_holds_nobody_else_up() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.lose("WALLET", "silent", "credit ", 1);
    std::thread::scope(|scope| {
        let stuck = scope.spawn(|| distributor.cash_in(&till, PHONE, "10.00"));
        let deadline = Instant::now() + Duration::from_secs(10);
        while distributor.position()["processing"] != "10.00" {
            assert!(Instant::now() < deadline, "the cash-in does not show");
        }
        assert_eq!(distributor.read_balance(&till).ok()["balance"], "49990.00");
        assert_eq!(distributor.cash_in(&till, "+2348031234568", "5.00").ok()["status"], "completed");
        edge.heal();
        stuck.join().unwrap().ok();
    });
    distributor.await_nothing_processing(Duration::from_secs(20));
    assert_conserved(&distributor, &[wallets().remove(0), "wallets/+2348031234568".into()]);
}

#[test]
fn an_unreachable_issuer_is_no_reason_to_lose_a_cash_in() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.merchant("100000");
    edge.lose("ISSUER", "before", "Merchant", 1);
    let body = serde_json::json!({ "operationType": "cash-in", "amount": "5.00", "merchantToShortCode": "100000" });
    let lost = distributor.operation(&till, body.clone()).once("1").send();
    assert!(lost.status >= 500, "{lost}");
    assert_eq!(distributor.position()["balance"], "50000.00");
    distributor.operation(&till, body).once("1").send().ok();
    assert_eq!(edge.wallet("merchants/100000")["balance"], "5.00");
}

/// Waits until something holds, which another thread brings about.
#[track_caller]
fn await_that(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what} never came about");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn silent_wallets_hold_up_no_other_wallet_no_release_and_no_report() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "5.00").ok();
    let request = distributor.request_cash_out(PHONE, "5.00");
    edge.lose("WALLET", "before", "release ", 1);
    edge.cancel_cash_out(PHONE, &request).ok();
    edge.lose("WALLET", "before", "2.22", 1);
    assert_eq!(distributor.cash_in(&till, PHONE, "2.22").ok()["status"], "processing");
    // As many silent wallets as are told at a time, and one of them with many operations.
    edge.lose("WALLET", "silent", "1.11", 1000);
    edge.lose_patience_after(100);
    std::thread::scope(|scope| {
        for number in 0..20 {
            let (distributor, till) = (&distributor, &till);
            scope.spawn(move || {
                let phone = format!("+23480300000{:02}", number.min(14));
                assert_eq!(distributor.cash_in(till, &phone, "1.11").ok()["status"], "processing");
            });
        }
    });
    edge.lose_patience_after(60_000);
    edge.stop_clock(start + 20 * MINUTE_MS);
    let held = || edge.wallet(&format!("wallets/{PHONE}"))["held"] == "0.00";
    assert!(!held());
    std::thread::scope(|scope| {
        let alarm = scope.spawn(|| edge.alarm("DISTRIBUTOR", &distributor.id));
        await_that("the other wallet's money", || edge.wallet_balance(PHONE) == "7.22");
        await_that("the release", held);
        await_that("the report", || distributor.verify()["anchoredEntries"].as_u64().is_some_and(|number| number > 5));
        assert!(!alarm.is_finished(), "the silent ones are waited for");
        edge.heal();
        alarm.join().unwrap();
    });
    assert_eq!(distributor.position()["processing"], "0.00", "those who speak again are told at once");
    let silent = (0..15).map(|number| format!("wallets/+23480300000{number:02}"));
    assert_conserved(&distributor, &wallets().into_iter().chain(silent).collect::<Vec<_>>());
}

#[test]
fn a_wallet_that_does_not_answer_keeps_its_caller_waiting_for_a_limited_time() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.lose("WALLET", "stuck", "credit ", 1);
    edge.lose_patience_after(100);
    assert_eq!(distributor.cash_in(&till, PHONE, "10.00").ok()["status"], "processing");
    edge.lose_patience_after(60_000);
    edge.heal();
    edge.stop_clock(start + 20 * MINUTE_MS);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!((edge.wallet_balance(PHONE), &distributor.position()["processing"]), ("10.00".into(), &json!("0.00")));
}

#[test]
fn a_late_announcement_opens_nothing_after_a_later_one_was_refused() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "5.00").ok();
    edge.lose("DISTRIBUTOR", "silent", "OpenRequest", 1);
    edge.lose_patience_after(100);
    distributor.try_request_cash_out(PHONE, "5.00").refused(503, "unavailable");
    edge.lose_patience_after(60_000);
    let held = || edge.wallet(&format!("wallets/{PHONE}"))["held"].clone();
    assert_eq!(held(), "5.00");
    let issued = |path: &str| edge.post(&distributor.issued(path)).issuer().send().ok();
    issued("/suspend");
    edge.stop_clock(start + MINUTE_MS);
    edge.alarm("WALLET", "phone:+2348031234567");
    assert_eq!(held(), "0.00", "the second announcement was refused");
    issued("/resume");
    // The first one arrives now.
    edge.heal();
    await_that("the late announcement", || edge.counts().waiting() == 0);
    let open = || edge.get(&distributor.api("/cashouts")).key(&till).send().ok()["items"].clone();
    assert_eq!(open(), json!([]));
    // A new request of the customer is another matter.
    distributor.request_cash_out(PHONE, "5.00");
    assert_eq!(open().as_array().unwrap().len(), 1);
    assert_conserved(&distributor, &wallets());
}
