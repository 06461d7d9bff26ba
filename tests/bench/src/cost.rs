//! Platform cost of a million calls: counted on the testing entries, at the published rates.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use edge_runtime::Entry;
use serde::Serialize;
use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::request::Request;

use crate::cores::Cores;
use crate::prepared::{self, Prepared};
use crate::process;
use crate::server::Server;

/// US dollars beyond the allowance of the Workers Paid plan, as published on
/// <https://developers.cloudflare.com/workers/platform/pricing/> and
/// <https://developers.cloudflare.com/durable-objects/platform/pricing/>, read in November 2026. Objects also cost
/// 12.50 a million GB-s while they are awake, which depends on the distribution of calls over time.
mod rate {
    pub(super) const REQUEST: f64 = 0.30 / 1e6;
    pub(super) const CPU_MS: f64 = 0.02 / 1e6;
    /// Calls and alarms alike.
    pub(super) const OBJECT_REQUEST: f64 = 0.15 / 1e6;
    pub(super) const ROW_READ: f64 = 0.001 / 1e6;
    pub(super) const ROW_WRITTEN: f64 = 1.00 / 1e6;
}

/// Number of counted calls, and calls per second: alarms and writes at intervals depend on the rate.
const CALLS: u32 = 100;
const PER_SECOND: u32 = 20;
const PHONE: &str = "+2348031234567";

/// Average cost of one call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cost {
    call: &'static str,
    /// `ours` or `js`.
    of: &'static str,
    object_requests: f64,
    alarms: f64,
    rows_read: f64,
    rows_written: f64,
    /// Includes the counting, so slightly more than as deployed.
    cpu_ms: Option<f64>,
    /// Cost of a million calls.
    dollars: f64,
}

/// Counts each call, for the edge and for the whole job in JavaScript.
pub(crate) fn measure(cores: Cores) -> Result<Vec<Cost>> {
    let mut costs = ours(&Server::edge(cores, Entry::Testing)?)?;
    costs.extend(in_javascript(&Server::baseline(cores, "whole-job", Entry::Testing)?)?);
    Ok(costs)
}

fn ours(server: &Server) -> Result<Vec<Cost>> {
    let edge = server.client()?;
    let distributor = prepared::distributor(&edge);
    let till = distributor.key(prepared::settings("1000.00"));
    let asking = distributor.key(prepared::settings("0.00"));
    let forged = prepared::forged();
    let count = |call, each: &dyn Fn(u32) -> Result<()>| count(server, &edge, ("ours", call), each);
    let balance = || edge.get(&distributor.api("/balance"));
    let mut costs = vec![
        count("balance", &|_| sent(balance().key(&till), 200))?,
        count("cash-in, auto-approved", &|number| {
            sent(distributor.operation(&till, body()).once(&number.to_string()), 200)
        })?,
        count("list of 100 operations", &|_| sent(edge.get(&distributor.api("/operations")).key(&till), 200))?,
        count("cash-in, pending", &|number| {
            sent(distributor.operation(&asking, body()).once(&number.to_string()), 200)
        })?,
    ];
    let waiting = waiting(&distributor)?;
    costs.push(count("approve a cash-in", &|number| {
        let (approval, digest) = waiting.get(number as usize).context("too few are waiting")?;
        let path = distributor.console(&format!("/approvals/{approval}/approve"));
        sent(edge.post(&path).person(&distributor.checker).json(json!({ "digest": digest })), 200)
    })?);
    costs.push(count("forged key", &|number| {
        let forged = forged.get(number as usize).context("too few were forged")?;
        let key = Key { secret: forged.clone(), ..till.clone() };
        sent(balance().key(&key), 401)
    })?);
    Ok(costs)
}

