//! `cargo xtask bench`: the edge under load on bare workerd, beside hand-written JavaScript.

mod attacks;
mod call;
mod cores;
mod cost;
mod hostile;
mod load;
mod many;
mod measure;
mod options;
mod peers;
mod prepared;
mod process;
mod report;
mod series;
mod server;
mod size;
mod soak;
mod target;
mod webhooks;
#[cfg(test)]
mod whole_job;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Parser as _;
use serde_json::{Value, json};

use crate::cores::Cores;
use crate::options::{Options, Part};
use crate::series::Servers;

fn main() -> Result<()> {
    let options = Options::parse();
    process::open_many().context("could not raise the limit of open files")?;
    let busy = process::machine_load();
    if busy.is_some_and(|load| load > 0.5) {
        println!("The machine is busy with other things: ratios will scatter, and figures are too low.");
    }
    let cores = Cores::find();
    let mut figures = match options.soak {
        Some(minutes) => json!({ "soak": soak::run(cores, minutes)? }),
        None => parts(&options, cores)?,
    };
    if let Some(figures) = figures.as_object_mut() {
        figures.insert("machineLoadBefore".into(), json!(busy));
    }
    options.json.as_deref().map_or(Ok(()), |file| write(file, &figures))
}

/// Measures the chosen parts one after the other.
fn parts(options: &Options, cores: Cores) -> Result<Value> {
    let (parts, window) = (options.parts(), options.window());
    let has = |part| parts.contains(&part);
    let mut rows = Vec::new();
    if [Part::Balance, Part::CashIn, Part::Forged, Part::List, Part::Large, Part::Peers].into_iter().any(has) {
        let servers = Servers::start(&parts, options.before.as_deref(), cores)?;
        for connections in options.connections() {
            let measured = measure::interleaved(&servers.series()?, connections, options.runs(), window)?;
            report::rows(&measured);
            rows.extend(measured);
        }
    }
    let ratios = target::ratios(&rows);
    report::ratios(&ratios);
    let size = has(Part::Size).then(size::measure).transpose()?;
    if let Some(size) = &size {
        size::print(size);
    }
    let cost = has(Part::Cost).then(|| cost::measure(cores)).transpose()?;
    if let Some(cost) = &cost {
        cost::print(cost);
    }
    let hostile = has(Part::Hostile).then(|| hostile::measure(cores, window)).transpose()?;
    if let Some(hostile) = &hostile {
        hostile::print(hostile);
    }
    let attacks = has(Part::Hostile).then(|| attacks::measure(cores, window)).transpose()?;
    if let Some(attacks) = &attacks {
        attacks::print(attacks);
    }
    let webhooks = has(Part::Webhooks).then(|| webhooks::measure(cores, window)).transpose()?;
    if let Some(webhooks) = &webhooks {
        webhooks::print(webhooks);
    }
    Ok(json!({
        "rows": rows, "ratios": ratios, "size": size, "cost": cost, "hostile": hostile, "attacks": attacks,
        "webhooks": webhooks,
    }))
}

fn write(file: &Path, figures: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(figures)?;
    fs::write(file, text).with_context(|| format!("could not write {}", file.display()))
}
