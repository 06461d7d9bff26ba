//! Cash-ins of the attacked distributor and of another one, while one client attacks at full speed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use edge_runtime::Entry;
use serde::Serialize;
use serde_json::json;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::person::sign_in;
use universal_wallet_tests::request::Request;

use crate::cores::Cores;
use crate::load::{self, Load, Window};
use crate::measure::Spread;
use crate::prepared::{self, Prepared};
use crate::process;
use crate::series;
use crate::server::Server;

/// Cash-ins per second of each of the two distributors.
const NORMAL: f64 = 40.0;
/// Threads of the attacker, each of which waits for its answer before the next call.
const THREADS: usize = 4;
/// Measurements of each attack, in turn with quiet ones.
const RUNS: usize = 3;
/// Operations that the attacked distributor has before.
const OPERATIONS: usize = 12_000;
const PHONE: &str = "+2348031234567";

/// One attack, and what the others felt of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attack {
    what: &'static str,
    calls_per_second: f64,
    /// Normal calls that failed.
    errors: u64,
    /// Medians and 99th percentiles beside the attack, as multiples of the quiet ones.
    other_p50: Spread,
    other_p99: Spread,
    same_p50: Spread,
    /// Growth of all storage beside the attack, less that of the quiet runs.
    stored_kib: f64,
    memory_mib: Option<f64>,
    met: bool,
}

type Strike<'a> = Box<dyn Fn(u64) + Sync + 'a>;

/// A distributor with all that the attacks need.
struct Attacked<'a> {
    edge: &'a Edge,
    distributor: Distributor<'a>,
    asking: String,
    revoked: String,
    paid: String,
    sockets: Mutex<Vec<TcpStream>>,
}

fn by<'a>(request: Request<'a>, key: &str) -> Request<'a> {
    request.header("Authorization", &format!("Bearer {key}"))
}

impl<'a> Attacked<'a> {
    fn new(edge: &'a Edge) -> Self {
        let distributor = prepared::distributor(edge);
        let (asking, revoked, till) = (distributor.asking_key(), distributor.till(), distributor.till());
        let path = distributor.console(&format!("/api-keys/{}/revoke", revoked.id));
        edge.post(&path).person(&distributor.maker).send().ok();
        distributor.cash_in(&till, PHONE, "10.00").ok();
        let paid = distributor.request_cash_out(PHONE, "10.00");
        distributor.process(&till, &paid).ok();
        let (asking, revoked) = (asking.secret, revoked.secret);
        Self { edge, distributor, asking, revoked, paid, sockets: Mutex::default() }
    }

    fn withdraw(&self) {
        let body = json!({ "operationType": "cash-in", "amount": "0.01", "phoneTo": PHONE });
        let path = self.distributor.api("/operations");
        let Some(made) = by(self.edge.post(&path), &self.asking).json(body).try_send() else { return };
        if let Some(id) = made.json().get("operationID").and_then(|id| id.as_str()) {
            by(self.edge.delete(&format!("{path}/{id}")), &self.asking).try_send();
        }
    }

    fn listen(&self) -> Option<()> {
        let address = self.edge.url.strip_prefix("http://")?;
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: {}\r\n\r\n",
            self.distributor.console("/events"),
            self.distributor.checker.cookie(self.edge),
        );
        stream.write_all(request.as_bytes()).ok()?;
        stream.read_exact(&mut [0; 12]).ok()?;
        let mut sockets = self.sockets.lock().ok()?;
        if sockets.len() >= 1500 {
            sockets.clear();
        }
        sockets.push(stream);
        Some(())
    }

    fn attacks(&self) -> Vec<(&'static str, Strike<'_>)> {
        let (edge, d) = (self.edge, &self.distributor);
        let names: Vec<String> = (0..8_000).map(|name| format!("n{name}=")).collect();
        let names = d.api(&format!("/operations?{}", names.join("&")));
        let balance = d.api("/balance");
        vec![
            // No attack: it shows how much of the others is the one core and the collecting of garbage.
            (
                "(calls that do nothing)",
                Box::new(|_| {
                    edge.get("/healthz").try_send();
                }),
            ),
            (
                "audit/verify in a loop",
                Box::new(|_| {
                    edge.get(&d.console("/audit/verify")).person(&d.maker).try_send();
                }),
            ),
            (
                "event sockets",
                Box::new(|_| {
                    self.listen();
                }),
            ),
            ("operations made and withdrawn", Box::new(|_| self.withdraw())),
            (
                "equal payouts, ever new keys",
                Box::new(|number| {
                    let put = by(edge.put(&d.api(&format!("/cashouts/{}", self.paid))), &self.asking);
                    put.once(&format!("again-{number}")).json(json!({ "cashOutFulfillmentType": "cash" })).try_send();
                }),
            ),
            (
                "a revoked key",
                Box::new({
                    let balance = balance.clone();
                    move |_| {
                        by(edge.get(&balance), &self.revoked).try_send();
                    }
                }),
            ),
            (
                "unknown merchants",
                Box::new(|number| {
                    let code = (100_000_000 + number % 800_000_000).to_string();
                    let body = json!({ "operationType": "cash-in", "amount": "1.00", "merchantToShortCode": code });
                    by(edge.post(&d.api("/operations")), &self.asking).json(body).try_send();
                }),
            ),
            (
                "8,000 query names",
                Box::new(move |_| {
                    by(edge.get(&names), &self.asking).try_send();
                }),
            ),
            (
                "wrong passwords",
                Box::new(|_| {
                    sign_in(edge, &d.admin.login, "a wrong password", "192.0.2.9");
                }),
            ),
            (
                "addresses of a /64",
                Box::new(move |number| {
                    let ip = format!("2001:db8::{:x}:{:x}", number >> 16 & 0xffff, number & 0xffff);
                    by(edge.get(&balance), &self.asking).ip(&ip).try_send();
                }),
            ),
        ]
    }
}

