//! The cost of a call in rows, which does not grow.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::powers::{DAY_MS, real_now};

const PHONE: &str = "+2348031234567";

#[test]
fn an_auto_approved_cash_in_writes_at_most_8_rows_in_all_objects() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let start = real_now();
    edge.stop_clock(start);
    distributor.cash_in(&till, PHONE, "1.00").ok();
    edge.alarm("DISTRIBUTOR", &distributor.id);
    edge.reset_counts();
    let calls = 200;
    for number in 0..calls {
        edge.stop_clock(start + number * 100);
        let body = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": PHONE });
        distributor.operation(&till, body).once(&format!("{number}")).send().ok();
        // Every alarm that is due by then has fired.
        if number % 10 == 9 {
            edge.alarm("DISTRIBUTOR", &distributor.id);
        }
    }
    let written = edge.counts().rows_written();
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let each = written as f64 / calls as f64;
    println!("{each:.2} rows written per auto-approved cash-in");
    assert!(written <= 8 * calls, "{each:.2} rows a cash-in");
}

#[test]
fn a_balance_read_at_100_a_second_writes_at_most_a_tenth_of_a_row() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let start = real_now();
    edge.stop_clock(start);
    distributor.read_balance(&till).ok();
    edge.alarm("DISTRIBUTOR", &distributor.id);
    edge.reset_counts();
    let calls = 2000;
    for number in 0..calls {
        edge.stop_clock(start + number * 10);
        edge.get(&distributor.api("/balance")).key(&till).ip("192.0.2.1").send().ok();
        if number % 100 == 99 {
            edge.alarm("DISTRIBUTOR", &distributor.id);
        }
    }
    let counts = edge.counts();
    let written = counts.rows_written();
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let each = written as f64 / calls as f64;
    println!("{each:.4} rows written and {} read per {calls} balance reads", counts.rows_read());
    assert!(written * 10 <= calls, "{each:.4} rows a read");
}

/// Makes every call of keys, people and the issuer, so that every statement has run.
fn everything(distributor: &Distributor<'_>) {
    let edge = distributor.edge;
    let (till, asking) = (distributor.till(), distributor.asking_key());
    edge.merchant("100000");
    for number in 0..3 {
        let body = json!({ "operationType": "cash-in", "amount": "10.00", "phoneTo": PHONE });
        distributor.operation(&till, body).once(&format!("{number}")).send().ok();
        distributor
            .operation(&till, json!({ "operationType": "cash-in", "amount": "1.00", "merchantToShortCode": "100000" }))
            .send()
            .ok();
    }
    let waiting =
        |amount: &str| distributor.cash_in(&asking, PHONE, amount).ok()["operationID"].as_str().unwrap().to_owned();
    let (first, second) = (waiting("5.00"), waiting("6.00"));
    distributor.approve(&distributor.checker, &distributor.approval_of(&first)).ok();
    distributor.reject(&distributor.approval_of(&second)).ok();
    let third = waiting("7.00");
    edge.delete(&distributor.api(&format!("/operations/{third}"))).key(&asking).send().ok();
    let by_post = distributor.request_cash_out(PHONE, "3.00");
    let by_put = distributor.request_cash_out(PHONE, "4.00");
    let cancelled = distributor.request_cash_out(PHONE, "2.00");
    let body = json!({
        "operationType": "cash-out-fulfillment", "amount": "3.00", "phoneFrom": PHONE, "cashOutFulfillmentType": "cash",
    });
    distributor.operation(&till, body).once("out").send().ok();
    distributor.process(&till, &by_put).ok();
    edge.cancel_cash_out(PHONE, &cancelled).ok();
    distributor.read_operation(&till, &by_post);
    let list = distributor.api("/operations");
    for query in ["", "?limit=2", "?offset=1", "?operationType=cash-in", "?operationType=cash-out-fulfillment"] {
        edge.get(&format!("{list}{query}")).key(&till).send().ok();
    }
    for status in ["pending", "processing", "completed", "rejected", "expired", "failed"] {
        edge.get(&format!("{list}?status={status}")).key(&till).send().ok();
        for kind in ["cash-in", "cash-out-fulfillment"] {
            edge.get(&format!("{list}?status={status}&operationType={kind}")).key(&till).send().ok();
        }
        edge.get(&distributor.console(&format!("/approvals?status={status}"))).person(&distributor.maker).send();
    }
    for path in [
        "",
        "/api-keys",
        "/api-keys?status=active",
        "/approvals",
        "/approvals?status=pending",
        "/approvals?kind=operation",
        "/approvals?kind=operation&status=pending",
        "/operations",
        "/cashouts",
        "/users",
        "/audit",
        "/attention",
    ] {
        edge.get(&distributor.console(path)).person(&distributor.maker).send().ok();
    }
    edge.get(&distributor.console(&format!("/api-keys/{}/usage", till.id))).person(&distributor.maker).send().ok();
    edge.get(&distributor.api("/cashouts")).key(&till).send().ok();
    edge.get(&distributor.api("/api-key")).key(&till).send().ok();
    let rotate = distributor.console(&format!("/api-keys/{}/rotate", till.id));
    let rotated = edge.post(&rotate).person(&distributor.maker).json(json!({})).send().ok();
    distributor.approve(&distributor.checker, rotated["approvalID"].as_str().unwrap()).ok();
    distributor.claim(rotated["keyID"].as_str().unwrap()).ok();
    let revoke = distributor.console(&format!("/api-keys/{}/revoke", asking.id));
    edge.post(&revoke).person(&distributor.maker).json(json!({ "reason": "over" })).send().ok();
    distributor.read_balance(&asking).refused(401, "revoked_api_key");
    edge.evict("DISTRIBUTOR", &distributor.id);
    edge.evict("WALLET", &format!("phone:{PHONE}"));
    distributor.read_balance(&till).ok();
    edge.wallet_balance(PHONE);
    edge.shift_clock(DAY_MS / 48);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    distributor.read_balance(&till).ok();
}

