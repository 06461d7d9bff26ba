//! The load generator: connections that each send the next request when the answer to the last is there, on one thread.
//!
//! It is our own loop around hyper, because each cash-in needs an `Idempotency-Key` of its own, which `oha` cannot make,
//! and because load must come at a fixed rate and mixed, which `wrk` cannot do.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use hdrhistogram::Histogram;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::call::Call;
use crate::process;

/// One kind of load: requests on a number of connections.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// The calls that each connection makes in turn.
    pub(crate) calls: Vec<Call>,
    pub(crate) connections: usize,
    /// Requests per second over all connections; without a rate, as many as possible.
    pub(crate) rate: Option<f64>,
}

/// The time of a measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Warm-up, which is not counted.
    pub(crate) warm_up: Duration,
    /// The counted time.
    pub(crate) measured: Duration,
}

/// Answers within the window.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Microseconds from sending, or from the due time, to the end of the answer.
    pub(crate) latencies: Histogram<u64>,
    /// Unexpected answers, and requests without an answer.
    pub(crate) errors: u64,
    /// The first of these errors.
    pub(crate) first_error: Option<String>,
}

impl Tally {
    fn new() -> Result<Self> {
        Ok(Self { latencies: Histogram::new(3)?, errors: 0, first_error: None })
    }

    fn fail(&mut self, error: String) {
        self.errors += 1;
        self.first_error.get_or_insert(error);
    }

    fn add(&mut self, other: Self) -> Result<()> {
        self.latencies.add(&other.latencies)?;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        Ok(())
    }
}

/// Result of a window.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// One tally for each load, in order.
    pub(crate) tallies: Vec<Tally>,
    /// The server's CPU time within the window.
    pub(crate) cpu: Option<Duration>,
    /// The load generator's CPU time.
    pub(crate) own_cpu: Option<Duration>,
}

/// Sends several loads at once to one server.
pub(crate) fn run(port: u16, pid: u32, loads: &[Load], window: Window) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, at_once(port, pid, loads, window))
}

async fn at_once(port: u16, pid: u32, loads: &[Load], window: Window) -> Result<Outcome> {
    let from = Instant::now() + window.warm_up;
    let until = from + window.measured;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut groups = Vec::new();
    for load in loads {
        let load = Rc::new(load.clone());
        let group: Vec<_> = (0..load.connections)
            .map(|place| tokio::task::spawn_local(connection(address, load.clone(), place, from, until)))
            .collect();
        groups.push(group);
    }
    let own = std::process::id();
    sleep_until(from).await;
    let before = (process::cpu(pid), process::cpu(own));
    sleep_until(until).await;
    let after = (process::cpu(pid), process::cpu(own));
    let mut tallies = Vec::new();
    for group in groups {
        let mut sum = Tally::new()?;
        for connection in group {
            sum.add(connection.await??)?;
        }
        tallies.push(sum);
    }
    let used = |before: Option<Duration>, after: Option<Duration>| Some(after?.saturating_sub(before?));
    Ok(Outcome { tallies, cpu: used(before.0, after.0), own_cpu: used(before.1, after.1) })
}

/// One connection: sends the next request after the last answer, or when the load's rate makes it due.
async fn connection(address: SocketAddr, load: Rc<Load>, place: usize, from: Instant, until: Instant) -> Result<Tally> {
    let mut tally = Tally::new()?;
    let mut open = None;
    #[allow(clippy::cast_precision_loss, reason = "a small number of connections")]
    let pace = load.rate.map(|rate| Duration::from_secs_f64(load.connections as f64 / rate));
    #[allow(clippy::cast_possible_truncation, reason = "a small number of connections")]
    let mut turn = Instant::now() + pace.map_or(Duration::ZERO, |pace| pace * place as u32 / load.connections as u32);
    for call in load.calls.iter().cycle().skip(place) {
        let mut start = Instant::now();
        if start >= until {
            break;
        }
        if let Some(pace) = pace {
            // A request delayed by a late answer counts as waiting since its due time.
            if turn > start {
                sleep_until(turn).await;
                start = Instant::now();
            } else {
                start = turn;
            }
            turn += pace;
        }
        let answered = exchange(address, &mut open, call).await;
        let end = Instant::now();
        if end < from || end > until {
            continue;
        }
        match answered {
            Ok(()) => tally.latencies.record(u64::try_from((end - start).as_micros()).unwrap_or(u64::MAX))?,
            Err(error) => {
                tally.fail(format!("{error:#}"));
                open = None;
                sleep(Duration::from_millis(1)).await;
            }
        }
    }
    Ok(tally)
}

/// One request and its complete answer.
async fn exchange(address: SocketAddr, open: &mut Option<SendRequest<Full<Bytes>>>, call: &Call) -> Result<()> {
    let sender = match open {
        Some(sender) => sender,
        None => open.insert(connect(address).await?),
    };
    sender.ready().await?;
    let answer = sender.send_request(call.request()).await.context("no answer")?;
    let status = answer.status();
    let mut body = answer.into_body();
    if status == call.expected {
        while let Some(frame) = body.frame().await {
            frame.context("the answer broke off")?;
        }
        return Ok(());
    }
    let text = body.collect().await?.to_bytes();
    anyhow::bail!("{status} instead of {}: {}", call.expected, String::from_utf8_lossy(&text))
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.context("no connection")?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // The request on the connection reports how the connection ends.
    tokio::task::spawn_local(connection);
    Ok(sender)
}
