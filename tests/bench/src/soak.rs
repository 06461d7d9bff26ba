//! Mixed load for a long time: checks that errors, memory and latency do not grow.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use edge_runtime::Entry;
use serde::Serialize;

use crate::call::Call;
use crate::cores::Cores;
use crate::load::{self, Load, Window};
use crate::measure::Spread;
use crate::prepared;
use crate::process;
use crate::series;
use crate::server::Server;

/// Number of groups of wallets that follow each other, as customers come and go. SQLite's memory for a wallet is freed
/// once the wallet is idle; a few constant customers would fill its caches for hours.
const GROUPS: usize = 128;
/// Share of the maximum load.
const SHARE: f64 = 0.8;
const CONNECTIONS: usize = 64;
/// Number of printed lines, and minimum length of an interval.
const LINES: u32 = 60;
const SHORTEST: Duration = Duration::from_secs(5);
/// Fraction of the time that is warm-up.
const WARM_UP: f64 = 0.1;
/// Allowed growth after warm-up of memory, and of the 99th percentile, which scatters more.
const MEMORY: f64 = 1.10;
const LATENCY: f64 = 1.25;

/// One interval.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    seconds: f64,
    throughput: f64,
    p50_us: u64,
    p99_us: u64,
    errors: u64,
    cpu_share: Option<f64>,
    memory_mib: Option<f64>,
}

/// Result of the whole soak.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Soak {
    most_per_second: f64,
    rate: f64,
    lines: Vec<Line>,
    errors: u64,
    memory_growth: Option<f64>,
    p99_growth: f64,
    met: bool,
}

/// Runs the soak and prints a line each interval.
pub(crate) fn run(cores: Cores, minutes: f64) -> Result<Soak> {
    let server = Server::edge(cores, Entry::Production)?;
    let till = prepared::ours(&server.client()?);
    let (balance, forged) = (series::balance(&till)?, series::forged(&till)?);
    let cash_in = Call::cash_in(&till.path("/operations"), &till.key, GROUPS)?;
    let list = Call::get(&till.path("/operations?limit=20"), std::slice::from_ref(&till.key))?;
    let mix = [(14, balance), (4, cash_in), (1, list), (1, forged)];
    let calls: Vec<_> = mix.into_iter().flat_map(|(share, call)| vec![call; share]).collect();
    println!("Mixed load: 70 % balances, 20 % cash-ins, 5 % lists of 20 operations, 5 % forged keys");

    let (port, pid) = (server.port()?, server.pid()?);
    let most = Load { calls: calls.clone(), connections: CONNECTIONS, rate: None };
    let window = Window { warm_up: Duration::from_secs(3), measured: Duration::from_secs(10) };
    let outcome = load::run(port, pid, &[most], window)?;
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    let most_per_second =
        outcome.tallies.first().context("no load")?.latencies.len() as f64 / window.measured.as_secs_f64();
    let load = Load { calls, connections: CONNECTIONS, rate: Some(most_per_second * SHARE) };
    println!(
        "{most_per_second:.0} a second are the most; {:.0} a second for {minutes} minutes",
        most_per_second * SHARE
    );

    println!(
        "{:>8} {:>11} {:>8} {:>8} {:>7} {:>6} {:>8}",
        "seconds", "requests/s", "p50 µs", "p99 µs", "errors", "CPU", "MiB"
    );
    let time = Duration::from_secs_f64(minutes * 60.0);
    let window = Window { warm_up: Duration::ZERO, measured: (time / LINES).max(SHORTEST) };
    let start = Instant::now();
    let mut lines = Vec::new();
    while start.elapsed() < time {
        let line = interval(&server, &load, window, start)?;
        println!(
            "{:>8.0} {:>11.0} {:>8} {:>8} {:>7} {:>6} {:>8}",
            line.seconds,
            line.throughput,
            line.p50_us,
            line.p99_us,
            line.errors,
            line.cpu_share.map_or_else(String::new, |share| format!("{:.0} %", share * 100.0)),
            line.memory_mib.map_or_else(String::new, |memory| format!("{memory:.0}")),
        );
        lines.push(line);
    }
    judge(most_per_second, lines)
}

fn interval(server: &Server, load: &Load, window: Window, start: Instant) -> Result<Line> {
    let outcome = load::run(server.port()?, server.pid()?, std::slice::from_ref(load), window)?;
    let tally = outcome.tallies.first().context("no load")?;
    if let Some(error) = &tally.first_error {
        println!("{} requests failed: {error}", tally.errors);
    }
    let seconds = window.measured.as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    Ok(Line {
        seconds: start.elapsed().as_secs_f64(),
        throughput: tally.latencies.len() as f64 / seconds,
        p50_us: tally.latencies.value_at_quantile(0.5),
        p99_us: tally.latencies.value_at_quantile(0.99),
        errors: tally.errors,
        cpu_share: outcome.cpu.map(|cpu| cpu.as_secs_f64() / seconds),
        memory_mib: process::memory_mib(server.pid()?),
    })
}

/// Compares the first third after the warm-up with the last.
fn judge(most_per_second: f64, lines: Vec<Line>) -> Result<Soak> {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "few lines"
    )]
    let warm = (lines.len() as f64 * WARM_UP).ceil() as usize;
    let counted = lines.get(warm..).unwrap_or_default();
    let third = (counted.len() / 3).max(1);
    let growth = |of: &dyn Fn(&Line) -> Option<f64>| {
        let median = |part: Option<&[Line]>| Spread::of(part?.iter().map(of).collect::<Option<_>>()?);
        Some(median(counted.get(counted.len().saturating_sub(third)..))?.median / median(counted.get(..third))?.median)
    };
    #[allow(clippy::cast_precision_loss, reason = "microseconds of a request")]
    let p99_growth = growth(&|line| Some(line.p99_us as f64)).context("too short to judge")?;
    let memory_growth = growth(&|line| line.memory_mib);
    let errors = lines.iter().map(|line| line.errors).sum();
    let met = errors == 0 && p99_growth <= LATENCY && memory_growth.is_none_or(|growth| growth <= MEMORY);
    println!(
        "errors {errors}; p99 of the last third {p99_growth:.2} times the first (≤ {LATENCY}); memory {} times (≤ {MEMORY}): {}",
        memory_growth.map_or_else(|| "?".into(), |growth| format!("{growth:.2}")),
        if met { "met" } else { "NOT met" },
    );
    Ok(Soak { most_per_second, rate: most_per_second * SHARE, lines, errors, memory_growth, p99_growth, met })
}
