//! A distributor with 1,000,000 operations and 10,000 keys.

use anyhow::Result;
use edge_runtime::Entry;
use serde_json::json;

use crate::cores::Cores;
use crate::prepared::{self, Prepared};
use crate::server::Server;

const OPERATIONS: u32 = 1_000_000;
const KEYS: u32 = 10_000;
/// Number of rows that a statement makes.
const BATCH: u32 = 100_000;

/// Copies an existing operation and key many times through the testing entry, as if the copies were older;
/// then the edge as deployed continues with that storage.
pub(crate) fn start(cores: Cores) -> Result<(Server, Prepared)> {
    println!("Making a distributor with {OPERATIONS} operations and {KEYS} keys …");
    let mut server = Server::edge(cores, Entry::Testing)?;
    let edge = server.client()?;
    let large = prepared::ours(&edge);
    let made = edge
        .post(&large.path("/operations"))
        .bearer(&large.key)
        .json(json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": "+2348031234567" }))
        .send();
    anyhow::ensure!(made.status == 200, "{made}");
    let copy = |first: u32, last: u32, sql: &str| {
        let numbers = "WITH RECURSIVE copies (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM copies WHERE i < ?)";
        edge.sql("DISTRIBUTOR", &large.id, &format!("{numbers} {sql}"), json!([first, last]));
    };
    for first in (1..=OPERATIONS).step_by(BATCH as usize) {
        copy(
            first,
            (first + BATCH - 1).min(OPERATIONS),
            "INSERT INTO operations (n, at, random, type, party, minor, key, status, moved, hash, held, issued, charged, \
               cashed_out) \
             SELECT -i, at, random, type, party, minor, key, status, moved, hash, held, issued, charged, cashed_out \
             FROM copies, (SELECT * FROM operations WHERE n > 0 ORDER BY n DESC LIMIT 1)",
        );
    }
    copy(
        1,
        KEYS,
        "INSERT INTO keys (n, id, status, digest, replaces, doc) \
         SELECT -i, id || i, status, printf('%064x', i), NULL, doc FROM copies, \
         (SELECT * FROM keys WHERE n > 0 ORDER BY n DESC LIMIT 1)",
    );
    server.restart(cores, Entry::Production)?;
    Ok((server, large))
}
