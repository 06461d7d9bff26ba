//! Rows of operations that were changed, exchanged or cut off behind the back of the edge are found.

use serde_json::json;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;

use crate::audit::{broken, busy, busy_with_merchant, sql};

#[test]
fn every_altered_column_of_an_operation_is_found() {
    let edge = Edge::start();
    let (distributor, _) = busy_with_merchant(&edge);
    distributor.process(&distributor.asking_key(), &distributor.request_cash_out("+2348031234567", "3.00")).ok();
    edge.let_alarms_come(false);
    let columns = sql(&distributor, "SELECT name FROM pragma_table_info('operations')");
    let columns: Vec<_> = columns.iter().map(|column| column["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(columns.len(), 27);
    sql(&distributor, "CREATE TABLE kept AS SELECT * FROM operations");
    for column in columns {
        let change = match column.as_str() {
            // The attempts of cash-outs are compared by the issuer's verification.
            "superseded" => continue,
            "own" => "zeroblob(16)",
            "hash" => "zeroblob(32)",
            "spelt" => "'+234 803 123 45 68'",
            "totals" => "'[\"1.00\",\"0.00\",\"0.00\"]'",
            "states" => "'[[\"request:op_x\",\"x\"]]'",
            "reference" | "memo" | "maker" | "error" => "'x'",
            "moved" | "decided" => "COALESCE(moved, decided, 0) + 1",
            "approval" => "CASE WHEN approval IS NULL THEN 0 ELSE approval + 1 END",
            "took" => "took - 1",
            name => &format!("COALESCE({name}, 0) + 1"),
        };
        // Each row by itself, but where the column is of no use to that kind.
        let rows = match column.as_str() {
            "took" => "WHERE status = 2 OR took = 0",
            "n" => "WHERE n = (SELECT MAX(n) FROM operations)",
            _ => "",
        };
        let numbers = sql(&distributor, &format!("SELECT n FROM operations {rows}"));
        for number in numbers.iter().map(|row| row["n"].as_i64().unwrap()) {
            let change = format!("UPDATE operations SET {column} = {change} WHERE n = {number}");
            sql(&distributor, &change);
            println!("{change}");
            broken(&distributor, &change);
            sql(&distributor, "DELETE FROM operations; INSERT INTO operations SELECT * FROM kept");
        }
    }
    assert_eq!(distributor.verify()["valid"], true);
}

#[test]
fn exchanged_rows_and_cut_ends_are_found() {
    let edge = Edge::start();
    let distributor = busy(&edge);
    edge.let_alarms_come(false);
    sql(&distributor, "CREATE TABLE kept AS SELECT * FROM operations; CREATE TABLE texts AS SELECT * FROM entries");
    for change in [
        "UPDATE operations SET n = -n; UPDATE operations SET n = CASE n WHEN (SELECT MAX(n) FROM operations) THEN \
         -(SELECT MAX(n) FROM operations) ELSE -n END",
        "DELETE FROM operations; INSERT INTO operations SELECT * FROM kept; UPDATE operations SET n = -1 WHERE n = \
         (SELECT MIN(n) FROM kept); UPDATE operations SET n = (SELECT MIN(n) FROM kept) WHERE n = \
         (SELECT MAX(n) FROM kept); UPDATE operations SET n = (SELECT MAX(n) FROM kept) WHERE n = -1",
        "UPDATE entries SET text = (SELECT text FROM texts WHERE n = 3) WHERE n = 2",
        "DELETE FROM entries WHERE n = 1",
        "DELETE FROM entries WHERE n = (SELECT MAX(n) FROM entries)",
        "DELETE FROM operations WHERE n = (SELECT MAX(n) FROM operations)",
    ] {
        sql(&distributor, change);
        let same = "SELECT (SELECT COUNT(*) FROM (SELECT * FROM operations EXCEPT SELECT * FROM kept)) \
                    + (SELECT COUNT(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM operations)) \
                    + (SELECT COUNT(*) FROM (SELECT * FROM texts EXCEPT SELECT * FROM entries)) AS changed";
        if sql(&distributor, same)[0]["changed"] != 0 {
            broken(&distributor, change);
        }
        sql(
            &distributor,
            "DELETE FROM operations; INSERT INTO operations SELECT * FROM kept; DELETE FROM entries; \
             INSERT INTO entries SELECT * FROM texts",
        );
    }
    assert_eq!(distributor.verify()["valid"], true);
}

/// The numbers in a column `n`.
fn numbers(distributor: &Distributor<'_>, query: &str) -> Vec<u64> {
    sql(distributor, query).iter().map(|row| row["n"].as_u64().unwrap()).collect()
}

#[test]
fn a_value_of_another_form_is_named_and_never_a_fault() {
    let edge = Edge::start();
    let (distributor, till) = busy_with_merchant(&edge);
    edge.let_alarms_come(false);
    distributor.process(&distributor.asking_key(), &distributor.request_cash_out("+2348031234567", "3.00")).ok();
    distributor.request_cash_out("+2348031234567", "0.01");
    // Two on their way, the last entry among them.
    edge.lose("WALLET", "before", "credit ", 100);
    for amount in ["1.00", "2.00"] {
        assert_eq!(distributor.cash_in(&till, "+2348031234567", amount).ok()["status"], "processing");
    }
    assert_eq!(distributor.verify()["valid"], true);
    for table in ["operations", "entries", "keys", "approvals", "requests", "members", "meta"] {
        sql(&distributor, &format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
    }
    let restored = |table: &str| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};");
    let found = |table: &str, change: &str, number: u64| {
        sql(&distributor, change);
        let broken = broken(&distributor, change);
        // A row that names the altered one may come before it.
        assert!((0..=number).contains(&broken), "{change}: {broken}");
        // A deadline that was altered may have been carried out.
        sql(&distributor, &[restored(table), restored("operations"), restored("entries")].concat());
        broken
    };

    // One that was decided at once, a cash-out, and the one on its way.
    let operations = "SELECT MIN(n) AS n FROM operations UNION SELECT MAX(n) FROM operations WHERE type >= 2 \
                      UNION SELECT MAX(n) FROM operations";
    let operations = numbers(&distributor, operations);
    for (column, value) in [
        ("hash", "x'00'"),
        ("hash", "zeroblob(33)"),
        ("own", "x'00'"),
        ("spelt", "'x'"),
        ("maker", "'x'"),
        ("totals", "'x'"),
        ("states", "'x'"),
        ("at", "9223372036854775807"),
        ("at", "-9223372036854775807"),
        ("random", "-1"),
        ("type", "9"),
        ("party", "-1"),
        ("minor", "-1"),
        ("held", "-1"),
        ("issued", "-9223372036854775807"),
        ("key", "99"),
        ("approval", "9"),
        ("decided", "-1"),
        ("status", "9"),
        ("took", "-1"),
        ("moved", "-1"),
        ("entry", "-1"),
        ("n", "1152921504606846976"),
    ] {
        for number in &operations {
            let broken =
                found("operations", &format!("UPDATE operations SET {column} = {value} WHERE n = {number}"), *number);
            assert_eq!(broken, *number, "{column} = {value}");
        }
    }
    let ends = "SELECT MIN(n) AS n FROM entries UNION SELECT MAX(n) FROM entries";
    for number in numbers(&distributor, ends) {
        for value in ["text = 'x'", "text = ''", "text = '[]'", "hash = x'00'", "n = -1", "n = 1152921504606846976"] {
            found("entries", &format!("UPDATE entries SET {value} WHERE n = {number}"), number);
        }
    }
    // Without the operations after it, the last text is the head.
    let last = numbers(&distributor, "SELECT MAX(n) AS n FROM entries")[0];
    for value in ["text = 'x'", "hash = x'00'"] {
        let cut = format!("DELETE FROM operations WHERE n > {last}; UPDATE entries SET {value} WHERE n = {last}");
        found("entries", &cut, last);
    }
    let end = numbers(&distributor, "SELECT MAX(n) AS n FROM operations")[0];
    for (table, column) in [
        ("keys", "doc"),
        ("keys", "id"),
        ("keys", "status"),
        ("keys", "digest"),
        ("approvals", "doc"),
        ("approvals", "status"),
        ("requests", "doc"),
        ("requests", "id"),
        ("requests", "amount"),
        ("members", "doc"),
        ("members", "id"),
    ] {
        // The caller is another member.
        for pick in ["MIN", "MAX"] {
            let rows = if table == "members" { "WHERE doc NOT LIKE '%maker%'" } else { "" };
            let which = format!("(SELECT {pick}(n) FROM {table} {rows})");
            found(table, &format!("UPDATE {table} SET {column} = 'x' WHERE n = {which}"), end);
        }
    }
    found("meta", "UPDATE meta SET value = 'x' WHERE name = 'profile'", end);
    found("meta", "DELETE FROM meta WHERE name = 'profile'", end);
    found("members", "INSERT INTO members (id, doc) VALUES ('usr_x', 'x')", end);
    found("keys", "INSERT INTO keys (n, id, status, doc) VALUES (-7, 'key_x', 'active', 'x')", end);
    found(
        "operations",
        "INSERT INTO operations (n, at, random, type, party, minor, status, hash, held, issued, charged, cashed_out) \
         VALUES (-7, 0, 0, 0, 2348031234567, 100, 1, zeroblob(32), 0, 0, 0, 0)",
        end,
    );
    assert_eq!(distributor.verify()["valid"], true);
}

#[test]
fn nothing_is_decided_on_a_last_entry_that_cannot_be_read() {
    let edge = Edge::start();
    let (distributor, till) = busy_with_merchant(&edge);
    edge.let_alarms_come(false);
    let count = "SELECT (SELECT COUNT(*) FROM operations) + (SELECT COUNT(*) FROM entries) AS count";
    let before = sql(&distributor, count);
    sql(&distributor, "CREATE TABLE kept AS SELECT n, hash FROM operations");
    sql(&distributor, "UPDATE operations SET hash = x'00' WHERE n = (SELECT MAX(n) FROM operations)");
    distributor.read_balance(&till).refused(500, "internal");
    distributor.cash_in(&till, "+2348031234567", "1.00").refused(500, "internal");
    edge.get(&distributor.console("/operations")).person(&distributor.maker).send().refused(500, "internal");
    edge.alarm("DISTRIBUTOR", &distributor.id);
    broken(&distributor, "the last entry");
    assert!(edge.log().contains("the last entry of the chain cannot be read"), "{}", edge.log());
    assert_eq!(sql(&distributor, count), before);
    // Repaired, it is read again.
    let repair = "UPDATE operations SET hash = kept.hash FROM kept WHERE kept.n = operations.n";
    edge.sql("DISTRIBUTOR", &distributor.id, repair, json!([]));
    assert_eq!(distributor.verify()["valid"], true);
    distributor.cash_in(&till, "+2348031234567", "1.00").ok();
}
