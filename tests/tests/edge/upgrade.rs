//! Storage of an older version is upgraded when it is opened; storage of a newer one is left unchanged. The build with
//! faults stands for newer code: its Distributors have one more table.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::{Edge, Setup};

fn sql(distributor: &Distributor<'_>, sql: &str) -> Vec<Value> {
    distributor.edge.sql("DISTRIBUTOR", &distributor.id, sql, json!([]))
}

/// Everything that tells the tables of a distributor.
fn tables(distributor: &Distributor<'_>) -> Vec<Value> {
    sql(distributor, "SELECT type, name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY type, name")
}

/// The version that is noted; none for the first.
fn version(distributor: &Distributor<'_>) -> Vec<Value> {
    sql(distributor, "SELECT value FROM meta WHERE name = 'schema'")
}

#[test]
fn an_older_state_is_upgraded_and_everything_in_it_still_works() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, "+2348031234567", "100.00").ok();
    let position = || {
        let mut position = distributor.position();
        // A table more needs room.
        position.as_object_mut().unwrap().remove("storage");
        position
    };
    let (before, earlier) = (tables(&distributor), position());
    assert_eq!(version(&distributor), [json!({ "value": "2" })]);
    edge.change_to_build_with_faults();

    distributor.read_balance(&till).ok();
    assert_eq!(version(&distributor), [json!({ "value": "3" })]);
    let added = json!({ "type": "table", "name": "later_version" });
    let mut expected = before;
    expected.push(added);
    expected.sort_by_key(|row| (row["type"].to_string(), row["name"].to_string()));
    assert_eq!(tables(&distributor), expected);
    assert_eq!(position(), earlier);
    assert_eq!(distributor.verify()["valid"], true);
    distributor.cash_in(&till, "+2348031234567", "1.00").ok();
    // A new distributor has the same tables as an upgraded one.
    assert_eq!(tables(&edge.distributor()), expected);
}

#[test]
fn a_step_that_fails_leaves_the_older_state_as_it_was() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    sql(&distributor, "CREATE TABLE later_version (in_the_way TEXT)");
    let before = tables(&distributor);
    edge.change_to_build_with_faults();
    for _ in 0..2 {
        distributor.read_balance(&till).refused(500, "internal");
        assert_eq!((tables(&distributor), version(&distributor)), (before.clone(), vec![json!({ "value": "2" })]));
    }
    sql(&distributor, "DROP TABLE later_version");
    distributor.read_balance(&till).ok();
    assert_eq!(version(&distributor), [json!({ "value": "3" })]);
}

#[test]
fn a_newer_state_is_not_served_and_not_touched_and_the_log_says_why() {
    let edge = Setup::new().with_faults().start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    let before = sql(&distributor, "SELECT * FROM entries");
    edge.change_to_deployed_build();
    let other = edge.distributor();
    for answer in [
        distributor.read_balance(&till),
        distributor.cash_in(&till, "+2348031234567", "1.00"),
        edge.get(&distributor.console("")).person(&distributor.maker).send(),
    ] {
        answer.refused(503, "unavailable");
        assert!(answer.header("Retry-After").is_some());
    }
    assert_eq!(sql(&distributor, "SELECT * FROM entries"), before);
    assert!(edge.log().contains("the state is newer than this code: version 3, the code knows 2"), "{}", edge.log());
    other.read_balance(&other.till()).ok();
    edge.change_to_build_with_faults();
    distributor.read_balance(&till).ok();
}

#[test]
fn objects_of_every_kind_look_at_their_version() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let phone = "+2348031234567";
    distributor.cash_in(&till, phone, "1.00").ok();
    let newer = "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT); INSERT INTO meta VALUES ('schema', '2')";
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
