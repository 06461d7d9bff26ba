//! Distributors with few and with very many operations, alike in all else.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use edge_runtime::Entry;
use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::powers::{DAY_MS, real_now};

use crate::cores::Cores;
use crate::prepared::{self, Prepared};
use crate::server::Server;

const FEW: u32 = 10_000;
const MANY: u32 = 10_000_000;
const KEYS: u32 = 10_000;
/// Number of rows that a statement makes.
const BATCH: u32 = 100_000;
/// Operations of the last whole day; all others are of days before it.
const YESTERDAY: u32 = 1000;
/// Operations of each phone.
const OF_A_PHONE: u32 = 10;
/// Time within which the totals of days and the index of all operations are made.
const SUMMARISING: Duration = Duration::from_mins(20);
/// Age of the distributor, in days.
const AGE: i64 = 20;

/// A distributor with a number of operations.
pub(crate) struct Many {
    pub(crate) server: Server,
    pub(crate) of: Prepared,
    /// Digits of a phone with ten operations.
    pub(crate) phone: u64,
    /// The last whole day.
    pub(crate) day: String,
}

/// Names of the series of a distributor.
pub(crate) struct Names {
    pub(crate) balance: &'static str,
    pub(crate) cash_in: &'static str,
    pub(crate) list: &'static str,
    pub(crate) search: &'static str,
    pub(crate) statement: &'static str,
}

const OF_FEW: Names = Names {
    balance: "balance of few",
    cash_in: "cash-in of few",
    list: "list of few",
    search: "search of few",
    statement: "statement of few",
};
const OF_MANY: Names = Names {
    balance: "balance of many",
    cash_in: "cash-in of many",
    list: "list of many",
    search: "search of many",
    statement: "statement of many",
};

/// Starts both distributors, each on a server of its own.
pub(crate) fn start(cores: Cores) -> Result<Vec<(Names, Many)>> {
    Ok(vec![(OF_FEW, with_operations(cores, FEW)?), (OF_MANY, with_operations(cores, MANY)?)])
}

/// Copies an existing cash-in and key many times through the testing entry, each copy as the next entry of the chain
/// with the balance that it leaves; hashes alone are not worked out. Then the edge as deployed continues with that
/// storage.
fn with_operations(cores: Cores, operations: u32) -> Result<Many> {
    println!("Making a distributor with {operations} operations and {KEYS} keys …");
    let mut server = Server::edge(cores, Entry::Testing)?;
    let edge = server.client()?;
    let today = real_now() / DAY_MS * DAY_MS;
    edge.shift_clock(today - AGE * DAY_MS - real_now());
    let of = prepared::ours(&edge);
    edge.alarm("DISTRIBUTOR", &of.id);
    let last = number(&edge, &of, "SELECT MAX(n) AS c FROM operations")?;
    ensure!(number(&edge, &of, "SELECT MAX(n) AS c FROM entries")? < last, "the last entry is no operation");
    // Up to the day before the last one, evenly; the last thousand in the last whole day.
    let (span, before) = ((AGE - 2) * DAY_MS, i64::from(operations - YESTERDAY));
    let phones = i64::from(operations / OF_A_PHONE);
    let (first_at, yesterday) = (today - (AGE - 1) * DAY_MS, today - DAY_MS);
    let at = format!(
        "CASE WHEN i <= {before} THEN {first_at} + i * {span} / {before} ELSE {yesterday} + (i - {before}) * 1000 END"
    );
    for first in (1..=operations).step_by(BATCH as usize) {
        let end = (first + BATCH - 1).min(operations);
        copy(
            &edge,
            &of,
            (first, end),
            &format!(
                "INSERT INTO operations (n, at, random, type, party, minor, key, status, moved, hash, held, issued, charged, \
               cashed_out) \
             SELECT {last} + i, {at}, random, type, 2348000000000 + i % {phones}, minor, key, status, moved, hash, held, \
               issued, charged + i * minor, cashed_out \
             FROM copies, (SELECT * FROM operations WHERE n = {last})"
            ),
        );
        copy(
            &edge,
            &of,
            (first, end),
            &format!("INSERT INTO used (place, n) SELECT randomblob(16), {last} + i FROM copies"),
        );
    }
    copy(
        &edge,
        &of,
        (1, KEYS),
        "INSERT INTO keys (n, id, status, digest, replaces, doc) \
         SELECT -i, id || i, status, printf('%064x', i), NULL, doc FROM copies, \
         (SELECT * FROM keys WHERE n > 0 ORDER BY n DESC LIMIT 1)",
    );
    server.restart(cores, Entry::Testing)?;
    let edge = server.client()?.with_timeout(SUMMARISING);
    edge.alarm("DISTRIBUTOR", &of.id);
    let told = "SELECT json_extract(tally, '$.operations') AS c FROM day_totals ORDER BY day DESC LIMIT 1";
    ensure!(number(&edge, &of, told)? >= u64::from(operations), "totals and index are not carried on to the end");
    server.restart(cores, Entry::Production)?;
    let day = Timestamp::from_unix_ms(yesterday).to_string().chars().take(10).collect();
    Ok(Many { server, of, phone: 2_348_000_000_000, day })
}

fn copy(edge: &Edge, of: &Prepared, (first, last): (u32, u32), sql: &str) {
    let numbers =
        "WITH RECURSIVE copies (i) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT i + 1 FROM copies WHERE i < ?)";
    edge.sql("DISTRIBUTOR", &of.id, &format!("{numbers} {sql}"), json!([first, last]));
}

fn number(edge: &Edge, of: &Prepared, sql: &str) -> Result<u64> {
    let rows: Vec<Value> = edge.sql("DISTRIBUTOR", &of.id, sql, json!([]));
    rows.first().and_then(|row| row["c"].as_u64()).context("a number was asked for")
}
