//! `GET /issuer/v1/distributors/{distributorID}/verify`: the chain, and its agreement with all other stored data: the
//! money on the operations, the counters, the deadlines.

use std::collections::BTreeMap;

use serde::Serialize;
use universal_wallet_core::audit::verify::Verified;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::operations::model::{CashOutRequest, CashOutRequestStatus, OperationStatus, phone_wallet};
use universal_wallet_core::text::json_text;
use universal_wallet_core::total::Total;

use crate::objects::distributor::store::SqlStore;
use crate::platform::storage::NONE;

/// Maximum number of sentences of one check.
const MAX_PROBLEMS: u64 = 100;

/// Number of operations read at once.
const PAGE: u64 = 500;

/// Result of a distributor's verification.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "DistributorVerified"))]
pub(crate) struct Checked {
    #[serde(flatten)]
    verified: Verified,
    /// Expected money in each wallet, from the verified operations and requests.
    wallets: Vec<InWallet>,
    /// Inconsistencies, one sentence each; searched at the end of the chain.
    problems: Vec<String>,
}

/// Expected money of one wallet, from a distributor's entries.
#[derive(Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct InWallet {
    /// `phone:+234…` or `merchant:100000`.
    wallet: String,
    /// Cash-ins that arrived in the wallet.
    cashed_in: Total,
    /// Cash-outs captured from the wallet.
    cashed_out: Total,
    /// Cash-ins in transit to the wallet.
    arriving: Total,
    /// Cash-outs due to be captured, unless already done.
    leaving: Total,
    /// Amount held for requests that are open or pending.
    held: Total,
    /// Amount held for ended requests, unless already released.
    releasing: Total,
}

/// Checks what the verified entries, from this one on, say about money. With the end of the chain come the checks of
/// whole tables.
pub(crate) fn check(store: &SqlStore, verified: Verified, from: u64) -> Result<Checked, InternalError> {
    let (mut wallets, mut problems) = (BTreeMap::new(), Vec::new());
    if verified.valid {
        let end = verified.next_from.unwrap_or(1 << 52);
        operations(store, (from, end), &mut wallets)?;
        requests(store, (from, end), &mut wallets)?;
        if verified.next_from.is_none() {
            for check in CHECKS {
                let check = format!("SELECT * FROM ({check}) LIMIT {MAX_PROBLEMS}");
                problems.extend(store.db.rows(check, NONE)?.into_iter().map(|(problem,): (String,)| problem));
            }
        }
    }
    Ok(Checked { verified, wallets: wallets.into_values().collect(), problems })
}

type Wallets = BTreeMap<String, InWallet>;

fn of(wallets: &mut Wallets, wallet: String) -> &mut InWallet {
    wallets.entry(wallet.clone()).or_insert_with(|| InWallet { wallet, ..InWallet::default() })
}

fn operations(store: &SqlStore, (mut from, end): (u64, u64), wallets: &mut Wallets) -> Result<(), InternalError> {
    loop {
        let operations = store.operations("WHERE n >= ? AND n < ? ORDER BY n LIMIT ?", (from, end, PAGE))?;
        if operations.is_empty() {
            return Ok(());
        }
        for operation in operations {
            from = operation.number + 1;
            let amount = operation.facts.amount;
            let wallet = of(wallets, operation.facts.wallet());
            let sum = match (operation.facts.is_cash_in(), operation.state.status) {
                (true, OperationStatus::Completed) => &mut wallet.cashed_in,
                (true, OperationStatus::Processing) => &mut wallet.arriving,
                (false, OperationStatus::Completed) => &mut wallet.cashed_out,
                (false, OperationStatus::Processing) => &mut wallet.leaving,
                _ => continue,
            };
            *sum = sum.plus(amount);
        }
    }
}

fn requests(store: &SqlStore, (from, end): (u64, u64), wallets: &mut Wallets) -> Result<(), InternalError> {
    let rows: Vec<(String, u8)> = store.db.rows(
        "SELECT doc, released FROM requests WHERE n >= ? AND n < ? AND (status IN ('open', 'taken') OR released = 0)",
        (from, end),
    )?;
    for (doc, released) in rows {
        let request: CashOutRequest = json_text::read(&doc)?;
        let attempt = match request.attempt.filter(|_| request.status == CashOutRequestStatus::Taken) {
            Some(number) => store.operation_at(number)?.map(|operation| operation.state.status),
            None => None,
        };
        let wallet = of(wallets, phone_wallet(&request.from));
        if released == 0 {
            wallet.releasing = wallet.releasing.plus(request.amount);
        } else if attempt != Some(OperationStatus::Processing) {
            wallet.held = wallet.held.plus(request.amount);
        }
    }
    Ok(())
}