/// Measures all attacks.
pub(crate) fn measure(cores: Cores, window: Window) -> Result<Vec<Attack>> {
    let server = Server::edge_with_rate(cores, Entry::Production, "100")?;
    let edge = server.client()?;
    let attacked = Attacked::new(&edge);
    // Two keys of each make the rate, which no key's limit touches.
    let key = |distributor: &Distributor<'_>| distributor.key(prepared::settings("1000.00")).secret;
    let same = Prepared { id: attacked.distributor.id.clone(), key: key(&attacked.distributor) };
    let other = prepared::distributor(&edge);
    let other = Prepared { id: other.id.clone(), key: key(&other) };
    grow(&attacked)?;
    let normal = |of: &Prepared| -> Result<Load> {
        Ok(Load { calls: vec![series::cash_in(of)?], connections: 2, rate: Some(NORMAL) })
    };
    let loads = [normal(&other)?, normal(&same)?];
    attacked.attacks().into_iter().map(|(what, strike)| beside(&server, &loads, what, &*strike, window)).collect()
}

/// Gives the attacked distributor its operations, with keys of their own for the sake of their rate.
fn grow(attacked: &Attacked<'_>) -> Result<()> {
    let keys: Vec<_> = (0..8).map(|_| attacked.distributor.key(prepared::settings("1000.00"))).collect();
    std::thread::scope(|scope| {
        let all: Vec<_> = keys
            .iter()
            .map(|key| {
                scope.spawn(move || {
                    let mut made = 0;
                    while made < OPERATIONS / 8 {
                        made += usize::from(attacked.distributor.cash_in(key, PHONE, "0.01").status == 200);
                    }
                })
            })
            .collect();
        all.into_iter().all(|one| one.join().is_ok()).then_some(()).context("the distributor has too few operations")
    })
}

fn beside(
    server: &Server,
    loads: &[Load],
    what: &'static str,
    strike: &(dyn Fn(u64) + Sync),
    window: Window,
) -> Result<Attack> {
    let (port, pid) = (server.port()?, server.pid()?);
    let (over, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    let (mut other_p50, mut other_p99, mut same_p50, mut errors, mut stored) = (vec![], vec![], vec![], 0, 0.0);
    let mut run = |attack: bool| -> Result<[f64; 3]> {
        over.store(false, Ordering::Relaxed);
        let before = server.stored_kib();
        let outcome = std::thread::scope(|scope| {
            for _ in 0..if attack { THREADS } else { 0 } {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        strike(calls.fetch_add(1, Ordering::Relaxed));
                    }
                });
            }
            let outcome = load::run(port, pid, loads, window);
            over.store(true, Ordering::Relaxed);
            outcome
        })?;
        stored += (server.stored_kib() - before) * if attack { 1.0 } else { -1.0 };
        errors += outcome.tallies.iter().map(|tally| tally.errors).sum::<u64>();
        let of = |place: usize, quantile: f64| -> Result<f64> {
            let tally = outcome.tallies.get(place).context("no normal load")?;
            #[allow(clippy::cast_precision_loss, reason = "microseconds of a request")]
            Ok(tally.latencies.value_at_quantile(quantile) as f64)
        };
        Ok([of(0, 0.5)?, of(0, 0.99)?, of(1, 0.5)?])
    };
    for _ in 0..RUNS {
        let (quiet, attacked) = (run(false)?, run(true)?);
        for (ratios, (attacked, quiet)) in
            [&mut other_p50, &mut other_p99, &mut same_p50].into_iter().zip(attacked.into_iter().zip(quiet))
        {
            ratios.push(attacked / quiet);
        }
    }
    let spread = |ratios| Spread::of(ratios).context("no runs");
    let (other_p50, other_p99, same_p50) = (spread(other_p50)?, spread(other_p99)?, spread(same_p50)?);
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    let calls_per_second = calls.into_inner() as f64 / ((window.warm_up + window.measured).as_secs_f64() * RUNS as f64);
    let met = errors == 0 && other_p50.median <= 1.5 && other_p99.median <= 3.0 && same_p50.median <= 3.0;
    let memory_mib = process::memory_mib(pid);
    Ok(Attack { what, calls_per_second, errors, other_p50, other_p99, same_p50, stored_kib: stored, memory_mib, met })
}

/// Prints the results.
pub(crate) fn print(all: &[Attack]) {
    println!(
        "\n{NORMAL} cash-ins a second of each of two distributors, beside one client that attacks one of them; {RUNS} runs"
    );
    println!(
        "{:<30} {:>8} {:>7} {:>18} {:>18} {:>18} {:>10} {:>5}",
        "attack", "calls/s", "errors", "other p50 ×", "other p99 ×", "same p50 ×", "stored KiB", "MiB"
    );
    for one in all {
        let spread = |Spread { median, lower, upper }: Spread| format!("{median:.2} ({lower:.2}–{upper:.2})");
        println!(
            "{:<30} {:>8.0} {:>7} {:>18} {:>18} {:>18} {:>10.0} {:>5}  {}",
            one.what,
            one.calls_per_second,
            one.errors,
            spread(one.other_p50),
            spread(one.other_p99),
            spread(one.same_p50),
            one.stored_kib,
            one.memory_mib.map_or_else(String::new, |memory| format!("{memory:.0}")),
            if one.met { "met" } else { "NOT met" },
        );
    }
    println!("Targets: no error; the other distributor's p50 × 1.5 and p99 × 3, the attacked one's p50 × 3.");
}