#[test]
fn every_statement_of_a_call_is_served_by_an_index() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    everything(&distributor);
    let names = [
        ("DISTRIBUTOR", distributor.id.clone()),
        ("WALLET", format!("phone:{PHONE}")),
        ("USER", distributor.maker.login.clone()),
        ("ISSUER", "issuer".into()),
        ("SIGN_INS", "198.51.100.7".into()),
    ];
    // These have a bounded size: a distributor's people and settings, a person's sessions, the hundred
    // addresses of a key, the failures of an address, which are thirty at most, and the sixty-four arrivals (no table,
    // but the statement's own list) that are written down at once.
    let small = ["members", "meta", "user", "sessions", "failures", "addresses", "sqlite_master", "denials", "arrived"];
    let mut seen = 0;
    let mut poor = BTreeSet::new();
    for (kind, sql, bindings) in edge.statements() {
        if !["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.trim_start().starts_with(verb)) {
            continue;
        }
        seen += 1;
        let name = &names.iter().find(|(known, _)| *known == kind).unwrap().1;
        let bindings = vec![Value::Null; usize::try_from(bindings).unwrap()];
        let plan = edge.sql(&kind, name, &format!("EXPLAIN QUERY PLAN {sql}"), json!(bindings));
        let steps: Vec<&str> = plan.iter().map(|row| row["detail"].as_str().unwrap()).collect();
        let is_small = |step: &str| step.split_whitespace().nth(1).is_some_and(|table| small.contains(&table));
        let sorts = steps.iter().any(|step| step.starts_with("USE TEMP B-TREE"));
        for step in &steps {
            // A list follows an index in its order and stops at its limit; one of the partial
            // indexes holds only open items.
            let stops = sql.contains("LIMIT") && (!sorts || sql.contains("UNION ALL"));
            let of_open = ["requests_unreleased", "holds_open"].iter().any(|index| step.ends_with(index));
            let of_rows = step.starts_with("SCAN (") || *step == "SCAN CONSTANT ROW";
            if step.starts_with("SCAN ") && !is_small(step) && !stops && !of_open && !of_rows {
                poor.insert(format!("{kind}: {step}: {sql}"));
            }
        }
        let bounded =
            sql.contains("UNION ALL") || steps.iter().any(|step| step.starts_with("SEARCH") && is_small(step));
        if sorts && !bounded {
            poor.insert(format!("{kind}: sorts: {sql}"));
        }
    }
    assert!(seen > 60, "only {seen} statements ran");
    assert!(poor.is_empty(), "{poor:#?}");
}

#[test]
fn a_distributor_with_200_000_operations_reads_no_more_rows_than_an_empty_one() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "1.00").ok();
    let paid = |call: &dyn Fn() -> Value| {
        edge.reset_counts();
        call();
        edge.counts().rows_read()
    };
    let read = |path: &str| edge.get(&distributor.api(path)).key(&till).send().ok();
    let lists: Vec<String> = [
        "limit=1",
        "status=pending",
        "status=processing",
        "status=rejected",
        "status=expired",
        "status=failed",
        "status=pending&operationType=cash-in",
        "operationType=cash-out-fulfillment",
        "status=completed&operationType=cash-out-fulfillment",
    ]
    .map(|query| format!("/operations?{query}"))
    .into();
    let costs = || {
        let mut costs = vec![
            ("balance", paid(&|| read("/balance"))),
            ("create", paid(&|| distributor.cash_in(&till, PHONE, "1.00").ok())),
            ("cash-outs", paid(&|| read("/cashouts"))),
        ];
        costs.extend(lists.iter().map(|path| (&**path, paid(&|| read(path)))));
        costs
    };
    // The reads of a call that load the object are not the call's own.
    costs();
    let empty = costs();
    // Copies of the last operation, dated before everything else.
    edge.sql(
        "DISTRIBUTOR",
        &distributor.id,
        "WITH RECURSIVE copies (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM copies WHERE i < 200000) \
         INSERT INTO operations (n, at, random, type, party, minor, key, status, moved, hash, held, issued, charged, \
           cashed_out) \
         SELECT -i, at, random, type, party, minor, key, status, moved, hash, held, issued, charged, cashed_out \
         FROM copies, (SELECT * FROM operations ORDER BY n DESC LIMIT 1)",
        json!([]),
    );
    costs();
    let full = costs();
    for ((call, before), (_, after)) in empty.iter().zip(&full) {
        // A few more operations happen on the way.
        assert!(*after <= before + 5, "{call} reads {after} rows instead of {before}");
    }
    edge.evict("DISTRIBUTOR", &distributor.id);
    edge.reset_counts();
    distributor.read_balance(&till).ok();
    let cold = edge.counts().rows_read();
    assert!(cold < 2000, "loading reads {cold} rows");
    println!("rows read per call, empty and with 200,000 operations: {empty:?}; cold start {cold}");
}
