//! Printed output.

use crate::measure::{Row, Spread};
use crate::target::Ratio;

/// The figures, a line a series.
pub(crate) fn rows(rows: &[Row]) {
    let Some(first) = rows.first() else { return };
    println!("\n{} connections, {} runs each, median (quartiles)", first.connections, first.runs.len());
    println!("{:<14} {:>24} {:>20} {:>22} {:>18} {:>8}", "", "requests/s", "p50 µs", "p99 µs", "CPU µs/request", "MiB");
    #[allow(clippy::cast_precision_loss, reason = "microseconds of a request")]
    for row in rows {
        println!(
            "{:<14} {:>24} {:>20} {:>22} {:>18} {:>8}",
            row.series,
            spread(row.figures(|run| Some(run.throughput)), 0),
            spread(row.figures(|run| Some(run.p50_us as f64)), 0),
            spread(row.figures(|run| Some(run.p99_us as f64)), 0),
            spread(row.figures(|run| run.cpu_us), 1),
            row.figures(|run| run.memory_mib).map_or_else(String::new, |memory| format!("{:.0}", memory.upper)),
        );
    }
    let busiest = rows.iter().flat_map(|row| &row.runs).filter_map(|run| run.generator_busy).fold(0.0, f64::max);
    if busiest > 0.85 {
        println!("The load generator was {:.0} % busy: the fastest series may be faster still.", busiest * 100.0);
    }
}

/// The ratios, each with its target.
pub(crate) fn ratios(ratios: &[Ratio]) {
    if ratios.is_empty() {
        return;
    }
    println!(
        "\n{:<38} {:>11} {:>22} {:>22} {:>8}",
        "ratio (ours / beside)", "connections", "by run", "by CPU/request", "target"
    );
    for ratio in ratios {
        println!(
            "{:<38} {:>11} {:>22} {:>22} {:>8}  {}",
            ratio.what,
            ratio.connections,
            spread(Some(ratio.by_run), 2),
            spread(ratio.by_cpu, 2),
            ratio.target,
            ratio.met.map_or("", |met| if met { "met" } else { "NOT met" }),
        );
    }
}

fn spread(spread: Option<Spread>, decimals: usize) -> String {
    spread.map_or_else(String::new, |Spread { median, lower, upper }| {
        format!("{median:.decimals$} ({lower:.decimals$}–{upper:.decimals$})")
    })
}
