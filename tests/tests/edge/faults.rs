//! A panic is answered within a second, leaves nothing half-written, and the next call works.

use std::time::{Duration, Instant};

use serde_json::json;
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::money::assert_conserved;

const PHONE: &str = "+2348031234567";

#[track_caller]
fn soon(call: impl FnOnce() -> Answer) {
    let begun = Instant::now();
    let answer = call();
    assert!([500, 503].contains(&answer.status), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(1), "after {:?}", begun.elapsed());
    let body = answer.json();
    assert!(["internal", "unavailable"].contains(&body["code"].as_str().unwrap()), "{answer}");
    assert!(!answer.text.contains("panic") && !answer.text.contains("unreachable"), "nothing inner leaks: {answer}");
    assert!(answer.header("X-Request-ID").is_some());
}

#[test]
fn a_panic_in_the_worker_is_a_500_and_the_next_call_works() {
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    for _ in 0..3 {
        soon(|| edge.get(&distributor.api("/balance?panic=worker")).key(&till).send());
        soon(|| edge.get("/healthz?panic=worker").send());
        distributor.read_balance(&till).ok();
        edge.get("/healthz").send().ok();
    }
}

#[test]
fn a_panic_in_an_object_is_a_500_and_the_next_call_works() {
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let other = edge.distributor();
    let theirs = other.till();
    for place in ["object", "write"] {
        let before = distributor.position();
        let entries = distributor.verify()["entries"].clone();
        let body = json!({ "operationType": "cash-in", "amount": "5.00", "phoneTo": PHONE });
        let path = distributor.api(&format!("/operations?panic={place}"));
        soon(|| edge.post(&path).key(&till).once(place).json(body.clone()).send());
        assert_eq!(distributor.position(), before, "{place}: nothing was written");
        let verified = distributor.verify();
        assert_eq!((&verified["valid"], &verified["entries"]), (&json!(true), &entries), "{verified}");
        // Other objects in the same instance continue too.
        other.read_balance(&theirs).ok();
        let again = distributor.operation(&till, body).once(place).send();
        assert_eq!(again.ok()["status"], "completed");
        assert_eq!(again.header("Idempotent-Replayed"), None);
    }
    assert_eq!(edge.wallet_balance(PHONE), "10.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn a_panic_after_an_await_is_a_500_and_the_next_call_works() {
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    // The Worker goes on after the person's object replied, the distributor after the wallet did.
    let summary = distributor.console("");
    edge.get(&summary).person(&distributor.maker).send().ok();
    soon(|| edge.get(&format!("{summary}?panic=resumed")).person(&distributor.maker).send());
    edge.get(&summary).person(&distributor.maker).send().ok();
    let body = json!({ "operationType": "cash-in", "amount": "5.00", "phoneTo": PHONE });
    soon(|| {
        edge.post(&distributor.api("/operations?panic=resumed")).key(&till).once("till-1").json(body.clone()).send()
    });
    let again = distributor.operation(&till, body).once("till-1").send();
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"), "{again}");
    distributor.await_nothing_processing(Duration::from_secs(20));
    assert_eq!(edge.wallet_balance(PHONE), "5.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn a_panic_in_a_persons_call_leaves_the_request_undecided() {
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let asked =
        distributor.ask_for_key(&distributor.maker, json!({ "label": "Till", "permissions": ["read-balance"] })).ok();
    let path = distributor.console(&format!("/approvals/{}", asked["approvalID"].as_str().unwrap()));
    let digest = edge.get(&path).person(&distributor.checker).send().ok()["digest"].clone();
    for place in ["object", "write"] {
        let approve =
            edge.post(&format!("{path}/approve")).person(&distributor.checker).once(&format!("panic={place}"));
        soon(|| approve.json(json!({ "digest": digest })).send());
        assert_eq!(edge.get(&path).person(&distributor.checker).send().ok()["status"], "pending");
    }
    edge.post(&format!("{path}/approve")).person(&distributor.checker).json(json!({ "digest": digest })).send().ok();
    assert_eq!(distributor.verify()["valid"], true);
}

#[test]
fn nothing_of_an_instance_that_trapped_is_used_again() {
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    for round in 1..=3 {
        // These leave a static borrowed for ever: in that memory no call would work any more.
        soon(|| edge.get("/healthz?panic=memory").send());
        edge.get("/healthz").send().ok();
        soon(|| edge.get(&distributor.api("/balance?panic=memory")).key(&till).send());
        assert_eq!(distributor.cash_in(&till, PHONE, "1.00").ok()["status"], "completed");
        assert_eq!(edge.wallet_balance(PHONE), format!("{round}.00"));
    }
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn calls_under_way_while_another_panics_are_answered() {
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..25 {
                    let answer = distributor.cash_in(&till, PHONE, "0.01");
                    assert!(answer.status == 200 || answer.status >= 500, "{number}: {answer}");
                }
            });
        }
        for _ in 0..10 {
            soon(|| edge.get(&distributor.api("/balance?panic=object")).key(&till).send());
        }
    });
    distributor.await_nothing_processing(Duration::from_secs(20));
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
    assert_eq!(distributor.verify()["valid"], true);
}

