//! Rows of operations that were changed, exchanged or cut off behind the back of the edge are found.

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
