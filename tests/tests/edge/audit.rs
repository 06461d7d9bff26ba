//! The chain reveals changes made to storage behind its back.

use std::process::Command;

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::powers::{HOUR_MS, real_now};

/// A distributor with keys, operations and a decided approval in its chain; the issuer keeps the head.
pub(crate) fn busy(edge: &Edge) -> Distributor<'_> {
    let distributor = edge.distributor();
    let (till, asking) = (distributor.till(), distributor.asking_key());
    for _ in 0..3 {
        distributor.cash_in(&till, "+2348031234567", "10.00").ok();
    }
    let waiting =
        distributor.cash_in(&asking, "+2348031234567", "10.00").ok()["operationID"].as_str().unwrap().to_owned();
    let approval = distributor.approval_of(&waiting);
    distributor.approve(&distributor.checker, &approval).ok();
    let verified = distributor.verify();
    assert_eq!(verified["valid"], true, "{verified}");
    distributor
}

pub(crate) fn sql(distributor: &Distributor<'_>, sql: &str) -> Vec<Value> {
    let rows = distributor.edge.sql("DISTRIBUTOR", &distributor.id, sql, json!([]));
    distributor.edge.evict("DISTRIBUTOR", &distributor.id);
    rows
}

fn dump(distributor: &Distributor<'_>) -> Vec<Vec<Value>> {
    let tables = ["entries", "operations", "keys", "approvals", "members", "meta"];
    // A BLOB has no form in JSON.
    let columns = |table: &str| {
        let names = sql(
            distributor,
            &format!(
                "SELECT group_concat('quote(' || name || ') AS ' || name) AS names FROM pragma_table_info('{table}')"
            ),
        );
        names[0]["names"].as_str().unwrap().to_owned()
    };
    tables.map(|table| sql(distributor, &format!("SELECT {} FROM {table}", columns(table)))).into()
}

#[track_caller]
pub(crate) fn broken(distributor: &Distributor<'_>, what: &str) -> u64 {
    let verified = distributor.verify();
    assert_eq!(verified["valid"], false, "{what}: {verified}");
    verified["brokenAt"].as_u64().unwrap_or_else(|| panic!("{what}: {verified}"))
}

#[test]
fn an_altered_row_is_found_in_every_table_that_matters() {
    let edge = Edge::start();
    for change in [
        "UPDATE entries SET text = replace(text, 'First Agents', 'Other Agents') WHERE n = 1",
        "UPDATE entries SET text = replace(text, '50000.00', '60000.00')",
        "UPDATE operations SET status = 3 WHERE n = (SELECT MAX(n) FROM operations)",
        "UPDATE keys SET doc = replace(doc, '1000000.00', '9000000.00')",
        "UPDATE keys SET status = 'revoked' WHERE n = (SELECT MIN(n) FROM keys)",
        "UPDATE keys SET digest = '0000000000000000000000000000000000000000000000000000000000000000' \
         WHERE n = (SELECT MIN(n) FROM keys)",
        "UPDATE members SET doc = replace(doc, 'checker', 'maker')",
        "UPDATE approvals SET doc = replace(doc, 'The checker', 'The maker')",
        "UPDATE approvals SET status = 'pending' WHERE n = (SELECT MAX(n) FROM approvals)",
        "UPDATE meta SET value = replace(value, 'First Agents', 'Other Agents') WHERE name = 'profile'",
    ] {
        let distributor = busy(&edge);
        let before = dump(&distributor);
        sql(&distributor, change);
        assert_ne!(before, dump(&distributor), "nothing was changed: {change}");
        broken(&distributor, change);
    }
}

#[test]
fn a_removed_row_is_found() {
    let edge = Edge::start();
    for change in [
        "DELETE FROM entries WHERE n = 3",
        "DELETE FROM operations WHERE n = (SELECT MIN(n) FROM operations)",
        "DELETE FROM keys WHERE n = (SELECT MIN(n) FROM keys)",
        "DELETE FROM approvals WHERE n = (SELECT MIN(n) FROM approvals)",
        "DELETE FROM members WHERE id = (SELECT MIN(id) FROM members)",
    ] {
        let distributor = busy(&edge);
        // The deleted member may be the maker, so the checks sign in as a remaining member.
        distributor.maker.cookie(&edge);
        sql(&distributor, change);
        let left = [&distributor.maker, &distributor.checker].into_iter().find_map(|person| {
            edge.get(&distributor.console("/audit/verify"))
                .person(person)
                .try_send()
                .filter(|answer| answer.status == 200)
        });
        assert_eq!(left.unwrap().json()["valid"], false, "{change}");
    }
}