#[test]
fn the_deployed_build_has_no_such_faults() {
    let edge = Edge::start();
    edge.get("/healthz?panic=worker").send().ok();
}

#[test]
fn a_cash_in_that_was_written_when_the_instance_fell_over_is_found_by_its_key_and_arrives_once() {
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let body = json!({ "operationType": "cash-in", "amount": "5.00", "phoneTo": PHONE });
    soon(|| {
        edge.post(&distributor.api("/operations?panic=written")).key(&till).once("till-1").json(body.clone()).send()
    });
    let again = distributor.operation(&till, body).once("till-1").send();
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"), "{again}");
    distributor.await_nothing_processing(Duration::from_secs(20));
    assert_eq!(distributor.position()["balance"], "49995.00");
    assert_eq!(edge.wallet_balance(PHONE), "5.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
    assert_eq!(distributor.verify()["valid"], true);
}

#[test]
fn an_object_that_cannot_be_opened_is_its_own_callers_trouble_alone() {
    let edge = Edge::start();
    let (broken, other) = (edge.distributor(), edge.distributor());
    let (theirs, ours) = (broken.till(), other.till());
    edge.sql("DISTRIBUTOR", &broken.id, "ALTER TABLE deadlines RENAME TO deadlines_away", json!([]));
    edge.evict("DISTRIBUTOR", &broken.id);
    edge.lose("WALLET", "silent", "credit ", 1);
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| other.cash_in(&ours, PHONE, "5.00"));
        edge.await_silence();
        for _ in 0..3 {
            soon(|| broken.read_balance(&theirs));
            soon(|| edge.get(&broken.console("")).person(&broken.maker).send());
        }
        edge.heal();
        assert_eq!(waits.join().unwrap().ok()["status"], "completed", "it did not even notice");
    });
    assert!(!edge.log().contains("the instance trapped"), "{}", edge.log());
    edge.sql("DISTRIBUTOR", &broken.id, "ALTER TABLE deadlines_away RENAME TO deadlines", json!([]));
    broken.read_balance(&theirs).ok();
}

#[test]
fn a_caller_who_waits_while_the_instance_traps_gets_an_answer_with_its_request_id() {
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.lose("WALLET", "silent", "credit ", 1);
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| distributor.cash_in(&till, PHONE, "5.00"));
        edge.await_silence();
        soon(|| edge.get("/healthz?panic=worker").send());
        edge.heal();
        soon(|| waits.join().unwrap());
    });
    distributor.await_nothing_processing(Duration::from_secs(20));
    assert_eq!(edge.wallet_balance(PHONE), "5.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn an_object_whose_storage_cannot_be_read_again_serves_nothing_from_memory() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.let_alarms_come(false);
    distributor.read_balance(&till).ok();
    edge.sql("DISTRIBUTOR", &distributor.id, "ALTER TABLE entries RENAME TO entries_away", json!([]));
    // The write fails, and so does reading everything again.
    let top_up = json!({ "amount": "1.00", "reference": "bank" });
    let post = || edge.post(&distributor.issued("/topups")).issuer().once("one").json(top_up.clone()).send();
    soon(post);
    soon(|| distributor.read_balance(&till));
    soon(|| edge.get(&distributor.console("")).person(&distributor.maker).send());
    edge.sql("DISTRIBUTOR", &distributor.id, "ALTER TABLE entries_away RENAME TO entries", json!([]));
    assert_eq!(distributor.read_balance(&till).ok()["balance"], "50000.00");
    post().ok();
    assert_eq!(distributor.verify()["valid"], true);
}
