//! Acknowledged writes survive a power cut, and nothing else moves money.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::money::{assert_conserved, minor_of};
use universal_wallet_tests::receiver::{Endpoint, Receiver};

/// Ends the load even if the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

const KILLS: usize = 20;
const TILLS: usize = 8;

#[test]
fn twenty_power_cuts_under_load_lose_and_double_nothing() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let keys: Vec<_> = (0..TILLS).map(|_| distributor.till()).collect();
    let phones: Vec<_> = (0..TILLS).map(|number| format!("+23480300000{number:02}")).collect();
    let wallets: Vec<_> = phones.iter().map(|phone| format!("wallets/{phone}")).collect();
    let receiver = Receiver::start();
    let endpoint = distributor.endpoint(&receiver, &["operation.created", "operation.completed"]);
    let acknowledged = Mutex::new(HashMap::new());
    let (stop, done, repeated) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));

    // Calls run while the gate is open; it is closed to look at all the money at once.
    let gate = RwLock::new(());

    std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        for (till, (key, phone)) in keys.iter().zip(&phones).enumerate() {
            let (acknowledged, stop, done, repeated, distributor, gate) =
                (&acknowledged, &stop, &done, &repeated, &distributor, &gate);
            scope.spawn(move || {
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let once = format!("{till}-{number}");
                    let body = json!({ "operationType": "cash-in", "amount": "0.01", "phoneTo": phone });
                    // A client that retries until an answer tells it the outcome.
                    let operation = loop {
                        let open = gate.read().unwrap();
                        let answer = distributor.operation(key, body.clone()).once(&once).try_send();
                        drop(open);
                        match answer {
                            Some(answer) if answer.status == 200 => break answer.json()["operationID"].to_string(),
                            Some(answer) => assert!(answer.status >= 500, "{answer}"),
                            None => std::thread::sleep(Duration::from_millis(5)),
                        }
                        repeated.fetch_add(1, Ordering::SeqCst);
                    };
                    assert!(acknowledged.lock().unwrap().insert(operation, once).is_none(), "two calls, one operation");
                    done.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let await_calls = |number: usize| {
            let reached = done.load(Ordering::SeqCst) + number;
            let deadline = Instant::now() + Duration::from_secs(30);
            while done.load(Ordering::SeqCst) < reached && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        for kill in 0..KILLS {
            await_calls(TILLS);
            // The receiver of messages dies too, now and then, and comes back two kills later.
            match kill % 4 {
                1 => receiver.kill(),
                3 => receiver.revive(),
                _ => {}
            }
            await_calls(2 * TILLS);
            edge.kill();
            let _closed = gate.write().unwrap();
            edge.revive();
            distributor.await_nothing_processing(Duration::from_secs(30));
            assert_conserved(&distributor, &wallets);
        }
    });

    distributor.await_nothing_processing(Duration::from_mins(1));
    assert_conserved(&distributor, &wallets);
    let acknowledged = acknowledged.into_inner().unwrap();
    let mut seen = HashMap::new();
    let mut path = distributor.api("/operations?limit=1000");
    loop {
        let page = edge.get(&path).key(&keys[0]).send();
        for operation in page.ok().as_array().unwrap() {
            assert_eq!(operation["status"], "completed");
            assert!(seen.insert(operation["operationID"].to_string(), operation["sequenceNumber"].clone()).is_none());
        }
        match page.header("Link") {
            Some(link) => path = link[1..link.find('>').unwrap()].to_owned(),
            None => break,
        }
    }
    for operation in acknowledged.keys() {
        assert!(seen.contains_key(operation), "{operation} was acknowledged and is gone");
    }
    assert_eq!(seen.len(), acknowledged.len(), "every operation has an owner, since each call was repeated to its end");
    assert_eq!(minor_of(&distributor.position(), "cashedIn"), i128::try_from(seen.len()).unwrap());
    let mut from = 1;
    loop {
        let path = distributor.console(&format!("/audit/verify?from={from}"));
        let verified = edge.get(&path).person(&distributor.maker).send().ok();
        assert_eq!(verified["valid"], true, "{verified}");
        match verified["nextFrom"].as_u64() {
            Some(next) => from = next,
            None => break,
        }
    }
    println!(
        "{KILLS} kills, {} operations acknowledged, {} calls repeated",
        acknowledged.len(),
        repeated.load(Ordering::SeqCst)
    );
    assert_told(&distributor, (&receiver, &endpoint), &seen);
}

/// The receiver's ledger, made from its messages, equals ours: every operation once created and once completed, and
/// nothing else, however often a message came. `ours` has the sequence number of each operation.
fn assert_told(
    distributor: &Distributor<'_>,
    (receiver, endpoint): (&Receiver, &Endpoint),
    ours: &HashMap<String, Value>,
) {
    // The next attempt is hours away, and a message is verified by the real clock.
    distributor.edge.sql("WEBHOOK", &endpoint.id, "UPDATE deliveries SET next = 0 WHERE state = 'waiting'", json!([]));
    distributor.edge.alarm("WEBHOOK", &endpoint.id);
    let by_id = |messages: &[Value]| -> HashMap<String, Value> {
        messages.iter().map(|message| (message["id"].to_string(), message.clone())).collect()
    };
    let messages = receiver.await_messages("every message", |messages| by_id(messages).len() >= 2 * ours.len());
    assert!(messages.iter().all(|message| message["by"] == json!([0])), "each is verified");
    let ledger = by_id(&messages);
    for kind in ["operation.created", "operation.completed"] {
        let of_kind = ledger.values().filter(|message| message["type"] == kind);
        let told: HashMap<_, _> = of_kind
            .map(|message| (message["data"]["operationID"].to_string(), message["data"]["sequenceNumber"].clone()))
            .collect();
        assert_eq!(told, *ours, "{kind}");
    }
    let completed = ledger.values().filter(|message| message["type"] == "operation.completed");
    let sum: i128 = completed.map(|message| minor_of(&message["data"], "amount")).sum();
    assert_eq!(sum, minor_of(&distributor.position(), "cashedIn"), "to the cent");
    println!("{} messages arrived, {} of them again", ledger.len(), messages.len() - ledger.len());
}

#[test]
fn a_delivery_that_a_power_cut_interrupted_arrives_by_itself() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let phone = "+2348031234567";
    distributor.cash_in(&till, phone, "100.00").ok();
    let request = distributor.request_cash_out(phone, "30.00");
    edge.lose("WALLET", "before", "", 100);
    assert_eq!(distributor.cash_in(&till, phone, "5.00").ok()["status"], "processing");
    assert_eq!(distributor.process(&till, &request).ok()["status"], "processing");
    edge.kill();
    edge.revive();
    distributor.await_nothing_processing(Duration::from_mins(1));
    assert_eq!(edge.wallet_balance(phone), "75.00");
    assert_conserved(&distributor, &[format!("wallets/{phone}")]);
}

#[test]
fn sessions_keys_and_approvals_survive() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.asking_key();
    let id = distributor.cash_in(&key, "+2348031234567", "5.00").ok()["operationID"].as_str().unwrap().to_owned();
    let revoked = distributor.till();
    let path = distributor.console(&format!("/api-keys/{}/revoke", revoked.id));
    edge.post(&path).person(&distributor.maker).json(json!({ "reason": "lost" })).send().ok();
    edge.kill();
    edge.revive();
    distributor.read_balance(&revoked).refused(401, "revoked_api_key");
    assert_eq!(distributor.read_balance(&key).ok()["held"], "5.00");
    distributor.approve(&distributor.checker, &distributor.approval_of(&id)).ok();
    assert_eq!(distributor.verify()["valid"], true);
}
