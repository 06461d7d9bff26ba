//! Normal load beside misbehaving clients.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use edge_runtime::Entry;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::net::{AddressFamily, SocketType, connect, socket};
use serde::Serialize;

use crate::cores::Cores;
use crate::load::{self, Load, Outcome, Window};
use crate::measure::Spread;
use crate::prepared::{self, Prepared};
use crate::process;
use crate::series;
use crate::server::Server;

/// Normal calls per second: balances and cash-ins.
const NORMAL: f64 = 500.0;
/// Forged keys per second.
const FORGED: f64 = 10_000.0;
/// Number of measurements of each kind, in turn with normal load alone.
const RUNS: usize = 5;
const SLOW: usize = 64;
const IDLE: usize = 1000;
/// Receive buffer of a client that does not read, in bytes.
const BUFFER: usize = 4096;

/// Normal load beside one kind of misbehaviour.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hostile {
    what: String,
    /// Normal calls that failed.
    errors: u64,
    /// Normal calls answered, as a share of those answered under normal load alone.
    answered: f64,
    p99_alone_us: Spread,
    p99_us: Spread,
    /// The server's CPU time spent on the misbehaviour, as a share of one core.
    cpu_share: Option<f64>,
    memory_mib: Option<f64>,
    met: bool,
}

/// Measures all kinds.
pub(crate) fn measure(cores: Cores, window: Window) -> Result<Vec<Hostile>> {
    let server = Server::edge(cores, Entry::Production)?;
    let till = prepared::ours(&server.client()?);
    let normal =
        Load { calls: vec![series::balance(&till)?, series::cash_in(&till)?], connections: 16, rate: Some(NORMAL) };
    let forged = Load { calls: vec![series::forged(&till)?], connections: 64, rate: Some(FORGED) };
    // The slow readers need something large to be sent.
    fill(&server, &till)?;
    let beside = |name: &str, loads: &[Load], start: &dyn Fn() -> Result<Misbehaviour>| {
        compare(&server, name, loads, start, window)
    };
    let nobody = || Ok(Misbehaviour::default());
    Ok(vec![
        beside("forged keys", &[normal.clone(), forged], &nobody)?,
        beside("clients that never read", std::slice::from_ref(&normal), &|| never_read(&server, &till))?,
        beside("bodies that never end", std::slice::from_ref(&normal), &|| never_end(&server, &till))?,
        beside("idle connections", std::slice::from_ref(&normal), &|| idle(&server))?,
    ])
}

/// Connections that stay open until the value is dropped.
#[derive(Default)]
struct Misbehaviour {
    count: usize,
    over: Arc<AtomicBool>,
    open: Vec<TcpStream>,
}

impl Drop for Misbehaviour {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn connections(server: &Server, count: usize, request: &str) -> Result<Misbehaviour> {
    let port = server.port()?;
    let one = || -> Result<TcpStream> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        set_socket_recv_buffer_size(&socket, BUFFER)?;
        connect(&socket, &SocketAddr::from(([127, 0, 0, 1], port)))?;
        let mut stream = TcpStream::from(socket);
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    };
    let open = (0..count).map(|_| one()).collect::<Result<_>>().context("could not open the connections")?;
    Ok(Misbehaviour { count, over: Arc::default(), open })
}

fn idle(server: &Server) -> Result<Misbehaviour> {
    connections(server, IDLE, "")
}

/// Requests answers larger than a connection's buffers, and reads none.
fn never_read(server: &Server, till: &Prepared) -> Result<Misbehaviour> {
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        till.path("/operations?limit=1000"),
        till.key
    );
    connections(server, SLOW, &request)
}

