//! Clocks that jump, and alarms that fire late or twice.

use std::time::Duration;

use serde_json::json;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::money::assert_conserved;
use universal_wallet_tests::person::cookie_of;
use universal_wallet_tests::powers::{DAY_MS, HOUR_MS, real_now};

const PHONE: &str = "+2348031234567";

/// Asserts that the chain holds, as a person sees it who signs in then: sessions end when the clock jumps.
#[track_caller]
fn assert_verified(distributor: &Distributor<'_>, when: &str) {
    let cookie = cookie_of(&distributor.maker.sign_in(distributor.edge));
    let verified = distributor.edge.get(&distributor.console("/audit/verify")).header("Cookie", &cookie).send();
    assert_eq!(verified.ok()["valid"], true, "{when}: {verified}");
}

#[test]
fn a_clock_that_jumps_over_midnight_and_back_gives_no_day_twice() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let midnight = (real_now() / DAY_MS + 1) * DAY_MS;
    edge.stop_clock(midnight - 1);
    let distributor = edge.distributor();
    let till = distributor.key(json!({
        "label": "Till", "permissions": ALL, "maxTransactionAmount": "100.00", "maxDailyVolume": "100.00",
        "autoApproveLimit": "100.00",
    }));
    let spent = |day: &str| {
        distributor.cash_in(&till, PHONE, "0.01").refused(403, "daily_volume_exceeded");
        assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
        assert_verified(&distributor, day);
    };
    for (at, day) in [(midnight - 1, "the eve"), (midnight, "the day"), (midnight + DAY_MS, "the day after")] {
        edge.stop_clock(at);
        distributor.cash_in(&till, PHONE, "100.00").ok();
        spent(day);
        // The object's clock never runs backwards: a day that is over does not return.
        for back in [1, HOUR_MS, DAY_MS, 30 * DAY_MS] {
            edge.stop_clock(at - back);
            spent(day);
        }
    }
    let operations = edge.get(&distributor.api("/operations")).key(&till).send().ok();
    let times: Vec<_> = operations.as_array().unwrap().iter().map(|one| one["createdAt"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer > older), "{times:?}");
}

#[test]
fn what_was_over_once_stays_over_when_the_clock_runs_back() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    let (till, asking) = (distributor.till(), distributor.asking_key());
    distributor.cash_in(&till, PHONE, "100.00").ok();
    let waiting = distributor.cash_in(&asking, PHONE, "7.00").ok()["operationID"].as_str().unwrap().to_owned();
    let request = distributor.request_cash_out(PHONE, "10.00");
    edge.stop_clock(start + 2 * DAY_MS);
    assert_eq!(distributor.read_operation(&till, &waiting)["status"], "expired");
    edge.stop_clock(start);
    assert_eq!(distributor.read_operation(&till, &waiting)["status"], "expired");
    distributor.process(&till, &request).refused(409, "invalid_state");
    edge.stop_clock(start + 400 * DAY_MS);
    distributor.read_balance(&till).refused(401, "expired_api_key");
    edge.stop_clock(start);
    distributor.read_balance(&till).refused(401, "expired_api_key");
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!(edge.wallet(&format!("wallets/{PHONE}"))["available"], "100.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
    assert_verified(&distributor, "at the end");
}

#[test]
fn deliveries_go_on_when_the_clock_ran_back() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    for ahead in [HOUR_MS, DAY_MS, 30 * DAY_MS] {
        edge.shift_clock(ahead);
        edge.lose("WALLET", "before", "credit ", 1);
        assert_eq!(distributor.cash_in(&till, PHONE, "5.00").ok()["status"], "processing");
        edge.shift_clock(0);
        distributor.await_nothing_processing(Duration::from_secs(20));
    }
    edge.shift_clock(DAY_MS);
    edge.lose("DISTRIBUTOR", "before", "OpenRequest", 1);
    assert!(distributor.try_request_cash_out(PHONE, "10.00").status >= 500);
    edge.shift_clock(0);
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while edge.get(&distributor.api("/cashouts")).key(&till).send().ok()["items"].as_array().unwrap().is_empty() {
        assert!(std::time::Instant::now() < deadline, "the request was not announced");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
    assert_verified(&distributor, "at the end");
}

#[test]
fn alarms_that_come_late_twice_and_at_once_move_money_once() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    let paid = distributor.request_cash_out(PHONE, "10.00");
    let cancelled = distributor.request_cash_out(PHONE, "20.00");
    edge.lose("WALLET", "after", "", 3);
    distributor.cash_in(&till, PHONE, "5.00").ok();
    distributor.process(&till, &paid).ok();
    assert!(edge.cancel_cash_out(PHONE, &cancelled).status >= 500, "the outcome is unknown");
    for days in [0, 1, 2] {
        edge.stop_clock(start + days * DAY_MS + HOUR_MS / 2);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| edge.alarm("DISTRIBUTOR", &distributor.id));
                scope.spawn(|| edge.alarm("WALLET", &format!("phone:{PHONE}")));
            }
        });
    }
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
    assert_eq!(distributor.position()["processing"], "0.00");
    let wallet = edge.wallet(&format!("wallets/{PHONE}"));
    assert_eq!((&wallet["balance"], &wallet["available"]), (&json!("95.00"), &json!("95.00")));
    assert_eq!(distributor.position()["balance"], "49905.00");
}
