//! The ledger as a stream.

use serde_json::{Value, json};
use universal_wallet_tests::edge::Setup;
use universal_wallet_tests::key::Key;

const PHONE: &str = "+2348031234567";

#[test]
fn the_ledger_is_exported_whole_over_many_pages_and_each_line_follows_from_the_one_before() {
    let edge = Setup::new().var("RATE_LIMIT_PER_KEY", "0").start();
    let distributor = edge.distributor();
    let till = distributor.till();
    for _ in 0..1_050 {
        distributor.cash_in(&till, PHONE, "0.01").ok();
    }
    let export = edge.get(&distributor.api("/operations/export?format=jsonl")).key(&till).send();
    assert_eq!(export.status, 200);
    assert_eq!(export.header("Content-Type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = export.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1_051, "the top-up and each cash-in");
    let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let mut balance = 0;
    let mut number = 0;
    for line in &lines {
        balance += cents(&line["change"]);
        assert_eq!(cents(&line["balance"]), balance, "{line}");
        assert!(line["sequenceNumber"].as_u64().unwrap() > number, "{line}");
        number = line["sequenceNumber"].as_u64().unwrap();
    }
    let csv = edge.get(&distributor.api("/operations/export?format=csv")).key(&till).send();
    assert_eq!(csv.text.lines().count(), lines.len() + 1, "a line of names comes first");
    let last = &lines[lines.len() - 1];
    let from = last["at"].as_str().unwrap();
    let late = edge.get(&distributor.api(&format!("/operations/export?format=jsonl&from={from}"))).key(&till).send();
    assert!(late.text.lines().count() < lines.len() && late.text.contains(last["operationID"].as_str().unwrap()));
    // A day in `to` belongs to the export, an instant does not.
    let count = |from: &str, to: &str| {
        let path = distributor.api(&format!("/operations/export?format=jsonl&from={from}&to={to}"));
        edge.get(&path).key(&till).send().text.lines().count()
    };
    let first = lines[0]["at"].as_str().unwrap();
    assert_eq!(count(&first[..10], &from[..10]), lines.len());
    assert_eq!(count(&first[..10], from), lines.iter().filter(|line| line["at"] != *from).count());
    assert_eq!(count(from, from), 0);
    for query in ["", "?format=xml", "?format=csv&from=yesterday", "?format=csv&from=2026-02-02&to=2026-02-01"] {
        let path = distributor.api(&format!("/operations/export{query}"));
        edge.get(&path).key(&till).send().refused(400, "invalid_request");
    }
}

#[test]
fn an_export_with_filters_has_only_lines_of_operations_that_meet_all_of_them() {
    // In the build with faults a page has 8 entries.
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    for _ in 0..12 {
        distributor.cash_in(&till, PHONE, "0.01").ok();
        distributor.cash_in(&till, "+2348035550000", "0.02").ok();
    }
    let export =
        |query: &str| edge.get(&distributor.api(&format!("/operations/export?format=jsonl{query}"))).key(&till).send();
    let of_key = format!("&keyID={}", till.id);
    for (query, count) in [
        ("&phone=08031234567", 12),
        ("&phone=08031234567&amount=0.02", 0),
        ("&amount=0.02&status=completed", 12),
        ("&operationType=cash-in", 24),
        ("&operationType=cash-out-fulfillment", 0),
        ("&status=pending", 0),
        ("&reference=T-1", 0),
        (&of_key, 24),
        ("&operationType=cash-in&to=2020-01-01", 0),
    ] {
        let answer = export(query);
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(answer.text.lines().count(), count, "{query}");
    }
    let lines = export("&phone=08031234567").text;
    assert_eq!(lines.matches(r#""change":"-0.01""#).count(), 12, "{lines}");
    for query in ["&status=done", "&status=", "&phone=none", "&amount=1,5", "&keyID=till", "&reference="] {
        export(query).refused(400, "invalid_request");
    }
}

#[test]
fn an_export_under_way_shows_nothing_later_and_ends_with_its_readers_right() {
    // In the build with faults a page has 8 entries.
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let (till, reader) = (distributor.till(), distributor.till());
    for _ in 0..12 {
        distributor.cash_in(&till, PHONE, "0.01").ok();
    }
    let export = distributor.api("/operations/export?format=jsonl");
    let revoke = |key: &Key| {
        let path = distributor.console(&format!("/api-keys/{}/revoke", key.id));
        edge.post(&path).person(&distributor.checker).json(json!({ "reason": "lost" })).send().ok();
    };
    let meanwhile = |event: &dyn Fn()| {
        edge.lose("DISTRIBUTOR", "silent", "{\"Export\"", 1);
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| edge.get(&export).key(&reader).try_send());
            edge.await_silence();
            event();
            edge.heal();
            reading.join().unwrap()
        })
    };
    let later = meanwhile(&|| {
        distributor.cash_in(&till, PHONE, "0.02").ok();
    });
    assert_eq!(later.unwrap().text.lines().count(), 13, "the top-up and what was there at the beginning");
    assert!(meanwhile(&|| revoke(&till)).is_some(), "another key ends nothing");
    assert!(meanwhile(&|| revoke(&reader)).is_none(), "the stream breaks off");
}