/// Sends a byte at intervals, of a body announced to be larger.
fn never_end(server: &Server, till: &Prepared) -> Result<Misbehaviour> {
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 60000\r\n\r\n{{",
        till.path("/operations"),
        till.key
    );
    let all = connections(server, SLOW, &request)?;
    let mut streams = all.open.iter().map(TcpStream::try_clone).collect::<std::io::Result<Vec<_>>>()?;
    let over = all.over.clone();
    spawn(move || {
        while !over.load(Ordering::Relaxed) {
            // The server may close the connection at its limits.
            streams.retain_mut(|stream| stream.write_all(b" ").is_ok());
            sleep(Duration::from_millis(100));
        }
    });
    Ok(all)
}

fn fill(server: &Server, till: &Prepared) -> Result<()> {
    let load = Load { calls: vec![series::cash_in(till)?], connections: 16, rate: None };
    let window = Window { warm_up: Duration::ZERO, measured: Duration::from_secs(2) };
    load::run(server.port()?, server.pid()?, &[load], window)?;
    Ok(())
}

/// Waits until the server has finished its earlier work.
fn await_quiet(pid: u32) {
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut before = process::cpu(pid);
    while before.is_some() && Instant::now() < deadline {
        sleep(Duration::from_millis(100));
        let now = process::cpu(pid);
        if now.zip(before).is_some_and(|(now, before)| now.saturating_sub(before) <= Duration::from_millis(10)) {
            return;
        }
        before = now;
    }
}

/// Measures normal load alone and beside the misbehaviour, in turn.
fn compare(
    server: &Server,
    what: &str,
    loads: &[Load],
    start: &dyn Fn() -> Result<Misbehaviour>,
    window: Window,
) -> Result<Hostile> {
    let (port, pid) = (server.port()?, server.pid()?);
    let normal = loads.get(..1).context("no normal load")?;
    let (mut alone_us, mut beside_us, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    let (mut errors, mut asked, mut answers, mut others, mut count) = (0, 0, 0, 0, 0);
    for _ in 0..RUNS {
        await_quiet(pid);
        let alone = load::run(port, pid, normal, window)?;
        let misbehaviour = start()?;
        await_quiet(pid);
        let beside = load::run(port, pid, loads, window)?;
        count = misbehaviour.count;
        alone_us.push(p99(&alone)?);
        beside_us.push(p99(&beside)?);
        if let (Some(with), Some(without)) = (beside.cpu, alone.cpu) {
            shares.push((with.as_secs_f64() - without.as_secs_f64()) / window.measured.as_secs_f64());
        }
        for outcome in [&alone, &beside] {
            errors += outcome.tallies.iter().map(|tally| tally.errors).sum::<u64>();
        }
        asked += alone.tallies.first().map_or(0, |tally| tally.latencies.len());
        answers += beside.tallies.first().map_or(0, |tally| tally.latencies.len());
        others += beside.tallies.get(1).map_or(0, |tally| tally.latencies.len());
    }
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    let per_second = |number: u64| number as f64 / (window.measured.as_secs_f64() * RUNS as f64);
    let (p99_alone_us, p99_us) = (Spread::of(alone_us).context("no runs")?, Spread::of(beside_us).context("no runs")?);
    let cpu_share = Spread::of(shares).map(|shares| shares.median);
    let answered = per_second(answers) / per_second(asked);
    let goes_on = errors == 0 && answered >= 0.95;
    // Misbehaviour that takes CPU time may slow the others by that share; any other must not slow them.
    let grows = p99_us.median / p99_alone_us.median - 1.0;
    let met = goes_on && (others == 0 || cpu_share.is_none_or(|share| grows <= share));
    let what =
        if others > 0 { format!("{:.0} {what} a second", per_second(others)) } else { format!("{count} {what}") };
    let memory_mib = process::memory_mib(pid);
    Ok(Hostile { what, errors, answered, p99_alone_us, p99_us, cpu_share, memory_mib, met })
}

#[allow(clippy::cast_precision_loss, reason = "microseconds of a request")]
fn p99(outcome: &Outcome) -> Result<f64> {
    let normal = outcome.tallies.first().context("no normal load")?;
    Ok(normal.latencies.value_at_quantile(0.99) as f64)
}

/// Prints the results.
pub(crate) fn print(all: &[Hostile]) {
    println!(
        "\n{NORMAL} normal calls a second, half of them cash-ins, alone and beside others; {RUNS} runs each in turn"
    );
    println!(
        "{:<34} {:>7} {:>9} {:>24} {:>24} {:>8} {:>10} {:>6}",
        "beside", "errors", "answered", "p99 µs alone", "p99 µs beside", "growth", "CPU share", "MiB"
    );
    for one in all {
        let spread = |Spread { median, lower, upper }: Spread| format!("{median:.0} ({lower:.0}–{upper:.0})");
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        println!(
            "{:<34} {:>7} {:>9} {:>24} {:>24} {:>8} {:>10} {:>6}  {}",
            one.what,
            one.errors,
            percent(one.answered),
            spread(one.p99_alone_us),
            spread(one.p99_us),
            percent(one.p99_us.median / one.p99_alone_us.median - 1.0),
            one.cpu_share.map_or_else(String::new, percent),
            one.memory_mib.map_or_else(String::new, |memory| format!("{memory:.0}")),
            if one.met { "met" } else { "NOT met" },
        );
    }
    println!("Targets: no error, 95 % answered, and for forged keys a growth of p99 of no more than their CPU share.");
}
