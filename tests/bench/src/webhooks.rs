//! Webhooks: cash-ins beside a receiver that never answers, and the time from completed to received when all is quiet.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use edge_runtime::Entry;
use serde::Serialize;
use serde_json::Value;
use universal_wallet_sdk::Timestamp;
use universal_wallet_tests::receiver::Receiver;

use crate::cores::Cores;
use crate::load::{self, Load, Window};
use crate::measure::Spread;
use crate::prepared::{self, Prepared};
use crate::series;
use crate::server::Server;

/// Cash-ins per second.
const RATE: f64 = 200.0;
/// Number of measurements of each kind, in turn.
const RUNS: usize = 15;
/// Number of cash-ins whose messages are timed.
const TIMED: usize = 100;

/// Median and 99th percentile without an endpoint, and with one.
type Turn = ([f64; 2], [f64; 2]);

/// The figures.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhooks {
    /// Milliseconds from completed to received.
    completed_to_received_ms: Spread,
    /// Median and 99th percentile of cash-ins in microseconds, without an endpoint.
    without_us: [Spread; 2],
    /// The same with an endpoint whose receiver never answers.
    silent_us: [Spread; 2],
    /// The second by the first, run by run.
    ratio: [Spread; 2],
}

/// Measures both.
pub(crate) fn measure(cores: Cores, window: Window) -> Result<Webhooks> {
    let server = Server::edge(cores, Entry::Production)?;
    let (good, silent) = (Receiver::start(), Receiver::start());
    let edge = server.client()?;
    let events = ["operation.created", "operation.completed"];

    let distributor = prepared::distributor(&edge);
    let key = distributor.key(prepared::settings("1000.00"));
    distributor.endpoint(&good, &["operation.completed"]);
    for number in 1..=TIMED {
        distributor.cash_in(&key, "+2348031234567", "1.00").ok();
        good.await_messages("the message", |messages| messages.len() >= number);
        sleep(Duration::from_millis(20));
    }
    let waits: Option<Vec<f64>> = good.received().2.iter().map(wait_ms).collect();
    let completed_to_received_ms = waits.and_then(Spread::of).context("a message without times")?;

    let without = prepared::ours(&edge);
    let distributor = prepared::distributor(&edge);
    let key = distributor.key(prepared::settings("1000.00"));
    distributor.endpoint(&silent, &events);
    silent.behave("silent");
    let with = Prepared { id: distributor.id.clone(), key: key.secret };
    let of = |till: &Prepared| -> Result<[f64; 2]> {
        let load = Load { calls: vec![series::cash_in(till)?], connections: 16, rate: Some(RATE) };
        let outcome = load::run(server.port()?, server.pid()?, &[load], window)?;
        let tally = outcome.tallies.first().context("no load")?;
        anyhow::ensure!(tally.errors == 0, "{:?}", tally.first_error);
        #[allow(clippy::cast_precision_loss, reason = "microseconds of a request")]
        let quantile = |of: f64| tally.latencies.value_at_quantile(of) as f64;
        Ok([quantile(0.5), quantile(0.99)])
    };
    let mut runs = Vec::new();
    for run in 0..RUNS {
        // Each goes first in turn.
        runs.push(if run % 2 == 0 {
            let before = of(&without)?;
            (before, of(&with)?)
        } else {
            let before = of(&with)?;
            (of(&without)?, before)
        });
    }
    let spreads = |figure: fn(&Turn) -> [f64; 2]| -> Result<[Spread; 2]> {
        let (medians, p99s) = runs.iter().map(figure).map(|[median, p99]| (median, p99)).unzip();
        Ok([Spread::of(medians).context("no runs")?, Spread::of(p99s).context("no runs")?])
    };
    Ok(Webhooks {
        completed_to_received_ms,
        without_us: spreads(|(without, _)| *without)?,
        silent_us: spreads(|(_, with)| *with)?,
        ratio: spreads(|([median, p99], [silent_median, silent_p99])| [silent_median / median, silent_p99 / p99])?,
    })
}

/// Milliseconds from the time of a message's event to its arrival.
fn wait_ms(message: &Value) -> Option<f64> {
    let completed: Timestamp = message.get("timestamp")?.as_str()?.parse().ok()?;
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of a message")]
    Some((message.get("at")?.as_i64()? - completed.unix_ms()) as f64)
}

/// Prints the figures.
pub(crate) fn print(webhooks: &Webhooks) {
    let spread = |Spread { median, lower, upper }: Spread| format!("{median:.2} ({lower:.2}–{upper:.2})");
    println!("\nWebhooks: {} ms from completed to received, quiet", spread(webhooks.completed_to_received_ms));
    println!(
        "{RATE} cash-ins a second, without an endpoint and with a receiver that never answers; {RUNS} runs in turn"
    );
    for (place, name) in ["p50", "p99"].into_iter().enumerate() {
        let of = |all: &[Spread; 2]| all.get(place).copied().map(spread).unwrap_or_default();
        println!(
            "{name}: {} µs without, {} µs beside; ratio {}",
            of(&webhooks.without_us),
            of(&webhooks.silent_us),
            of(&webhooks.ratio)
        );
    }
    println!("Targets: 100 ms; ratios of at most 1.05.");
}