#[test]
fn an_inserted_row_is_found() {
    let edge = Edge::start();
    let distributor = busy(&edge);
    sql(
        &distributor,
        "INSERT INTO keys (n, id, status, digest, doc) SELECT n + 1000, 'key_00000000-0000-4000-8000-000000000000', \
         'active', NULL, replace(doc, id, 'key_00000000-0000-4000-8000-000000000000') FROM keys LIMIT 1",
    );
    broken(&distributor, "a key of nobody's making");
    let distributor = busy(&edge);
    sql(
        &distributor,
        "INSERT INTO entries (n, text, hash) SELECT (SELECT MAX(n) FROM entries) + 1000, text, hash FROM entries LIMIT 1",
    );
    broken(&distributor, "an entry beyond the head");
    let distributor = busy(&edge);
    sql(
        &distributor,
        "INSERT INTO members (id, doc) SELECT 'usr_00000000-0000-4000-8000-000000000000', \
         replace(doc, id, 'usr_00000000-0000-4000-8000-000000000000') FROM members LIMIT 1",
    );
    broken(&distributor, "a member of nobody's making");
}

#[test]
fn an_old_row_put_back_is_found() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    let old = edge.sql("DISTRIBUTOR", &distributor.id, "SELECT * FROM keys", json!([])).remove(0);
    let revoke = distributor.console(&format!("/api-keys/{}/revoke", key.id));
    edge.post(&revoke).person(&distributor.maker).json(json!({ "reason": "lost" })).send().ok();
    assert_eq!(distributor.verify()["valid"], true);
    let restore = "UPDATE keys SET status = ?, doc = ? WHERE n = ?";
    edge.sql("DISTRIBUTOR", &distributor.id, restore, json!([old["status"], old["doc"], old["n"]]));
    edge.evict("DISTRIBUTOR", &distributor.id);
    broken(&distributor, "a revoked key made active again");
}

#[test]
fn a_cut_tail_is_found_by_the_head_that_the_issuer_keeps() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, "+2348031234567", "10.00").ok();
    edge.shift_clock(2 * HOUR_MS);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    edge.shift_clock(0);
    let verified = distributor.verify();
    assert_eq!((&verified["valid"], &verified["anchoredEntries"]), (&json!(true), &verified["entries"]), "{verified}");
    // Removes the last operation and leaves storage that is consistent without it.
    sql(&distributor, "DELETE FROM operations");
    sql(&distributor, "DELETE FROM entries WHERE n > (SELECT MAX(n) - 1 FROM entries)");
    broken(&distributor, "the tail was cut");
}

#[test]
fn a_rewritten_chain_is_found_by_the_head_that_the_issuer_keeps() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    edge.stop_clock(real_now());
    // A powerful attacker's forgery of the first distributor: the whole storage of a second one,
    // every hash of it right.
    let distributor = busy(&edge);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    let anchored = distributor.verify();
    assert_eq!(anchored["anchoredEntries"], anchored["entries"], "{anchored}");
    let anchors =
        edge.sql("ISSUER", "issuer", "SELECT doc FROM anchors WHERE distributor = ?", json!([distributor.id]));
    let kept: Value = serde_json::from_str(anchors[0]["doc"].as_str().unwrap()).unwrap();
    assert_eq!(kept["hash"], anchored["head"]);

    let path = distributor.console("/audit?limit=1000");
    let page = edge.get(&path).person(&distributor.maker).send().ok();
    let mut before = [0_u8; 32];
    for entry in page["items"].as_array().unwrap().iter().rev() {
        let text = entry["text"].as_str().unwrap().replace("\"transfer\"", "\"a lie\"");
        let hash = chain_hash(&before, &text);
        let number = &entry["sequenceNumber"];
        for (update, bound) in [
            ("UPDATE entries SET text = ?, hash = unhex(?) WHERE n = ?", json!([text, hex(&hash), number])),
            ("UPDATE operations SET hash = unhex(?) WHERE n = ?", json!([hex(&hash), number])),
        ] {
            edge.sql("DISTRIBUTOR", &distributor.id, update, bound);
        }
        before = hash;
    }
    edge.evict("DISTRIBUTOR", &distributor.id);
    broken(&distributor, "every hash is right, but for the one that the issuer keeps");
}

/// The hash as the contract defines it: over the previous hash, then the text.
fn chain_hash(before: &[u8; 32], text: &str) -> [u8; 32] {
    use sha2::Digest as _;
    let mut hasher = sha2::Sha256::new();
    hasher.update(before);
    hasher.update(text.as_bytes());
    hasher.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Runs docs/verify_chain.py over pages.
fn python(pages: &[Value]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..pages.len()).map(|place| folder.path().join(format!("{place}.json"))).collect();
    for (file, page) in files.iter().zip(pages) {
        std::fs::write(file, page.to_string()).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/verify_chain.py");
    let output = Command::new("python3").arg(script).args(&files).output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(told).unwrap())
}

/// A busy distributor that has also paid a merchant, and the key that did.
pub(crate) fn busy_with_merchant(edge: &Edge) -> (Distributor<'_>, Key) {
    edge.merchant("100000");
    let distributor = busy(edge);
    let till = distributor.till();
    let to_merchant = json!({ "operationType": "cash-in", "amount": "7.00", "merchantToShortCode": "100000" });
    distributor.operation(&till, to_merchant).send().ok();
    (distributor, till)
}

