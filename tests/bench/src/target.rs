//! Targets, as ratios within one run.

use serde::Serialize;

use crate::measure::{Row, Run, Spread};

/// The ratio of a series of the edge to another series.
struct Target {
    ours: &'static str,
    beside: &'static str,
    bound: Bound,
}

/// The bound on the ratio.
#[derive(Clone, Copy, Debug)]
enum Bound {
    /// Minimum ratio of the throughputs.
    AtLeast(f64),
    /// The edge's 99th percentile is at most the other's.
    Tail,
    /// No bound: the ratio shows the platform's share of the cost.
    None,
}

const TARGETS: [Target; 25] = [
    told("balance", "hop"),
    at_least(1.4, "balance", "js balance"),
    at_least(1.15, "cash-in", "js cash-in"),
    at_least(1.5, "list", "js list"),
    at_least(2.5, "forged", "js forged"),
    at_least(0.9, "balance", "bare balance"),
    at_least(0.75, "cash-in", "bare cash-in"),
    at_least(0.9, "forged", "bare refusal"),
    at_least(1.0, "balance", "balance before"),
    at_least(1.0, "cash-in", "cash-in before"),
    at_least(1.0, "forged", "forged before"),
    at_least(1.0, "list", "list before"),
    at_least(4.0, "balance", "better-auth"),
    at_least(0.95, "balance of many", "balance of few"),
    at_least(0.95, "cash-in of many", "cash-in of few"),
    at_least(0.95, "list of many", "list of few"),
    at_least(0.95, "search of many", "search of few"),
    at_least(0.95, "statement of many", "statement of few"),
    told("cash-in", "writes"),
    told("forged", "hello"),
    tail("balance", "hop"),
    tail("balance", "js balance"),
    tail("cash-in", "js cash-in"),
    tail("cash-in", "writes"),
    tail("forged", "hello"),
];

const fn at_least(ratio: f64, ours: &'static str, beside: &'static str) -> Target {
    Target { ours, beside, bound: Bound::AtLeast(ratio) }
}

const fn told(ours: &'static str, beside: &'static str) -> Target {
    Target { ours, beside, bound: Bound::None }
}

const fn tail(ours: &'static str, beside: &'static str) -> Target {
    Target { ours, beside, bound: Bound::Tail }
}

/// The ratio measured at one number of connections.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ratio {
    pub(crate) what: String,
    pub(crate) connections: usize,
    /// Ratio run by run, since runs close in time share the machine's state.
    pub(crate) by_run: Spread,
    /// Ratio of the servers' CPU time per answer, which a busy machine disturbs less.
    pub(crate) by_cpu: Option<Spread>,
    pub(crate) target: String,
    /// `None` without a target.
    pub(crate) met: Option<bool>,
}

/// All ratios whose two sides were measured.
pub(crate) fn ratios(rows: &[Row]) -> Vec<Ratio> {
    TARGETS.iter().flat_map(|target| rows.iter().filter_map(|ours| ratio(target, ours, rows))).collect()
}

fn ratio(target: &Target, ours: &Row, rows: &[Row]) -> Option<Ratio> {
    let beside = rows.iter().find(|row| row.series == target.beside && row.connections == ours.connections)?;
    if ours.series != target.ours {
        return None;
    }
    let by_run = |of: &dyn Fn(&Run, &Run) -> Option<f64>| {
        Spread::of(ours.runs.iter().zip(&beside.runs).map(|(ours, other)| of(ours, other)).collect::<Option<_>>()?)
    };
    let (what, runs, by_cpu, wanted, met): (_, _, _, _, fn(f64, f64) -> bool) = match target.bound {
        Bound::AtLeast(_) | Bound::None => (
            "throughput",
            by_run(&|ours, other| Some(ours.throughput / other.throughput))?,
            by_run(&|ours, other| Some(other.cpu_us? / ours.cpu_us?)),
            "≥",
            |ratio, bound| ratio >= bound,
        ),
        #[allow(clippy::cast_precision_loss, reason = "microseconds of a request")]
        Bound::Tail => (
            "p99",
            by_run(&|ours, other| Some(ours.p99_us as f64 / other.p99_us as f64))?,
            None,
            "≤",
            |ratio, bound| ratio <= bound,
        ),
    };
    let bound = match target.bound {
        Bound::AtLeast(bound) => Some(bound),
        Bound::Tail => Some(1.0),
        Bound::None => None,
    };
    Some(Ratio {
        what: format!("{} / {}, {what}", target.ours, target.beside),
        connections: ours.connections,
        by_run: runs,
        by_cpu,
        target: bound.map_or_else(String::new, |bound| format!("{wanted} {bound:.2}")),
        met: bound.map(|bound| met(runs.median, bound)),
    })
}
