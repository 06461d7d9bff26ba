//! Measurements: runs of each series in turn, so that disturbances of the machine affect all alike.

use anyhow::{Result, bail};
use serde::Serialize;

use crate::load::{self, Load, Window};
use crate::process;
use crate::series::Series;

/// Result of one run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    /// Answers per second.
    pub(crate) throughput: f64,
    /// Microseconds within which half of the answers came.
    pub(crate) p50_us: u64,
    /// Microseconds within which 99 % of the answers came.
    pub(crate) p99_us: u64,
    /// CPU time of the server per answer, in microseconds.
    pub(crate) cpu_us: Option<f64>,
    /// The server's memory at the end, in MiB.
    pub(crate) memory_mib: Option<f64>,
    /// Share of its core that the load generator used, 0 to 1.
    pub(crate) generator_busy: Option<f64>,
}

/// Runs of a series at one number of connections.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) series: &'static str,
    pub(crate) connections: usize,
    pub(crate) runs: Vec<Run>,
}

impl Row {
    /// One figure of every run; none if any run lacks it.
    pub(crate) fn figures(&self, of: impl Fn(&Run) -> Option<f64>) -> Option<Spread> {
        Spread::of(self.runs.iter().map(of).collect::<Option<Vec<_>>>()?)
    }
}

/// The median, and the quartiles around it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Spread {
    /// The spread of some values, with interpolated quantiles; `None` without any.
    pub(crate) fn of(mut figures: Vec<f64>) -> Option<Self> {
        figures.sort_by(f64::total_cmp);
        let last = figures.len().checked_sub(1)?;
        let quantile = |fourths: usize| {
            let place = last * fourths / 4;
            #[allow(clippy::cast_precision_loss, reason = "fourths of a place")]
            let part = (last * fourths % 4) as f64 / 4.0;
            let at = figures.get(place).copied()?;
            Some(at + (figures.get(place + 1).copied().unwrap_or(at) - at) * part)
        };
        Some(Self { median: quantile(2)?, lower: quantile(1)?, upper: quantile(3)? })
    }
}

/// Runs each series a number of times, in turn.
pub(crate) fn interleaved(all: &[Series], connections: usize, runs: usize, window: Window) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> =
        all.iter().map(|series| Row { series: series.name, connections, runs: Vec::new() }).collect();
    for _ in 0..runs {
        for (row, series) in rows.iter_mut().zip(all) {
            row.runs.push(run(series, connections, window)?);
        }
    }
    Ok(rows)
}

fn run(series: &Series, connections: usize, window: Window) -> Result<Run> {
    let load = Load { calls: vec![series.call.clone()], connections, rate: None };
    let outcome = load::run(series.port, series.pid, &[load], window)?;
    let seconds = window.measured.as_secs_f64();
    let Some(tally) = outcome.tallies.first() else { bail!("no load") };
    if let Some(error) = &tally.first_error {
        bail!("{}: {} requests failed: {error}", series.name, tally.errors);
    }
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    let answers = tally.latencies.len() as f64;
    Ok(Run {
        throughput: answers / seconds,
        p50_us: tally.latencies.value_at_quantile(0.5),
        p99_us: tally.latencies.value_at_quantile(0.99),
        cpu_us: outcome.cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / answers),
        memory_mib: process::memory_mib(series.pid),
        generator_busy: outcome.own_cpu.map(|cpu| cpu.as_secs_f64() / seconds),
    })
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_is_the_middle_or_half_way_between_the_two_middle_ones() {
        assert_eq!(Spread::of(vec![3.0, 1.0, 2.0]), Some(Spread { median: 2.0, lower: 1.5, upper: 2.5 }));
        assert_eq!(Spread::of(vec![4.0, 1.0, 2.0, 9.0]), Some(Spread { median: 3.0, lower: 1.75, upper: 5.25 }));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
