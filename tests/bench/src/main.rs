//! `cargo xtask bench`: the edge under load on bare workerd, beside hand-written JavaScript.

mod call;
mod cores;
mod large;
mod load;
mod measure;
mod part;
mod prepared;
mod process;
mod report;
mod series;
mod server;
mod size;
mod target;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::json;

use crate::cores::Cores;
use crate::load::Window;
use crate::part::Part;
use crate::series::Servers;

/// Measures the edge under load beside the same job in hand-written JavaScript, and prints ratios beside their targets
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Options {
    /// Less of everything, for work on speed: 16 connections, 3 short runs, without the large distributor
    #[arg(long)]
    quick: bool,
    /// Only these parts, separated by commas
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Numbers of connections, separated by commas
    #[arg(long, value_delimiter = ',')]
    connections: Vec<usize>,
    /// How often each is measured
    #[arg(long)]
    runs: Option<usize>,
    /// How long each run is, in seconds
    #[arg(long)]
    seconds: Option<f64>,
    /// Also write all figures as JSON to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let parts = match (&*options.only, options.quick) {
        ([], true) => Part::QUICK.to_vec(),
        ([], false) => Part::FULL.to_vec(),
        (only, _) => only.to_vec(),
    };
    let connections = match (&*options.connections, options.quick) {
        ([], true) => vec![16],
        ([], false) => vec![1, 16, 64],
        (given, _) => given.to_vec(),
    };
    let runs = options.runs.unwrap_or(if options.quick { 3 } else { 5 });
    let seconds = options.seconds.unwrap_or(if options.quick { 1.5 } else { 2.5 });
    let window = Window { warm_up: Duration::from_millis(500), measured: Duration::from_secs_f64(seconds) };

    let cores = Cores::find();
    let servers = Servers::start(&parts, cores)?;
    let mut rows = Vec::new();
    for connections in connections {
        let measured = measure::interleaved(&servers.series()?, connections, runs, window)?;
        report::rows(&measured);
        rows.extend(measured);
    }
    let ratios = target::ratios(&rows);
    report::ratios(&ratios);
    let size = parts.contains(&Part::Size).then(size::measure).transpose()?;
    if let Some(size) = &size {
        size::print(size);
    }
    if let Some(file) = &options.json {
        let figures = json!({ "rows": rows, "ratios": ratios, "size": size });
        let text = serde_json::to_string_pretty(&figures)?;
        fs::write(file, text).with_context(|| format!("could not write {}", file.display()))?;
    }
    Ok(())
}