/// Each query returns a sentence per inconsistency. Amounts are summed in two parts of nine digits each, since a sum of
/// many may pass 64 bits.
const CHECKS: [&str; 6] = [
    // Running balances of the last entry against the operations.
    "WITH s AS (SELECT \
       SUM(CASE WHEN type < 2 AND status = 2 THEN minor ELSE 0 END) AS held, \
       SUM(CASE WHEN type < 2 AND status < 2 THEN minor / 1000000000 ELSE 0 END) AS ch, \
       SUM(CASE WHEN type < 2 AND status < 2 THEN minor % 1000000000 ELSE 0 END) AS cl, \
       SUM(CASE WHEN type >= 2 AND status = 1 THEN minor / 1000000000 ELSE 0 END) AS oh, \
       SUM(CASE WHEN type >= 2 AND status = 1 THEN minor % 1000000000 ELSE 0 END) AS ol FROM operations), \
     b AS (SELECT h, c, o FROM ( \
       SELECT n, replace(text ->> '$[6][0]', '.', '') AS h, replace(text ->> '$[6][2]', '.', '') AS c, \
         replace(text ->> '$[6][3]', '.', '') AS o FROM entries \
       UNION ALL SELECT n, CAST(held AS TEXT), CASE WHEN totals IS NULL THEN CAST(charged AS TEXT) \
           ELSE replace(totals ->> '$[1]', '.', '') END, \
         CASE WHEN totals IS NULL THEN CAST(cashed_out AS TEXT) ELSE replace(totals ->> '$[2]', '.', '') END \
         FROM operations) ORDER BY n DESC LIMIT 1), \
     t(name, told, high, low) AS ( \
       SELECT 'held', h, COALESCE(held, 0) / 1000000000, COALESCE(held, 0) % 1000000000 FROM b, s UNION ALL \
       SELECT 'charged', c, COALESCE(ch, 0), COALESCE(cl, 0) FROM b, s UNION ALL \
       SELECT 'cashed out', o, COALESCE(oh, 0), COALESCE(ol, 0) FROM b, s) \
     SELECT 'the book says ' || told || ' ' || name || ', and the operations come to something else' FROM t \
     WHERE ltrim(told, '0') <> ltrim(printf('%d%09d', high + low / 1000000000, low % 1000000000), '0')",
    // Volume of a day against the operations of that day.
    "WITH o AS (SELECT l.n AS lineage, o.key, o.at / 86400000 AS day, \
         CASE WHEN o.status < 3 THEN o.minor ELSE 0 END AS a \
       FROM operations o JOIN keys k ON k.n = o.key JOIN keys l ON l.id = k.doc ->> 'lineage'), \
     s AS (SELECT lineage, day, key, SUM(a / 1000000000) AS high, SUM(a % 1000000000) AS low, COUNT(*) AS number \
       FROM o GROUP BY lineage, day, key) \
     SELECT 'the volume of ' || COALESCE((SELECT id FROM keys WHERE n = COALESCE(s.key, d.key)), 'a missing key') || \
       ' on day ' || COALESCE(s.day, d.day) || ' is off' \
     FROM s FULL JOIN days d ON d.lineage = s.lineage AND d.day = s.day AND d.key = s.key \
     WHERE COALESCE(s.high + s.low / 1000000000, 0) <> COALESCE(d.parts * 1000000000 + d.volume / 1000000000, 0) \
       OR COALESCE(s.low % 1000000000, 0) <> COALESCE(d.volume % 1000000000, 0) \
       OR COALESCE(s.number, 0) <> COALESCE(d.operations, 0)",
    // Every pending thing has its deadline, and every deadline its pending thing; a pending operation has its own. An
    // active key has a notice of its end until that is due.
    "WITH w(due) AS ( \
       SELECT 'approval:' || id FROM approvals WHERE status = 'pending' UNION ALL \
       SELECT 'claim:' || id FROM keys WHERE status = 'approved' UNION ALL \
       SELECT 'expiry:' || id FROM keys WHERE status = 'active' UNION ALL \
       SELECT 'request:' || id FROM requests WHERE status = 'open' UNION ALL \
       SELECT 'secret:' || id FROM webhooks WHERE live = 1 AND (json_extract(doc, '$.status') = 'approved' \
         OR json_extract(doc, '$.rotation.status') = 'approved')) \
     SELECT 'the deadline ' || COALESCE(w.due, d.due) || CASE WHEN w.due IS NULL THEN ' is of nothing that waits' \
       ELSE ' is missing' END \
     FROM w FULL JOIN deadlines d ON d.due = w.due WHERE d.due IS NULL OR w.due IS NULL \
       AND d.due NOT IN (SELECT 'notice:' || id FROM keys WHERE status = 'active')",
    // Every movement in transit is in the range that the loader reads.
    "SELECT 'operation ' || n || ' is on its way and is not looked for' FROM operations WHERE status = 0 \
     AND n < COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'settled_below'), 0)",
    // Lists show the latest attempt of each cash-out, and no other.
    "SELECT 'the attempts of cash-out ' || lower(hex(own)) || ' are listed wrongly' FROM operations WHERE type >= 2 \
     GROUP BY own HAVING COUNT(*) - SUM(superseded) <> 1 OR MAX(CASE superseded WHEN 0 THEN n END) <> MAX(n)",
    // An idempotency key leads to one operation.
    "SELECT 'operation ' || u.n || ' and its idempotency key differ' FROM used u LEFT JOIN operations o ON o.n = u.n \
     WHERE u.n IS NOT NULL AND (o.n IS NULL OR (u.request IS NULL) <> (o.type < 2)) OR u.n IS NULL AND u.subject IS NULL",
];