fn in_javascript(server: &Server) -> Result<Vec<Cost>> {
    let edge = server.client()?;
    let till = prepared::in_javascript(&edge, &json!({}))?;
    let asking = prepared::in_javascript(&edge, &json!({ "autoApprove": "0" }))?;
    let forged = prepared::forged();
    let count = |call, each: &dyn Fn(u32) -> Result<()>| count(server, &edge, ("js", call), each);
    let cash_in = |of: &Prepared, number: u32| {
        let request = edge.post(&of.path("/operations")).bearer(&of.key);
        sent(request.json(body()).once(&number.to_string()), 200)
    };
    Ok(vec![
        count("balance", &|_| sent(edge.get(&till.path("/balance")).bearer(&till.key), 200))?,
        count("cash-in, auto-approved", &|number| cash_in(&till, number))?,
        count("cash-in, pending", &|number| cash_in(&asking, number))?,
        count("forged key", &|number| {
            let forged = forged.get(number as usize).context("too few were forged")?;
            sent(edge.get(&till.path("/balance")).bearer(forged), 401)
        })?,
    ])
}

fn body() -> Value {
    json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": PHONE, "memo": "Till 7" })
}

/// The pending approvals, each with its digest.
fn waiting(distributor: &Distributor<'_>) -> Result<Vec<(String, String)>> {
    let path = distributor.console("/approvals?limit=1000&kind=operation&status=pending");
    let list = distributor.edge.get(&path).person(&distributor.checker).send().ok();
    let text = |item: &Value, member| item.get(member).and_then(Value::as_str).map(str::to_owned);
    let one = |item: &Value| Some((text(item, "approvalID")?, text(item, "digest")?));
    let items = list.get("items").and_then(Value::as_array).context("no list of approvals")?;
    items.iter().map(one).collect::<Option<_>>().context("approvals without digest")
}

fn sent(request: Request<'_>, expected: u16) -> Result<()> {
    let answer = request.ip("192.0.2.1").send();
    ensure!(answer.status == expected, "{answer}");
    Ok(())
}

/// Makes the calls at an even pace, and counts their costs, alarms among them included.
fn count(
    server: &Server,
    edge: &Edge,
    (of, call): (&'static str, &'static str),
    each: &dyn Fn(u32) -> Result<()>,
) -> Result<Cost> {
    edge.reset_counts();
    let pid = server.pid()?;
    let before = process::cpu(pid);
    let start = Instant::now();
    for number in 0..CALLS {
        each(number)?;
        sleep((start + Duration::from_secs(1) * (number + 1) / PER_SECOND).saturating_duration_since(Instant::now()));
    }
    let counts = edge.counts();
    let used = process::cpu(pid).zip(before).map(|(after, before)| after.saturating_sub(before));
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let average = |count: i64| count as f64 / f64::from(CALLS);
    let (object_requests, alarms) = (average(counts.all_calls()), average(counts.alarms()));
    let (rows_read, rows_written) = (average(counts.rows_read()), average(counts.rows_written()));
    let cpu_ms = used.map(|used| used.as_secs_f64() * 1e3 / f64::from(CALLS));
    let dollars = 1e6
        * (rate::REQUEST
            + rate::CPU_MS * cpu_ms.unwrap_or(0.0)
            + rate::OBJECT_REQUEST * (object_requests + alarms)
            + rate::ROW_READ * rows_read
            + rate::ROW_WRITTEN * rows_written);
    Ok(Cost { call, of, object_requests, alarms, rows_read, rows_written, cpu_ms, dollars })
}

/// Prints the costs, a line a call.
pub(crate) fn print(costs: &[Cost]) {
    println!("\nA call on average, at {PER_SECOND} a second; US dollars of a million, at the rates of November 2026");
    println!(
        "{:<26} {:>5} {:>9} {:>8} {:>8} {:>10} {:>13} {:>8} {:>8}",
        "", "", "requests", "objects", "alarms", "rows read", "rows written", "CPU ms", "dollars"
    );
    for cost in costs {
        println!(
            "{:<26} {:>5} {:>9} {:>8.2} {:>8.2} {:>10.2} {:>13.2} {:>8} {:>8.2}",
            cost.call,
            cost.of,
            1,
            cost.object_requests,
            cost.alarms,
            cost.rows_read,
            cost.rows_written,
            cost.cpu_ms.map_or_else(String::new, |cpu| format!("{cpu:.2}")),
            cost.dollars,
        );
    }
}
