//! Storage of an older version is upgraded when it is opened; storage of a newer one is left unchanged.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;

/// The tables, indexes and views of a distributor's storage.
fn tables(distributor: &Distributor<'_>) -> Vec<Value> {
    let sql =
        "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY type, name";
    distributor.edge.sql("DISTRIBUTOR", &distributor.id, sql, json!([]))
}

fn version(distributor: &Distributor<'_>) -> Value {
    let sql = "SELECT value FROM meta WHERE name = 'schema'";
    distributor.edge.sql("DISTRIBUTOR", &distributor.id, sql, json!([]))[0]["value"].clone()
}

/// Creates the tables as version 0 had them, and drops the object from memory.
fn set_back_to_version_0(distributor: &Distributor<'_>) {
    let sql = "DROP VIEW new_operations; DROP INDEX keys_by_replaced; ALTER TABLE keys DROP COLUMN replaces; DROP TABLE addresses; \
               UPDATE meta SET value = '0' WHERE name = 'schema'";
    distributor.edge.sql("DISTRIBUTOR", &distributor.id, sql, json!([]));
    distributor.edge.evict("DISTRIBUTOR", &distributor.id);
}

#[test]
fn an_older_state_is_upgraded_and_everything_in_it_still_works() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, "+2348031234567", "100.00").ok();
    let rotate = distributor.console(&format!("/api-keys/{}/rotate", till.id));
    let asked = edge.post(&rotate).person(&distributor.maker).json(json!({})).send().ok();
    let (before, now) = (tables(&distributor), version(&distributor));
    let position = distributor.position();
    set_back_to_version_0(&distributor);
    assert_ne!(tables(&distributor), before);

    // A rotation is open, which only the column filled by the upgrade shows.
    edge.post(&rotate).person(&distributor.maker).json(json!({})).send().refused(409, "invalid_state");
    distributor.approve(&distributor.checker, asked["approvalID"].as_str().unwrap()).ok();
    edge.get(&distributor.api("/balance")).key(&till).ip("192.0.2.1").send().ok();
    assert_eq!((tables(&distributor), version(&distributor)), (before, now));
    assert_eq!(distributor.position(), position);
    assert_eq!(distributor.verify()["valid"], true);
    let usage = distributor.console(&format!("/api-keys/{}/usage", till.id));
    assert_eq!(edge.get(&usage).person(&distributor.maker).send().ok()["ips"][0]["ip"], "192.0.2.1");
}

#[test]
fn a_step_that_fails_leaves_the_older_state_as_it_was() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    set_back_to_version_0(&distributor);
    edge.sql("DISTRIBUTOR", &distributor.id, "CREATE TABLE addresses (in_the_way TEXT)", json!([]));
    edge.evict("DISTRIBUTOR", &distributor.id);
    let before = tables(&distributor);
    for _ in 0..2 {
        distributor.read_balance(&till).refused(500, "internal");
        assert_eq!((tables(&distributor), version(&distributor)), (before.clone(), json!("0")));
    }
    edge.sql("DISTRIBUTOR", &distributor.id, "DROP TABLE addresses", json!([]));
    distributor.read_balance(&till).ok();
}

#[test]
fn a_newer_state_is_not_served_and_not_touched_and_the_log_says_why() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let (distributor, other) = (edge.distributor(), edge.distributor());
    let (till, theirs) = (distributor.till(), other.till());
    edge.sql("DISTRIBUTOR", &distributor.id, "UPDATE meta SET value = '99' WHERE name = 'schema'", json!([]));
    edge.evict("DISTRIBUTOR", &distributor.id);
    let entries = || edge.sql("DISTRIBUTOR", &distributor.id, "SELECT COUNT(*) AS c FROM entries", json!([]));
    let before = entries();
    for answer in [
        distributor.read_balance(&till),
        distributor.cash_in(&till, "+2348031234567", "1.00"),
        edge.get(&distributor.console("")).person(&distributor.maker).send(),
    ] {
        answer.refused(503, "unavailable");
        assert!(answer.header("Retry-After").is_some());
    }
    assert_eq!(entries(), before);
    assert!(edge.log().contains("the state is newer than this code: version 99"), "{}", edge.log());
    other.read_balance(&theirs).ok();
    edge.sql("DISTRIBUTOR", &distributor.id, "UPDATE meta SET value = '2' WHERE name = 'schema'", json!([]));
    distributor.read_balance(&till).ok();
}

#[test]
fn objects_of_every_kind_look_at_their_version() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let phone = "+2348031234567";
    distributor.cash_in(&till, phone, "1.00").ok();
    let newer = "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT); INSERT INTO meta VALUES ('schema', '1')";
    let set = |kind: &str, name: &str| {
        edge.sql(kind, name, newer, json!([]));
        edge.evict(kind, name);
    };
    set("WALLET", &format!("phone:{phone}"));
    edge.get(&format!("/issuer/v1/wallets/{phone}")).issuer().send().refused(503, "unavailable");
    set("ISSUER", "issuer");
    edge.get("/issuer/v1/merchants/100000").issuer().send().refused(503, "unavailable");
    distributor.checker.cookie(&edge);
    set("SIGN_INS", "198.51.100.7");
    distributor.admin.sign_in(&edge).refused(503, "unavailable");
    set("USER", &distributor.checker.login);
    edge.get("/admin/v1/session").person(&distributor.checker).send().refused(503, "unavailable");
}