#[test]
fn anyone_can_compute_the_chain_from_the_list() {
    let edge = Edge::start();
    let (distributor, till) = busy_with_merchant(&edge);
    distributor.process(&till, &distributor.request_cash_out("+2348031234567", "3.00")).ok();
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = distributor.console(&format!("/audit?limit=5&cursor={cursor}"));
        let page = edge.get(&path).person(&distributor.maker).send().ok();
        cursor = page["nextCursor"].as_str().unwrap().to_owned();
        pages.push(page);
        if cursor.is_empty() {
            break;
        }
    }
    let head = distributor.verify()["head"].as_str().unwrap().to_owned();
    let (holds, told) = python(&pages);
    assert!(
        holds
            && told.contains(&head)
            && told.contains(distributor.read_balance(&till).ok()["balance"].as_str().unwrap()),
        "{told}"
    );
    println!("{told}");
    for (from, to) in [("10.00", "11.00"), ("+2348031234567", "+2348031234568"), ("\"decided\"", "\"pending\"")] {
        let mut altered = pages.clone();
        let items = altered.iter_mut().flat_map(|page| page["items"].as_array_mut().unwrap());
        let entry = items.into_iter().find(|entry| entry["text"].as_str().unwrap().contains(from)).unwrap();
        entry["text"] = json!(entry["text"].as_str().unwrap().replace(from, to));
        let (holds, told) = python(&altered);
        assert!(!holds && told.contains("does not hold: hash"), "{from}: {told}");
    }
    let mut shorter = pages;
    shorter.remove(1);
    assert!(!python(&shorter).0, "a page is missing");
}

#[test]
fn the_head_is_sent_to_the_issuer_hourly_by_the_alarm() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let distributor = edge.distributor();
    assert_eq!(distributor.verify()["anchoredEntries"], Value::Null);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    let first = distributor.verify();
    assert_eq!(first["anchoredEntries"], first["entries"]);
    distributor.top_up("1.00");
    edge.stop_clock(start + HOUR_MS - 1);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    // Thirty idle minutes have ended the maker's session.
    let verify = |at: i64| {
        edge.stop_clock(at);
        let cookie = universal_wallet_tests::person::cookie_of(&distributor.maker.sign_in(&edge));
        edge.get(&distributor.console("/audit/verify")).header("Cookie", &cookie).send().ok()
    };
    assert_eq!(verify(start + HOUR_MS - 1)["anchoredEntries"], first["entries"]);
    edge.stop_clock(start + HOUR_MS);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    let second = verify(start + HOUR_MS);
    assert_eq!(second["anchoredEntries"], second["entries"]);
}

#[test]
fn refused_uses_of_a_known_key_are_told_and_cannot_fill_the_chain() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = real_now();
    edge.stop_clock(start);
    let listed = json!({ "label": "Till", "permissions": ["read-balance"], "allowedIPs": ["192.0.2.1"] });
    let (key, gone) = (distributor.key(listed), distributor.till());
    let revoke = distributor.console(&format!("/api-keys/{}/revoke", gone.id));
    edge.post(&revoke).person(&distributor.maker).json(json!({ "reason": "lost" })).send().ok();
    let entries = || distributor.verify()["entries"].as_u64().unwrap();
    let before = entries();
    for number in 0..200 {
        // As fast as refused calls may come.
        edge.stop_clock(start + number * 100);
        let ip = format!("203.0.113.{number}");
        edge.get(&distributor.api("/balance")).key(&key).ip(&ip).send().refused(403, "ip_not_allowed");
        edge.get(&distributor.api("/balance")).key(&gone).ip(&ip).send().refused(401, "revoked_api_key");
    }
    assert_eq!(entries() - before, 2, "one entry for each kind of refusal");
    let list = edge.get(&distributor.console("/audit?limit=2")).person(&distributor.maker).send().ok();
    for item in list["items"].as_array().unwrap() {
        assert_eq!(item["kind"], "api-key.refused");
    }
    edge.stop_clock(start + HOUR_MS / 3);
    edge.get(&distributor.console("")).person(&distributor.maker).send().ok();
    edge.stop_clock(start + 2 * HOUR_MS / 3);
    edge.get(&distributor.console("")).person(&distributor.maker).send().ok();
    edge.stop_clock(start + HOUR_MS);
    edge.get(&distributor.api("/balance")).key(&key).ip("203.0.113.1").send().refused(403, "ip_not_allowed");
    let list = edge.get(&distributor.console("/audit?limit=1")).person(&distributor.maker).send().ok();
    assert_eq!(list["items"][0]["details"]["count"], 200, "the others are told with the next: {list}");
}

#[test]
fn every_act_of_the_issuer_is_an_entry_of_the_distributor() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    distributor.issuer_act("suspend").ok();
    distributor.issuer_act("resume").ok();
    let body = json!({ "amount": "5.00", "reference": "to the bank" });
    edge.post(&distributor.issued("/redemptions")).issuer().once("r1").json(body).send().ok();
    let list = edge.get(&distributor.console("/audit")).person(&distributor.maker).send().ok();
    let kinds: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert!(kinds.len() >= 7, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| kind.contains("suspend") || kind.contains("resume")).count(), 2, "{kinds:?}");
}
