//! `cargo xtask verify` finds changes made behind the back of the edge.

use std::process::Command;

use serde_json::json;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;

const PHONE: &str = "+2348031234567";
const WALLET: &str = "phone:+2348031234567";

/// Whether the command succeeds, and its output.
fn verify(edge: &Edge) -> (bool, String) {
    let output = Command::new(env!("CARGO"))
        .args(["xtask", "verify", "--url", &edge.url])
        .env("ISSUER_TOKEN", edge.secret("ISSUER_TOKEN"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

/// One of everything: operations of every status, requests of every status, rotated keys.
fn busy(edge: &Edge) -> (Distributor<'_>, Key) {
    let distributor = edge.distributor();
    let (till, asking) = (distributor.till(), distributor.asking_key());
    distributor.cash_in(&till, PHONE, "100.00").ok();
    let to_merchant = json!({ "operationType": "cash-in", "amount": "7.00", "merchantToShortCode": "100000" });
    distributor.operation(&till, to_merchant).send().ok();
    let waiting = |amount| {
        let id = distributor.cash_in(&asking, PHONE, amount).ok()["operationID"].as_str().unwrap().to_owned();
        distributor.approval_of(&id)
    };
    waiting("1.00");
    distributor.approve(&distributor.checker, &waiting("2.00")).ok();
    distributor.reject(&waiting("3.00")).ok();
    let [open, paid, again, cancelled] =
        ["10.00", "11.00", "12.00", "13.00"].map(|amount| distributor.request_cash_out(PHONE, amount));
    distributor.process(&till, &paid).ok();
    distributor.process(&asking, &again).ok();
    distributor.reject(&distributor.approval_of(&again)).ok();
    distributor.process(&asking, &again).ok();
    edge.cancel_cash_out(PHONE, &cancelled).ok();
    assert!(!open.is_empty());
    let rotate = distributor.console(&format!("/api-keys/{}/rotate", till.id));
    edge.post(&rotate).person(&distributor.maker).json(json!({})).send().ok();
    distributor.ask_for_key(&distributor.maker, json!({ "label": "Waits", "permissions": ["read-balance"] })).ok();
    (distributor, till)
}

#[test]
fn an_edge_that_nobody_tampered_with_is_verified() {
    let edge = Edge::start();
    let (ok, said) = verify(&edge);
    assert!(ok && said.contains("0 distributors"), "{said}");
    edge.merchant("100000");
    busy(&edge);
    let (second, till) = busy(&edge);
    let (ok, said) = verify(&edge);
    assert!(ok && said.contains("2 distributors"), "{said}");
    // Also while money is on its way, and while a hold is not released yet.
    let open = second.request_cash_out(PHONE, "5.00");
    for message in ["credit ", "capture ", "release "] {
        edge.lose("WALLET", "after", message, 100);
    }
    second.cash_in(&till, PHONE, "4.00").ok();
    let request = second.edge.get(&second.api("/cashouts")).key(&till).send().ok()["items"][0].clone();
    second.process(&till, request["operationID"].as_str().unwrap()).ok();
    edge.cancel_cash_out(PHONE, &open).ok();
    let (ok, said) = verify(&edge);
    assert!(ok && !said.contains("0.00 on its way"), "{said}");
}

#[test]
fn whoever_has_no_token_of_the_issuers_verifies_nothing() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    for path in ["/distributors", "/wallets/+2348031234567/verify", "/merchants/100000/verify"] {
        edge.get(&format!("/issuer/v1{path}")).send().refused(401, "missing_api_key");
    }
    edge.get(&distributor.issued("/verify")).key(&distributor.till()).send().refused(401, "invalid_api_key");
    edge.get(&distributor.issued("/verify?from=0")).issuer().send().refused(400, "invalid_request");
    edge.get("/issuer/v1/distributors?cursor=x").issuer().send().refused(400, "invalid_request");
    let nobody = "/issuer/v1/distributors/00000000-0000-4000-8000-000000000000/verify";
    edge.get(nobody).issuer().send().refused(404, "not_found");
}

#[test]
fn what_was_changed_in_storage_is_found() {
    let edge = Edge::start();
    edge.merchant("100000");
    let (distributor, _) = busy(&edge);
    let d = distributor.id.clone();
    let changes = [
        // Balances are changed.
        ("WALLET", WALLET, "UPDATE entries SET balance = 999900 WHERE n = 1", "leaves"),
        ("WALLET", WALLET, "UPDATE entries SET balance = 999900 WHERE n = (SELECT MAX(n) FROM entries)", "leaves"),
        ("WALLET", WALLET, "UPDATE entries SET minor = minor + 100, balance = 10100 WHERE n = 1", "leaves"),
        ("WALLET", "merchant:100000", "UPDATE entries SET minor = 800, balance = 800", "come to 7.00"),
        ("WALLET", "merchant:100000", "INSERT INTO entries VALUES (2, zeroblob(16), 100, 800, 0)", "come to 7.00"),
        // Entries are missing.
        ("WALLET", "merchant:100000", "DELETE FROM entries", "come to 7.00"),
        ("WALLET", WALLET, "DELETE FROM entries WHERE n = 1", "is missing"),
        ("DISTRIBUTOR", &d, "DELETE FROM entries WHERE n = 3", "the chain breaks at entry 3"),
        ("DISTRIBUTOR", &d, "DELETE FROM operations WHERE n = (SELECT MIN(n) FROM operations)", "the chain breaks"),
        // Holds are changed.
        ("WALLET", WALLET, "UPDATE holds SET doc = replace(doc, '\"10.00\"', '\"9.00\"')", "requests for"),
        ("WALLET", WALLET, "DELETE FROM holds WHERE status = 'held'", "requests for"),
        ("WALLET", WALLET, "UPDATE holds SET status = 'released' WHERE status = 'held'", "columns differ"),
        ("WALLET", WALLET, "DELETE FROM holds WHERE status = 'captured'", "belongs to no hold"),
        (
            "WALLET",
            WALLET,
            "INSERT INTO holds (id, status, doc) SELECT replace(id, substr(id, 1, 6), 'op_000'), status, \
             replace(doc, id, replace(id, substr(id, 1, 6), 'op_000')) FROM holds WHERE status = 'held' LIMIT 1",
            "requests for",
        ),
        ("DISTRIBUTOR", &d, "DELETE FROM requests WHERE status = 'open'", "the chain breaks"),
        // Counters and indexed columns are changed.
        ("DISTRIBUTOR", &d, "UPDATE days SET volume = volume - 1 WHERE volume > 0", "the volume of key_"),
        ("DISTRIBUTOR", &d, "UPDATE days SET operations = operations + 1", "the volume of key_"),
        ("DISTRIBUTOR", &d, "DELETE FROM days", "the volume of key_"),
        ("DISTRIBUTOR", &d, "DELETE FROM deadlines WHERE due LIKE 'expiry:%'", "the deadline expiry:"),
        ("DISTRIBUTOR", &d, "DELETE FROM deadlines WHERE due LIKE 'request:%'", "the deadline request:"),
        ("DISTRIBUTOR", &d, "INSERT INTO deadlines VALUES (9999999999999, 'claim:key_x')", "nothing that waits"),
        ("DISTRIBUTOR", &d, "INSERT INTO deadlines VALUES (9223372036854775807, 'x')", "the deadline x is of nothing"),
        ("DISTRIBUTOR", &d, "UPDATE deadlines SET due = 'x' WHERE due LIKE 'request:%'", "the deadline"),
        ("DISTRIBUTOR", &d, "UPDATE requests SET doc = 'x', released = 0 WHERE status = 'open'", "the chain breaks"),
        (
            "DISTRIBUTOR",
            &d,
            "UPDATE entries SET hash = x'00' WHERE n = (SELECT MAX(n) FROM entries)",
            "the chain breaks",
        ),
        ("DISTRIBUTOR", &d, "UPDATE operations SET key = NULL", "the chain breaks"),
        ("DISTRIBUTOR", &d, "UPDATE operations SET type = 0", "the chain breaks"),
        ("DISTRIBUTOR", &d, "UPDATE operations SET status = 1, approval = 1 WHERE status = 2", "the chain breaks"),
        ("DISTRIBUTOR", &d, "UPDATE operations SET superseded = 0", "listed wrongly"),
        ("DISTRIBUTOR", &d, "UPDATE operations SET superseded = 1 WHERE type >= 2", "listed wrongly"),
        (
            "DISTRIBUTOR",
            &d,
            "UPDATE operations SET status = 0, took = 0 WHERE approval IS NULL AND type < 2 AND status = 1",
            "",
        ),
        ("DISTRIBUTOR", &d, "UPDATE merchants SET name = 'Another'", "the chain breaks"),
        (
            "DISTRIBUTOR",
            &d,
            "UPDATE keys SET status = 'revoked' WHERE n = (SELECT MIN(n) FROM keys)",
            "the chain breaks",
        ),
    ];
    edge.let_alarms_come(false);
    for (kind, name, change, expected) in &changes {
        let tables = tables(&edge, kind, name);
        let each = |statement: &dyn Fn(&str) -> String| {
            for table in &tables {
                edge.sql(kind, name, &statement(table), json!([]));
            }
        };
        each(&|table| format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
        edge.sql(kind, name, change, json!([]));
        let differs = |table: &String| {
            let count = format!(
                "SELECT (SELECT COUNT(*) FROM (SELECT * FROM {table} EXCEPT SELECT * FROM kept_{table})) + \
                 (SELECT COUNT(*) FROM (SELECT * FROM kept_{table} EXCEPT SELECT * FROM {table})) AS changed"
            );
            edge.sql(kind, name, &count, json!([]))[0]["changed"] != 0
        };
        assert!(tables.iter().any(differs), "nothing was changed: {change}");
        edge.evict(kind, name);
        let (ok, said) = verify(&edge);
        if expected.is_empty() {
            // The wallet is told once more and already knows the operation, so nothing changes.
            assert!(ok, "{change}: {said}");
        } else {
            assert!(!ok && said.contains(expected), "{change}: {said}");
        }
        each(&|table| {
            format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; DROP TABLE kept_{table}")
        });
        edge.evict(kind, name);
    }
    let (ok, said) = verify(&edge);
    assert!(ok, "all is as it was: {said}");
    println!("{} ways to tamper", changes.len());
}

fn tables(edge: &Edge, kind: &str, name: &str) -> Vec<String> {
    let list = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";
    let tables = edge.sql(kind, name, list, json!([]));
    tables.iter().map(|table| table["name"].as_str().unwrap().to_owned()).collect()
}
